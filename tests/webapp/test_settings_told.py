"""The guide to operating tells of every setting that the program reads."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_stands_in_the_guide_and_the_guide_names_no_other() -> None:
    settings = (ROOT / "webapp" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.(?!prefixed)\w+\("([A-Z_]+)"', settings)) | {"BIND", "WORKERS"}
    told = (ROOT / "docs" / "guide" / "operating.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (`.*?) \|", told.split("## Settings")[1].split("## Watching")[0], re.MULTILINE)
    listed = set(re.findall(r"`CHENGBAN_([A-Z_]+)`", " ".join(table)))
    assert listed == read

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main

ROOT = Path(__file__).parents[2]
DRAWING = "bpmn/land_use_control/temporary_land_use.bpmn"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "malformed": b"<definitions><process></definitions>",
    "external entity": b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><d>&l9;</d>'.encode(),
    "ten megabytes": b"<d>" + b"x" * 10_500_000 + b"</d>",
    "no xml at all": b"\x00\xff\xfe",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_model_is_refused_by_its_file_and_leaks_nothing(
    prepared: Path, tmp_path: Path, kind: str
) -> None:
    shutil.copy(prepared, tmp_path / "chengban.db")
    matter = tmp_path / "matter"
    for part in ("bpmn/common", "bpmn/land_use_control"):
        shutil.copytree(ROOT / part, matter / part)
    for part in ("forms", "processes"):
        folder = matter / part / "land_use_control"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / part / "land_use_control" / "temporary_land_use.yaml", folder)
    (matter / DRAWING).write_bytes(HOSTILE[kind])
    result = CliRunner().invoke(main, ["deploy", str(matter)], env={"CHENGBAN_FOLDER": str(tmp_path)})
    assert result.exit_code == 2, result.output
    assert "temporary_land_use.bpmn" in result.stderr
    assert "root:" not in result.output
    assert "hahaha" not in result.output
    assert "Traceback" not in result.output

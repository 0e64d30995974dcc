"""Our BPMN attributes, read from the one descriptor that bpmn-js reads too (bpmn/chengban.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

NAMESPACE = "urn:chengban:bpmn:1"
DESCRIPTOR = Path(__file__).resolve().parents[2] / "bpmn" / "chengban.json"


@cache
def attributes() -> Mapping[str, Mapping[str, str]]:
    """Per BPMN element (its XML name): which of our attributes it may carry, and their moddle type."""
    allowed: dict[str, dict[str, str]] = {}
    for kind in json.loads(DESCRIPTOR.read_text(encoding="utf-8"))["types"]:
        for extended in kind["extends"]:
            name = extended.removeprefix("bpmn:")
            entry = allowed.setdefault(name[0].lower() + name[1:], {})
            entry.update({each["name"]: each["type"] for each in kind["properties"] if each.get("isAttr")})
    return allowed

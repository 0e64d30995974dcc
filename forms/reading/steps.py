"""What each step may do with the fields, and the buttons it ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.definition import Field, Mode, Outcome, Section, Step
from forms.reading.fields import NAME
from forms.reading.reader import Reader
from forms.reading.yaml_lines import Path

STEP = frozenset({"edit", "read", "hide", "others", "required", "outcomes", "materials"})
OUTCOME = frozenset({"value", "label", "check", "reason", "materials", "primary"})
_MODES: tuple[Mode, ...] = ("read", "hide", "edit")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a step can name: the fields, and each section's fields."""

    fields: Mapping[str, Field]
    sections: tuple[Section, ...]

    def within(self, section: str) -> list[str] | None:
        """The names of a section's fields; None where there is no such section."""
        for each in self.sections:
            if each.id == section:
                return [field.name for field in each.fields]
        return None


def read_step(reader: Reader, name: str, data: Any, layout: Layout) -> Step:
    path: Path = ("steps", name)
    found = reader.mapping(data or {}, path, STEP, "环节")
    if not NAME.fullmatch(name):
        reader.fault(path, f"环节名“{name}”只能由文字、数字和下划线组成")
    modes: dict[str, Mode] = dict.fromkeys(layout.fields, reader.mode(found, "others", path, "read"))
    taken: dict[str, str] = {}
    for mode in _MODES:
        for target in _targets(reader, found, mode, path, layout):
            if taken.setdefault(target, mode) != mode:
                reader.fault((*path, mode), f"字段“{target}”同时写在 {taken[target]} 和 {mode} 里")
            modes[target] = mode
    required = frozenset(_targets(reader, found, "required", path, layout))
    for target in sorted(required):
        if modes[target] != "edit":
            reader.fault((*path, "required"), f"字段“{target}”在本环节不能填写，不能要求必填")
    listed = reader.items(found.get("outcomes"), (*path, "outcomes"), "outcomes")
    outcomes = tuple(_outcome(reader, item, (*path, "outcomes", n), n == 0) for n, item in enumerate(listed))
    if len({outcome.value for outcome in outcomes}) != len(outcomes):
        reader.fault((*path, "outcomes"), f"环节“{name}”的办理结果重复")
    return Step(name, modes, required, outcomes, reader.mode(found, "materials", path, "read"))


def _targets(reader: Reader, found: Mapping[str, Any], key: str, path: Path, layout: Layout) -> list[str]:
    """Field names; `@section` stands for all fields of a section, `all` for all fields."""
    if found.get(key) == "all":
        return list(layout.fields)
    names: list[str] = []
    for place, item in enumerate(reader.items(found.get(key), (*path, key), key)):
        target = str(item)
        section = layout.within(target[1:]) if target.startswith("@") else None
        if section is not None:
            names += section
        elif target in layout.fields:
            names.append(target)
        else:
            reader.fault((*path, key, place), f"“{target}”不是字段，也不是 @section")
    return names


def _outcome(reader: Reader, data: Any, path: Path, first: bool) -> Outcome:
    if isinstance(data, str):
        return Outcome(data, data, primary=first)
    found = reader.mapping(data, path, OUTCOME, "办理结果")
    value = reader.text(found, "value", path, needed=isinstance(data, Mapping))
    if found.get("materials") not in (None, "complete"):
        reader.fault((*path, "materials"), "“materials”只能是 complete（材料应当收齐）")
    return Outcome(
        value=value,
        label=reader.text(found, "label", path) or value,
        check=reader.flag(found, "check", path, True),
        reason=reader.flag(found, "reason", path),
        complete=found.get("materials") == "complete",
        primary=reader.flag(found, "primary", path, first),
    )

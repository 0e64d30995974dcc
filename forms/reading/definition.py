"""The definition as a whole: sections, rules, materials, and whether they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.definition import Condition, Definition, Field, Material, Rule, Section, Step
from forms.errors import DefinitionError
from forms.reading.fields import read_field
from forms.reading.reader import Reader, source_text
from forms.reading.steps import Layout, read_step
from forms.reading.yaml_lines import Path

TOP = frozenset({"id", "title", "sections", "rules", "materials", "steps", "source"})
SECTION = frozenset({"id", "title", "help", "rows", "fields"})
RULE = frozenset({"id", "check", "when", "message", "field", "steps", "source"})
MATERIAL = frozenset({"id", "name", "required", "required_when", "copies", "help", "source"})
ROW = 3


def read_definition(reader: Reader, data: Any) -> Definition:
    """Raises DefinitionError with every fault of the definition."""
    top = reader.mapping(data, (), TOP, "表单")
    sections = tuple(
        _section(reader, item, place)
        for place, item in enumerate(reader.items(top.get("sections"), ("sections",), "sections"))
    )
    if isinstance(data, Mapping) and not sections:
        reader.fault(("sections",), "表单至少要有一个 section")
    fields = _fields(reader, sections)
    steps = _steps(reader, top, Layout(fields, sections))
    reserved = {"materials"} | {name for s in steps.values() for name in (s.outcome_name, s.reason_name)}
    for name in sorted(reserved & fields.keys()):
        reader.fault(("sections",), f"字段名“{name}”由表单自己使用，请换一个")
    materials = _materials(reader, top)
    rules = tuple(
        _rule(reader, item, ("rules", place), fields, steps)
        for place, item in enumerate(reader.items(top.get("rules"), ("rules",), "rules"))
    )
    found = Definition(
        id=reader.text(top, "id", (), needed=True),
        title=reader.text(top, "title", (), needed=True),
        sections=sections,
        rules=rules,
        materials=materials,
        steps=steps,
    )
    if reader.faults:
        raise DefinitionError(reader.faults)
    return found


def _fields(reader: Reader, sections: tuple[Section, ...]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    identities: set[str] = set()
    for place, section in enumerate(sections):
        if section.id in identities:
            reader.fault(("sections", place, "id"), f"section“{section.id}”重复")
        identities.add(section.id)
        for field in section.fields:
            if field.name in fields:
                reader.fault(("sections", place), f"字段“{field.name}”重复")
            fields[field.name] = field
    return fields


def _steps(reader: Reader, top: Mapping[str, Any], layout: Layout) -> dict[str, Step]:
    listed = top.get("steps") or {}
    if not isinstance(listed, Mapping):
        reader.fault(("steps",), "steps 应为“环节: …”的形式")
        return {}
    return {str(name): read_step(reader, str(name), data, layout) for name, data in listed.items()}


def _section(reader: Reader, data: Any, place: int) -> Section:
    path: Path = ("sections", place)
    found = reader.mapping(data, path, SECTION, "section")
    rows = _rows(reader, found, path) + _flowing(reader, found, path)
    if not rows:
        reader.fault(path, "section 没有字段（rows 或 fields）")
    return Section(
        id=reader.text(found, "id", path) or f"s{place + 1}",
        title=reader.text(found, "title", path, needed=True),
        help=reader.text(found, "help", path),
        rows=tuple(rows),
    )


def _rows(reader: Reader, found: Mapping[str, Any], path: Path) -> list[tuple[Field, ...]]:
    rows: list[tuple[Field, ...]] = []
    for place, row in enumerate(reader.items(found.get("rows"), (*path, "rows"), "rows")):
        here = (*path, "rows", place)
        if not isinstance(row, list):
            rows.append((read_field(reader, row, here),))
            continue
        if not 1 <= len(row) <= ROW:
            reader.fault(here, "一行应有一到三个字段")
        rows.append(tuple(read_field(reader, item, (*here, n)) for n, item in enumerate(row)))
    return rows


def _flowing(reader: Reader, found: Mapping[str, Any], path: Path) -> list[tuple[Field, ...]]:
    """Fields without rows of their own: three to a row, a wide one alone."""
    rows: list[tuple[Field, ...]] = []
    row: list[Field] = []
    for place, item in enumerate(reader.items(found.get("fields"), (*path, "fields"), "fields")):
        field = read_field(reader, item, (*path, "fields", place))
        if row and (field.wide or len(row) == ROW):
            rows.append(tuple(row))
            row = []
        if field.wide:
            rows.append((field,))
        else:
            row.append(field)
    return [*rows, tuple(row)] if row else rows


def _rule(
    reader: Reader, data: Any, path: Path, fields: Mapping[str, Field], steps: Mapping[str, Step]
) -> Rule:
    found = reader.mapping(data, path, RULE, "规则")
    check = reader.condition(found, "check", path)
    if check is None and "check" not in found:
        reader.fault(path, "规则缺少“check”")
    field = reader.text(found, "field", path) or None
    if field and field not in fields:
        reader.fault((*path, "field"), f"规则所指的字段“{field}”不存在")
    named = [str(item) for item in reader.items(found.get("steps"), (*path, "steps"), "steps")]
    for name in named:
        if name not in steps:
            reader.fault((*path, "steps"), f"规则所指的环节“{name}”不存在")
    return Rule(
        id=reader.text(found, "id", path),
        check=check or Condition("true", lambda scope: True),
        when=reader.condition(found, "when", path),
        message=reader.text(found, "message", path, needed=True),
        field=field,
        steps=frozenset(named),
        source=source_text(found.get("source")),
    )


def _materials(reader: Reader, top: Mapping[str, Any]) -> tuple[Material, ...]:
    found: list[Material] = []
    for place, item in enumerate(reader.items(top.get("materials"), ("materials",), "materials")):
        path: Path = ("materials", place)
        data = {"name": item} if isinstance(item, str) else reader.mapping(item, path, MATERIAL, "材料")
        material = Material(
            id=reader.text(data, "id", path) or f"m{place + 1}",
            name=reader.text(data, "name", path, needed=True),
            required=reader.flag(data, "required", path),
            required_when=reader.condition(data, "required_when", path),
            copies=reader.count(data, "copies", path, 1000) or 1,
            help=reader.text(data, "help", path),
            source=source_text(data.get("source")),
        )
        if any(other.id == material.id for other in found):
            reader.fault((*path, "id"), f"材料“{material.id}”重复")
        found.append(material)
    return tuple(found)

"""Fields and the columns of tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError

from forms.definition import KINDS, NUMBERS, REFERENCES, WIDE, Field, Option
from forms.reading.reader import Reader, source_text
from forms.reading.yaml_lines import Path
from forms.values import decoder

FIELD = frozenset(
    {
        *("name", "label", "type", "help", "unit", "required", "default", "wide", "source"),
        *("min", "max", "places", "maxlength", "pattern", "pattern_message", "scheme"),
        *("options", "multiple", "min_items", "max_items", "columns", "min_rows", "max_rows", "accept"),
        *("visible_when", "required_when"),
    }
)
OPTION = frozenset({"value", "label"})
SCHEMES = ("any", "credit", "resident")
NAME = re.compile(r"[^\W\d]\w*")
_NOT_IN_A_CELL = ("table", "geometry", "file", "multichoice")
_LENGTHS = {"longtext": 20_000}
_PLACES = {"money": 2, "area": 4, "integer": 0}
_UNITS = {"money": "元", "area": "公顷"}


def read_field(reader: Reader, data: Any, path: Path, *, column: bool = False) -> Field:
    """One field; a column may be its label alone. Faults go to the reader."""
    if column and isinstance(data, str):
        data = {"name": data, "label": data, "type": "text"}
    before = len(reader.faults)
    found = reader.mapping(data, path, FIELD, "字段")
    whole = isinstance(data, Mapping)
    name = _name(reader, found, path, needed=whole)
    kind = _kind(reader, found, path, column)
    options = _options(reader, found, path)
    if kind in ("choice", "multichoice") and not found.get("options"):
        reader.fault(path, f"{kind} 字段“{name}”缺少 options")
    if column and ("visible_when" in found or "required_when" in found):
        reader.fault(path, "表格的列不能有 visible_when、required_when")
    places = reader.count(found, "places", path, 10)
    length = reader.count(found, "maxlength", path)
    table = kind == "table"
    field = Field(
        name=name,
        label=reader.text(found, "label", path, needed=whole) or name,
        kind=kind,
        help=reader.text(found, "help", path),
        unit=reader.text(found, "unit", path) or _UNITS.get(kind, ""),
        required=reader.flag(found, "required", path),
        minimum=_bound(reader, found, "min", kind, path),
        maximum=_bound(reader, found, "max", kind, path),
        max_length=_LENGTHS.get(kind, 200) if length is None else length,
        pattern=_pattern(reader, found, path),
        pattern_message=reader.text(found, "pattern_message", path),
        places=_PLACES.get(kind) if places is None else places,
        options=options,
        default=found.get("default"),
        multiple=reader.flag(found, "multiple", path) and kind in REFERENCES,
        min_items=reader.count(found, "min_rows" if table else "min_items", path),
        max_items=reader.count(found, "max_rows" if table else "max_items", path, 5000),
        columns=_columns(reader, found, path, name) if table else (),
        scheme=_scheme(reader, found, path),
        accept=reader.text(found, "accept", path),
        wide=reader.flag(found, "wide", path, kind in WIDE),
        source=source_text(found.get("source")),
        visible_when=None if column else reader.condition(found, "visible_when", path),
        required_when=None if column else reader.condition(found, "required_when", path),
    )
    if field.default is not None and len(reader.faults) == before:
        try:
            decoder(field)(field.default)
        except ValidationError as wrong:
            reader.fault((*path, "default"), f"default 不合字段的要求：{wrong.messages}")
    return field


def _name(reader: Reader, found: Mapping[str, Any], path: Path, *, needed: bool) -> str:
    name = reader.text(found, "name", path, needed=needed)
    if name.startswith("_"):
        reader.fault((*path, "name"), f"字段名“{name}”不能以下划线开头")
    elif name and not NAME.fullmatch(name):
        reader.fault((*path, "name"), f"字段名“{name}”只能由文字、数字和下划线组成，且不以数字开头")
    return name


def _kind(reader: Reader, found: Mapping[str, Any], path: Path, column: bool) -> str:
    kind = reader.text(found, "type", path) or "text"
    if kind not in KINDS:
        reader.fault((*path, "type"), f"没有“{kind}”这种字段，可用的有：{'、'.join(KINDS)}")
        return "text"
    if column and kind in _NOT_IN_A_CELL:
        reader.fault((*path, "type"), f"表格的列不能是“{kind}”")
        return "text"
    return kind


def _options(reader: Reader, found: Mapping[str, Any], path: Path) -> tuple[Option, ...]:
    if found.get("type") == "table":  # the catalogue writes a table's columns as its options
        return ()
    options: list[Option] = []
    for place, item in enumerate(reader.items(found.get("options"), (*path, "options"), "options")):
        here = (*path, "options", place)
        if isinstance(item, Mapping):
            reader.mapping(item, here, OPTION, "选项")
            value = reader.text(item, "value", here, needed=True)
            label = reader.text(item, "label", here) or value
        elif isinstance(item, bool) or not isinstance(item, (str, int, Decimal)):
            reader.fault(here, "选项应为文字")
            continue
        else:
            value = label = str(item)
        if any(option.value == value for option in options):
            reader.fault(here, f"选项“{value}”重复")
        options.append(Option(value, label))
    return tuple(options)


def _columns(reader: Reader, found: Mapping[str, Any], path: Path, name: str) -> tuple[Field, ...]:
    here = (*path, "columns")
    listed = reader.items(found.get("columns", found.get("options")), here, "columns")
    columns = tuple(read_field(reader, item, (*here, n), column=True) for n, item in enumerate(listed))
    if not columns:
        reader.fault(path, f"表格“{name}”缺少 columns")
    if len({column.name for column in columns}) != len(columns):
        reader.fault(here, f"表格“{name}”的列名重复")
    return columns


def _pattern(reader: Reader, found: Mapping[str, Any], path: Path) -> str | None:
    pattern = reader.text(found, "pattern", path) or None
    if pattern:
        try:
            re.compile(pattern)
        except re.error as wrong:
            reader.fault((*path, "pattern"), f"pattern 不是正则表达式：{wrong}")
            return None
    return pattern


def _scheme(reader: Reader, found: Mapping[str, Any], path: Path) -> str:
    scheme = reader.text(found, "scheme", path) or "any"
    if scheme not in SCHEMES:
        reader.fault(
            (*path, "scheme"), "scheme 应为 credit（统一社会信用代码）、resident（居民身份证）或者 any"
        )
    return scheme


def _bound(
    reader: Reader, found: Mapping[str, Any], key: str, kind: str, path: Path
) -> Decimal | date | None:
    value = found.get(key)
    if value is None:
        return None
    if kind in NUMBERS and isinstance(value, (int, float, Decimal, str)) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
            if number.is_finite():
                return number
        except InvalidOperation:
            pass
    elif kind in ("date", "datetime"):
        try:
            return value if type(value) is date else date.fromisoformat(str(value))
        except ValueError:
            pass
    reader.fault((*path, key), f"“{key}”的值“{value}”不适用于 {kind} 字段")
    return None

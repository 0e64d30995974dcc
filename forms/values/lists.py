"""Values that are lists: several of a kind, and tables of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from forms.definition import REFERENCES, Field
from forms.values.expected import Decoder, expected

MOST = 500
_PARTING = re.compile(r"[、，,；;]")


def items(field: Field, one: Decoder) -> Decoder:
    """A list without blanks or repetitions. References typed as one text are parted by 、，；or a comma."""
    least, most = field.min_items, field.max_items or MOST
    parted = field.kind in REFERENCES and not field.options

    def decode(raw: Any) -> list[Any] | None:
        if raw is None:
            return None
        if isinstance(raw, (str, Mapping)):
            raw = [raw]
        if not isinstance(raw, (list, tuple)):
            raise expected(field, raw)
        if len(raw) > most:
            raise ValidationError(f"{field.label}：最多 {most} 项")
        found: list[Any] = []
        for item in raw:
            parts = _PARTING.split(item) if parted and isinstance(item, str) else [item]
            if len(parts) > most:
                raise ValidationError(f"{field.label}：最多 {most} 项")
            for part in parts:
                value = one(part)
                if value is not None and value not in found:
                    found.append(value)
        if not found:
            return None
        if len(found) > most:
            raise ValidationError(f"{field.label}：最多 {most} 项")
        if least is not None and len(found) < least:
            raise ValidationError(f"{field.label}：至少填写 {least} 项")
        return found

    return decode


def chosen(field: Field, one: Decoder) -> Decoder:
    """Several of the options, always in the order of the form, in whatever order they were sent."""
    order = {option.value: place for place, option in enumerate(field.options)}
    decode_items = items(field, one)

    def decode(raw: Any) -> list[Any] | None:
        found = decode_items(raw)
        return sorted(found, key=order.__getitem__) if found else None

    return decode


def table(field: Field, columns: Sequence[tuple[Field, Decoder]]) -> Decoder:
    """Rows as dicts of all columns; rows that are blank throughout are left out.

    What is wrong is named by row and column, counted from 0 as sent: `2-area`.
    """
    least, most = field.min_items, field.max_items or MOST

    def decode(raw: Any) -> list[dict[str, Any]] | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if not isinstance(raw, (list, tuple)):
            raise expected(field, raw)
        if len(raw) > most:
            raise ValidationError(f"{field.label}：最多 {most} 行，现有 {len(raw)} 行")
        wrong: dict[str, list[str]] = {}
        rows = [_row(field, columns, number, cells, wrong) for number, cells in enumerate(raw)]
        if wrong:
            raise ValidationError(wrong)
        filled = [row for row in rows if row]
        if not filled:
            return None
        if least is not None and len(filled) < least:
            raise ValidationError(f"{field.label}：至少 {least} 行")
        return filled

    return decode


def _row(
    field: Field,
    columns: Sequence[tuple[Field, Decoder]],
    number: int,
    cells: Any,
    wrong: dict[str, list[str]],
) -> dict[str, Any]:
    """The row, empty where all its cells are blank; what is wrong is added to `wrong`."""
    where = f"{field.label}第 {number + 1} 行"
    if not isinstance(cells, Mapping):
        wrong[str(number)] = [f"{where}：应为各列的值"]
        return {}
    for name in cells.keys() - {column.name for column, _ in columns}:
        wrong[f"{number}-{str(name)[:50]}"] = [f"{where}：没有“{str(name)[:50]}”这一列"]
    row: dict[str, Any] = {}
    for column, decode_cell in columns:
        try:
            row[column.name] = decode_cell(cells.get(column.name))
        except ValidationError as fault:
            wrong[f"{number}-{column.name}"] = [f"{where}，{text}" for text in fault.messages]
    blank = len(row) == len(columns) and all(value is None for value in row.values())
    if blank:
        return {}
    for column, _ in columns:
        if column.required and column.name in row and row[column.name] is None:
            wrong[f"{number}-{column.name}"] = [f"{where}：请填写{column.label}"]
    return row

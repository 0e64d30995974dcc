"""Form-encoded bodies to the same nested raw values that JSON gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forms.definition import Field, Step

ROWS = 5000


def nested(fields: Mapping[str, Field], step: Step, data: Any) -> dict[str, Any]:
    """`data` has `getlist`. Names beginning with `_` and `csrf_token` belong to the page, not to the form.

    A list or table that the step may edit and that is absent was emptied: browsers send nothing for it.
    """
    found: dict[str, Any] = {}
    tables: dict[str, dict[int, dict[str, Any]]] = {}
    materials: dict[str, Any] = {}
    for name in data:
        if name.startswith("_") or name == "csrf_token":
            continue
        values = data.getlist(name)
        if not values:
            continue
        field = fields.get(name)
        if field is not None and field.kind != "table":
            if field.kind == "file":
                found[name] = [_reference(value) for value in values]
            else:
                found[name] = values if field.many or len(values) > 1 else values[0]
            continue
        head, _, rest = name.partition("-")
        row, _, column = rest.partition("-")
        table = fields.get(head)
        if head == "materials" and rest:
            materials[rest] = values[-1]
        elif table is not None and table.kind == "table" and row.isdecimal() and row.isascii() and column:
            if len(row) <= 4 and int(row) < ROWS:
                cells = tables.setdefault(head, {}).setdefault(int(row), {})
                cells[column] = values if len(values) > 1 else values[0]
            else:
                found[name] = values[0]
        else:
            found[name] = values[0] if len(values) == 1 else values
    if materials:
        found["materials"] = materials
    for name, rows in tables.items():
        found[name] = [rows.get(number, {}) for number in range(max(rows) + 1)]
    for name, field in fields.items():
        if field.many and step.modes[name] == "edit":
            found.setdefault(name, [])
    return found


def _reference(value: str) -> Any:
    if value.startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def table_action(fields: Mapping[str, Field], step: Step, data: Any) -> dict[str, Any] | None:
    """Obeys `_table=add:plots` or `_table=remove:plots:0`; None where neither was sent for an editable table."""
    action, _, rest = str(data.get("_table") or "").partition(":")
    name, _, row = rest.partition(":")
    field = fields.get(name)
    if field is None or field.kind != "table" or step.modes[name] != "edit":
        return None
    values = nested(fields, step, data)
    sent = values.get(name)
    rows: list[Any] = list(sent) if isinstance(sent, list) else []
    if action == "add" and len(rows) < (field.max_items or 500):
        rows.append({})
    elif action == "remove" and row.isdecimal() and row.isascii() and len(row) <= 4 and int(row) < len(rows):
        del rows[int(row)]
    values[name] = rows
    return values

"""Values as people read them, and as inputs hold them. Moments are shown in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from forms.definition import Field
from forms.geometry import points_text
from forms.values.moments import SHANGHAI

BLANK = "—"
WRITTEN_OUT = 40  # digits before or after the point; no value has more, but what is only sent may


def shown(field: Field, value: Any, *, unit: bool = True) -> str:
    """For reading: 1.2460 公顷, 2026-09-21, 是; blank is a dash."""
    if value is None or value == "" or value == []:
        return BLANK
    if isinstance(value, (list, tuple)):
        return "、".join(shown(field, item) for item in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (Decimal, int)):
        number = f"{value:,.{field.places}f}" if field.kind == "money" else typed(field, value)
        return f"{number} {field.unit}" if unit and field.unit else number
    if isinstance(value, Mapping) and field.kind == "file":
        return str(value.get("name") or value.get("id") or BLANK)
    text = typed(field, value)
    return next((option.label for option in field.options if option.value == text), text)


def typed(field: Field, value: Any) -> str:
    """For an input: text stays exactly as typed, a value is written so that it reads back the same."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > WRITTEN_OUT:
            return str(value)
        return f"{value:.{field.places}f}" if field.kind in ("area", "money") else f"{value:f}"
    if isinstance(value, datetime):
        local = value if value.tzinfo is None else value.astimezone(SHANGHAI).replace(tzinfo=None)
        return local.isoformat(" ", _precision(local))
    if isinstance(value, time):
        return value.isoformat(_precision(value))
    if isinstance(value, date):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "、".join(typed(field, item) for item in value)
    if isinstance(value, Mapping) and "coordinates" in value:
        try:
            return points_text(value)
        except (TypeError, ValueError, KeyError, IndexError):
            return str(value)
    return str(value)


def _precision(value: datetime | time) -> str:
    return "auto" if value.second or value.microsecond else "minutes"

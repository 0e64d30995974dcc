"""Dates, moments, times of day. A moment without zone is of Asia/Shanghai; inside, moments are UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from forms.definition import Field
from forms.values.expected import Decoder, expected, short

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_BETWEEN = re.compile(r"[T\s]\s*|(?<=日)")


def day(field: Field) -> Decoder:
    check = _bounds(field)

    def decode(raw: Any) -> date | None:
        if raw is None:
            return None
        if isinstance(raw, date) and not isinstance(raw, datetime):
            found: date | None = raw
        else:
            text = short(field, raw)
            if text is None:
                return None
            found = _day(text)
        if found is None:
            raise expected(field, raw)
        check(found)
        return found

    return decode


def moment(field: Field) -> Decoder:
    """Bounds are days of Asia/Shanghai."""
    check = _bounds(field)

    def decode(raw: Any) -> datetime | None:
        if raw is None:
            return None
        if isinstance(raw, datetime):
            found: datetime | None = raw
        else:
            text = short(field, raw)
            if text is None:
                return None
            found = _moment(text)
        if found is None:
            raise expected(field, raw)
        if found.tzinfo is None:
            found = found.replace(tzinfo=SHANGHAI)
        try:
            found = found.astimezone(UTC)
            check(found.astimezone(SHANGHAI).date())
        except (OverflowError, ValueError):
            raise expected(field, raw) from None
        return found

    return decode


def clock_time(field: Field) -> Decoder:
    def decode(raw: Any) -> time | None:
        if raw is None or isinstance(raw, time):
            return raw
        text = short(field, raw)
        if text is None:
            return None
        found = _time(text)
        if found is None:
            raise expected(field, raw)
        return found

    return decode


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, number = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """A date and a time as people write them, or ISO 8601 with seconds' fractions and an offset."""
    parts = _BETWEEN.split(text, maxsplit=1)
    if len(parts) != 2:
        return None
    date_part, time_part = _day(parts[0]), _time(parts[1])
    if date_part and time_part:
        return datetime.combine(date_part, time_part)
    try:
        return datetime.fromisoformat(text) if ":" in parts[1] else None
    except ValueError:
        return None


def _bounds(field: Field) -> Decoder:
    low, high = cast(date | None, field.minimum), cast(date | None, field.maximum)

    def check(found: date) -> None:
        if low is not None and found < low:
            raise ValidationError(f"{field.label}：不能早于 {low}")
        if high is not None and found > high:
            raise ValidationError(f"{field.label}：不能晚于 {high}")

    return check

"""Moments, durations and repetitions of timers: ISO 8601, or FEEL that gives them (BPMN 2.0.2 §10.5.5, timer).

Everything becomes an aware UTC datetime; a local time without zone is that of Asia/Shanghai.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from engine.calendar.period import SHANGHAI
from engine.feel import YearsAndMonths

_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")


class Duration(NamedTuple):
    months: int
    rest: timedelta

    def after(self, moment: datetime) -> datetime:
        """Months first, by the calendar of Shanghai; the day gives way at a short month's end."""
        if not self.months:
            return moment + self.rest
        local = moment.astimezone(SHANGHAI)
        year, month = divmod(local.year * 12 + local.month - 1 + self.months, 12)
        day = min(local.day, monthrange(year, month + 1)[1])
        return local.replace(year=year, month=month + 1, day=day).astimezone(UTC) + self.rest


class Cycle(NamedTuple):
    """`times` None: without end. `start` is the first occurrence, absent: one interval from now."""

    times: int | None
    start: datetime | None
    interval: Duration
    end: datetime | None


def is_literal(text: str, measure: str) -> bool:
    """Whether a timer's text is ISO 8601 itself; else it is FEEL."""
    if measure == "cycle":
        return text[:1] == "R" and "/" in text
    return bool(re.match(r"\d{4}-\d{2}" if measure == "date" else r"-?P(\d|T\d)", text))


def _is_duration(text: str) -> bool:
    found = _DURATION.fullmatch(text)
    return bool(found and any(part for name, part in found.groupdict().items() if name != "sign"))


def duration(value: Any) -> Duration:
    """Raises ValueError on anything that is no duration."""
    if isinstance(value, timedelta):
        return Duration(0, value)
    if isinstance(value, YearsAndMonths):
        return Duration(value.months, timedelta())
    if not isinstance(value, str) or not _is_duration(value):
        raise ValueError(f"{value!r} 不是时长")
    found = _DURATION.fullmatch(value)
    assert found is not None
    parts = {name: float(part) for name, part in found.groupdict().items() if part and name != "sign"}
    sign = -1 if found["sign"] else 1
    months = int(parts.pop("years", 0) * 12 + parts.pop("months", 0))
    return Duration(sign * months, sign * timedelta(**parts))


def moment(value: Any) -> datetime:
    """An aware UTC moment. Raises ValueError on anything that is no date."""
    if isinstance(value, str):
        if not _DATE.fullmatch(value):
            raise ValueError(f"{value!r} 不是日期时间")
        value = datetime.fromisoformat(value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} 不是日期时间")
    return (value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value).astimezone(UTC)


def cycle(text: Any) -> Cycle:
    """`R[n]/[start/]duration[/end]`, `R[n]/start/end`; a duration alone repeats. Raises ValueError."""
    if not isinstance(text, str):
        found = duration(text)
        return Cycle(None, None, found, None)
    if _is_duration(text):
        return Cycle(None, None, duration(text), None)
    head, *parts = text.split("/")
    times_text = head[1:]
    if head[:1] != "R" or not 1 <= len(parts) <= 3 or not re.fullmatch(r"-1|\d*", times_text):
        raise ValueError(f"{text!r} 不是重复周期")
    times = None if times_text in ("", "-1") else int(times_text)
    if times == 0:
        raise ValueError(f"{text!r} 重复零次，永远不会到时")
    if len(parts) == 2 and not any(_is_duration(part) for part in parts):
        start, end = moment(parts[0]), moment(parts[1])
        interval = Duration(0, end - start)
        found_start: datetime | None = start
        found_end: datetime | None = None
    else:
        place = next((i for i, part in enumerate(parts) if _is_duration(part)), -1)
        if place < 0 or place > 1 or len(parts) - place > 2:
            raise ValueError(f"{text!r} 不是重复周期")
        interval = duration(parts[place])
        found_start = moment(parts[0]) if place == 1 else None
        found_end = moment(parts[-1]) if len(parts) > place + 1 else None
    if interval.months <= 0 and interval.rest <= timedelta():
        raise ValueError(f"{text!r} 的周期不是正的时长")
    return Cycle(times, found_start, interval, found_end)

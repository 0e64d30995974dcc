"""Conversion functions (DMN 1.5 §10.3.4.1, table 73) and `string` (table 63's reverse)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from engine.feel import temporal
from engine.feel.builtins.signature import Library
from engine.feel.errors import Failure, FeelLimitError
from engine.feel.values import NUMBERS, Function, Range, Run, YearsAndMonths

library = Library()
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


def whole(value: Decimal, name: str) -> int:
    """The number as an int; Failure when it has a fraction or is absurdly large."""
    if value != value.to_integral_value() or value.adjusted() > 18:
        raise Failure(f"参数“{name}”应为整数")
    return int(value)


@library.function("date", "from:S")
def _date_from_text(run: Run, text: str) -> date:
    return temporal.read_date(text)


@library.function("date", "from:MD")
def _date_from_moment(run: Run, value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


@library.function("date", "year:N", "month:N", "day:N")
def _date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> date:
    return date(whole(year, "year"), whole(month, "month"), whole(day, "day"))


@library.function("date and time", "from:S")
def _moment_from_text(run: Run, text: str) -> datetime:
    return temporal.read_datetime(text)


@library.function("date and time", "from:MD")
def _moment_from_value(run: Run, value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), tzinfo=UTC)


@library.function("date and time", "date:MD", "time:T")
def _moment_of_parts(run: Run, day: Any, clock: time) -> datetime:
    return datetime.combine(day.date() if isinstance(day, datetime) else day, clock)


@library.function("date and time", "date:MD", "timezone:S")
def _moment_in_zone(run: Run, value: Any, name: str) -> datetime:
    there = temporal.zone(name)
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), tzinfo=there)
    return value.astimezone(there) if value.tzinfo else value.replace(tzinfo=there)


@library.function("date and time", "year:N", "month:N", "day:N", "hour:N", "minute:N", "second:N")
def _moment_of_numbers(run: Run, *parts: Decimal) -> datetime:
    return _moment(parts, None)


@library.function(
    "date and time", "year:N", "month:N", "day:N", "hour:N", "minute:N", "second:N", "offset:U~"
)
def _moment_of_numbers_offset(run: Run, *parts: Any) -> datetime:
    return _moment(parts[:6], parts[6])


@library.function(
    "date and time", "year:N", "month:N", "day:N", "hour:N", "minute:N", "second:N", "timezone:S"
)
def _moment_of_numbers_zone(run: Run, *parts: Any) -> datetime:
    return _moment(parts[:6], None).replace(tzinfo=temporal.zone(parts[6]))


def _moment(parts: tuple[Decimal, ...], offset: timedelta | None) -> datetime:
    year, month, day = (whole(part, "date") for part in parts[:3])
    hour, minute, second = parts[3:]
    return datetime.combine(date(year, month, day), _clock(hour, minute, second, offset))


def _clock(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None) -> time:
    seconds = int(second)
    micro = int((second - seconds).scaleb(6))
    if second < 0:
        raise Failure("秒数不能为负")
    there = None
    if offset is not None:
        if abs(offset) > timedelta(hours=18):
            raise Failure("时差超出范围")
        there = timezone(offset) if offset else UTC
    return time(whole(hour, "hour"), whole(minute, "minute"), seconds, micro, tzinfo=there)


@library.function("time", "from:S")
def _time_from_text(run: Run, text: str) -> time:
    return temporal.read_time(text)


@library.function("time", "from:MDT")
def _time_from_value(run: Run, value: Any) -> time:
    if isinstance(value, time):
        return value
    return value.timetz() if isinstance(value, datetime) else time(tzinfo=UTC)


@library.function("time", "hour:N", "minute:N", "second:N", "offset:U?~")
def _time_of_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None
) -> time:
    return _clock(hour, minute, second, offset)


@library.function("number", "from:N")
def _number_from_number(run: Run, value: Decimal) -> Decimal:
    return value


@library.function("number", "from:S", "grouping separator:S?~", "decimal separator:S?~")
def _number_from_text(
    run: Run, text: str, grouping: str | None = None, separator: str | None = None
) -> Decimal:
    if grouping is not None and grouping not in (" ", ",", "."):
        raise Failure("千位分隔符应为空格、逗号或句点")
    if separator is not None and separator not in (",", "."):
        raise Failure("小数点应为逗号或句点")
    if grouping is not None and grouping == separator:
        raise Failure("千位分隔符与小数点相同")
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(separator, ".") if separator else plain
    if len(plain) > 6200 or not _NUMBER.fullmatch(plain):
        raise Failure(f"“{text[:60]}”不是数")
    return NUMBERS.create_decimal(plain)


@library.function("string", "from:A")
def _string(run: Run, value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else write(run, value)
    run.charge_text(len(text))
    return text


def write(run: Run, value: Any, depth: int = 0) -> str:
    """The text of a value as `string()` gives it; strings inside lists and contexts are quoted."""
    run.charge(6)
    if depth > 50:
        raise FeelLimitError("数据嵌套过深")
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value.normalize(NUMBERS), "f") if value else "0"
        run.charge_text(len(text))
        return text
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, datetime):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}T{temporal.write_time(value)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return temporal.write_time(value)
    if isinstance(value, timedelta):
        return temporal.write_duration(value)
    if isinstance(value, YearsAndMonths):
        return str(value)
    return _write_compound(run, value, depth + 1)


def _write_compound(run: Run, value: Any, depth: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(write(run, element, depth) for element in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {write(run, v, depth)}" for k, v in value.items()) + "}"
    if isinstance(value, Range):
        if value.start is None:
            return f"({'<=' if value.end_included else '<'} {write(run, value.end, depth)})"
        if value.end is None:
            return f"({'>=' if value.start_included else '>'} {write(run, value.start, depth)})"
        return (
            f"{'[' if value.start_included else '('}{write(run, value.start, depth)}"
            f"..{write(run, value.end, depth)}{']' if value.end_included else ')'}"
        )
    assert isinstance(value, Function)
    return f"function({', '.join(parameter.name for parameter in value.parameters)})"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d][\w ]*", name) else '"' + name.replace('"', '\\"') + '"'


@library.function("duration", "from:S")
def _duration(run: Run, text: str) -> Any:
    return temporal.read_duration(text)


@library.function("duration", "from:UY")
def _same_duration(run: Run, value: Any) -> Any:
    return value


@library.function("years and months duration", "from:DM", "to:DM")
def _months_between(run: Run, start: date, end: date) -> YearsAndMonths:
    first = start.date() if isinstance(start, datetime) else start
    last = end.date() if isinstance(end, datetime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsAndMonths(months)

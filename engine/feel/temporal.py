"""Dates, times and durations: reading, writing, properties and arithmetic (DMN 1.5 §10.3.2.3.4-8, §10.3.4.1).

Departure: years are 1 to 9999 and fractions end at the microsecond, as Python's own types have them; the standard
allows years to 999999999 either side and nanoseconds. What lies outside is null; finer fractions are cut off.

A time or moment without zone or offset is local (naive); with one it is aware, IANA zones as ZoneInfo.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.errors import Failure
from engine.feel.values import YearsAndMonths

_DATE = re.compile(r"(-?[0-9]{4,9})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,18}))?"
    r"(?:([zZ])|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+\-/]{1,64}))?"
)
_YM = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,9})Y)?(?:([0-9]{1,10})M)?")
_DT = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,10})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,12})H)?(?:([0-9]{1,14})M)?(?:([0-9]{1,16})(?:\.([0-9]{0,18}))?S)?)?"
)
_DAY = timedelta(days=1)


@functools.lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """The IANA zone of that name; Failure where there is none."""
    if name.startswith("/") or ".." in name:
        raise Failure(f"没有时区“{name}”")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Failure(f"没有时区“{name}”") from error


def read_date(text: str) -> date:
    """`2026-09-25`; Failure otherwise."""
    found = _DATE.fullmatch(text)
    if not found or (len(found.group(1).lstrip("-")) > 4 and found.group(1).lstrip("-")[0] == "0"):
        raise Failure(f"“{text}”不是日期")
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError as error:
        raise Failure(f"“{text}”不是日期") from error


def _zone_of(found: re.Match[str], text: str) -> tzinfo | None:
    if found.group(5):
        return UTC
    if found.group(6):
        hours, minutes, seconds = int(found.group(7)), int(found.group(8)), int(found.group(9) or 0)
        if hours > 18 or minutes > 59 or seconds > 59 or (hours == 18 and (minutes or seconds)):
            raise Failure(f"“{text}”的时差无效")
        offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return timezone(-offset if found.group(6) == "-" else offset) if offset else UTC
    return zone(found.group(10)) if found.group(10) else None


def read_time(text: str) -> time:
    """`08:30:00`, with fraction (kept to microseconds), offset or `@Zone`; Failure otherwise."""
    found = _TIME.fullmatch(text)
    if not found:
        raise Failure(f"“{text}”不是时间")
    micro = int((found.group(4) or "0").ljust(6, "0")[:6])
    try:
        return time(
            int(found.group(1)), int(found.group(2)), int(found.group(3)), micro, tzinfo=_zone_of(found, text)
        )
    except ValueError as error:
        raise Failure(f"“{text}”不是时间") from error


def read_datetime(text: str) -> datetime:
    """`2026-09-25T08:30:00` with what a time may have; a date alone is its midnight; Failure otherwise."""
    day, mark, clock = text.partition("T")
    if not mark:
        return datetime.combine(read_date(day), time())
    if re.match(r"24:00:00(\.0+)?(?![0-9.])", clock):
        return add(datetime.combine(read_date(day), read_time("00" + clock[2:])), _DAY)  # type: ignore[no-any-return]
    return datetime.combine(read_date(day), read_time(clock))


def read_duration(text: str) -> timedelta | YearsAndMonths:
    """`P1Y2M` or `P1DT2H3M4.5S`, with a sign before; Failure otherwise."""
    if found := _YM.fullmatch(text):
        months = int(found.group(2) or 0) * 12 + int(found.group(3) or 0)
        return YearsAndMonths(-months if found.group(1) else months)
    found = _DT.fullmatch(text)
    if not found or text.endswith((".S", "T")):
        raise Failure(f"“{text}”不是时长")
    try:
        amount = timedelta(
            days=int(found.group(2) or 0),
            hours=int(found.group(3) or 0),
            minutes=int(found.group(4) or 0),
            seconds=int(found.group(5) or 0),
            microseconds=int((found.group(6) or "0").ljust(6, "0")[:6]),
        )
        return -amount if found.group(1) else amount
    except OverflowError as error:
        raise Failure(f"时长“{text}”过大") from error


def read_at(text: str) -> Any:
    """The value of an `@"…"` literal (rule 62), or Failure."""
    for read in (read_date, read_time, read_duration):
        try:
            return read(text)
        except Failure:
            continue
    if "T" in text:
        return read_datetime(text)
    raise Failure(f"“{text}”不是日期、时间或时长")


def offset_of(value: datetime | time) -> timedelta | None:
    """How far ahead of UTC; of a time in a zone with changing offset, today's standard is unknown: None."""
    if value.tzinfo is None:
        return None
    if isinstance(value, datetime):
        return value.utcoffset()
    found = value.utcoffset()
    return found if found is not None else datetime.combine(date(1970, 1, 1), value).utcoffset()


def write_zone(value: datetime | time) -> str:
    """`Z`, `+08:00`, `@Asia/Shanghai` or nothing."""
    if value.tzinfo is None:
        return ""
    key = getattr(value.tzinfo, "key", None)
    if key:
        return f"@{key}"
    offset = offset_of(value) or timedelta()
    if not offset:
        return "Z"
    sign = "-" if offset < timedelta() else "+"
    hours, rest = divmod(int(abs(offset).total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def write_time(value: datetime | time) -> str:
    """ISO 8601 with the fraction only where there is one."""
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{write_zone(value)}"


def write_duration(value: timedelta) -> str:
    """`P1DT2H3M4.5S` in normal form; `PT0S` for nothing."""
    sign, amount = ("-", -value) if value < timedelta() else ("", value)
    hours, rest = divmod(amount.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{amount.microseconds:06d}".rstrip("0") if amount.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{amount.days}D" if amount.days else ""
    return f"{sign}P{days}" + (f"T{clock}" if clock else "") if days or clock else "PT0S"


def seconds_of(value: timedelta) -> Decimal:
    """A days and time duration in seconds, exactly."""
    return Decimal(value.days * 86400 + value.seconds) + Decimal(value.microseconds).scaleb(-6)


def from_seconds(seconds: Decimal) -> timedelta:
    """The duration of so many seconds, to the microsecond; Failure when too long."""
    try:
        return timedelta(microseconds=int(seconds.scaleb(6).to_integral_value()))
    except (OverflowError, ArithmeticError) as error:
        raise Failure("时长过大") from error


def instant(value: datetime) -> datetime:
    """The same moment in UTC when aware, itself when local: what comparisons compare."""
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise Failure("日期超出范围") from error


def time_key(value: time) -> int:
    """Microseconds of the day, in UTC when aware."""
    micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = offset_of(value)
    return micros - (offset // timedelta(microseconds=1) if offset else 0)


def add_months(value: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month; keeps a datetime's time."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    month += 1
    if not 1 <= year <= 9999:
        raise Failure("日期超出范围")
    return value.replace(year=year, month=month, day=min(value.day, days_in_month(year, month)))


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def add(moment: Any, amount: Any) -> Any:
    """A date, time or moment plus a duration; Failure when out of range or of other types."""
    try:
        if isinstance(amount, YearsAndMonths) and isinstance(moment, date):
            return add_months(moment, amount.months)
        if isinstance(amount, timedelta):
            if isinstance(moment, datetime):
                if moment.tzinfo is not None:
                    return (moment.astimezone(UTC) + amount).astimezone(moment.tzinfo)
                return moment + amount
            if isinstance(moment, date):
                return (datetime.combine(moment, time()) + amount).date()
            if isinstance(moment, time):
                whole = datetime.combine(date(2000, 1, 2), moment.replace(tzinfo=None)) + amount % _DAY
                return whole.time().replace(tzinfo=moment.tzinfo)
    except (OverflowError, ValueError) as error:
        raise Failure("日期超出范围") from error
    raise Failure("类型不能相加")


def difference(left: Any, right: Any) -> timedelta:
    """The duration between two dates, moments or times; Failure where only one has a zone."""
    if isinstance(left, time) and isinstance(right, time):
        if (left.tzinfo is None) != (right.tzinfo is None):
            raise Failure("有时区与无时区的时间不能相减")
        return timedelta(microseconds=time_key(left) - time_key(right))
    if isinstance(left, date) and isinstance(right, date):
        if not isinstance(left, datetime) and not isinstance(right, datetime):
            return left - right
        left, right = _moment(left), _moment(right)
        if (left.tzinfo is None) != (right.tzinfo is None):
            raise Failure("有时区与无时区的日期时间不能相减")
        return instant(left) - instant(right)
    raise Failure("类型不能相减")


def _moment(value: date) -> datetime:
    # DMN 1.5 §10.3.2.3.5: a date stands for its midnight in UTC where a moment is wanted.
    return value if isinstance(value, datetime) else datetime.combine(value, time(), tzinfo=UTC)


def _of_date(value: Any, name: str) -> Any:
    if name == "year":
        return Decimal(value.year)
    if name == "month":
        return Decimal(value.month)
    if name == "day":
        return Decimal(value.day)
    return Decimal(value.isoweekday()) if name == "weekday" else None


def _of_time(value: Any, name: str) -> Any:
    if name == "hour":
        return Decimal(value.hour)
    if name == "minute":
        return Decimal(value.minute)
    if name == "second":
        return Decimal(value.second)
    if name == "time offset":
        return offset_of(value)
    return getattr(value.tzinfo, "key", None) if name == "timezone" else None


def _of_duration(value: timedelta, name: str) -> Any:
    sign, amount = (-1, -value) if value < timedelta() else (1, value)
    parts = {
        "days": amount.days,
        "hours": amount.seconds // 3600,
        "minutes": amount.seconds % 3600 // 60,
        "seconds": amount.seconds % 60,
    }
    return Decimal(sign * parts[name])


_DATE_PARTS = frozenset(("year", "month", "day", "weekday"))
_TIME_PARTS = frozenset(("hour", "minute", "second", "time offset", "timezone"))
_DURATION_PARTS = frozenset(("days", "hours", "minutes", "seconds"))


def property_of(value: Any, name: str) -> Any:
    """`value.name` of DMN 1.5 table 65; Failure where the type has no such property."""
    if isinstance(value, date) and name in _DATE_PARTS:
        return _of_date(value, name)
    if isinstance(value, datetime | time) and name in _TIME_PARTS:
        return _of_time(value, name)
    if isinstance(value, timedelta) and name in _DURATION_PARTS:
        return _of_duration(value, name)
    if isinstance(value, YearsAndMonths) and name in ("years", "months"):
        years, months = divmod(abs(value.months), 12)
        amount = years if name == "years" else months
        return Decimal(-amount if value.months < 0 else amount)
    raise Failure(f"没有属性“{name}”")

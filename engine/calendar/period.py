"""Periods of law and the day or moment on which they end.

Counting is in Asia/Shanghai; moments come out as aware UTC. Sources: 民法典 第二百零一至二百零三条, 民事诉讼法
第八十五条, 行政许可法 第四十五条 (time that is not counted), 第八十二条.

What a suspension from X to Y takes away is one set of days, X+1 … Y (X itself was used), whatever the unit; days
in several suspensions count once. `working_day` and `day` limits do not count those days. A `month` or `year`
limit is first laid out from its original start (clamped to the month's end once), then put off by every suspended
day within it, those in the put-off part included. A last day that is suspended or a holiday rolls on. `hour`
limits lose the exact time between X and Y when these are moments, the whole days X+1 … Y when they are dates.
"""

from __future__ import annotations

import calendar as _months
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from engine.calendar.working import WorkingCalendar
from engine.errors import ChengbanError

Unit = Literal["working_day", "day", "hour", "month", "year"]
Direction = Literal["after", "before"]
UNITS: tuple[Unit, ...] = ("working_day", "day", "hour", "month", "year")
UNIT_NAMES: dict[str, str] = {
    "working_day": "个工作日",
    "day": "日",
    "hour": "小时",
    "month": "个月",
    "year": "年",
}
SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
_Date = date
# Shanghai kept summer time until 1991; since then its 24:00 is 16:00 UTC, and the table lookup can be spared.
_SETTLED = date(1992, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """An amount of a unit, forward from an event or back from it.

    `minimum` is a least time (公示不少于…日): counted alike, but it opens a gate instead of closing one.
    `closes` is the close of business where the law ends the last day with it (民法典 第二百零三条第二款);
    None is 24:00. `rolls` is False for a term that ends on its day whatever day that is (validity of a licence).
    """

    amount: int
    unit: Unit
    direction: Direction = "after"
    minimum: bool = False
    closes: time | None = None
    rolls: bool = True

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"不认识的期限单位“{self.unit}”")
        if self.direction not in ("after", "before"):
            raise ValueError(f"不认识的计算方向“{self.direction}”")
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 0:
            raise ValueError("期限须是非负整数")

    def __str__(self) -> str:
        return f"{self.amount}{UNIT_NAMES[self.unit]}"


class Span(NamedTuple):
    """Time not counted: ordered on `start`, ended on `end` (dates, or moments); `end` None is still open."""

    start: date | datetime
    end: date | datetime | None
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A line of the table of days. `count` is the running count after the day; `why` is in Chinese."""

    date: _Date
    counted: bool
    why: str
    count: int


@dataclass(frozen=True)
class Due:
    """When a period ends: the moment (aware UTC), the day in Shanghai, and whether unpublished years touch it."""

    moment: datetime
    date: _Date
    provisional: bool
    parts: tuple[Period, ...]
    start: _Date | datetime
    spans: tuple[Span, ...]
    calendar: WorkingCalendar

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The table of days, from the event's day to the last, so that the date can be followed by hand."""
        from engine.calendar.table import table

        return table(self)


def day_of(value: date | datetime) -> date:
    """The day in Shanghai; a naive datetime is local time there."""
    if isinstance(value, datetime):
        return value.date() if value.tzinfo is None else value.astimezone(SHANGHAI).date()
    return value


def moment_of(value: date | datetime) -> datetime:
    """The moment in UTC; a bare date is its first instant in Shanghai."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    return datetime.combine(value, time(), SHANGHAI).astimezone(UTC)


def end_of_day(day: date, closes: time | None = None) -> datetime:
    """24:00 in Shanghai, or the close of business, in UTC."""
    if closes is None and day >= _SETTLED:
        return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    if closes is None:
        return datetime.combine(day + ONE_DAY, time(), SHANGHAI).astimezone(UTC)
    return datetime.combine(day, closes, SHANGHAI).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same-numbered day, or the month's last where it has none (民法典 第二百零二条)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, _months.monthrange(year, month)[1]))


def fixed_date(month_day: str, since: date) -> date:
    """The next day of that number, `MM-DD`, from `since` on: a duty tied to the calendar is no period and does not roll."""
    this_year = date.fromisoformat(f"{since.year}-{month_day}")
    return this_year if this_year >= since else date.fromisoformat(f"{since.year + 1}-{month_day}")


class Gap(NamedTuple):
    """Days not counted: `after` < day <= `last`."""

    after: date
    last: date


def gaps(spans: Iterable[Span]) -> list[Gap]:
    """The suspended days as disjoint stretches in order; an open span reaches to the end of time."""
    stretches = sorted(
        (day_of(span.start), day_of(span.end) if span.end is not None else date.max) for span in spans
    )
    merged: list[Gap] = []
    for after, last in stretches:
        if last <= after:
            continue
        if merged and after <= merged[-1].last:
            if last > merged[-1].last:
                merged[-1] = Gap(merged[-1].after, last)
        else:
            merged.append(Gap(after, last))
    return merged


def in_gaps(day: date, stretches: Sequence[Gap]) -> bool:
    return any(gap.after < day <= gap.last for gap in stretches)


def counted_between(
    unit: Unit, first: date, last: date, stretches: Sequence[Gap], calendar: WorkingCalendar
) -> int:
    """Days counted after `first` up to `last` (working days for that unit, else calendar days)."""
    if last <= first:
        return 0

    def span_of(start: date, end: date) -> int:
        if unit == "working_day":
            return calendar.working_days_between(start, end)
        return (end - start).days

    count = span_of(first, last)
    for gap in stretches:
        start, end = max(first, gap.after), min(last, gap.last)
        if start < end:
            count -= span_of(start, end)
    return count


class NeverDueError(ChengbanError):
    """期限中止未恢复，届满日尚不能确定"""


def _forward(
    unit: Unit, amount: int, start: date, stretches: Sequence[Gap], calendar: WorkingCalendar
) -> date:
    """The last counted day, before any roll-over."""
    if unit in ("month", "year"):
        end = add_months(start, amount * (12 if unit == "year" else 1))
        amount, unit = (end - start).days, "day"
    if amount == 0:
        return start
    day = start
    for gap in stretches:
        if gap.last <= day:
            continue
        if gap.after > day:
            within = counted_between(unit, day, gap.after, (), calendar)
            if within >= amount:
                break
            amount -= within
        if gap.last == date.max:
            raise NeverDueError
        day = gap.last
    if unit == "working_day":
        return calendar.working_days_after(day, amount)
    return day + timedelta(days=amount)


def _backward(
    unit: Unit, amount: int, start: date, stretches: Sequence[Gap], calendar: WorkingCalendar
) -> date:
    if unit in ("month", "year"):
        end = add_months(start, -amount * (12 if unit == "year" else 1))
        amount, unit = (start - end).days, "day"
    if not stretches:
        if unit == "working_day":
            return calendar.working_days_after(start, -amount)
        return start - timedelta(days=amount)
    day = start
    while amount:
        day -= ONE_DAY
        if not in_gaps(day, stretches) and (unit != "working_day" or calendar.is_working_day(day)):
            amount -= 1
    return day


def raw_end(
    parts: Sequence[Period], start: date, stretches: Sequence[Gap], calendar: WorkingCalendar
) -> date:
    """The last day of the parts counted one after the other, before the roll-over.

    Neighbouring parts of one unit are one count: 20 + 10 working days are 30, two months + one month are three
    from the original start.
    """
    day = start
    index = 0
    while index < len(parts):
        part = parts[index]
        amount = part.amount
        index += 1
        while index < len(parts) and parts[index].unit == part.unit:
            amount += parts[index].amount
            index += 1
        count = _backward if part.direction == "before" else _forward
        day = count(part.unit, amount, day, stretches, calendar)
    return day


def rolled(day: date, step: timedelta, stretches: Sequence[Gap], calendar: WorkingCalendar) -> date:
    """The nearest day in that direction that is a working day and not suspended (民法典 第二百零三条)."""
    while (suspended := in_gaps(day, stretches)) or not calendar.is_working_day(day):
        if suspended and stretches[-1].last == date.max and day > stretches[-1].after:
            raise NeverDueError
        day += step
    return day


def due(
    period: Period | Sequence[Period],
    start: date | datetime,
    calendar: WorkingCalendar,
    *,
    spans: Iterable[Span] = (),
    extension: Period | None = None,
) -> Due:
    """When the period that the event of `start` set going ends.

    A sequence of periods (a limit and its extensions) runs one after the other. Raises NeverDueError while a
    suspension is open.
    """
    parts = (period,) if isinstance(period, Period) else tuple(period)
    if extension is not None:
        parts += (extension,)
    spans = tuple(spans)
    first = parts[0]
    if first.unit == "hour":
        moment = _hours_end(sum(part.amount for part in parts), start, spans, first.direction)
        return Due(moment, day_of(moment), False, parts, start, spans, calendar)
    origin = day_of(start)
    stretches = gaps(spans) if spans else []
    last = raw_end(parts, origin, stretches, calendar)
    if first.rolls:
        last = rolled(last, -ONE_DAY if first.direction == "before" else ONE_DAY, stretches, calendar)
    low, high = (origin, last) if origin <= last else (last, origin)
    provisional = any(calendar.provisional(year) for year in range(low.year, high.year + 1))
    return Due(end_of_day(last, first.closes), last, provisional, parts, start, spans, calendar)


def moments_of(span: Span) -> tuple[datetime, datetime | None]:
    """The stretch of time a span takes from an hour limit, in UTC."""

    def edge(value: date | datetime) -> datetime:
        return moment_of(value) if isinstance(value, datetime) else end_of_day(value)

    return edge(span.start), edge(span.end) if span.end is not None else None


def _hours_end(hours: int, start: date | datetime, spans: Sequence[Span], direction: Direction) -> datetime:
    """Hours run at once, through nights and holidays, and do not roll over (民法典 第二百零一条第二款)."""
    origin = moment_of(start)
    if direction == "before" or not hours:
        return origin - timedelta(hours=hours)
    left = timedelta(hours=hours)
    at = origin
    for begun, ended in sorted((moments_of(span) for span in spans), key=lambda pair: pair[0]):
        if begun > at:
            if begun - at >= left:
                break
            left -= begun - at
            at = begun
        if ended is None:
            raise NeverDueError
        at = max(at, ended)
    return at + left

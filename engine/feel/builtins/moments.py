"""Temporal functions (DMN 1.5 §10.3.4.8), `now`, `today`, `is` (§10.3.4.9), and ours of working days."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.feel import temporal
from engine.feel.builtins.conversion import whole
from engine.feel.builtins.signature import Library
from engine.feel.errors import Failure
from engine.feel.operations import kind_of, same
from engine.feel.values import Run

library = Library()
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@library.function("day of year", "date:DM")
def _day_of_year(run: Run, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@library.function("day of week", "date:DM")
def _day_of_week(run: Run, day: date) -> str:
    return _DAYS[day.weekday()]


@library.function("month of year", "date:DM")
def _month_of_year(run: Run, day: date) -> str:
    return _MONTHS[day.month - 1]


@library.function("week of year", "date:DM")
def _week_of_year(run: Run, day: date) -> Decimal:
    return Decimal(day.isocalendar().week)


@library.function("last day of month", "date:DM")
def _last_day_of_month(run: Run, day: date) -> Decimal:
    return Decimal(temporal.days_in_month(day.year, day.month))


@library.function("now")
def _now(run: Run) -> datetime:
    return run.environment.moment()


@library.function("today")
def _today(run: Run) -> date:
    return run.environment.moment().date()


@library.function("is", "value1:A", "value2:A")
def _is(run: Run, left: Any, right: Any) -> bool:
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, time | datetime):
        # The same element of the semantic domain: clock and offset, by whatever name the zone goes.
        clocks = left.replace(tzinfo=None) == right.replace(tzinfo=None)
        return clocks and temporal.offset_of(left) == temporal.offset_of(right)
    return same(left, right, run.charge)


def _calendar(run: Run) -> Any:
    calendar = run.environment.working_calendar
    if calendar is None:
        raise Failure("没有给出工作日历")
    return calendar


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


@library.function("is working day", "date:DM")
def _is_working_day(run: Run, day: date) -> bool:
    return bool(_calendar(run).is_working_day(_day(day)))


@library.function("working days after", "date:DM", "n:N")
def _working_days_after(run: Run, day: date, count: Decimal) -> Any:
    days = whole(count, "n")
    if abs(days) > 10_000:
        raise Failure("工作日数过大")
    return _calendar(run).working_days_after(_day(day), days)


@library.function("working days between", "a:DM", "b:DM")
def _working_days_between(run: Run, start: date, end: date) -> Decimal:
    return Decimal(_calendar(run).working_days_between(_day(start), _day(end)))

"""What a clock has used and has left, when it is due, whether an act was in time, and the ledger line that says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from engine.calendar.limit import Limit
from engine.calendar.period import (
    Due,
    NeverDueError,
    Unit,
    counted_between,
    day_of,
    due,
    gaps,
    moment_of,
    moments_of,
    raw_end,
)
from engine.calendar.run import Clock, ClockEvent, Moment
from engine.calendar.working import WorkingCalendar


def spent(limit: Limit, clock: Clock, on: Moment, calendar: WorkingCalendar) -> tuple[int, int]:
    """Used and left by the end of the day `on` (for hours: at that moment), in the limit's unit.

    Months and years are told in calendar days; `left` is negative when overdue.
    """
    assert clock.start is not None
    parts = clock.parts(limit)
    if limit.unit == "hour":
        return _hours_spent(sum(part.amount for part in parts), clock, moment_of(on))
    origin, day = day_of(clock.start), day_of(on)
    unit: Unit = "working_day" if all(part.unit == "working_day" for part in parts) else "day"
    if limit.direction == "before":
        last = raw_end(parts, origin, (), calendar)
        total = counted_between(unit, last, origin, (), calendar)
        left = (
            counted_between(unit, day, last, (), calendar)
            if day <= last
            else -counted_between(unit, last, day, (), calendar)
        )
        return total - left, left
    if all(part.unit in ("working_day", "day") for part in parts) and len({part.unit for part in parts}) == 1:
        total = sum(part.amount for part in parts)
    else:
        total = counted_between(unit, origin, raw_end(parts, origin, (), calendar), (), calendar)
    used = counted_between(unit, origin, day, gaps(clock.spans()), calendar)
    left = total - used
    if left < 0 and (clock.due is None or day <= last_day_of(clock.due)):
        # The last day fell on a holiday: nothing is left, but nothing is overdue until the day it rolled to.
        left = 0
    return used, left


def last_day_of(moment: datetime) -> date:
    """The day in Shanghai that a due moment ends: its 24:00 is the first instant of the next."""
    return day_of(moment - timedelta(seconds=1))


def _hours_spent(total: int, clock: Clock, at: datetime) -> tuple[int, int]:
    assert clock.start is not None
    origin = moment_of(clock.start)
    running = max((at - origin).total_seconds(), 0.0)
    reached = origin
    for begun, ended in sorted((moments_of(span) for span in clock.spans()), key=lambda pair: pair[0]):
        low, high = max(begun, reached), min(ended or at, at)
        if high > low:
            running -= (high - low).total_seconds()
            reached = high
    used = int(running // 3600)
    return used, total - used


def answer_of(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> Due | None:
    """When the clock is due under that calendar; None while it waits or a suspension is open."""
    if clock.start is None:
        return None
    try:
        return due(clock.parts(limit), clock.start, calendar, spans=clock.spans())
    except NeverDueError:
        return None


def settled(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> Clock:
    answer = answer_of(limit, clock, calendar)
    return replace(
        clock,
        due=answer.moment if answer else None,
        provisional=answer.provisional if answer else False,
        calendar=calendar.version,
    )


def judged(limit: Limit, clock: Clock) -> Clock:
    """Late or in time, by the date of the act itself."""
    if clock.ended is None or clock.due is None or limit.minimum:
        return replace(clock, late=False)
    if isinstance(clock.ended, datetime) and (limit.unit == "hour" or limit.closes):
        return replace(clock, late=moment_of(clock.ended) > clock.due)
    return replace(clock, late=day_of(clock.ended) > last_day_of(clock.due))


def ledger_line(
    limit: Limit,
    event: str,
    at: datetime,
    on: Moment | None,
    before: Clock,
    after: Clock,
    calendar: WorkingCalendar,
    *,
    ground: str = "",
    source: str = "",
    document: str = "",
    reason: str = "",
    who: str = "",
) -> ClockEvent:
    used: int | None = None
    left: int | None = None
    if after.start is not None:
        used, left = spent(limit, after, on if on is not None else at, calendar)
    return ClockEvent(
        limit.id, event, at, on, before.due, after.due, used, left, ground, source or str(limit.source), document,
        reason, who, calendar.version, after.provisional,
    )  # fmt: skip

"""The warning chain as moments: when each of handler, section chief, bureau leader and supervision is to be told.

The handler when the light turns yellow (at the latest as the last day begins), the section chief as the last day begins, the bureau leader when it is
overdue, supervision when one working day more has gone by. Lights and warnings follow the promise where there is one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from engine.calendar.lights import CHAIN, promised
from engine.calendar.limit import Limit
from engine.calendar.period import ONE_DAY, Due, Period, day_of, due, moment_of
from engine.calendar.reckoning import answer_of, spent
from engine.calendar.run import Clock
from engine.calendar.working import WorkingCalendar

KINDS = ("yellow", "last_day", "overdue", "overdue_one_day")
_BACKWARD_REACH = timedelta(days=400)  # a limit that counts back has no first day of its own to search from


class Warned(NamedTuple):
    """`kind`: yellow | last_day | overdue | overdue_one_day; `role`: who of the chain; `moment`: aware UTC."""

    kind: str
    role: str
    moment: datetime


class Outlook(NamedTuple):
    """What is to come if nothing moves; `due` is the moment that lights and warnings look at (aware UTC)."""

    due: datetime
    warnings: tuple[Warned, ...]

    @property
    def yellow_at(self) -> datetime:
        return self.warnings[0].moment


def outlook(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> Outlook | None:
    """None for a clock that warns nobody: not running (nor run out with mere escalation), or a least time."""
    running = clock.state == "running" or (clock.state == "expired" and limit.effect == "escalate")
    if not running or limit.minimum or clock.late:
        return None
    seen = replace(limit, amount=limit.promised.amount, unit=limit.promised.unit) if limit.promised else limit
    answer = promised(limit, clock, calendar) or answer_of(limit, clock, calendar)
    if answer is None:
        return None
    yellow = min(_yellow(seen, clock, answer, calendar), answer.moment)
    last_day = min(max(moment_of(answer.date), yellow), answer.moment)
    supervision = moment_of(calendar.working_days_after(answer.date, 2))
    moments = (yellow, last_day, answer.moment, max(supervision, answer.moment))
    return Outlook(
        answer.moment,
        tuple(Warned(kind, role, moment) for kind, role, moment in zip(KINDS, CHAIN, moments, strict=True)),
    )


def _yellow(limit: Limit, clock: Clock, answer: Due, calendar: WorkingCalendar) -> datetime:
    """The first instant at which `lights.light` is yellow."""
    assert clock.start is not None
    if limit.unit == "hour":
        return _yellow_hour(limit, clock, calendar)

    def turned(day: date) -> bool:
        used, left = spent(limit, clock, day - ONE_DAY, calendar)
        bound = limit.yellow * (used + left) if isinstance(limit.yellow, Decimal) else limit.yellow
        return left <= bound

    low = answer.date - _BACKWARD_REACH if limit.direction == "before" else day_of(clock.start)
    high = answer.date
    if low >= high or not turned(high):
        return moment_of(high)
    while low < high:
        middle = low + (high - low) // 2
        if turned(middle):
            high = middle
        else:
            low = middle + ONE_DAY
    return moment_of(low)


def _yellow_hour(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> datetime:
    assert clock.start is not None
    total = sum(part.amount for part in clock.parts(limit))
    bound = limit.yellow * total if isinstance(limit.yellow, Decimal) else Decimal(limit.yellow)
    used = int((total - bound).to_integral_value(ROUND_CEILING))
    if used <= 0:
        return moment_of(clock.start)
    return due(Period(used, "hour"), clock.start, calendar, spans=clock.spans()).moment

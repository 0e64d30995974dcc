"""Lights and whom they warn. Lights follow the promise where the bureau has made one; legality follows the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from engine.calendar.limit import Limit
from engine.calendar.period import Due, Period, day_of, due, moment_of
from engine.calendar.reckoning import answer_of, spent
from engine.calendar.run import Clock
from engine.calendar.working import WorkingCalendar

Light = Literal["green", "yellow", "red", "grey"]
CHAIN = ("handler", "section_chief", "bureau_leader", "supervision")


def promised(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> Due | None:
    """When the promised limit beside the legal one is due; suspensions and extensions count for it alike."""
    if limit.promised is None:
        return None
    return answer_of(_as_promised(limit, limit.promised), clock, calendar)


def _as_promised(limit: Limit, promise: Period) -> Limit:
    return replace(limit, amount=promise.amount, unit=promise.unit)


def light(clock: Clock, limit: Limit, now: datetime, calendar: WorkingCalendar) -> Light:
    """green | yellow (little is left) | red (overdue, or done late) | grey (waiting, suspended, cancelled)."""
    if clock.state in ("waiting", "suspended", "cancelled"):
        return "grey"
    if clock.state == "expired":
        return "red" if limit.effect == "escalate" else "green"
    if clock.state == "met":
        return "red" if clock.late else "green"
    if limit.minimum or (limit.direction == "before" and clock.due is None):
        return "green"
    if limit.promised is not None:
        limit = _as_promised(limit, limit.promised)
        answer = answer_of(limit, clock, calendar)
        moment = answer.moment if answer else None
    else:
        moment = clock.due
    if moment is None:
        return "grey"
    if now >= moment:
        return "red"
    # What today's day will use up is not used yet: a clerk still has the day before them.
    on = now if limit.unit == "hour" else day_of(now) - timedelta(days=1)
    used, left = spent(limit, clock, on, calendar)
    if isinstance(limit.yellow, Decimal):
        threshold = limit.yellow * (used + left)
        return "yellow" if left <= threshold else "green"
    return "yellow" if left <= limit.yellow else "green"


def warned(clock: Clock, limit: Limit, now: datetime, calendar: WorkingCalendar) -> tuple[str, ...]:
    """Who along the chain is to have been told by now.

    The handler at yellow; the section chief on the last day; the bureau leader when overdue; supervision one
    working day after that.
    """
    colour = light(clock, limit, now, calendar)
    if clock.state != "running" and not (clock.state == "expired" and colour == "red"):
        return ()
    if colour not in ("yellow", "red"):
        return ()
    if colour == "yellow":
        answer = promised(limit, clock, calendar) or answer_of(limit, clock, calendar)
        return CHAIN[:2] if answer and answer.date <= day_of(now) else CHAIN[:1]
    answer = promised(limit, clock, calendar) or answer_of(limit, clock, calendar)
    if answer and calendar.working_days_between(answer.date, day_of(now)) > 1:
        return CHAIN
    return CHAIN[:3]


def share_due(
    limit: Limit, clock: Clock, step: str, entered: date | datetime, calendar: WorkingCalendar
) -> Due | None:
    """When a covered step's inner share is used up, counted from the day the step was entered.

    None without a share, or while the clock is suspended. A share never outlasts the limit itself: the earlier of
    the two holds.
    """
    share = limit.shares.get(step)
    whole = answer_of(limit, clock, calendar)
    if share is None or whole is None:
        return None
    own = due(Period(share, limit.unit), entered, calendar, spans=clock.spans())
    return own if own.moment <= whole.moment else whole


def may_end(limit: Limit, clock: Clock, on: date | datetime) -> bool:
    """Whether a least time (公示、征求意见不少于…日) has run full by then; always for other limits."""
    if not limit.minimum:
        return True
    return clock.due is not None and moment_of(on) >= clock.due

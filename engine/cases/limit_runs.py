"""The row of one clock in `limit_run`: what lists, warnings and a new calendar find it by."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.calendar.limit import Limit
from engine.calendar.period import day_of
from engine.calendar.reckoning import last_day_of
from engine.calendar.run import OPEN, WAITING, Clock
from engine.codec import dumps, moment_text


def run_row(
    case_id: str, limit: Limit, clock: Clock | None, at: str, *, fresh: bool = False
) -> dict[str, Any]:
    """By column. `at` is now as text: whoever changes a clock has its warnings looked at anew at once. A `fresh` run
    has its lights from that look: the step that starts it writes fewer indexes."""
    clock = clock or WAITING
    due = moment_text(clock.due) if clock.due else None
    first, last = span_days(clock)
    watched = may_warn(limit, clock)
    return {
        "case_id": case_id, "limit_id": limit.id, "name": limit.name, "state": clock.state,
        "started_on": clock.start.isoformat() if clock.start else None, "due": due,
        "provisional": clock.provisional, "ended_at": clock.ended.isoformat() if clock.ended else None,
        "calendar": clock.calendar, "first_day": first, "last_day": last,
        "warn_at": at if watched or clock.state in OPEN else None, "warned": "", "yellow_at": None,
        "red_at": due if watched and not fresh else None, "section": "", "data": dumps(clock.to_json()),
    }  # fmt: skip


def span_days(clock: Clock) -> tuple[str | None, str | None]:
    """First and last day (Shanghai) that the reckoning touches; None while there is no due date to move."""
    if clock.start is None or clock.due is None or clock.state not in OPEN:
        return None, None
    days: tuple[date, ...] = (day_of(clock.start), last_day_of(clock.due))
    return min(days).isoformat(), max(days).isoformat()


def may_warn(limit: Limit, clock: Clock) -> bool:
    """Whether somebody may have to be told: it runs towards a due date, or ran out with nothing but escalation."""
    if limit.minimum or clock.due is None:
        return False
    return clock.state == "running" or (
        clock.state == "expired" and limit.effect == "escalate" and not clock.late
    )

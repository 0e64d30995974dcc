"""What one command does to the statutory clocks of its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.calendar import clock as clocks_of_law
from engine.calendar.clock import ClockEvent, Clocks
from engine.calendar.limit import Limits
from engine.calendar.working import WorkingCalendar
from engine.cases.actor import Actor
from engine.codec import moment_text
from engine.errors import Refused
from engine.kernel import effects as e
from engine.kernel.commands import CancelCase, Command
from engine.store import Transaction, queries


def advanced(
    calendar: WorkingCalendar,
    limits: Limits,
    clocks: Clocks,
    command: Command,
    effects: tuple[e.Effect, ...],
    now: datetime,
    actor: Actor,
    *,
    expired: str | None = None,
) -> tuple[Clocks, tuple[ClockEvent, ...]]:
    """What was written may start, stop or end clocks; a limit's timer that fires ends its clock."""
    if not limits:
        return clocks, ()
    lines: tuple[ClockEvent, ...] = ()
    if expired is not None:
        clock = clocks.get(expired)
        if clock is not None and clock.state == "running":
            clocks, lines = clocks_of_law.expire(
                limits, clocks, expired, now=now, calendar=calendar, who=actor.user
            )
    written: dict[str, Any] = {}
    ended = False
    for effect in effects:
        if type(effect) is e.VariablesWritten:
            written.update(effect.values)
        elif type(effect) is e.CaseEnded:
            ended = True
    if written:
        clocks, more = clocks_of_law.advance(limits, clocks, written, now, calendar, who=actor.user)
        lines += more
    if ended and clocks:
        reason = command.reason if type(command) is CancelCase else "办件已经结束"
        names = [name for name in clocks if name in limits and not limits[name].outlives_case]
        clocks, more = clocks_of_law.cancel(
            limits, clocks, names, reason=reason, now=now, calendar=calendar, who=actor.user
        )
        lines += more
    return clocks, lines


def expired_limit(transaction: Transaction, case_id: str, timer: str, now: datetime) -> str | None:
    """The limit that this timer stands for. Raises Refused when its clock has been moved in the meantime."""
    row = transaction.one(queries.timer_of_case, {"of_case": case_id, "of_timer": timer})
    if row is None or row[0] is None:
        return None
    if row[1] is None or row[1] > moment_text(now):
        raise Refused("期限尚未届满")
    limit: str = row[0]
    return limit

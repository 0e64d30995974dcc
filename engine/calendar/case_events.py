"""What case events do to the clocks: variables whose value is the date or moment of the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from engine.calendar.limit import Ground, Limit, Limits
from engine.calendar.period import day_of, moment_of
from engine.calendar.reckoning import judged, ledger_line, settled
from engine.calendar.run import (
    OPEN,
    WAITING,
    Clock,
    ClockEvent,
    Clocks,
    Moment,
    Result,
    read_moment,
    text_of,
)
from engine.calendar.suspension import resumed, suspended
from engine.calendar.working import WorkingCalendar
from engine.errors import Refused


def _event_value(value: Any) -> Moment | None:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return read_moment(value.strip())
        except ValueError:
            return None
    return None


def advance(
    limits: Limits,
    clocks: Clocks,
    written: Mapping[str, Any],
    now: datetime,
    calendar: WorkingCalendar,
    *,
    who: str = "",
) -> Result:
    """What the variables just written anywhere in the case do to its clocks.

    A starting event starts its clock; written again with another value it corrects it (back-dating) or, when the
    clock has ended before that date, starts a new run; null takes the start back. A suspension that the model
    asks for without the law's ground or the notice is not made, and the ledger says so.
    """
    if limits.events.isdisjoint(written):
        return clocks, ()
    events: list[ClockEvent] = []
    for limit in limits.touched(written):
        before = clocks.get(limit.id, WAITING)
        clock = before
        for name in (limit.starts, *limit.restarts):
            if name in written:
                clock = _begun(limit, clock, name, written[name], now, calendar, who, events)
        for ground in limit.suspensions:
            clock = _held(limit, clock, ground, written, now, calendar, who, events)
        for name in limit.endings:
            if name in written:
                clock = _ended(limit, clock, name, written[name], now, calendar, who, events)
        if clock is not before:
            clocks = clocks.with_clock(limit.id, clock)
    return clocks, tuple(events)


def _begun(
    limit: Limit,
    clock: Clock,
    name: str,
    value: Any,
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
    events: list[ClockEvent],
) -> Clock:
    start = _event_value(value)
    anew = name in limit.restarts
    if start is None:
        if value is None and not anew and clock.first is None and clock.state in OPEN:
            events.append(ledger_line(limit, "withdrawn", now, None, clock, WAITING, calendar, who=who))
            return WAITING
        return clock
    if limit.unit != "hour":
        start = day_of(start)
    if clock.start == start:
        return clock
    if not anew and clock.first is not None and (clock.state in OPEN or clock.first == start):
        # Another event has started the limit anew since; this one no longer moves it.
        return clock
    if clock.state == "waiting" or anew:
        event = "started" if clock.state == "waiting" else "restarted"
        first = (clock.first or clock.start) if anew else None
        after = settled(limit, Clock("running", start, first=first), calendar)
    elif clock.state in OPEN:
        event, after = "corrected", settled(limit, replace(clock, start=start), calendar)
    elif clock.ended is not None and day_of(start) > day_of(clock.ended):
        event, after = "restarted", settled(limit, Clock("running", start), calendar)
    elif clock.state == "met":
        event, after = "corrected", judged(limit, settled(limit, replace(clock, start=start), calendar))
    else:
        return clock
    reason = f"{name} 由 {text_of(clock.start)} 改为 {text_of(start)}" if clock.start is not None else ""
    events.append(ledger_line(limit, event, now, start, clock, after, calendar, reason=reason, who=who))
    return after


def _held(
    limit: Limit,
    clock: Clock,
    ground: Ground,
    written: Mapping[str, Any],
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
    events: list[ClockEvent],
) -> Clock:
    def refused(error: Refused, on: Moment) -> None:
        events.append(
            ledger_line(limit, "suspension_refused", now, on, clock, clock, calendar, ground=ground.name,
                  reason=error.message, who=who)
        )  # fmt: skip

    if clock.state not in OPEN:
        return clock
    if ground.starts and (begun := _event_value(written.get(ground.starts))) is not None:
        notice = str(written.get(ground.notice or f"{ground.starts}_notice") or "")
        told = begun if limit.unit == "hour" else day_of(begun)
        if not any(held.ground == ground.name and held.start == told for held in clock.suspensions):
            try:
                clock, line = suspended(limit, clock, ground.name, begun, notice, now, calendar, who)
                events.append(line)
            except Refused as error:
                refused(error, begun)
    if ground.ends and (end := _event_value(written.get(ground.ends))) is not None:
        open_one = any(held.ground == ground.name and held.end is None for held in clock.suspensions)
        if open_one and clock.state in OPEN:
            try:
                clock, line = resumed(limit, clock, ground.name, end, now, calendar, who)
                events.append(line)
            except Refused as error:
                refused(error, end)
    return clock


def _ended(
    limit: Limit,
    clock: Clock,
    name: str,
    value: Any,
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
    events: list[ClockEvent],
) -> Clock:
    on = _event_value(value)
    if clock.state in ("waiting", "cancelled") or clock.start is None:
        return clock
    if clock.state == "expired" and limit.effect != "escalate":
        # What the law attached to the expiry has happened; the event may well be that very consequence.
        return clock
    if clock.state == "met" and clock.by != name:
        # Met by the event that came first; only that event's own date can still be put right.
        return clock
    if on is None:
        if value is None and clock.state == "met":
            after = settled(limit, replace(clock, state="running", ended=None, late=False, by=""), calendar)
            events.append(ledger_line(limit, "reopened", now, None, clock, after, calendar, who=who))
            return after
        return clock
    if clock.ended == on:
        return clock
    closed = tuple(held if held.end is not None else replace(held, end=on) for held in clock.suspensions)
    after = judged(
        limit, settled(limit, replace(clock, state="met", suspensions=closed, ended=on, by=name), calendar)
    )
    if clock.state == "expired" and after.late:
        after = replace(clock, late=True)
    if after == clock:
        return clock
    reason = ""
    if limit.minimum and after.due is not None and moment_of(on) < after.due:
        reason = "未满最短期限"
    event = "met_late" if after.late else "met"
    events.append(ledger_line(limit, event, now, on, clock, after, calendar, reason=reason, who=who))
    return after

"""Clocks on a case: a limit running from an event of the case.

`waiting → running ⇄ suspended → met | expired | cancelled`. Every function takes the clocks of a case and
gives back new ones with the ledger lines (`ClockEvent`) of what happened; nothing is changed in place. Dates are
days in Asia/Shanghai, moments aware UTC.

An act done in time that is registered after its due moment meets the clock as of its own date; a clock that has
expired by its timer stays expired when the act came late, which the ledger then says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from engine.calendar.case_events import advance
from engine.calendar.lights import light
from engine.calendar.limit import Extension, Ground, Limit, Limits, Source
from engine.calendar.period import Day, Period, day_of
from engine.calendar.reckoning import answer_of, judged, ledger_line, settled, spent
from engine.calendar.run import (
    ENDED,
    NO_CLOCKS,
    OPEN,
    WAITING,
    Clock,
    ClockEvent,
    Clocks,
    Extended,
    Moment,
    Result,
    State,
    Suspension,
)
from engine.calendar.suspension import ClockRefused, must_be_open, resumed, struck, suspended
from engine.calendar.table import table_until
from engine.calendar.working import WorkingCalendar
from engine.errors import NotFound

__all__ = [
    "ENDED", "NO_CLOCKS", "OPEN", "WAITING", "Clock", "ClockEvent", "ClockRefused", "Clocks", "Extended", "Extension",
    "Ground", "Limit", "Limits", "Moment", "Result", "Source", "State", "Suspension", "advance", "answer_of", "cancel",
    "expire", "explain", "extend", "light", "recompute", "reset", "resume", "spent", "strike", "suspend",
]  # fmt: skip


def _clock(limits: Limits, clocks: Clocks, name: str) -> tuple[Limit, Clock]:
    limit = limits.get(name)
    if limit is None:
        raise NotFound(f"没有期限“{name}”")
    return limit, clocks.get(name, WAITING)


def suspend(
    limits: Limits,
    clocks: Clocks,
    name: str,
    *,
    ground: str,
    notice: str,
    on: Moment,
    now: datetime,
    calendar: WorkingCalendar,
    who: str = "",
) -> Result:
    """Stop a clock on a listed ground, with the notice to the applicant; the day `on` itself is used.

    Raises ClockRefused for any other ground, without a notice, or when the limit has run out by that day.
    """
    limit, clock = _clock(limits, clocks, name)
    after, line = suspended(limit, clock, ground, on, notice, now, calendar, who)
    return clocks.with_clock(name, after), (line,)


def resume(
    limits: Limits,
    clocks: Clocks,
    name: str,
    *,
    ground: str,
    on: Moment,
    now: datetime,
    calendar: WorkingCalendar,
    who: str = "",
) -> Result:
    """End the suspension on that ground with the day `on` (not counted); the clock runs when none is left open."""
    limit, clock = _clock(limits, clocks, name)
    after, line = resumed(limit, clock, ground, on, now, calendar, who)
    return clocks.with_clock(name, after), (line,)


def strike(
    limits: Limits,
    clocks: Clocks,
    name: str,
    *,
    ground: str,
    start: Moment,
    reason: str,
    now: datetime,
    calendar: WorkingCalendar,
    who: str = "",
) -> Result:
    """Take back a suspension entered by mistake; the clock is reckoned as if it had not been.

    Raises ClockRefused without a reason, for a suspension that is not there, and once the limit has run out.
    """
    limit, clock = _clock(limits, clocks, name)
    after, line = struck(limit, clock, ground, start, reason, now, calendar, who)
    return clocks.with_clock(name, after), (line,)


def extend(
    limits: Limits,
    clocks: Clocks,
    name: str,
    *,
    approver: str,
    reason: str,
    notice: str,
    on: Moment,
    now: datetime,
    calendar: WorkingCalendar,
    amount: int | None = None,
    who: str = "",
) -> Result:
    """Stretch the limit as its law allows; `amount` may be less than the law's most.

    Raises ClockRefused: no extension in law, used up, another approver than the law names, no reasons, no
    notice, or the limit had run out on the day of approval.
    """
    limit, clock = _clock(limits, clocks, name)
    must_be_open(limit, clock)
    rule = limit.extension
    if rule is None:
        raise ClockRefused(f"法律没有规定期限“{limit.name}”可以延长")
    if len(clock.extensions) >= rule.times:
        raise ClockRefused(f"期限“{limit.name}”至多延长{rule.times}次，已经用完")
    amount = rule.amount if amount is None else amount
    if not 0 < amount <= rule.amount:
        raise ClockRefused(f"期限“{limit.name}”每次至多延长{Period(rule.amount, rule.unit)}")
    if approver.strip() != rule.approver:
        raise ClockRefused(f"延长期限“{limit.name}”须经{rule.approver}批准")
    if not reason.strip():
        raise ClockRefused(f"延长期限“{limit.name}”须写明理由")
    if rule.must_notify and not notice.strip():
        raise ClockRefused(f"延长期限“{limit.name}”须有告知申请人的文书")
    if rule.before_expiry and clock.due is not None and judged(limit, replace(clock, ended=on)).late:
        raise ClockRefused(f"期限“{limit.name}”已经届满，不能再延长")
    extra = Extended(amount, rule.unit, approver, reason, notice)
    after = settled(limit, replace(clock, extensions=(*clock.extensions, extra)), calendar)
    line = ledger_line(
        limit,
        "extended",
        now,
        on,
        clock,
        after,
        calendar,
        ground=approver,
        document=notice,
        reason=reason,
        who=who,
    )
    return clocks.with_clock(name, after), (line,)


def expire(
    limits: Limits, clocks: Clocks, name: str, *, now: datetime, calendar: WorkingCalendar, who: str = ""
) -> Result:
    """The limit has run out. Raises ClockRefused before its due moment, or unless it runs."""
    limit, clock = _clock(limits, clocks, name)
    must_be_open(limit, clock)
    if clock.due is None or clock.state == "suspended":
        raise ClockRefused(f"期限“{limit.name}”正在中止，不会届满")
    if now < clock.due:
        raise ClockRefused(f"期限“{limit.name}”尚未届满")
    after = replace(clock, state="expired", ended=clock.due)
    line = ledger_line(
        limit, "expired", now, clock.due, clock, after, calendar, reason=limit.on_expiry, who=who
    )
    return clocks.with_clock(name, after), (line,)


def cancel(
    limits: Limits,
    clocks: Clocks,
    names: Iterable[str] | None = None,
    *,
    reason: str,
    now: datetime,
    calendar: WorkingCalendar,
    who: str = "",
) -> Result:
    """End open clocks without a result (the case was withdrawn, or another procedure took over); None is all.

    A clock that outlives its case and has run out with nothing but escalation ends so too, when it is named: the duty
    was done after all, in a procedure of its own.
    """
    events: list[ClockEvent] = []
    for name in tuple(clocks) if names is None else tuple(names):
        limit, clock = _clock(limits, clocks, name)
        overdue = clock.state == "expired" and limit.outlives_case and limit.effect == "escalate"
        if clock.state not in OPEN and not (overdue and names is not None):
            continue
        after = replace(clock, state="cancelled", due=None, ended=now)
        events.append(
            ledger_line(limit, "cancelled", now, now, clock, after, calendar, reason=reason, who=who)
        )
        clocks = clocks.with_clock(name, after)
    return clocks, tuple(events)


def reset(
    limits: Limits,
    clocks: Clocks,
    name: str,
    *,
    on: Moment,
    reason: str,
    now: datetime,
    calendar: WorkingCalendar,
    who: str = "",
) -> Result:
    """Start the limit anew from `on`, where the law says so (政府信息公开条例 第三十条); what ran before is gone."""
    limit, clock = _clock(limits, clocks, name)
    start = on if limit.unit == "hour" else day_of(on)
    after = settled(limit, Clock("running", start), calendar)
    line = ledger_line(limit, "restarted", now, start, clock, after, calendar, reason=reason, who=who)
    return clocks.with_clock(name, after), (line,)


def recompute(
    limits: Limits, clocks: Clocks, calendar: WorkingCalendar, now: datetime, *, who: str = ""
) -> Result:
    """Bring the open clocks under a new calendar version; a line for each whose due date (or its being provisional)
    changed. A clock that has ended never moves."""
    events: list[ClockEvent] = []
    for name in clocks:
        limit, clock = limits.get(name), clocks[name]
        if limit is None or clock.state not in OPEN or clock.calendar == calendar.version:
            continue
        after = settled(limit, clock, calendar)
        if (after.due, after.provisional) != (clock.due, clock.provisional):
            events.append(
                ledger_line(
                    limit, "recomputed", now, None, clock, after, calendar, source=calendar.source, who=who
                )
            )
        clocks = clocks.with_clock(name, after)
    return clocks, tuple(events)


def explain(
    limit: Limit, clock: Clock, calendar: WorkingCalendar, *, today: date | None = None
) -> Sequence[Day]:
    """The table of days by which the due date can be followed by hand; empty while waiting.

    While suspended it reaches to `today`, at least to the day of the latest suspension.
    """
    if clock.start is None:
        return ()
    answer = answer_of(limit, clock, calendar)
    if answer is not None:
        return answer.days
    until = max(day_of(held.start) for held in clock.suspensions)
    return table_until(limit.unit, clock.start, clock.spans(), calendar, max(until, today or until))

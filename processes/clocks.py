"""The clocks of a case as people read them: what is left, from when, by which article, and the table of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from engine.calendar.clock import Clock, Clocks, Limit, Limits, explain, light, spent
from engine.calendar.lights import promised
from engine.calendar.period import Day, Period, day_of
from engine.calendar.working import WorkingCalendar

NO_LIGHT = "grey"


@dataclass(frozen=True)
class ClockView:
    """One limit running on a case. `due` is the day in Shanghai; `used` and `days_left` are in the limit's unit.

    For months and years the counts are calendar days, and `unit` says `day`.
    """

    id: str
    name: str
    status: str
    light: str
    started_on: date | None
    due: date | None
    days_left: int | None
    used: int | None
    amount: int
    unit: str
    provisional: bool
    source: str
    note: str
    effect: str
    extendable: bool
    days: Sequence[Day] = field(repr=False, default=())
    budget: str = ""
    left: int | None = None  # of a suspended clock too
    suspended_days: int = 0
    suspended_on: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()
    promised: str = ""
    promised_due: date | None = None


def clock_views(limits: Limits, clocks: Clocks, now: datetime, calendar: WorkingCalendar) -> list[ClockView]:
    """Every clock that has started, those still running first, the nearest due date first."""
    found = [clock_view(limits[name], clocks[name], now, calendar) for name in clocks if name in limits]
    order = {"running": 0, "suspended": 1}
    return sorted(found, key=lambda one: (order.get(one.status, 2), one.due or date.max, one.id))


def due_on(moment: datetime) -> date:
    """The last day that counts: a due moment is the first instant after it."""
    return day_of(moment - timedelta(seconds=1))


def days_left(limit: Limit, clock: Clock, now: datetime, calendar: WorkingCalendar) -> int | None:
    """What is left once today is over counted as today still being there: 0 on the last day, negative overdue."""
    if clock.state != "running" or clock.start is None:
        return None
    return spent(limit, clock, now if limit.unit == "hour" else day_of(now), calendar)[1]


def clock_view(limit: Limit, clock: Clock, now: datetime, calendar: WorkingCalendar) -> ClockView:
    """One clock. A table of days is left to its own page where it would run over months and years."""
    in_days = limit.unit in ("month", "year")
    used: int | None = None
    left: int | None = None
    if clock.start is not None and clock.state != "cancelled":
        used, left = spent(limit, clock, _until(limit, clock, now), calendar)
    total = used + left if used is not None and left is not None else limit.amount
    promise = promised(limit, clock, calendar)
    amount = total if in_days or clock.extensions else limit.amount
    return ClockView(
        id=limit.id,
        name=limit.name,
        status=clock.state,
        light=light(clock, limit, now, calendar),
        started_on=day_of(clock.start) if clock.start is not None else None,
        due=due_on(clock.due) if clock.due is not None else None,
        days_left=left if clock.state == "running" else None,
        used=max(used, 0) if used is not None else None,
        amount=amount,
        unit="day" if in_days else limit.unit,
        provisional=clock.provisional,
        source=_source(limit),
        note=_note(limit, clock),
        effect=limit.effect,
        extendable=limit.extension is not None and not clock.extensions,
        days=explain(limit, clock, calendar) if clock.start is not None and not in_days else (),
        budget=str(limit.period),
        left=left if clock.state in ("running", "suspended") else None,
        suspended_days=_suspended_days(clock, now),
        suspended_on=tuple(held.ground for held in clock.suspensions if held.end is None),
        extended=tuple(str(Period(extra.amount, extra.unit)) for extra in clock.extensions),
        promised=str(limit.promised) if limit.promised else "",
        promised_due=promise.date if promise else None,
    )


def _until(limit: Limit, clock: Clock, now: datetime) -> date | datetime:
    """The last day that has been used: a clock that ran out ended with its due moment, the first instant after it."""
    until = clock.ended if clock.ended is not None else now
    if limit.unit == "hour":
        return until
    return due_on(until) if clock.state == "expired" and isinstance(until, datetime) else day_of(until)


def _suspended_days(clock: Clock, now: datetime) -> int:
    """Calendar days not counted so far: those after each suspension's first, to its last; a day in two counts once."""
    today = day_of(now)
    days: set[int] = set()
    for held in clock.suspensions:
        first, last = day_of(held.start), day_of(held.end) if held.end is not None else today
        days.update(range(first.toordinal() + 1, last.toordinal() + 1))
    return len(days)


def _source(limit: Limit) -> str:
    source = limit.source
    if not source.law:
        return source.rule
    law = source.law.split("(")[0]
    return f"《{law}》{source.article}：{source.quote}"


def _note(limit: Limit, clock: Clock) -> str:
    if clock.state == "expired" and limit.effect == "deemed_accepted" and clock.start is not None:
        return f"逾期未告知，自收到申请材料之日（{day_of(clock.start).isoformat()}）起即为受理"
    if clock.state == "expired":
        return limit.on_expiry
    if clock.late:
        return "已超过法定时限"
    if clock.extensions:
        extra = clock.extensions[-1]
        return f"经{extra.approver}批准延长：{extra.reason}"
    return ""

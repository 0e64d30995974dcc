"""Clocks on a case: a limit running from an event of the case.

`waiting → running ⇄ suspended → met | expired | cancelled`. Every function here takes the clocks of a case and
gives back new ones with the ledger lines (`ClockEvent`) of what happened; nothing is changed in place. Dates are
days in Asia/Shanghai, moments aware UTC.

An act done in time that is registered after its due moment meets the clock as of its own date; a clock that has
expired by its timer stays expired when the act came late, which the ledger then says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple

from engine.calendar.limit import Ground, Limit, Limits
from engine.calendar.period import (
    Day,
    Due,
    NeverDueError,
    Period,
    Span,
    Unit,
    counted_between,
    day_of,
    due,
    gaps,
    moment_of,
    moments_of,
    raw_end,
)
from engine.calendar.working import WorkingCalendar
from engine.errors import NotFound, Refused

State = Literal["waiting", "running", "suspended", "met", "expired", "cancelled"]
OPEN: frozenset[str] = frozenset({"running", "suspended"})
ENDED: frozenset[str] = frozenset({"met", "expired", "cancelled"})
Moment = date | datetime


class ClockRefused(Refused):
    """期限不能这样变动"""

    code = "clock_refused"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch not counted, with the notice to the applicant that orders it; `end` None is still open."""

    ground: str
    start: Moment
    end: Moment | None
    notice: str


@dataclass(frozen=True, slots=True)
class Extended:
    """One extension granted: by whom, why, and the notice that tells the applicant."""

    amount: int
    unit: Unit
    approver: str
    reason: str
    notice: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit's run.

    `due` is None while waiting or suspended; `ended` is the event's date, or the moment; `first` is what the
    starting event said, once another event has restarted the clock.
    """

    state: State = "waiting"
    start: Moment | None = None
    due: datetime | None = None
    provisional: bool = False
    calendar: str = ""
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extended, ...] = ()
    ended: Moment | None = None
    late: bool = False
    first: Moment | None = None

    def parts(self, limit: Limit) -> tuple[Period, ...]:
        return (
            limit.period,
            *(Period(extra.amount, extra.unit, limit.direction) for extra in self.extensions),
        )

    def spans(self) -> tuple[Span, ...]:
        return tuple(Span(held.start, held.end, held.ground) for held in self.suspensions)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"s": self.state}
        if self.start is not None:
            data["f"] = _text(self.start)
        if self.due is not None:
            data["d"] = _text(self.due)
        if self.provisional:
            data["p"] = 1
        if self.calendar:
            data["v"] = self.calendar
        if self.suspensions:
            data["g"] = [
                [held.ground, _text(held.start), None if held.end is None else _text(held.end), held.notice]
                for held in self.suspensions
            ]
        if self.extensions:
            data["x"] = [
                [extra.amount, extra.unit, extra.approver, extra.reason, extra.notice]
                for extra in self.extensions
            ]
        if self.ended is not None:
            data["e"] = _text(self.ended)
        if self.late:
            data["l"] = 1
        if self.first is not None:
            data["o"] = _text(self.first)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Clock:
        start, due_text, ended = data.get("f"), data.get("d"), data.get("e")
        return cls(
            data["s"],
            None if start is None else _moment(start),
            None if due_text is None else datetime.fromisoformat(due_text),
            bool(data.get("p")),
            data.get("v", ""),
            tuple(
                Suspension(ground, _moment(begun), None if end is None else _moment(end), notice)
                for ground, begun, end, notice in data.get("g", ())
            ),
            tuple(Extended(*extra) for extra in data.get("x", ())),
            None if ended is None else _moment(ended),
            bool(data.get("l")),
            _moment(data["o"]) if "o" in data else None,
        )


def _text(value: Moment) -> str:
    if isinstance(value, datetime):
        return moment_of(value).isoformat().replace("+00:00", "Z")
    return value.isoformat()


def _moment(text: str) -> Moment:
    return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)


WAITING = Clock()


class Clocks(Mapping[str, Clock]):
    """The clocks of one case by limit id, as plain JSON; a limit that has not started is not in it.

    Kept beside the state of the case and read at every step: a clock is decoded only when asked for.
    """

    __slots__ = ("_data",)

    def __init__(self, data: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._data: Mapping[str, Mapping[str, Any]] = data or {}

    @classmethod
    def from_json(cls, data: str | Mapping[str, Mapping[str, Any]]) -> Clocks:
        return cls(json.loads(data) if isinstance(data, str) else data)

    def to_json(self) -> dict[str, Any]:
        """Plain data for `json.dumps`; a few hundred bytes at most a clock."""
        return dict(self._data)

    def __getitem__(self, name: str) -> Clock:
        return Clock.from_json(self._data[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clocks) and self._data == other._data

    __hash__ = None  # type: ignore[assignment]

    def due(self, name: str) -> datetime | None:
        """The due moment (UTC) of a running clock; None while it waits, is suspended or has ended."""
        data = self._data.get(name)
        if data is None or data["s"] != "running" or "d" not in data:
            return None
        return datetime.fromisoformat(data["d"])

    def with_clock(self, name: str, clock: Clock) -> Clocks:
        data = dict(self._data)
        if clock.state == "waiting":
            data.pop(name, None)
        else:
            data[name] = clock.to_json()
        return Clocks(data)


NO_CLOCKS = Clocks()


class ClockEvent(NamedTuple):
    """A line of the ledger.

    `event`: started | corrected | restarted | withdrawn | suspended | resumed | extended | met | met_late |
    expired | cancelled | recomputed | suspension_refused. `at` is when it was registered, `on` the date or moment
    it speaks of. `used` and `left` are in the limit's unit (whole days for months and years, hours rounded down).
    """

    limit: str
    event: str
    at: datetime
    on: Moment | None
    due_before: datetime | None
    due_after: datetime | None
    used: int | None = None
    left: int | None = None
    ground: str = ""
    source: str = ""
    document: str = ""
    reason: str = ""
    who: str = ""
    calendar: str = ""
    provisional: bool = False


Result = tuple[Clocks, tuple[ClockEvent, ...]]


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
    return used, total - used


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


def _settled(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> Clock:
    answer = answer_of(limit, clock, calendar)
    return replace(
        clock,
        due=answer.moment if answer else None,
        provisional=answer.provisional if answer else False,
        calendar=calendar.version,
    )


def _line(
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


def _event_value(value: Any) -> Moment | None:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return _moment(value.strip())
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
    for limit in limits.values():
        before = clocks.get(limit.id, WAITING)
        clock = before
        for name in (limit.starts, *limit.restarts):
            if name in written:
                clock = _begun(limit, clock, name, written[name], now, calendar, who, events)
        for ground in limit.suspensions:
            clock = _held(limit, clock, ground, written, now, calendar, who, events)
        if limit.ends and limit.ends in written:
            clock = _ended(limit, clock, written[limit.ends], now, calendar, who, events)
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
        if value is None and not anew and clock.state in OPEN:
            events.append(_line(limit, "withdrawn", now, None, clock, WAITING, calendar, who=who))
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
        after = _settled(limit, Clock("running", start, first=first), calendar)
    elif clock.state in OPEN:
        event, after = "corrected", _settled(limit, replace(clock, start=start), calendar)
    elif clock.ended is not None and day_of(start) > day_of(clock.ended):
        event, after = "restarted", _settled(limit, Clock("running", start), calendar)
    elif clock.state == "met":
        event, after = "corrected", _judged(limit, _settled(limit, replace(clock, start=start), calendar))
    else:
        return clock
    reason = f"{name} 由 {_text(clock.start)} 改为 {_text(start)}" if clock.start is not None else ""
    events.append(_line(limit, event, now, start, clock, after, calendar, reason=reason, who=who))
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
            _line(limit, "suspension_refused", now, on, clock, clock, calendar, ground=ground.name,
                  reason=error.message, who=who)
        )  # fmt: skip

    if ground.starts and (begun := _event_value(written.get(ground.starts))) is not None:
        notice = str(written.get(ground.notice or f"{ground.starts}_notice") or "")
        told = begun if limit.unit == "hour" else day_of(begun)
        if not any(held.ground == ground.name and held.start == told for held in clock.suspensions):
            try:
                clock, line = _suspended(limit, clock, ground.name, begun, notice, now, calendar, who)
                events.append(line)
            except Refused as error:
                refused(error, begun)
    if ground.ends and (end := _event_value(written.get(ground.ends))) is not None:
        open_one = any(held.ground == ground.name and held.end is None for held in clock.suspensions)
        if open_one and clock.state in OPEN:
            try:
                clock, line = _resumed(limit, clock, ground.name, end, now, calendar, who)
                events.append(line)
            except Refused as error:
                refused(error, end)
    return clock


def _judged(limit: Limit, clock: Clock) -> Clock:
    """Late or in time, by the date of the act itself."""
    if clock.ended is None or clock.due is None or limit.minimum:
        return replace(clock, late=False)
    if isinstance(clock.ended, datetime) and (limit.unit == "hour" or limit.closes):
        return replace(clock, late=moment_of(clock.ended) > clock.due)
    # 24:00 of the due day is the first instant of the next.
    last = day_of(datetime.fromtimestamp(clock.due.timestamp() - 1, UTC))
    return replace(clock, late=day_of(clock.ended) > last)


def _ended(
    limit: Limit,
    clock: Clock,
    value: Any,
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
    events: list[ClockEvent],
) -> Clock:
    on = _event_value(value)
    if clock.state in ("waiting", "cancelled") or clock.start is None:
        return clock
    if on is None:
        if value is None and clock.state == "met":
            after = _settled(limit, replace(clock, state="running", ended=None, late=False), calendar)
            events.append(_line(limit, "reopened", now, None, clock, after, calendar, who=who))
            return after
        return clock
    if clock.ended == on:
        return clock
    closed = tuple(held if held.end is not None else replace(held, end=on) for held in clock.suspensions)
    after = _judged(
        limit, _settled(limit, replace(clock, state="met", suspensions=closed, ended=on), calendar)
    )
    if clock.state == "expired" and (after.late or limit.effect != "escalate"):
        # What the law attached to the expiry has happened; the late act is only recorded.
        after = replace(clock, late=True)
    if after == clock:
        return clock
    reason = ""
    if limit.minimum and after.due is not None and moment_of(on) < after.due:
        reason = "未满最短期限"
    event = "met_late" if after.late else "met"
    events.append(_line(limit, event, now, on, clock, after, calendar, reason=reason, who=who))
    return after


def _clock(limits: Limits, clocks: Clocks, name: str) -> tuple[Limit, Clock]:
    limit = limits.get(name)
    if limit is None:
        raise NotFound(f"没有期限“{name}”")
    return limit, clocks.get(name, WAITING)


def _must_be_open(limit: Limit, clock: Clock) -> None:
    if clock.state == "waiting":
        raise ClockRefused(f"期限“{limit.name}”尚未起算")
    if clock.state in ENDED:
        raise ClockRefused(f"期限“{limit.name}”已经终结")


def _suspended(
    limit: Limit,
    clock: Clock,
    ground: str,
    on: Moment,
    notice: str,
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
) -> tuple[Clock, ClockEvent]:
    _must_be_open(limit, clock)
    listed = limit.ground(ground)
    if listed is None:
        allowed = "、".join(item.name for item in limit.suspensions) or "无"
        raise ClockRefused(f"“{ground}”不是期限“{limit.name}”可以中止的法定事由（可以中止的：{allowed}）")
    if not notice.strip():
        raise ClockRefused(f"中止期限“{limit.name}”须有书面告知申请人的文书")
    if limit.direction == "before":
        raise ClockRefused(f"期限“{limit.name}”自事项之日倒推，没有中止")
    if any(held.ground == ground and held.end is None for held in clock.suspensions):
        raise ClockRefused(f"期限“{limit.name}”已因“{ground}”中止，尚未恢复")
    assert clock.start is not None
    if limit.unit != "hour":
        on = day_of(on)
    if day_of(on) < day_of(clock.start):
        raise ClockRefused(f"中止之日早于期限“{limit.name}”的起算之日")
    after = replace(
        clock, state="suspended", suspensions=(*clock.suspensions, Suspension(ground, on, None, notice))
    )
    after = _settled(limit, after, calendar)
    if after.due is not None:
        raise ClockRefused(f"期限“{limit.name}”在中止之日前已经届满")
    line = _line(
        limit, "suspended", now, on, clock, after, calendar, ground=ground,
        source=str(listed.source) or str(limit.source), document=notice, who=who,
    )  # fmt: skip
    return after, line


def _resumed(
    limit: Limit, clock: Clock, ground: str, on: Moment, now: datetime, calendar: WorkingCalendar, who: str
) -> tuple[Clock, ClockEvent]:
    _must_be_open(limit, clock)
    held = next((item for item in clock.suspensions if item.ground == ground and item.end is None), None)
    if held is None:
        raise ClockRefused(f"期限“{limit.name}”没有因“{ground}”中止")
    if limit.unit != "hour":
        on = day_of(on)
    if moment_of(on) < moment_of(held.start):
        raise ClockRefused("恢复之日早于中止之日")
    suspensions = tuple(replace(item, end=on) if item is held else item for item in clock.suspensions)
    still = any(item.end is None for item in suspensions)
    after = _settled(
        limit, replace(clock, state="suspended" if still else "running", suspensions=suspensions), calendar
    )
    line = _line(
        limit, "resumed", now, on, clock, after, calendar, ground=ground, document=held.notice, who=who
    )
    return after, line


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
    after, line = _suspended(limit, clock, ground, on, notice, now, calendar, who)
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
    after, line = _resumed(limit, clock, ground, on, now, calendar, who)
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
    _must_be_open(limit, clock)
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
    if rule.before_expiry and clock.due is not None and _judged(limit, replace(clock, ended=on)).late:
        raise ClockRefused(f"期限“{limit.name}”已经届满，不能再延长")
    extra = Extended(amount, rule.unit, approver, reason, notice)
    after = _settled(limit, replace(clock, extensions=(*clock.extensions, extra)), calendar)
    line = _line(
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
    _must_be_open(limit, clock)
    if clock.due is None or clock.state == "suspended":
        raise ClockRefused(f"期限“{limit.name}”正在中止，不会届满")
    if now < clock.due:
        raise ClockRefused(f"期限“{limit.name}”尚未届满")
    after = replace(clock, state="expired", ended=clock.due)
    line = _line(limit, "expired", now, clock.due, clock, after, calendar, reason=limit.on_expiry, who=who)
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
    """End open clocks without a result (the case was withdrawn, or another procedure took over); None is all."""
    events: list[ClockEvent] = []
    for name in tuple(clocks) if names is None else tuple(names):
        limit, clock = _clock(limits, clocks, name)
        if clock.state not in OPEN:
            continue
        after = replace(clock, state="cancelled", due=None, ended=now)
        events.append(_line(limit, "cancelled", now, now, clock, after, calendar, reason=reason, who=who))
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
    after = _settled(limit, Clock("running", start), calendar)
    line = _line(limit, "restarted", now, start, clock, after, calendar, reason=reason, who=who)
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
        after = _settled(limit, clock, calendar)
        if (after.due, after.provisional) != (clock.due, clock.provisional):
            events.append(
                _line(limit, "recomputed", now, None, clock, after, calendar, source=calendar.source, who=who)
            )
        clocks = clocks.with_clock(name, after)
    return clocks, tuple(events)


def explain(limit: Limit, clock: Clock, calendar: WorkingCalendar) -> Sequence[Day]:
    """The table of days by which the due date can be followed by hand; empty while waiting or suspended."""
    answer = answer_of(limit, clock, calendar)
    return answer.days if answer else ()

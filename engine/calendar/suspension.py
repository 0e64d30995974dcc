"""Stopping and resuming one clock: only on a ground the limit lists, only with a notice to the applicant.

行政许可法 第四十五条: what is needed for hearing, tender, auction, inspection, testing, quarantine, appraisal and
expert review is not counted, and the applicant is told in writing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.calendar.limit import Limit
from engine.calendar.period import day_of, moment_of
from engine.calendar.reckoning import judged, ledger_line, settled
from engine.calendar.run import ENDED, Clock, ClockEvent, Moment, Suspension
from engine.calendar.working import WorkingCalendar
from engine.errors import Refused


class ClockRefused(Refused):
    """期限不能这样变动"""

    code = "clock_refused"


def must_be_open(limit: Limit, clock: Clock) -> None:
    if clock.state == "waiting":
        raise ClockRefused(f"期限“{limit.name}”尚未起算")
    if clock.state in ENDED:
        raise ClockRefused(f"期限“{limit.name}”已经终结")


def suspended(
    limit: Limit,
    clock: Clock,
    ground: str,
    on: Moment,
    notice: str,
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
) -> tuple[Clock, ClockEvent]:
    must_be_open(limit, clock)
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
    after = settled(limit, after, calendar)
    if after.due is not None:
        raise ClockRefused(f"期限“{limit.name}”在中止之日前已经届满")
    line = ledger_line(
        limit, "suspended", now, on, clock, after, calendar, ground=ground,
        source=str(listed.source) or str(limit.source), document=notice, who=who,
    )  # fmt: skip
    return after, line


def struck(
    limit: Limit,
    clock: Clock,
    ground: str,
    start: Moment,
    reason: str,
    now: datetime,
    calendar: WorkingCalendar,
    who: str,
) -> tuple[Clock, ClockEvent]:
    """The clock as if that suspension had never been entered; one met before is judged anew."""
    if clock.state in ("waiting", "expired", "cancelled"):
        raise ClockRefused(
            f"期限“{limit.name}”已经终结，不能撤销扣除" if clock.start else f"期限“{limit.name}”尚未起算"
        )
    if not reason.strip():
        raise ClockRefused("撤销扣除须写明理由")
    held = next((item for item in clock.suspensions if (item.ground, item.start) == (ground, start)), None)
    if held is None:
        raise ClockRefused(f"期限“{limit.name}”没有登记这一次“{ground}”的扣除")
    left = tuple(item for item in clock.suspensions if item is not held)
    state = clock.state
    if state == "suspended" and not any(item.end is None for item in left):
        state = "running"
    after = settled(limit, replace(clock, state=state, suspensions=left), calendar)
    if state == "met":
        after = judged(limit, after)
    line = ledger_line(
        limit,
        "struck",
        now,
        start,
        clock,
        after,
        calendar,
        ground=ground,
        document=held.notice,
        reason=reason,
        who=who,
    )
    return after, line


def resumed(
    limit: Limit, clock: Clock, ground: str, on: Moment, now: datetime, calendar: WorkingCalendar, who: str
) -> tuple[Clock, ClockEvent]:
    must_be_open(limit, clock)
    held = next((item for item in clock.suspensions if item.ground == ground and item.end is None), None)
    if held is None:
        raise ClockRefused(f"期限“{limit.name}”没有因“{ground}”中止")
    if limit.unit != "hour":
        on = day_of(on)
    if moment_of(on) < moment_of(held.start):
        raise ClockRefused("恢复之日早于中止之日")
    suspensions = tuple(replace(item, end=on) if item is held else item for item in clock.suspensions)
    still = any(item.end is None for item in suspensions)
    after = settled(
        limit, replace(clock, state="suspended" if still else "running", suspensions=suspensions), calendar
    )
    line = ledger_line(
        limit, "resumed", now, on, clock, after, calendar, ground=ground, document=held.notice, who=who
    )
    return after, line

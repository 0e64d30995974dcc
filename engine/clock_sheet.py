"""One clock of one case as data for a sheet that an auditor or a court can follow by hand: the rule with its source,
the events, every day counted or not and why, what the ledger says, and the place in the chain that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from engine.calendar.clock import Clock, Limit, explain
from engine.calendar.lights import promised
from engine.calendar.period import UNIT_NAMES, Day, day_of
from engine.calendar.reckoning import last_day_of
from engine.calendar.table import calendar_note
from engine.cases import Cases
from engine.cases.actor import CaseView
from engine.codec import loads, moment_of
from engine.errors import NotFound
from engine.store import queries


class Line(NamedTuple):
    """One line of the ledger. `at` (aware UTC) is when it was registered, `on` the day it speaks of."""

    at: datetime
    event: str
    on: date | None
    due_before: date | None
    due_after: date | None
    ground: str
    document: str
    reason: str
    who: str
    calendar: str


class Sheet(NamedTuple):
    """`due` is the last day that counts (Shanghai); None while suspended. `head` is the hash of the case's last entry."""

    case_id: str
    number: str
    title: str
    applicant: str
    limit: Limit
    clock: Clock
    period: str
    extensions: tuple[str, ...]
    started_on: date | None
    due: date | None
    due_moment: datetime | None
    promised: date | None
    days: Sequence[Day]
    lines: tuple[Line, ...]
    calendar: str
    seq: int
    head: str
    made_at: datetime


class Run(NamedTuple):
    """Days one after the other that are counted, or not, for like reasons; `reached` is the running count after them."""

    first: date
    last: date
    days: int
    counted: bool
    why: str
    reached: int


DAILY = 60
"""Up to so many days, a sheet shows each of them."""


def runs(days: Sequence[Day]) -> list[Run]:
    """The table of days for print: every day of a short one, of a long one the stretches between its first and last."""
    found: list[Run] = []
    names: list[str] = []
    kind: tuple[bool, str] | None = None
    for place, day in enumerate(days):
        alone = len(days) <= DAILY or place in (0, len(days) - 1)
        suspended = day.why.startswith("不计入")
        this = (day.counted, day.why if suspended else "")
        if alone or kind != this:
            found.append(Run(day.date, day.date, 1, day.counted, day.why, day.count))
            names = [day.why if suspended else day.why.partition("（")[0]]
            kind = None if alone else this
            continue
        name = names[0] if suspended else day.why.partition("（")[0]
        if name not in names:
            names.append(name)
        why = "、".join(names[:4]) + ("等" if len(names) > 4 else "")
        found[-1] = found[-1]._replace(last=day.date, days=found[-1].days + 1, why=why, reached=day.count)
    return found


EVENTS = {
    "started": "起算", "corrected": "更正起算之日", "restarted": "重新起算", "withdrawn": "撤销起算", "suspended": "扣除时限开始",
    "resumed": "扣除时限结束", "struck": "撤销扣除", "extended": "延长", "met": "按期完成", "met_late": "逾期完成", "expired": "届满",
    "cancelled": "终止", "recomputed": "按新工作日历重算", "suspension_refused": "扣除时限未成立", "reopened": "恢复计时",
}  # fmt: skip


def clock_sheet(cases: Cases, case_id: str, limit_id: str) -> Sheet:
    """Raises NotFound for an unknown case, or a limit that has not started there."""
    return cases.view(case_id, lambda view: _sheet(cases, view, limit_id))


def _sheet(cases: Cases, view: CaseView, limit_id: str) -> Sheet:
    limit = cases.executable(view.deployment).limits.get(limit_id)
    clock = view.clocks.get(limit_id)
    if limit is None or clock is None:
        raise NotFound("这个办件没有该项时限，或者尚未起算")
    # An ended clock is shown by the calendar that it was reckoned by: no later version moves it.
    calendar = cases.calendar
    if clock.state not in ("running", "suspended") and clock.calendar:
        calendar = cases.calendars.version(clock.calendar)
    row = view.row()
    promise = promised(limit, clock, calendar)
    return Sheet(
        view.case_id, row["number"], row["title"], row["applicant"], limit, clock, str(limit.period),
        tuple(
            f"{extra.amount}{UNIT_NAMES[extra.unit]}（{extra.approver}批准；{extra.reason}；{extra.notice}）"
            for extra in clock.extensions
        ),
        day_of(clock.start) if clock.start is not None else None, last_day_of(clock.due) if clock.due else None,
        clock.due, promise.date if promise else None, explain(limit, clock, calendar, today=day_of(view.now)),
        tuple(_lines(cases, view.case_id, limit_id)), calendar_note(calendar), row["revision"], row["head_hash"],
        view.now,
    )  # fmt: skip


def _lines(cases: Cases, case_id: str, limit_id: str) -> list[Line]:
    with cases.store.reading() as transaction:
        rows = transaction.all(queries.ledger_of_case, {"of_case": case_id})
    found = []
    for at, line in ((at, line) for _, at, clocks in rows for line in loads(clocks)):
        if line["limit"] != limit_id:
            continue
        before, after = line["due_before"], line["due_after"]
        found.append(
            Line(
                moment_of(at), EVENTS.get(line["event"], line["event"]),
                day_of(line["on"]) if line["on"] is not None else None, last_day_of(before) if before else None,
                last_day_of(after) if after else None, line["ground"], line["document"], line["reason"], line["who"],
                line["calendar"],
            )
        )  # fmt: skip
    return found

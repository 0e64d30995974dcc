"""What people do to a running clock: suspend and resume it on a ground of its law, extend it on the approver's word.

Who may is decided here, what the law allows in `engine.calendar`. Dates are days in Asia/Shanghai, as typed:
`2026-09-25`, for limits in hours `2026-09-25T14:00`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.calendar.clock import Clock
from engine.calendar.limit import Extension, Limit
from engine.calendar.period import SHANGHAI, day_of, moment_of
from engine.calendar.run import text_of
from engine.cases import Actor, Answer
from engine.cases.actor import CaseView as Looking
from engine.clock_sheet import EVENTS, Sheet, clock_sheet
from engine.errors import InvalidInput, NotFound, NotPermitted
from engine.kernel.commands import Command, ExtendClock, ResumeClock, StrikeSuspension, SuspendClock
from processes import scope
from processes.accounts import Account
from processes.authority import directs
from processes.clocks import ClockView, clock_view
from processes.desk import Desk

if TYPE_CHECKING:
    from processes.bureau import Bureau

HEADS = ("局领导/局长", "局领导/分管副局长")
APPROVERS = {"本行政机关负责人": HEADS, "行政机关负责人": HEADS}
HANDLERS = ("经办人", "科长", "主任")


class Entered(NamedTuple):
    """A suspension on record: `key` names it in a form, `who` (a login) entered it, `may_strike` whoever looks."""

    ground: str
    start: date
    end: date | None
    notice: str
    who: str
    key: str
    may_strike: bool


@dataclass(frozen=True)
class ClockPage:
    """One clock whole. `may`: suspend | resume | extend, by law and by person; `grounds` may be suspended on now,
    `held` resumed from; `why_not` says why nothing is offered."""

    case_id: str
    matter_name: str
    view: ClockView
    sheet: Sheet
    may: frozenset[str]
    grounds: Sequence[str]
    held: Sequence[tuple[str, date]]
    extension: Extension | None
    approver: str
    why_not: str
    entered: Sequence[Entered] = ()


def clock_page(bureau: Bureau, user: str, case_id: str, limit_id: str) -> ClockPage:
    """Raises NotFound for a case that is not there, or a limit that has not started in it; NotPermitted."""
    account = bureau.person(user)

    def look(view: Looking) -> ClockPage:
        scope.permit(bureau, user, view)
        desk = bureau.desk(view.deployment)
        limit, clock = _started(desk, view, limit_id)
        sheet = clock_sheet(bureau.cases, case_id, limit_id)
        handles, approves = _handles(bureau, account, view, desk), _approves(bureau, account, desk, limit)
        grounds, held = _grounds(limit, clock), _held(clock)
        allowed = {
            "suspend": handles and bool(grounds),
            "resume": handles and bool(held),
            "extend": approves and extendable(limit, clock),
        }
        may = frozenset(name for name, yes in allowed.items() if yes)
        return ClockPage(
            case_id, desk.matter.name, clock_view(limit, clock, view.now, bureau.cases.calendar), sheet, may,
            grounds if "suspend" in may else (), held if "resume" in may else (), limit.extension,
            limit.extension.approver if limit.extension else "",
            "" if may else _why_not(limit, clock, handles), _entered(account, desk, clock, sheet),
        )  # fmt: skip

    return bureau.cases.view(case_id, look)


def suspend(
    bureau: Bureau,
    user: str,
    case_id: str,
    limit_id: str,
    data: Mapping[str, str],
    *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:
    """`data`: `ground` of the limit's list, `notice` (reference of the written notice to the applicant), `on`.

    Raises InvalidInput by field, NotPermitted, and ClockRefused where the law does not allow it.
    """

    def command(account: Account, view: Looking, desk: Desk, limit: Limit) -> Command:
        if not _handles(bureau, account, view, desk):
            raise NotPermitted("扣除时限由承办科室或者正在办理的人登记")
        return SuspendClock(
            limit.id, data.get("ground", ""), data["notice"].strip(), _day(data, limit, view.now)
        )

    _filled(data, {"ground": "请选择法定事由", "notice": "请填写告知申请人的文书文号", "on": "请填写日期"})
    return _change(bureau, user, case_id, limit_id, command, key, revision)


def resume(
    bureau: Bureau,
    user: str,
    case_id: str,
    limit_id: str,
    data: Mapping[str, str],
    *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:
    """`data`: `ground` that is suspended on, `on` the day that ended it. Raises as `suspend` does."""

    def command(account: Account, view: Looking, desk: Desk, limit: Limit) -> Command:
        if not _handles(bureau, account, view, desk):
            raise NotPermitted("恢复计时由承办科室或者正在办理的人登记")
        return ResumeClock(limit.id, data["ground"], _day(data, limit, view.now))

    _filled(data, {"ground": "请选择要结束的事由", "on": "请填写日期"})
    return _change(bureau, user, case_id, limit_id, command, key, revision)


def extend(
    bureau: Bureau,
    user: str,
    case_id: str,
    limit_id: str,
    data: Mapping[str, str],
    *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:
    """`data`: `reason`, `notice`, `on`, and `amount` where less than the law's most. Only by whom the law names."""

    def command(account: Account, view: Looking, desk: Desk, limit: Limit) -> Command:
        if not _approves(bureau, account, desk, limit):
            named = limit.extension.approver if limit.extension else ""
            raise NotPermitted(f"延长期限须经{named}批准" if named else "法律没有规定这项期限可以延长")
        assert limit.extension is not None
        return ExtendClock(
            limit.id, limit.extension.approver, data["reason"].strip(), data["notice"].strip(),
            _day(data, limit, view.now), _amount(data),
        )  # fmt: skip

    _filled(
        data, {"reason": "请写明延长的理由", "notice": "请填写告知申请人的文书文号", "on": "请填写批准日期"}
    )
    return _change(bureau, user, case_id, limit_id, command, key, revision)


def strike(
    bureau: Bureau,
    user: str,
    case_id: str,
    limit_id: str,
    data: Mapping[str, str],
    *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:
    """Take back a suspension entered by mistake. `data`: `suspension` (`Entered.key`), `reason`. By who entered it, or
    by who heads the section. Raises as `suspend` does."""
    _filled(data, {"suspension": "请选择要撤销的扣除", "reason": "请写明撤销的理由"})
    sheet = clock_sheet(bureau.cases, case_id, limit_id)

    def command(account: Account, view: Looking, desk: Desk, limit: Limit) -> Command:
        clock = view.clocks[limit_id]
        for one, held in zip(_entered(account, desk, clock, sheet), clock.suspensions, strict=True):
            if one.key == data["suspension"]:
                if not one.may_strike:
                    raise NotPermitted("误登的扣除由登记人或者科室负责人撤销")
                return StrikeSuspension(limit.id, held.ground, held.start, data["reason"].strip())
        raise NotFound("这项期限没有这一次扣除")

    return _change(bureau, user, case_id, limit_id, command, key, revision)


def _entered(account: Account, desk: Desk, clock: Clock, sheet: Sheet) -> list[Entered]:
    """In the order of the clock's own suspensions."""
    by = {(line.ground, line.on): line.who for line in sheet.lines if line.event == EVENTS["suspended"]}
    chief, going = directs(account, desk.matter.section), clock.state in ("running", "suspended", "met")
    found = []
    for held in clock.suspensions:
        who = by.get((held.ground, day_of(held.start)), "")
        found.append(
            Entered(
                held.ground, day_of(held.start), day_of(held.end) if held.end is not None else None, held.notice, who,
                f"{held.ground}|{text_of(held.start)}", going and (chief or who == account.user),
            )
        )  # fmt: skip
    return found


def extendable(limit: Limit, clock: Clock) -> bool:
    rule = limit.extension
    return rule is not None and clock.state in ("running", "suspended") and len(clock.extensions) < rule.times


def _change(
    bureau: Bureau,
    user: str,
    case_id: str,
    limit_id: str,
    build: Callable[[Account, Looking, Desk, Limit], Command],
    key: str | None,
    revision: int | None = None,
) -> Answer:
    account = bureau.person(user)

    def command(view: Looking) -> Command:
        scope.permit(bureau, user, view, acting=True)
        desk = bureau.desk(view.deployment)
        return build(account, view, desk, _started(desk, view, limit_id)[0])

    return bureau.cases.submit(case_id, command, actor=Actor(user, account.name), key=key, revision=revision)


def _started(desk: Desk, view: Looking, limit_id: str) -> tuple[Limit, Clock]:
    limit, clock = desk.limits.get(limit_id), view.clocks.get(limit_id)
    if limit is None or clock is None:
        raise NotFound("这个办件没有该项时限，或者尚未起算")
    return limit, clock


def _handles(bureau: Bureau, account: Account, view: Looking, desk: Desk) -> bool:
    """Whoever has an open step of the case, and the handlers and the chief of the section whose matter it is."""
    if any(f"{desk.matter.section}/{post}" in account.posts for post in HANDLERS):
        return True
    rows = [view.item(item) for item in view.state.items]
    return any(
        row["claimed_by"] == account.user or (row["claimed_by"] is None and row["post"] in account.may_act_as)
        for row in rows
    )


def _approves(bureau: Bureau, account: Account, desk: Desk, limit: Limit) -> bool:
    if limit.extension is None:
        return False
    named = limit.extension.approver
    post = bureau.organisation.post_for(named, desk.matter.section)
    return not set(APPROVERS.get(named, (post,) if post else ())).isdisjoint(account.posts)


def _grounds(limit: Limit, clock: Clock) -> tuple[str, ...]:
    if clock.state not in ("running", "suspended") or limit.direction == "before":
        return ()
    open_now = {held.ground for held in clock.suspensions if held.end is None}
    return tuple(ground.name for ground in limit.suspensions if ground.name not in open_now)


def _held(clock: Clock) -> tuple[tuple[str, date], ...]:
    if clock.state != "suspended":
        return ()
    return tuple((held.ground, day_of(held.start)) for held in clock.suspensions if held.end is None)


def _why_not(limit: Limit, clock: Clock, handles: bool) -> str:
    if clock.state not in ("running", "suspended"):
        return "这项期限已经终结，不再变动。"
    allowed = [word for word, yes in (("扣除", limit.suspensions), ("延长", limit.extension)) if yes]
    if not allowed:
        return "法律没有规定这项期限可以扣除或者延长。"
    if extendable(limit, clock) and handles and limit.extension:
        return f"这项期限可以延长一次，须由{limit.extension.approver}批准。"
    return "这项期限的变动由承办科室和法定批准人登记。"


def _filled(data: Mapping[str, str], needed: Mapping[str, str]) -> None:
    wrong: dict[str, Any] = {name: [said] for name, said in needed.items() if not data.get(name, "").strip()}
    wrong |= {name: ["不能超过 2000 字"] for name in needed if len(data.get(name, "")) > 2000}
    if wrong:
        raise InvalidInput("填写不完整，期限没有变动", wrong)


def _day(data: Mapping[str, str], limit: Limit, now: datetime) -> date | datetime:
    """Not later than now: what has not happened yet is not on record."""
    text = data["on"].strip()
    try:
        on = (
            datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
            if limit.unit == "hour"
            else date.fromisoformat(text)
        )
    except ValueError:
        raise InvalidInput("日期有误，期限没有变动", {"on": ["日期应写作 2026-09-25"]}) from None
    if moment_of(on) > now:
        raise InvalidInput("日期有误，期限没有变动", {"on": ["不能晚于今天"]})
    return on


def _amount(data: Mapping[str, str]) -> int | None:
    text = data.get("amount", "").strip()
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text[:6]) < 1000:
        raise InvalidInput("延长的数量有误，期限没有变动", {"amount": ["应为正整数"]})
    return int(text)

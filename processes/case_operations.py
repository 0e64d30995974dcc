"""What is done with a whole case besides its steps: 抄送、催办、督办、挂起、恢复、回避. Each is a journaled command; who may is decided
in `processes.case_powers`. `to` is a post, a login or a name as `authority.addressee` takes it; `revision` is as
`processes.bureau` has it. Dates are days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.calendar.period import day_of
from engine.cases import Actor, Answer
from engine.cases.actor import CaseView as Looking
from engine.errors import InvalidInput, NotFound, NotPermitted, Refused
from engine.kernel.commands import (
    AnswerSupervision,
    CloseSupervision,
    Command,
    CopyCase,
    RecusePerson,
    ResumeCase,
    ResumeClock,
    SuperviseCase,
    SuspendCase,
    SuspendClock,
    UrgeItem,
)
from processes import case_powers, scope
from processes.accounts import Account
from processes.authority import USER, addressee, directs_person
from processes.case_powers import need

if TYPE_CHECKING:
    from processes.bureau import Bureau

LONGEST = 2000


def copy(
    bureau: Bureau, user: str, case_id: str, to: Iterable[str], text: str = "", *, key: str | None = None,
    revision: int | None = None,
) -> Answer:  # fmt: skip
    """抄送. Who is told finds it among the messages (`warning` copy)."""
    targets = tuple(dict.fromkeys(addressee(bureau, each) for each in to))
    if not targets:
        raise InvalidInput("请选择抄送给谁", {"to": ["请选择人员或者岗位"]})
    return _act(
        bureau, user, case_id, "copy", lambda account, view: CopyCase(targets, text, user), key, revision
    )


def urge(
    bureau: Bureau, user: str, case_id: str, item: str, text: str, *, key: str | None = None,
    revision: int | None = None,
) -> Answer:  # fmt: skip
    """催办: to who has the item or its post."""
    _written(text, "text", "请写明催办的内容")

    def command(account: Account, view: Looking) -> Command:
        row = bureau.open_row(view, item)
        to = f"{USER}{row['claimed_by']}" if row["claimed_by"] else row["post"] or ""
        if to == f"{USER}{user}":
            raise Refused("不能催办本人的待办")
        return UrgeItem(item, to, text, user)

    return _act(bureau, user, case_id, "urge", command, key, revision)


def supervise(
    bureau: Bureau, user: str, case_id: str, text: str, *, until: date | None = None, key: str | None = None,
    revision: int | None = None,
) -> Answer:  # fmt: skip
    """督办, to everybody who has an open item of the case, to be answered by the day `until`."""
    _written(text, "text", "请写明督办的要求")

    def command(account: Account, view: Looking) -> Command:
        if until is not None and until < day_of(view.now):
            raise InvalidInput("反馈日期不能早于今天", {"until": ["不能早于今天"]})
        rows = [view.item(item) for item in view.state.items]
        to = [f"{USER}{row['claimed_by']}" if row["claimed_by"] else row["post"] or "" for row in rows]
        return SuperviseCase(tuple(dict.fromkeys(filter(None, to))), text, user, until)

    return _act(bureau, user, case_id, "supervise", command, key, revision)


def answer(
    bureau: Bureau, user: str, case_id: str, order: int, text: str, *, key: str | None = None
) -> Answer:
    """督办反馈, by whom the order is addressed to, himself or through his deputy; again replaces the answer."""
    _written(text, "text", "请写明办理情况")

    def command(account: Account, view: Looking) -> Command:
        found = _order(bureau, account, view, order)
        if not found.may_answer:
            raise NotPermitted(case_powers.WHO["answer"])
        return AnswerSupervision(order, found.giver, text, user)

    return _act(bureau, user, case_id, "", command, key)


def close(
    bureau: Bureau, user: str, case_id: str, order: int, text: str = "", *, key: str | None = None
) -> Answer:
    """督办办结, by who ordered it or whoever else supervises."""

    def command(account: Account, view: Looking) -> Command:
        if not _order(bureau, account, view, order).may_close:
            raise NotPermitted(case_powers.WHO["close"])
        return CloseSupervision(order, text, user)

    return _act(bureau, user, case_id, "", command, key)


def suspend(
    bureau: Bureau, user: str, case_id: str, reason: str, *, grounds: Mapping[str, tuple[str, str]] | None = None,
    on: date | None = None, key: str | None = None, revision: int | None = None,
) -> Answer:  # fmt: skip
    """挂起, by the chief of the section whose matter it is, or a leader. `grounds`: limit -> (ground that its law lists,
    number of the notice): these clocks stop from `on`. Every other runs on, and the entry names it.

    Raises NotPermitted, Refused (a ground that the law does not list among them; nothing is suspended then).
    """
    _written(reason, "reason", "挂起须写明理由")
    account = bureau.person(user)
    actor = Actor(user, account.name)
    if key is None:
        bureau.cases.view(case_id, lambda view: need(bureau, account, view, "suspend"))
    for limit, (ground, notice) in (grounds or {}).items():
        stop = SuspendClock(limit, ground, notice, _on(on, "请填写中止计时的日期"))

        def stopped(view: Looking, stop: SuspendClock = stop) -> Command:
            need(bureau, account, view, "suspend")
            return stop

        done = bureau.cases.submit(
            case_id, stopped, actor=actor, key=f"{key}:{limit}" if key else None, revision=revision
        )
        revision = None if revision is None else done.seq

    def command(account: Account, view: Looking) -> Command:
        running = tuple(limit for limit in view.clocks if view.clocks[limit].state == "running")
        return SuspendCase(reason, running)

    return _act(bureau, user, case_id, "suspend", command, key, revision)


def resume(
    bureau: Bureau, user: str, case_id: str, reason: str, *, grounds: Mapping[str, str] | None = None,
    on: date | None = None, key: str | None = None, revision: int | None = None,
) -> Answer:  # fmt: skip
    """恢复; `grounds`: limit -> ground that has ended `on`, so that its clock runs again."""
    _written(reason, "reason", "恢复须写明理由")
    going = [
        ResumeClock(limit, ground, _on(on, "请填写恢复计时的日期"))
        for limit, ground in (grounds or {}).items()
    ]
    given = _act(bureau, user, case_id, "resume", lambda account, view: ResumeCase(reason), key, revision)
    actor = Actor(user, bureau.person(user).name)
    for go in going:
        bureau.cases.submit(case_id, go, actor=actor, key=f"{key}:{go.limit}" if key else None)
    return given


def recuse(
    bureau: Bureau, user: str, case_id: str, person: str, reason: str, *, key: str | None = None,
    revision: int | None = None,
) -> Answer:  # fmt: skip
    """回避: a person steps aside himself, or is told to by who directs him."""
    _written(reason, "reason", "回避须写明理由")
    if not person:
        raise InvalidInput("请选择回避的人员", {"person": ["请选择回避的人员"]})
    other = bureau.person(person)

    def command(account: Account, view: Looking) -> Command:
        if person != user and not directs_person(account, other):
            raise NotPermitted(case_powers.WHO["recuse"])
        return RecusePerson(person, reason)

    return _act(bureau, user, case_id, "", command, key, revision)


def _act(
    bureau: Bureau, user: str, case_id: str, operation: str, build: Callable[[Account, Looking], Command],
    key: str | None, revision: int | None = None,
) -> Answer:  # fmt: skip
    account = bureau.person(user)

    def command(view: Looking) -> Command:
        scope.permit(bureau, user, view, acting=True)
        if operation:
            need(bureau, account, view, operation)
        return build(account, view)

    return bureau.cases.submit(case_id, command, actor=Actor(user, account.name), key=key, revision=revision)


def _order(bureau: Bureau, account: Account, view: Looking, number: int) -> case_powers.Order:
    for order in case_powers.orders(bureau, account, view):
        if order.seq == number:
            if order.closed_at is not None:
                raise Refused("该督办已经办结")
            return order
    raise NotFound("没有这项督办")


def _written(text: str, name: str, said: str) -> None:
    if not text.strip():
        raise InvalidInput(said, {name: [said]})
    if len(text) > LONGEST:
        raise InvalidInput(f"不能超过 {LONGEST} 字", {name: [f"不能超过 {LONGEST} 字"]})


def _on(on: date | None, said: str) -> Any:
    if on is None:
        raise InvalidInput(said, {"on": ["请填写日期"]})
    return on

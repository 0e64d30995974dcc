"""What a person may do with a whole case: one pure rule that the page shows by and the server refuses by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cases.actor import CaseView as Looking
from engine.codec import loads, moment_of
from engine.errors import ChengbanError, NotPermitted, Refused
from engine.kernel import apply
from engine.kernel.commands import WithdrawItem
from engine.kernel.operations import allows
from engine.kernel.undo import lineage
from processes import scope, stand_in
from processes.accounts import Account
from processes.authority import AUDITOR, USER, directs, directs_person, is_supervisor, people

if TYPE_CHECKING:
    from processes.bureau import Bureau

WHO = {
    "copy": "只有办理过该办件的人员、科室负责人和督查人员可以抄送、催办",
    "urge": "只有办理过该办件的人员、科室负责人和督查人员可以抄送、催办",
    "supervise": "督办由办公室主任或者局领导作出",
    "answer": "督办由被督办的人员反馈",
    "close": "督办由作出督办的人或者其他督查人员办结",
    "suspend": "挂起和恢复由承办科室负责人或者局领导决定",
    "resume": "挂起和恢复由承办科室负责人或者局领导决定",
    "recuse": "回避由本人申请或者由科室负责人、局领导决定",
    "cancel": "只有收件岗位可以取消办件，作出决定后不能取消",
}
"""Why somebody may not, by operation."""


class Footing(NamedTuple):
    """How a person stands to a case. `asked`: an open order of supervision is addressed to him; `ordered`: there is one
    that he may close; `heads`: somebody of the bureau whom he directs, or himself, has to do with the case."""

    open: bool
    suspended: bool
    concerned: bool
    directs: bool
    supervises: bool
    receives: bool
    asked: bool
    ordered: bool
    heads: bool


def allowed(footing: Footing) -> frozenset[str]:
    """annotate | copy | urge | supervise | answer | close | suspend | resume | recuse | cancel."""
    going = footing.open
    rules = {
        "annotate": True,
        "copy": footing.concerned,
        "urge": going and footing.concerned,
        "supervise": going and footing.supervises,
        "answer": going and footing.asked,
        "close": footing.ordered,
        "suspend": going and footing.directs and not footing.suspended,
        "resume": going and footing.directs and footing.suspended,
        "recuse": going and footing.heads,
        "cancel": going and footing.receives,
    }
    return frozenset(name for name, yes in rules.items() if yes)


class Order(NamedTuple):
    """An order of supervision: the number of its entry, who gave it to whom (as shown), until when, what came of it;
    whether the viewer may answer or close it."""

    seq: int
    at: datetime
    by: str
    to: tuple[str, ...]
    until: date | None
    text: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    may_answer: bool
    may_close: bool
    giver: str


class Urgeable(NamedTuple):
    """An open step that somebody else has, or that waits at its post."""

    item: str
    step: str
    holder: str


class Withdrawable(NamedTuple):
    """A completion that can still be taken back: until one of `until` (step and post) is signed for."""

    item: str
    step: str
    at: datetime
    until: tuple[str, ...]


class Stopping(NamedTuple):
    """A clock that the law lets stop with the case, on one of `grounds`; or, held, that may go on again."""

    limit: str
    name: str
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Powers:
    """What the page of a case offers one person, and what of it stands there for everybody."""

    may: frozenset[str] = frozenset()
    urgeable: Sequence[Urgeable] = ()
    withdrawable: Sequence[Withdrawable] = ()
    recusable: Sequence[tuple[str, str]] = ()
    recused: Sequence[tuple[str, str]] = ()
    suspended: str = ""
    orders: Sequence[Order] = ()
    stopping: Sequence[Stopping] = ()
    held: Sequence[Stopping] = ()
    running: Sequence[str] = ()


def footing(bureau: Bureau, account: Account, view: Looking) -> Footing:
    return _footing(bureau, account, view, orders(bureau, account, view), _recusable(bureau, account, view))


def _footing(
    bureau: Bureau, account: Account, view: Looking, given: Sequence[Order], near: Sequence[tuple[str, str]]
) -> Footing:
    row = view.row()
    return Footing(
        open=row["status"] in ("running", "failed"),
        suspended=bool(view.state.suspended),
        concerned=_concerned(bureau, account, view, row),
        directs=directs(account, row["section"]),
        supervises=is_supervisor(account),
        receives=bureau.may_cancel(account, view),
        asked=any(order.may_answer for order in given),
        ordered=any(order.may_close for order in given),
        heads=bool(near),
    )


def need(bureau: Bureau, account: Account, view: Looking, operation: str) -> None:
    """Raises NotPermitted where the person may not, Refused where the case does not stand so."""
    stands = footing(bureau, account, view)
    if operation in allowed(stands):
        return
    if stands.suspended != (operation == "resume") and operation in ("suspend", "resume") and stands.directs:
        raise Refused("办件已经挂起" if stands.suspended else "办件没有挂起")
    anyway = stands._replace(open=True)
    if not stands.open and operation in allowed(anyway):
        raise Refused("办件已经结束")
    raise NotPermitted(WHO[operation])


def powers(bureau: Bureau, account: Account, view: Looking) -> Powers:
    """For the page of the case."""
    given, near = orders(bureau, account, view), _recusable(bureau, account, view)
    stands = _footing(bureau, account, view, given, near)
    may, names = allowed(stands), bureau.accounts.names()
    if AUDITOR in account.roles and not scope.acts(bureau, account.user, view):
        may = frozenset()
    stopping, held, running = _clocks(bureau, view)
    urgeable = _urgeable(bureau, account, view, names) if "urge" in may else []
    return Powers(
        may=may if urgeable else may - {"urge"},
        urgeable=urgeable,
        withdrawable=_withdrawable(bureau, account, view) if stands.open else (),
        recusable=near if "recuse" in may else (),
        recused=[(names.get(user, user), reason) for user, reason in view.state.recused.items()],
        suspended=view.state.suspended,
        orders=given,
        stopping=stopping if "suspend" in may else (),
        held=held if "resume" in may else (),
        running=running,
    )


def _concerned(bureau: Bureau, account: Account, view: Looking, row: Mapping[str, Any]) -> bool:
    """Who received it, supervises, directs, has a step of it or had one."""
    if row["started_by"] == account.user or is_supervisor(account) or directs(account, row["section"]):
        return True
    if any(stand_in.holders(bureau, account, view.item(item)) for item in view.state.items):
        return True
    desk = bureau.desk(view.deployment)
    return account.user in view.done_by({step for _, step in desk.steps})


def _recusable(bureau: Bureau, account: Account, view: Looking) -> list[tuple[str, str]]:
    """Himself, and those whom he directs, as far as they hold a step of the case or a post that one waits at."""
    found: dict[str, str] = {}
    rows = [view.item(item) for item in view.state.items]
    posts = {row["post"] for row in rows if row["post"]}
    steps = {step.post for step in bureau.desk(view.deployment).matter.steps if step.post}
    holders = {row["claimed_by"] for row in rows}
    for other in people(bureau):
        if other.user in view.state.recused:
            continue
        near = other.user in holders or not other.may_act_as.isdisjoint(posts | steps)
        if near and (other.user == account.user or directs_person(account, other)):
            found[other.user] = other.name
    return sorted(found.items(), key=lambda one: (one[0] != account.user, one[1]))


def _urgeable(bureau: Bureau, account: Account, view: Looking, names: Mapping[str, str]) -> list[Urgeable]:
    found = []
    nodes = bureau.cases.executable(view.deployment).net.processes
    for item in view.state.items:
        row = view.item(item)
        if row["claimed_by"] != account.user and allows(nodes[row["process"]].nodes[row["element"]], "urge"):
            holder = names.get(row["claimed_by"] or "", row["claimed_by"]) or row["post"] or "未指定"
            found.append(Urgeable(item, row["name"], holder))
    return found


def _withdrawable(bureau: Bureau, account: Account, view: Looking) -> list[Withdrawable]:
    """Decided by the kernel itself: what it would refuse is not offered."""
    net, desk = bureau.cases.executable(view.deployment).net, bureau.desk(view.deployment)
    found = []
    for item, undo in view.state.undo.items():
        row = view.item(item)
        if row["closed_by"] not in {account.user, *stand_in.holders(bureau, account, row)}:
            continue
        try:
            apply(net, view.state, WithdrawItem(item, undo.user, "试行"), view.now)
        except ChengbanError:
            continue
        after = [
            view.item(each.item)
            for each in view.state.items.values()
            if set(undo.tokens) & set(lineage(view.state, each.token))
        ]
        until = tuple(f"“{one['name']}”（{one['post'] or '指定人员'}）" for one in after)
        found.append(Withdrawable(item, desk.name_of("", undo.element), moment_of(row["closed_at"]), until))
    return found


def _clocks(bureau: Bureau, view: Looking) -> tuple[list[Stopping], list[Stopping], list[str]]:
    """Clocks that may stop with the case, clocks that are stopped, and the names of those that run."""
    limits = bureau.desk(view.deployment).limits
    stopping, held, running = [], [], []
    for name in view.clocks:
        limit, clock = limits.get(name), view.clocks[name]
        if limit is None:
            continue
        if clock.state == "running":
            running.append(limit.name)
            grounds = tuple(ground.name for ground in limit.suspensions)
            if grounds and limit.direction == "after":
                stopping.append(Stopping(name, limit.name, grounds))
        elif clock.state == "suspended":
            open_now = tuple(one.ground for one in clock.suspensions if one.end is None)
            held.append(Stopping(name, limit.name, open_now))
    return stopping, held, running


def orders(bureau: Bureau, account: Account, view: Looking) -> list[Order]:
    names = bureau.accounts.names()
    mine = {f"{USER}{account.user}", *account.may_act_as}
    mine |= {f"{USER}{user}" for user in stand_in.principals(bureau, account.user)}
    return [order_of(row, names, mine, account) for row in view.orders()]


def order_of(
    row: Mapping[str, Any], names: Mapping[str, str], mine: Collection[str], account: Account
) -> Order:
    """A row of table `supervision` for one who looks; `mine`: as whom and as which post he is addressed."""
    to = loads(row["addressees"])
    still = row["closed_at"] is None

    def called(user: str) -> str:
        return names.get(user, user)

    return Order(
        row["seq"], moment_of(row["at"]), called(row["by"]),
        tuple(called(one.removeprefix(USER)) if one.startswith(USER) else one for one in to),
        date.fromisoformat(row["until"]) if row["until"] else None, row["text"], row["answer"] or "",
        called(row["answered_by"] or ""), moment_of(row["answered_at"]) if row["answered_at"] else None,
        moment_of(row["closed_at"]) if row["closed_at"] else None, called(row["closed_by"] or ""),
        still and not set(to).isdisjoint(mine), still and (row["by"] == account.user or is_supervisor(account)), row["by"],
    )  # fmt: skip

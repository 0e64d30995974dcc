"""What clerks do with a step besides doing it. Who may do what to whom is decided here; what a step allows and what
state it is in, by the engine. Every one is a journaled command with a reason; `key` makes it happen once, `revision` is as
`processes.bureau` has it.

`to` is a post (`科室/岗位`) or a login. Moments are aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.cases import Actor, Answer
from engine.cases.actor import CaseView as Looking
from engine.errors import ChengbanError, InvalidInput, NotPermitted, Refused
from engine.kernel.commands import (
    AddSigners,
    Command,
    CompleteItem,
    DelegateItem,
    RemoveSigner,
    ReturnTo,
    TransferItem,
    WithdrawItem,
)
from engine.kernel.operations import allows
from forms.errors import InvalidForm
from processes import stand_in
from processes.accounts import Account
from processes.authority import USER, addressee, directs, sections
from processes.handing_over import Done
from processes.handing_over import hand_over as hand_over
from processes.standing import ADVICE
from processes.standing import standing as standing

if TYPE_CHECKING:
    from processes.bureau import Bureau

PAGE = 200
VOTES = ("同意", "不同意")


# -- one item -------------------------------------------------------------------------------------------------------


def transfer(
    bureau: Bureau,
    user: str,
    case_id: str,
    item: str,
    to: str,
    reason: str,
    *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:
    """转办: by the holder, or by the chief of the section over what others hold; within the section of the item's post,
    by a chief to any post. Raises NotPermitted, Refused, InvalidInput."""
    account, target = bureau.person(user), addressee(bureau, to)
    actor = stand_in.actor_for(bureau, account, case_id, item)

    def command(view: Looking) -> Command:
        row = bureau.open_row(view, item)
        section = (row["post"] or "").partition("/")[0]
        head = directs(account, section)
        own = bool(stand_in.holders(bureau, account, row))
        if not own and not head:
            raise NotPermitted("只能转办自己的待办；科室负责人可以转办本科室的待办")
        _within(bureau, row, target, head)
        if target.startswith(USER):
            stand_in.not_recused(bureau, view, row["element"], {target.removeprefix(USER)})
        holder = (actor.on_behalf_of or user) if own else None
        return TransferItem(item, target, reason, holder)

    return bureau.cases.submit(case_id, command, actor=actor, key=key, item=item, revision=revision)


def delegate(
    bureau: Bureau,
    user: str,
    case_id: str,
    item: str,
    to: str,
    reason: str,
    *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:
    """委派: within the section; it comes back when the other is done."""
    target = addressee(bureau, to)

    def build(view: Looking, row: Mapping[str, Any]) -> Command:
        _within(bureau, row, target, False)
        return DelegateItem(item, target, reason, user)

    return bureau.act(user, case_id, item, build, key, revision)


def add_signers(
    bureau: Bureau, user: str, case_id: str, item: str, signers: Sequence[str], where: str, reason: str, *,
    key: str | None = None,
    revision: int | None = None,
) -> Answer:  # fmt: skip
    """加签 (`where`: before | after | with), of any section."""
    targets = tuple(addressee(bureau, each) for each in signers)
    return bureau.act(
        user, case_id, item, lambda view, row: AddSigners(item, targets, where, reason, user), key, revision
    )


def remove_signer(
    bureau: Bureau, user: str, case_id: str, item: str, reason: str, *, signer: str = "", key: str | None = None,
    revision: int | None = None
) -> Answer:  # fmt: skip
    """减签: an open part (`item`), or with `signer` who was to sign after `item`; by who asked for it, or his stand-in."""
    account = bureau.person(user)
    named = addressee(bureau, signer) if signer else ""
    absent = stand_in.principals(bureau, user)

    def whose(view: Looking) -> str:
        row = bureau.open_row(view, item)
        part = view.state.parts.get(item)
        above = view.state.items.get(part.of) if part is not None else None
        asked = {part.by if part is not None else None, above.user if above is not None else None}
        if named:
            asked = {row["claimed_by"]}
        mine = (one for one, scope in absent.items() if stand_in.covers(scope, row))
        return next((one for one in (user, *mine) if one in asked), user)

    holder = bureau.cases.view(case_id, whose) if absent else user
    actor = Actor(user, account.name, None if holder == user else holder)

    def command(view: Looking) -> Command:
        bureau.open_row(view, item)
        return RemoveSigner(item, reason, holder, named)

    return bureau.cases.submit(case_id, command, actor=actor, key=key, item=item, revision=revision)


def sign(
    bureau: Bureau, user: str, case_id: str, item: str, vote: str, opinion: str = "", *, key: str | None = None,
    revision: int | None = None
) -> Answer:  # fmt: skip
    """The opinion of an added signer (前、后加签), who does not fill in the step's form: `vote` 同意 or 不同意, the latter
    with an opinion. A voter and a delegate complete the step's form by `Bureau.complete`."""
    wrong: dict[str, list[str]] = {}
    if vote not in VOTES:
        wrong["vote"] = [f"请选择{'或者'.join(VOTES)}"]
    elif vote != VOTES[0] and not opinion.strip():
        wrong["opinion"] = ["不同意的，请写明意见"]
    if wrong:
        raise InvalidInput("加签意见填写不完整", wrong)

    def build(view: Looking, row: Mapping[str, Any]) -> Command:
        part = view.state.parts.get(item)
        if part is None or part.kind not in ADVICE:
            raise Refused("该待办须填写本环节的表单办理")
        return CompleteItem(item, {f"{row['element']}_outcome": vote, "opinion": opinion.strip()}, user)

    return bureau.act(user, case_id, item, build, key, revision)


def return_to(
    bureau: Bureau, user: str, case_id: str, item: str, target: str, reason: str, *, direct: bool = False,
    key: str | None = None, revision: int | None = None,
) -> Answer:  # fmt: skip
    """退回: step by step from `target`, or (`direct`) straight back to the returner once `target` is done again."""
    if not reason.strip():
        raise InvalidInput("退回须写明理由", {"reason": ["请写明退回理由"]})

    def build(view: Looking, row: Mapping[str, Any]) -> Command:
        part = view.state.parts.get(item)
        if part is not None and part.kind != "sign":
            raise Refused("受委派和加签的人员不能退回办件，请写明意见后交还")
        return ReturnTo(item, target, reason, user, mode="direct" if direct else "step")

    return bureau.act(user, case_id, item, build, key, revision)


def withdraw(
    bureau: Bureau, user: str, case_id: str, item: str, reason: str = "", *, key: str | None = None,
    revision: int | None = None,
) -> Answer:  # fmt: skip
    """撤回: one's own completion, or that of whom one stands in for, while nobody has begun what it opened."""
    account = bureau.person(user)
    absent = stand_in.principals(bureau, user)
    holder = bureau.cases.view(case_id, lambda view: view.item(item)["closed_by"]) if absent else user
    actor = Actor(user, account.name, holder if holder in absent else None)

    def command(view: Looking) -> Command:
        row = view.item(item)
        if row["closed_by"] != user:
            scope = absent.get(row["closed_by"] or "")
            if scope is None or not stand_in.covers(scope, row):
                raise NotPermitted("只能撤回自己办结的待办")
        return WithdrawItem(item, row["closed_by"], reason)

    return bureau.cases.submit(case_id, command, actor=actor, key=key, revision=revision, item=item)


# -- many items -----------------------------------------------------------------------------------------------------


def batch(
    bureau: Bureau, user: str, items: Iterable[tuple[str, str]], data: Mapping[str, Any], *, key: str
) -> list[Done]:
    """批量办理: the same data for each, one command each; what one refuses leaves the others alone."""
    report = []
    for case_id, item in items:
        try:
            row, node = bureau.cases.view(case_id, lambda view, item=item: _placed(bureau, view, item))  # type: ignore[misc]
            if not allows(node, "batch"):
                raise Refused(f"环节“{row['name']}”不允许批量办理")
            bureau.complete(user, case_id, item, data, key=f"{key}:{case_id}:{item}")
        except InvalidForm as wrong:
            told = "；".join(f"{name}：{'、'.join(texts)}" for name, texts in wrong.errors.items())
            report.append(Done(case_id, item, told))
        except ChengbanError as refused:
            report.append(Done(case_id, item, refused.message))
        else:
            report.append(Done(case_id, item))
    return report


# -- within ---------------------------------------------------------------------------------------------------------


def _within(bureau: Bureau, row: Mapping[str, Any], target: str, head: bool) -> None:
    """A holder hands on within the section; a chief to any post besides."""
    section = (row["post"] or "").partition("/")[0]
    if not section:
        return  # asked of a person by name: whoever he trusts
    if target.startswith(USER):
        if section not in _wide(bureau.person(target.removeprefix(USER))):
            raise NotPermitted(f"只能交给{section}的人员")
    elif not head and target.partition("/")[0] != section:
        raise NotPermitted(f"只能交给{section}的岗位；转往其他科室由科室负责人办理")


def _wide(account: Account) -> Collection[str]:
    return sections(account) | {post.partition("/")[0] for post in account.may_act_as}


def _placed(bureau: Bureau, view: Looking, item: str) -> tuple[dict[str, Any], Any]:
    row = view.item(item)
    return row, bureau.cases.executable(view.deployment).net.processes[row["process"]].nodes[row["element"]]

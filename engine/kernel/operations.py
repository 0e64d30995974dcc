"""What clerks do with a step besides doing it: 转办、委派、加签、减签、抄送、催办、督办、挂起、回避.

Each is a command with a reason. `chengban:allow` lists the operations of a step; absent, all are allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import InvalidInput, ItemClosed, NotPermitted, Refused
from engine.kernel import commands
from engine.kernel import effects as done
from engine.kernel.net import Node
from engine.kernel.parts import USER, decide, drop, not_recused, open_item, open_part, part_done, rule_at
from engine.kernel.run import Run
from engine.kernel.state import Item, Round
from engine.model import bpmn

OPERATIONS = {
    "transfer": "转办", "delegate": "委派", "add_before": "前加签",
    "add_after": "后加签", "add_signer": "加签", "remove_signer": "减签", "return": "退回", "withdraw": "撤回",
    "copy": "抄送", "urge": "催办", "batch": "批量办理",
}  # fmt: skip
"""What `chengban:allow` may name; to claim, to release and to complete a step is always allowed."""

HALTED: frozenset[type[Any]] = frozenset((
    commands.ClaimItem, commands.CompleteItem, commands.ReturnTo, commands.WithdrawItem, commands.DelegateItem,
    commands.AddSigners, commands.RemoveSigner,
))  # fmt: skip
"""What nobody does in a suspended case. Items may still be handed to others, and given back to their post."""


def allows(node: Node, operation: str) -> bool:
    """Whether the designer lets a step have it."""
    allow = node.model.allow if isinstance(node.model, bpmn.UserTask) else None
    return allow is None or operation in allow


def not_halted(run: Run, command: commands.Command) -> None:
    """Raises Refused where the case is suspended and the command would take a step further."""
    if run.state.suspended and type(command) in HALTED:
        raise Refused(f"办件已挂起（{run.state.suspended}），恢复后方可办理")


def allowed(node: Node, operation: str) -> None:
    if not allows(node, operation):
        raise Refused(f"环节“{node.model.name or node.id}”不允许{OPERATIONS[operation]}")


def _node(run: Run, item: Item) -> Node:
    return run.node(run.state.tokens[item.token])


def _given(text: str, what: str) -> None:
    if not text.strip():
        raise InvalidInput(f"{what}须写明理由", {"reason": ["请写明理由"]})


def _own(run: Run, number: str, user: str) -> Item:
    """The item as `user`'s: claimed now if nobody has it yet. Raises also Refused when it waits for its parts."""
    item = open_item(run, number, user)
    round_ = run.state.rounds.get(number)
    if round_ is not None and (round_.open or round_.signed):
        raise Refused("该待办正等待受委派人或者加签人办理")
    if item.user is None:
        item = run.state.items[number] = item._replace(user=user)
        run.emit(done.ItemClaimed(number, user))
    return item


def _others(run: Run, item: Item, signers: tuple[str, ...]) -> tuple[str, ...]:
    """Signers as told, once each and not the holder himself, nor who signs the same already."""
    if not signers:
        raise InvalidInput("请指明人员或者岗位", {"to": ["请指明人员或者岗位"]})
    if len(set(signers)) != len(signers):
        raise InvalidInput("人员或者岗位重复", {"to": ["人员或者岗位重复"]})
    for signer in signers:
        if signer == f"{USER}{item.user}":
            raise Refused("不能交给本人")
        if signer.startswith(USER):
            not_recused(run, signer[len(USER) :])
    return tuple(signers)


def claim(run: Run, command: commands.ClaimItem) -> None:
    item = open_item(run, command.item, command.user)
    if item.user is None:
        run.state.items[command.item] = item._replace(user=command.user)
        run.emit(done.ItemClaimed(command.item, command.user))


def release(run: Run, command: commands.ReleaseItem) -> None:
    item = open_item(run, command.item, command.user)
    if item.user is None:
        raise Refused("该待办尚未签收")
    part, round_ = run.state.parts.get(command.item), run.state.rounds.get(command.item)
    if part is not None and part.signer == f"{USER}{item.user}":
        raise Refused("该待办指定由您办理，没有岗位可以退回；可以转办")
    if round_ is not None and (round_.open or round_.signed):
        raise Refused("该待办正等待受委派人或者加签人办理")
    run.state.items[command.item] = item._replace(user=None)
    run.emit(done.ItemReleased(command.item, command.user))


def transfer(run: Run, command: commands.TransferItem) -> None:
    """To a user, who has it then, or to a post. An item that waits for its parts keeps a holder."""
    _given(command.reason, "转办")
    item = open_item(run, command.item, command.user)
    allowed(_node(run, item), "transfer")
    _others(run, item, (command.to,))
    user = command.to[len(USER) :] if command.to.startswith(USER) else None
    round_ = run.state.rounds.get(command.item)
    if user is None and round_ is not None:
        raise Refused("有委派或者加签的待办只能转给具体人员")
    run.state.items[command.item] = item._replace(user=user)
    part = run.state.parts.get(command.item)
    if part is not None:
        run.state.parts[command.item] = part._replace(signer=command.to)
    if round_ is not None and round_.signed:
        raise Refused("该待办已签署，正等待后加签人办理，不能转办")
    run.touched.add(item.token)
    run.emit(done.ItemTransferred(command.item, item.element, command.to, item.user))


def delegate(run: Run, command: commands.DelegateItem) -> None:
    _given(command.reason, "委派")
    item = _own(run, command.item, command.user)
    token = run.token(item.token)
    node = run.node(token)
    allowed(node, "delegate")
    _others(run, item, (command.to,))
    round_ = run.state.rounds.get(command.item, Round(command.item))
    run.state.rounds[command.item] = round_._replace(open=1, values={})
    run.emit(done.ItemSetAside(command.item))
    open_part(run, token, node, command.item, "delegate", command.to, command.user)


def add_signers(run: Run, command: commands.AddSigners) -> None:
    _given(command.reason, "加签")
    if command.where not in ("before", "after", "with"):
        raise InvalidInput(f"没有“{command.where}”这种加签")
    item = _own(run, command.item, command.user)
    token = run.token(item.token)
    node = run.node(token)
    allowed(node, "add_signer" if command.where == "with" else f"add_{command.where}")
    signers = _others(run, item, tuple(command.signers))
    if command.where == "with":
        part, rule = run.state.parts.get(command.item), rule_at(node)
        if part is None or part.kind != "sign" or rule is None:
            raise Refused("该环节不是会签，只能前加签或者后加签")
        signing = run.state.signings[part.of]
        known = {each.signer for each in run.state.parts.values() if each.of == part.of}
        known |= {vote[0] for vote in signing.votes}
        for signer in signers:
            if signer in known:
                raise Refused("该人员或者岗位已在会签之列")
            veto = rule.everyone_vetoes or signer in rule.veto
            open_part(run, token, node, part.of, "sign", signer, command.user, rule.weight(signer), veto)
        return
    round_ = run.state.rounds.get(command.item, Round(command.item))
    if command.where == "after":
        if {signer for signer, _ in round_.after} & set(signers):
            raise Refused("该人员或者岗位已在后加签之列")
        after = (*round_.after, *((signer, command.user) for signer in signers))
        run.state.rounds[command.item] = round_._replace(after=after)
        run.touched.add(token.id)
        run.emit(done.SignersAwaited(command.item, tuple(signer for signer, _ in after)))
        return
    run.state.rounds[command.item] = round_._replace(open=len(signers))
    run.emit(done.ItemSetAside(command.item))
    for signer in signers:
        open_part(run, token, node, command.item, "before", signer, command.user)


def remove_signer(run: Run, command: commands.RemoveSigner) -> None:
    """By who asked for the signer; a signer of the diagram cannot be removed."""
    _given(command.reason, "减签")
    item = run.state.items.get(command.item)
    if item is None:
        raise ItemClosed()
    not_recused(run, command.user)
    token = run.token(item.token)
    node = run.node(token)
    allowed(node, "remove_signer")
    if command.signer:
        _remove_awaited(run, command, open_item(run, command.item, command.user))
        return
    part = run.state.parts.get(command.item)
    if part is None or part.by is None:
        raise Refused("只有委派和加签的人员可以减签")
    if part.by != command.user:
        above = run.state.items.get(part.of)
        if above is None or above.user != command.user:
            raise NotPermitted("只有加签人可以减签")
    drop(run, token, command.item, "removed")
    run.touched.add(token.id)
    if part.kind == "sign":
        rule = rule_at(node)
        assert rule is not None
        decide(run, token, node, rule, part.of)
        return
    above_round = run.state.rounds[part.of]
    above_round = run.state.rounds[part.of] = above_round._replace(open=above_round.open - 1)
    if above_round.open:
        return
    holder = run.state.items[part.of].user
    if above_round.signed:
        # Nobody is left to sign after it: the item is done as its holder signed it.
        part_done(run, part.of, above_round.values, above_round.user)
        return
    if not above_round.after and not above_round.values:
        del run.state.rounds[part.of]
    run.emit(done.ItemResumed(part.of, holder))


def _remove_awaited(run: Run, command: commands.RemoveSigner, item: Item) -> None:
    round_ = run.state.rounds.get(item.item)
    if round_ is None or command.signer not in {signer for signer, _ in round_.after}:
        raise Refused("没有这个后加签人员")
    after = tuple(each for each in round_.after if each[0] != command.signer)
    if after or round_.open or round_.values:
        run.state.rounds[item.item] = round_._replace(after=after)
    else:
        del run.state.rounds[item.item]
    run.emit(done.SignersAwaited(item.item, tuple(signer for signer, _ in after)))


def copy_case(run: Run, command: commands.CopyCase) -> None:
    if not command.to:
        raise InvalidInput("请指明抄送给谁", {"to": ["请指明人员或者岗位"]})
    run.emit(done.CaseCopied(tuple(command.to), command.text, command.user))


def urge(run: Run, command: commands.UrgeItem) -> None:
    _given(command.text, "催办")
    item = open_item(run, command.item, None)
    allowed(_node(run, item), "urge")
    run.emit(done.ItemUrged(command.item, item.element, command.to, command.text, command.user))


def supervise(run: Run, command: commands.SuperviseCase) -> None:
    _given(command.text, "督办")
    if not command.to:
        raise InvalidInput("请指明督办谁", {"to": ["请指明人员或者岗位"]})
    run.emit(done.CaseSupervised(tuple(command.to), command.text, command.user, command.until))


def answer_supervision(run: Run, command: commands.AnswerSupervision) -> None:
    """Which orders there are, the shell knows: the state of the case does not keep them."""
    _given(command.text, "督办反馈")
    run.emit(done.SupervisionAnswered(command.order, command.to, command.text, command.user))


def close_supervision(run: Run, command: commands.CloseSupervision) -> None:
    run.emit(done.SupervisionClosed(command.order, command.text, command.user))


def suspend(run: Run, command: commands.SuspendCase) -> None:
    _given(command.reason, "挂起")
    if run.state.suspended:
        raise Refused("办件已经挂起")
    run.state.suspended = command.reason
    run.emit(done.CaseSuspended(command.reason, tuple(command.running)))


def resume(run: Run, command: commands.ResumeCase) -> None:
    _given(command.reason, "恢复")
    if not run.state.suspended:
        raise Refused("办件没有挂起")
    run.state.suspended = ""
    run.emit(done.CaseResumed(command.reason))


def recuse(run: Run, command: commands.RecusePerson) -> None:
    """What he has goes back to its post; what names him alone stays until somebody transfers it."""
    _given(command.reason, "回避")
    if command.user in run.state.recused:
        raise Refused("该人员已经回避")
    run.state.recused[command.user] = command.reason
    run.emit(done.PersonRecused(command.user, command.reason))
    for item in list(run.state.items.values()):
        part, waits = run.state.parts.get(item.item), item.item in run.state.rounds
        if item.user == command.user and not waits and (part is None or not part.signer.startswith(USER)):
            run.state.items[item.item] = item._replace(user=None)
            run.emit(done.ItemReleased(item.item, command.user))


HANDLERS: dict[type[Any], Callable[[Run, Any], None]] = {
    commands.ClaimItem: claim,
    commands.ReleaseItem: release,
    commands.TransferItem: transfer,
    commands.DelegateItem: delegate,
    commands.AddSigners: add_signers,
    commands.RemoveSigner: remove_signer,
    commands.CopyCase: copy_case,
    commands.UrgeItem: urge,
    commands.SuperviseCase: supervise,
    commands.AnswerSupervision: answer_supervision,
    commands.CloseSupervision: close_supervision,
    commands.SuspendCase: suspend,
    commands.ResumeCase: resume,
    commands.RecusePerson: recuse,
}

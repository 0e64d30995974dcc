"""Work items that are parts of another (委派、加签) or of a signing (会签、或签、票签), and how they are done.

Not in BPMN: administrative practice. Every part is a work item of its own on the token of the step, so that whatever
ends the step ends its parts. The token moves on only when the item with all its parts, or the signing, is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.errors import ItemClosed, ItemTaken, NotPermitted, Refused
from engine.kernel import effects as done
from engine.kernel.commands import CompleteItem
from engine.kernel.gateways import settle
from engine.kernel.incidents import given
from engine.kernel.net import Node
from engine.kernel.run import Run, StuckError, operation
from engine.kernel.signing_rule import Rule, rule_of
from engine.kernel.state import Item, Part, Round, Signing, Token
from engine.kernel.subscriptions import reconsider
from engine.kernel.undo import keep_undo, variables_in_sight
from engine.kernel.variables import deposit
from engine.model import bpmn

USER = "user:"
ABSTAINED = "弃权"


def open_item(run: Run, number: str, user: str | None) -> Item:
    """The item, where `user` may act on it. Raises ItemClosed, ItemTaken, NotPermitted."""
    item = run.state.items.get(number)
    if item is None:
        raise ItemClosed()
    if user is not None:
        if item.user is not None and item.user != user:
            raise ItemTaken()
        not_recused(run, user)
    return item


def not_recused(run: Run, user: str) -> None:
    if user in run.state.recused:
        raise NotPermitted("应当回避的人员不得办理该办件", user=user)


def rule_at(node: Node) -> Rule | None:
    """The signing rule of a user task, if it has one."""
    sign = node.model.sign if isinstance(node.model, bpmn.UserTask) else None
    return rule_of(sign) if sign else None


def open_part(run: Run, token: Token, node: Node, of: str, kind: str, signer: str, by: str | None,
              weight: Decimal = Decimal(1), veto: bool = False) -> None:  # fmt: skip
    """A work item for `signer`; a named user has it at once."""
    model = node.model
    number = run.number("i")
    user = signer[len(USER) :] if signer.startswith(USER) else None
    if user is not None:
        not_recused(run, user)
    run.state.items[number] = Item(number, token.id, node.process.id, node.id, user)
    run.state.parts[number] = Part(number, of, kind, signer, by, weight, veto)
    token.waits.append(number)
    run.touched.add(token.id)
    form, limit = (model.form, model.limit) if isinstance(model, bpmn.UserTask) else (None, None)
    post = None if user is not None else signer
    name = node.model.name or node.id
    run.emit(
        done.ItemOpened(number, node.process.id, node.id, name, token.id, token.scope, post, form, limit)
    )
    run.emit(done.PartOpened(number, of, kind, signer, by))
    if user is not None:
        run.emit(done.ItemClaimed(number, user))


def begin_signing(run: Run, token: Token, node: Node, rule: Rule, post: Any) -> None:
    """One work item a signer. `post` is one signer, or a list of signers: a text, or a context with `post` or `user`,
    and `weight` and `veto` where wanted."""
    signers = [_signer(run, each, rule) for each in (post if isinstance(post, list) else [post])]
    names = [signer for signer, _, _ in signers]
    if len(set(names)) != len(names):
        raise StuckError("sign", f"环节“{node.model.name or node.id}”的签署人重复：{'、'.join(names)}")
    if not signers:
        raise StuckError("sign", f"环节“{node.model.name or node.id}”没有签署人")
    signing = run.number("g")
    run.state.signings[signing] = Signing(signing, token.id, [])
    token.waits.append(signing)
    for signer, weight, veto in signers:
        open_part(run, token, node, signing, "sign", signer, None, weight, veto)


def _signer(run: Run, given: Any, rule: Rule) -> tuple[str, Decimal, bool]:
    weight: Any = None
    veto = False
    signer = given
    if isinstance(given, dict):
        signer = given.get("post") or (f"{USER}{given['user']}" if given.get("user") else None)
        weight, veto = given.get("weight"), given.get("veto") is True
    if not isinstance(signer, str) or not signer:
        raise StuckError("sign", f"签署人不是岗位或者人员，而是 {given!r}")
    if weight is not None and (not isinstance(weight, Decimal) or weight <= 0):
        raise StuckError("sign", f"签署人“{signer}”的权重不是正数，而是 {weight!r}")
    return signer, rule.weight(signer, weight), veto or rule.everyone_vetoes or signer in rule.veto


def complete_item(run: Run, command: CompleteItem) -> None:
    """A step done by one person; or a part of it, and then what it is part of goes on as far as it can."""
    item = open_item(run, command.item, command.user)
    state = run.state
    if command.item in state.rounds or command.item in state.parts:
        values = given(command.values)
        if not _set_aside(run, command, values):
            part_done(run, command.item, values, command.user)
        return
    token = run.token(item.token)
    before = variables_in_sight(run, item.token)
    errand = token.data is not None and "back" in token.data
    alone, number, scope = token.index < 0 and not errand, token.id, token.scope
    _close(run, item, command.user)
    run.touched.clear()
    conclude(run, token, item.element, given(command.values))
    run.drain(reconsider, settle)
    if alone and state.status == "running" and scope in state.scopes:
        keep_undo(run, command, item.element, scope, number, before)


def _close(run: Run, item: Item, user: str | None) -> None:
    del run.state.items[item.item]
    run.token(item.token).waits.remove(item.item)
    run.emit(done.ItemCompleted(item.item, item.element, user))


def conclude(run: Run, token: Token, element: str, values: Mapping[str, Any]) -> None:
    """The work of the step is done: the token goes on, or back to who sent the errand."""
    scope = run.scope(token.scope)
    if token.index < 0 and element not in scope.done:
        scope.done.append(element)
    errand = token.data is not None and "back" in token.data
    run.push("errand_done" if errand else "complete", token.id, values)


def _set_aside(run: Run, command: CompleteItem, values: Mapping[str, Any]) -> bool:
    """Whether the item waits for others still: those before it (refused), or those who sign after it."""
    state = run.state
    round_ = state.rounds.get(command.item)
    if round_ is None:
        return False
    if round_.signed:
        raise Refused("您已签署，正等待后加签人员办理")
    if round_.open:
        raise Refused("该待办已委派或者前加签，须待其办结后再办理")
    if not round_.after:
        return False
    item = state.items[command.item]
    holder = command.user or item.user
    state.items[command.item] = item._replace(user=holder)
    state.rounds[command.item] = Round(command.item, len(round_.after), (), True, values, command.user)
    run.emit(done.ItemSetAside(command.item))
    token = run.token(item.token)
    for signer, by in round_.after:
        open_part(run, token, run.node(token), command.item, "after", signer, by)
    return True


def part_done(run: Run, number: str, values: Mapping[str, Any], user: str | None) -> None:
    """The item is done with all its parts: up the tree of parts, as far as all below is done."""
    state = run.state
    while True:
        item = state.items[number]
        part = state.parts.pop(number, None)
        state.rounds.pop(number, None)
        _close(run, item, user)
        token = run.token(item.token)
        if part is None:
            conclude(run, token, item.element, values)
            return
        if part.kind == "sign":
            _vote(run, token, part, values, user)
            return
        above = state.rounds[part.of]
        kept = values if part.kind == "delegate" else above.values
        above = state.rounds[part.of] = above._replace(open=above.open - 1, values=kept)
        if above.open:
            return
        if not above.signed:
            _resume(run, above)
            return
        number, values, user = above.item, above.values, above.user


def _resume(run: Run, above: Round) -> None:
    if not above.after and not above.values:
        del run.state.rounds[above.item]
    run.emit(done.ItemResumed(above.item, run.state.items[above.item].user))


def _vote(run: Run, token: Token, part: Part, values: Mapping[str, Any], user: str | None) -> None:
    node = run.node(token)
    rule = rule_at(node)
    assert rule is not None
    vote = rule.vote(node.id, values)
    signing = run.state.signings[part.of]
    told = [part.signer, user, vote, part.weight, part.veto, dict(values)]
    run.state.signings[part.of] = signing._replace(votes=[*signing.votes, told])
    run.emit(done.VoteCast(part.of, part.signer, user, vote, part.weight))
    decide(run, token, node, rule, part.of)


def decide(run: Run, token: Token, node: Node, rule: Rule, number: str) -> None:
    """Whether the signatures so far settle it. Then who has not signed need not."""
    signing = run.state.signings[number]
    open_parts = [part for part in run.state.parts.values() if part.of == number]
    left = sum((part.weight for part in open_parts), Decimal(0))
    votes = [(vote, weight, veto) for _, _, vote, weight, veto, _ in signing.votes]
    passed = rule.outcome(votes, left)
    if passed is None:
        return
    for part in open_parts:
        drop(run, token, part.item, "decided")
    del run.state.signings[number]
    token.waits.remove(number)
    run.emit(done.SigningDecided(number, node.id, passed))
    outcome, names = f"{node.id}_outcome", {True: rule.yes, False: rule.no, None: ABSTAINED}
    values: dict[str, Any] = {}
    if rule.mode == "any" or len(votes) == 1:
        values.update(signing.votes[-1][5])
    values[outcome] = rule.yes if passed else rule.no
    values[f"{node.id}_votes"] = [
        {
            "signer": signer,
            "user": user,
            "vote": names[vote],
            "weight": weight,
            "values": {name: value for name, value in said.items() if name != outcome},
        }
        for signer, user, vote, weight, _, said in signing.votes
    ]
    conclude(run, token, node.id, values)


def drop(run: Run, token: Token, number: str, reason: str) -> None:
    """End an open part and the parts that it has."""
    pending = [number]
    while pending:
        current = pending.pop()
        pending += [part.item for part in run.state.parts.values() if part.of == current]
        token.waits.remove(current)
        closing = [current]
        run.close(closing, reason)


# -- errands: straight back to the returner -------------------------------------------------------------------------


@operation("errand")
def errand(run: Run, number: int, _: Any) -> None:
    """A step done again on behalf of a later one that waits. Its boundary events stay unarmed: they would lead the
    case away while the one who waits holds its place."""
    token = run.token(number)
    node = run.node(token)
    if not token.phase:
        run.entered(token, node)
    node.execute(run, token, node)


@operation("errand_done")
def errand_done(run: Run, number: int, values: Mapping[str, Any] | None) -> None:
    token = run.token(number)
    node = run.node(token)
    deposit(run, token, node, values or {})
    run.completed(token, node)
    assert token.data is not None
    sender = run.token(token.data["back"])
    run.remove(token)
    sender.waits.remove(f"r{number}")
    run.push("reopen", sender.id)


@operation("reopen")
def reopen(run: Run, number: int, _: Any) -> None:
    """The returner's step opens anew; its boundary events have stood all the while."""
    token = run.token(number)
    run.touched.add(number)
    node = run.node(token)
    node.execute(run, token, node)


def send_errand(run: Run, sender: Token, target: Node, scope_id: int) -> None:
    """`sender` waits at its step until `target`, opened once more, is done."""
    if getattr(target.model, "loop", None) is not None:
        raise Refused(f"环节“{target.model.name or target.id}”由多人或者多次办理，只能逐级退回")
    own = [wait for wait in sender.waits if wait[0] in "ig"]
    sender.waits = [wait for wait in sender.waits if wait not in own]
    run.close(own, "returned")
    token = run.new_token(target.id, run.scope(scope_id))
    token.data = {"back": sender.id}
    sender.waits.append(f"r{token.id}")
    run.touched.add(sender.id)
    run.push("errand", token.id)


def mend_errands(run: Run) -> None:
    """Who waits for an errand that is gone has its step again."""
    for token in list(run.state.tokens.values()):
        lost = [wait for wait in token.waits if wait[0] == "r" and int(wait[1:]) not in run.state.tokens]
        if lost:
            own = run.token(token.id)
            own.waits = [wait for wait in own.waits if wait not in lost]
            run.push("reopen", token.id)

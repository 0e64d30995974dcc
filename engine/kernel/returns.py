"""Going back: return to an earlier step, and taking one's own completion back.

Not in BPMN: administrative practice (退回、撤回). Both keep the net sound: every token downstream of the step to
which the case goes back is gone, and a parallel join that had already been passed finds again the tokens of its
other branches.
"""

from __future__ import annotations

from engine.errors import InvalidInput, NotFound, Refused
from engine.kernel import effects as done
from engine.kernel.commands import ReturnTo, WithdrawItem
from engine.kernel.net import Body, Node
from engine.kernel.operations import allowed
from engine.kernel.parts import USER, mend_errands, not_recused, open_item, send_errand
from engine.kernel.run import Run
from engine.kernel.state import Scope, Token
from engine.kernel.undo import lineage
from engine.kernel.variables import normal, write
from engine.model import bpmn


def _reach(body: Body, start: str, stop: frozenset[str]) -> set[str]:
    """Nodes that can be reached from `start` without going on from `stop`."""
    found: set[str] = set()
    pending = list(body.successors.get(start, ()))
    while pending:
        current = pending.pop()
        if current in found or current == start:
            continue
        found.add(current)
        if current not in stop:
            pending.extend(body.successors.get(current, ()))
    return found


def _foreign(body: Body, target: str) -> dict[str, list[str]]:
    """Joins beyond `target` that count tokens of other branches: their flows that it cannot serve.

    Parallel joins need them all, complex ones may; an inclusive join waits only for what can still come.
    """
    joins: dict[str, list[str]] = {}
    for node in body.nodes.values():
        if isinstance(node.model, bpmn.ParallelGateway | bpmn.ComplexGateway) and len(node.incoming) > 1:
            sources = {
                flow.id: each.id
                for each in body.nodes.values()
                for flow in each.outgoing
                if flow.target is node
            }
            reached = _reach(body, target, frozenset({node.id}))
            if node.id not in reached:
                continue
            missing = [
                flow for flow in node.incoming if sources[flow] != target and sources[flow] not in reached
            ]
            if missing:
                joins[node.id] = missing
    return joins


def go_back(run: Run, scope: Scope, body: Body, current: str, target: str, reason: str) -> Token:
    """Cancel what lies downstream of `target` in `scope`, mend the joins, and put a token there."""
    foreign = _foreign(body, target)
    region = _reach(body, target, frozenset(foreign))
    passed: list[str] = []
    if current != target and current not in region:
        region = _reach(body, target, frozenset())
        passed = list(foreign)
    inner = region - (set() if passed else set(foreign))
    sources = {flow.id: each.id for each in body.nodes.values() for flow in each.outgoing}
    for number in reversed(list(scope.tokens)):
        if number not in run.state.tokens:
            continue
        token = run.state.tokens[number]
        waits_in_join = token.node in foreign and not passed
        from_region = sources.get(token.flow) in inner or sources.get(token.flow) == target
        if token.node in inner or token.node in (current, target) or (waits_in_join and from_region):
            run.cancel(number, reason)
    for join in list(body.nodes):
        scope.data.pop(f"at:{join}", None)
        if join in inner or join in foreign:
            scope.data.pop(f"reset:{join}", None)
    for join in passed:
        node = body.nodes[join]
        for flow in foreign[join]:
            if not _served(run, scope, body, node, flow):
                token = run.new_token(join, scope, flow)
                token.data = {"join": True}
    for number in scope.tokens:
        token = run.state.tokens[number]
        node = body.nodes[token.node]
        if isinstance(node.model, bpmn.ParallelGateway) and token.data and token.data.get("join"):
            scope.data[f"at:{node.id}"] = scope.data.get(f"at:{node.id}", 0) + 1
    token = run.new_token(target, scope)
    run.push("enter", token.id)
    return token


def _served(run: Run, scope: Scope, body: Body, join: Node, flow: str) -> bool:
    """Whether a token that is left waits on `flow` or can still come by it."""
    source = next(each.id for each in body.nodes.values() if any(out.id == flow for out in each.outgoing))
    for number in scope.tokens:
        token = run.state.tokens[number]
        if token.node == join.id:
            if token.flow == flow:
                return True
        elif token.node == source or source in _reach(body, token.node, frozenset({join.id})):
            return True
    return False


def return_to(run: Run, command: ReturnTo) -> None:
    """From an open item to a user task completed before, in its scope instance or an enclosing one."""
    item = open_item(run, command.item, command.user)
    if not command.reason.strip():
        raise Refused("退回须写明理由")
    if command.mode not in ("step", "direct"):
        raise InvalidInput(f"没有“{command.mode}”这种退回方式")
    allowed(run.node(run.state.tokens[item.token]), "return")
    token = run.state.tokens[item.token]
    here = token.node
    while True:
        scope = run.state.scopes[token.scope]
        if command.target in scope.done:
            break
        if not scope.token or scope.kind == "call":
            raise Refused(f"环节“{command.target}”此前没有办结过，不能退回到该环节")
        token = run.state.tokens[scope.token]
        here = token.node
    write(run, item.token, normal(command.values), item.element)
    scope = run.scope(scope.id)
    del run.state.items[command.item]
    run.state.parts.pop(command.item, None)
    run.state.rounds.pop(command.item, None)
    run.token(item.token).waits.remove(command.item)
    run.emit(done.ItemReturned(command.item, item.element, command.target, command.reason, command.user))
    target = run.net.processes[scope.process].nodes[command.target]
    if command.mode == "direct":
        send_errand(run, run.token(item.token), target, scope.id)
        return
    go_back(run, scope, target.body, here, command.target, "returned")
    mend_errands(run)


def withdraw(run: Run, command: WithdrawItem) -> None:
    """Reopen a completed step if nothing that it opened has been begun."""
    undo = run.state.undo.get(command.item)
    if undo is None:
        if command.item in run.state.items:
            raise Refused("该待办尚未办结，无须撤回")
        raise Refused("该待办办结后已有后续办理，不能撤回")
    if command.user is not None and undo.user is not None and command.user != undo.user:
        raise Refused("只能撤回自己办结的待办")
    if undo.scope not in run.state.scopes or any(number not in run.state.tokens for number in undo.tokens):
        raise NotFound("该待办办结后已有后续办理，不能撤回")
    process = run.net.processes[run.state.scopes[undo.scope].process]
    allowed(process.nodes[undo.element], "withdraw")
    if command.user is not None:
        not_recused(run, command.user)
    for item in run.state.items.values():
        part = run.state.parts.get(item.item)
        named = part is not None and part.signer == f"{USER}{item.user}"  # his from the start: not begun
        if item.user is not None and not named and set(undo.tokens) & set(lineage(run.state, item.token)):
            raise Refused("后续待办已有人签收，不能撤回")
    del run.state.undo[command.item]
    run.emit(done.ItemWithdrawn(command.item, undo.element, command.user, command.reason))
    scope = run.scope(undo.scope)
    for number in undo.tokens:
        token = run.state.tokens[number]
        if (token.data or {}).get("join"):
            key = f"at:{token.node}"
            if key in scope.data:
                scope.data[key] -= 1
        run.cancel(number, "withdrawn")
    for where, values in undo.before.items():
        if int(where) in run.state.scopes:
            run.scope(int(where)).variables.update(values)
            run.changed.update(values)
            run.emit(done.VariablesWritten(int(where), values, undo.element))
    scope.done = (
        [each for each in scope.done if each != undo.element] if undo.element in scope.done else scope.done
    )
    token = run.new_token(undo.element, scope)
    run.push("enter", token.id)
    mend_errands(run)

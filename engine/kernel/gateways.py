"""Gateways (BPMN 2.0.2 §13.4). A joining token waits at its gateway, remembering the flow it came by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.kernel.flows import chosen, leave, spread
from engine.kernel.net import Body, Flow, Node
from engine.kernel.run import Run, StuckError, operation
from engine.kernel.state import Scope, Token
from engine.kernel.subscriptions import arm
from engine.kernel.variables import forget_writer, holds


def exclusive(run: Run, token: Token, node: Node) -> None:
    """The first flow whose condition holds, in document order, else the default (§13.4.2)."""
    if not token.phase:
        run.entered(token, node)
    selected = None
    if node.simple is None and node.outgoing:
        for flow in node.outgoing:
            if flow is node.default:
                continue
            if flow.condition is None or holds(run, token.id, flow.condition, flow.condition.text):
                selected = flow
                break
        selected = selected or node.default
        if selected is None:
            raise StuckError("no_flow", f"“{node.model.name or node.id}”的出口条件均不成立，也没有默认出口")
    run.completed(token, node)
    if selected is None:
        leave(run, token, node)
    else:
        spread(run, token, node, [selected])


def _waiting(run: Run, scope: Scope, node: Node) -> dict[str, list[int]]:
    """Tokens at a gateway by the flow they came by, in order of arrival."""
    tokens: dict[str, list[int]] = {}
    for number in scope.tokens:
        token = run.state.tokens[number]
        if token.node == node.id and token.data and token.data.get("join"):
            tokens.setdefault(token.flow, []).append(number)
    return tokens


def _merge(run: Run, scope: Scope, waiting: dict[str, list[int]]) -> Token:
    """One token of each flow is consumed; the last arrived goes on for all under a number of its own."""
    numbers = [numbers[0] for numbers in waiting.values()]
    node = run.state.tokens[numbers[0]].node
    merged = run.new_token(node, scope)
    for number in numbers:
        token = run.token(number)
        run.close(token.waits, "interrupted")
        forget_writer(run, scope.id, number)
        run.remove(token)
    return merged


def parallel(run: Run, token: Token, node: Node) -> None:
    """Waits for a token on each incoming flow, then forks (§13.4.1)."""
    if len(node.incoming) > 1:
        scope = run.scope(token.scope)
        token.data = {"join": True}
        counted = run.scope(token.scope).data.get(f"at:{node.id}", 0) + 1
        scope.data[f"at:{node.id}"] = counted
        if counted < len(node.incoming):
            return
        waiting = _waiting(run, scope, node)
        if len(waiting) < len(node.incoming):
            return
        token = _merge(run, scope, waiting)
        scope.data[f"at:{node.id}"] = sum(map(len, waiting.values())) - len(waiting)
        if not scope.data[f"at:{node.id}"]:
            del scope.data[f"at:{node.id}"]
    run.entered(token, node)
    run.completed(token, node)
    if node.simple is not None or not node.outgoing:
        leave(run, token, node)
    else:
        spread(run, token, node, node.outgoing)


def inclusive(run: Run, token: Token, node: Node) -> None:
    """Waits while a token that can still come has nowhere else to arrive (§13.4.3, table 13.3)."""
    if len(node.incoming) > 1 and not (token.data and token.data.get("fire")):
        token.data = {"join": True}
        run.joins.add(token.scope)
        return
    if not token.phase:
        run.entered(token, node)
    flows = chosen(run, token, node) if node.outgoing and node.simple is None else []
    run.completed(token, node)
    token.data = None
    if flows:
        spread(run, token, node, flows)
    else:
        leave(run, token, node)


def _blocked(run: Run, scope: Scope, node: Node, arrived: int) -> bool:
    """A token elsewhere in this scope can reach an empty incoming flow, and none that has a token."""
    masks = node.body.upstream[node.id]
    for number in scope.tokens:
        token = run.state.tokens[number]
        if token.node == node.id:
            continue
        mask = masks.get(token.node, 0)
        if mask & ~arrived and not mask & arrived:
            return True
    return False


def _bits(node: Node, waiting: dict[str, list[int]]) -> int:
    return sum(1 << index for index, flow in enumerate(node.incoming) if flow in waiting)


def settle(run: Run) -> bool:
    """When every token waits: inclusive joins and complex gateways that can go on now. True if one did."""
    moved = False
    for number in sorted(run.joins):
        if number not in run.state.scopes:
            run.joins.discard(number)
            continue
        scope = run.scope(number)
        process = run.net.processes[scope.process]
        gateways = dict.fromkeys(
            token.node
            for token in (run.state.tokens[each] for each in scope.tokens)
            if token.data and token.data.get("join") and token.node in process.nodes[token.node].body.upstream
        )
        if not gateways:
            run.joins.discard(number)
        for gateway in gateways:
            node = process.nodes[gateway]
            waiting = _waiting(run, scope, node)
            if node.options.get("complex"):
                moved = _complex(run, scope, node, waiting) or moved
            elif not _blocked(run, scope, node, _bits(node, waiting)):
                merged = _merge(run, scope, waiting)
                merged.data = {"fire": True}
                run.push("enter", merged.id)
                moved = True
            if moved:
                return True
    return moved


def find_joins(run: Run) -> None:
    """The scopes in which tokens wait at such gateways when a command begins."""
    for token in run.state.tokens.values():
        if token.data and token.data.get("join"):
            run.joins.add(token.scope)


def complex_gateway(run: Run, token: Token, node: Node) -> None:
    """Splits like an inclusive gateway; joins by its activation condition, then resets (§13.4.5)."""
    if token.data and token.data.get("fire"):
        _complex_out(run, token, node)
        return
    if len(node.incoming) <= 1 and "activation" not in node.expressions:
        _complex_out(run, token, node)
        return
    token.data = {"join": True}
    run.joins.add(token.scope)
    scope = run.scope(token.scope)
    if f"reset:{node.id}" not in scope.data:
        activate(run, token.id, None)  # at each arrival, before another token comes


@operation("activate")
def activate(run: Run, number: int, _: Any) -> None:
    """Start phase: is the activation condition true with the tokens that have come?"""
    token = run.token(number)
    scope = run.scope(token.scope)
    node = run.node(token)
    if f"reset:{node.id}" in scope.data:
        return
    waiting = _waiting(run, scope, node)
    expression = node.expressions.get("activation")
    count = sum(map(len, waiting.values()))
    names = {"activationCount": Decimal(count), "waitingForStart": True}
    for flow in node.incoming:
        names[flow] = Decimal(len(waiting.get(flow, ())))
    if expression is not None and not holds(run, number, expression, expression.text, names):
        return
    if expression is None and len(waiting) < len(node.incoming):
        return
    merged = _merge(run, scope, waiting)
    merged.data = {"fire": True, "first": True}
    scope.data[f"reset:{node.id}"] = sorted(waiting)
    run.push("enter", merged.id)


def _complex_out(run: Run, token: Token, node: Node) -> None:
    """Start phase: as an inclusive split. Reset: only flows whose own condition holds, perhaps none.

    A flow without a condition is not taken again on reset: the continuation would run twice.
    """
    reset = bool(token.data and token.data.get("reset"))
    extra = {"waitingForStart": not reset, "activationCount": Decimal(0)}
    if not token.phase:
        run.entered(token, node)
    flows: list[Flow]
    if reset:
        flows = [
            flow
            for flow in node.outgoing
            if flow.condition is not None
            and flow is not node.default
            and holds(run, token.id, flow.condition, flow.condition.text, extra)
        ]
    else:
        flows = chosen(run, token, node, extra) if node.outgoing else []
    run.completed(token, node)
    token.data = None
    spread(run, token, node, flows)


def _complex(run: Run, scope: Scope, node: Node, waiting: dict[str, list[int]]) -> bool:
    """Waiting for reset: every other flow has its token or cannot get one any more."""
    first = scope.data.get(f"reset:{node.id}")
    if first is None:
        return False
    fresh = {flow: numbers for flow, numbers in waiting.items() if flow not in first}
    arrived = _bits(node, fresh) | sum(1 << i for i, flow in enumerate(node.incoming) if flow in first)
    if _blocked(run, scope, node, arrived):
        return False
    del scope.data[f"reset:{node.id}"]
    if fresh:
        merged = _merge(run, scope, fresh)
        merged.data = {"fire": True, "reset": True}
        run.push("enter", merged.id)
    for number in list(scope.tokens):
        token = run.state.tokens[number]
        if token.node == node.id and token.data and token.data.get("join"):
            run.push("activate", number)
    return True


def event_based(run: Run, token: Token, node: Node) -> None:
    """Waits for the first of the events behind it (§13.4.4)."""
    if not token.phase:
        run.entered(token, node)
    run.close(token.waits, "interrupted")
    occurred = len(run.queue)
    for flow in node.outgoing:
        arm(run, token.waits, token.id, flow.target)
    # of several conditions that hold already the first in document order wins
    ready = [run.queue.popleft() for _ in range(len(run.queue) - occurred)]
    run.queue.extendleft(ready)


def upstream(body: Body, node: Node) -> dict[str, int]:
    """Per node: which incoming flows of `node` it can still reach without passing `node` itself."""
    masks: dict[str, int] = {}
    before: dict[str, list[str]] = {}
    for source, targets in body.successors.items():
        for target in targets:
            before.setdefault(target, []).append(source)
    sources = {flow.id: flow.source for each in body.nodes.values() for flow in each.outgoing}
    for index, flow_id in enumerate(node.incoming):
        pending = [sources[flow_id]]
        seen: set[str] = set()
        while pending:
            current = pending.pop()
            if current in seen or current == node.id:
                continue
            seen.add(current)
            masks[current] = masks.get(current, 0) | 1 << index
            pending.extend(before.get(current, ()))
    return masks

"""How tokens leave a node: sequence flows, splits, and the end of a scope (BPMN 2.0.2 §13.3.1-13.3.2)."""

from __future__ import annotations

from typing import Any

from engine.kernel import effects as done
from engine.kernel.net import Flow, Node
from engine.kernel.run import Run, StuckError, operation
from engine.kernel.state import Token
from engine.kernel.variables import forget_writer, holds


def leave(run: Run, token: Token, node: Node) -> None:
    """The token goes on from a completed node."""
    flow = node.simple
    if flow is not None:
        run.effects.append(done.FlowTaken(node.process.id, flow.id))
        token.node = flow.target.id
        token.flow = flow.id
        token.phase = 0
        run.queue.append(("enter", token.id, None))
        run.touched.add(token.id)
    elif not node.outgoing:
        end(run, token)
    else:
        spread(run, token, node, chosen(run, token, node))


def spread(run: Run, token: Token, node: Node, flows: list[Flow], quantity: int = 1) -> None:
    """`quantity` tokens along each flow. One token alone keeps its number; a fork gives new ones."""
    if len(flows) == 1 and quantity == 1:
        flow = flows[0]
        run.emit(done.FlowTaken(node.process.id, flow.id))
        token.node, token.flow, token.phase = flow.target.id, flow.id, 0
        run.touched.add(token.id)
        run.push("enter", token.id)
        return
    forget_writer(run, token.scope, token.id)
    scope = run.remove(token)
    for flow in flows:
        for _ in range(quantity):
            run.emit(done.FlowTaken(node.process.id, flow.id))
            run.push("enter", run.new_token(flow.target.id, scope, flow.id).id)
    if not scope.tokens:
        run.push("finish", scope.id)


def chosen(run: Run, token: Token, node: Node, extra: dict[str, Any] | None = None) -> list[Flow]:
    """Every flow whose condition holds, else the default; raises StuckError when none is left."""
    flows = [
        flow
        for flow in node.outgoing
        if flow is not node.default
        and (flow.condition is None or holds(run, token.id, flow.condition, flow.condition.text, extra))
    ]
    if flows:
        return flows
    if node.default is not None:
        return [node.default]
    raise StuckError("no_flow", f"“{node.model.name or node.id}”的出口条件均不成立，也没有默认出口")


def end(run: Run, token: Token) -> None:
    """The token has come to its end; the scope ends with its last token."""
    scope = run.remove(token)
    if not scope.tokens:
        run.push("finish", scope.id)


@operation("leave")
def leave_again(run: Run, number: int, _: Any) -> None:
    """Going on, as a step of its own: repeatable when a condition could not be evaluated."""
    token = run.token(number)
    node = run.node(token)
    if node.is_activity and node.model.completion_quantity > 1:  # type: ignore[attr-defined]
        if node.outgoing:
            spread(run, token, node, chosen(run, token, node), node.model.completion_quantity)  # type: ignore[attr-defined]
        else:
            end(run, token)
    else:
        leave(run, token, node)

"""Something that was waited for has happened: who catches it and what that ends (BPMN 2.0.2 §13.5).

An interruption is immediate: everything in the interrupted activity or scope is gone before any other move.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel import effects as done
from engine.kernel.flows import leave
from engine.kernel.net import Node
from engine.kernel.run import Run, operation
from engine.kernel.scopes import open_event_subprocess
from engine.kernel.state import Scope, Token
from engine.kernel.subscriptions import arm
from engine.kernel.variables import deposit, normal, write
from engine.model import bpmn


@operation("occur")
def occur(run: Run, owner: int, subscription_id: str) -> None:
    """A condition has become true."""
    subscription = run.state.subscriptions.get(subscription_id)
    if subscription is not None:
        catch(run, owner, subscription.node, subscription.which, {}, subscription_id)


@operation("reconsider")
def reconsider_again(run: Run, owner: int, subscription_id: str) -> None:
    """A condition that could not be evaluated is tried again (retry of its incident)."""
    subscription = run.state.subscriptions.get(subscription_id)
    if subscription is not None:
        trigger = _node(run, owner, subscription.node).triggers[subscription.which]
        assert trigger.expression is not None
        run.changed.update(trigger.expression.names)


def _node(run: Run, owner: int, node_id: str) -> Node:
    token = run.state.tokens.get(owner)
    scope = run.state.scopes[token.scope if token else owner]
    return run.net.processes[scope.process].nodes[node_id]


def catch(run: Run, owner: int, node_id: str, index: int, values: Mapping[str, Any], wait: str = "") -> None:
    """`owner` (token or scope) catches definition `index` of event `node_id`. `wait` is the id that served."""
    node = _node(run, owner, node_id)
    token = run.token(owner) if owner in run.state.tokens else None
    if node.parallel and not _all_caught(run, owner, token, node, index, values, wait):
        return
    if token is None:
        _event_subprocess(run, run.scope(owner), node, values)
    elif isinstance(node.model, bpmn.BoundaryEvent):
        boundary(run, token, node, values)
    elif token.node != node.id:
        _after_gateway(run, token, node, values)
    else:
        run.close(token.waits, "interrupted")
        if node.is_activity:
            run.push("complete", token.id, normal(values))
        else:
            token.data = None
            run.push("caught", token.id, normal(values))


def _all_caught(
    run: Run, owner: int, token: Token | None, node: Node, index: int, values: Mapping[str, Any], wait: str
) -> bool:
    """Parallel multiple: all definitions must occur, each once (BPMN 2.0.2 §10.5.5)."""
    holder: Token | Scope = token if token is not None else run.scope(owner)
    data = dict(holder.data or {})
    got = sorted({*data.get(f"got:{node.id}", ()), index})
    deposit_at = token.id if token is not None else owner
    if values:
        write(run, deposit_at, normal(values), node.id)
    if len(got) < len(node.triggers):
        data[f"got:{node.id}"] = got
        holder.data = data
        if wait and wait in holder.waits:
            holder.waits.remove(wait)
            waits = [wait]
            run.close(waits, "interrupted")
        return False
    data.pop(f"got:{node.id}", None)
    holder.data = data or ({} if token is None else None)
    if not node.interrupting:
        arm(run, holder.waits, owner, node, [each for each in range(len(node.triggers)) if each != index])
    return True


def boundary(run: Run, host: Token, node: Node, values: Mapping[str, Any]) -> None:
    """A boundary event catches: the activity ends at once if it interrupts, then its flows are taken."""
    scope = run.scope(host.scope)
    if node.interrupting:
        token = run.new_token(node.id, scope)
        run.cancel(host.id)
    else:
        token = run.new_token(node.id, scope)
    run.entered(token, node)
    run.push("caught", token.id, normal(values))


@operation("caught")
def caught(run: Run, number: int, values: dict[str, Any]) -> None:
    """The event has its data and is completed; repeatable when an association could not be evaluated."""
    token = run.token(number)
    node = run.node(token)
    deposit(run, token, node, values)
    run.completed(token, node)
    leave(run, token, node)


def _event_subprocess(run: Run, scope: Scope, start: Node, values: Mapping[str, Any]) -> None:
    """An event sub-process begins; an interrupting one ends everything else in its scope first (§13.5.4)."""
    open_event_subprocess(run, scope, start, normal(values))


def _after_gateway(run: Run, token: Token, node: Node, values: Mapping[str, Any]) -> None:
    """The first event after an event-based gateway wins; the others are no longer awaited (§13.4.4)."""
    run.close(token.waits, "interrupted")
    gateway = run.node(token)
    run.completed(token, gateway)
    for flow in gateway.outgoing:
        if flow.target is node:
            run.emit(done.FlowTaken(node.process.id, flow.id))
            token.flow = flow.id
            break
    token.node = node.id
    run.touched.add(token.id)
    run.entered(token, node)
    if node.is_activity:
        run.push("complete", token.id, normal(values))
        return
    run.push("caught", token.id, normal(values))

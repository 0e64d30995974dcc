"""Start, intermediate and end events (BPMN 2.0.2 §13.5)."""

from __future__ import annotations

from typing import Any

from engine.kernel.catching import boundary
from engine.kernel.compensation import cancel_transaction
from engine.kernel.flows import end, leave
from engine.kernel.net import Node
from engine.kernel.run import Run, operation
from engine.kernel.state import Token
from engine.kernel.subscriptions import arm
from engine.kernel.throwing import end_case, throw


def start(run: Run, token: Token, node: Node) -> None:
    """A start event passes; the rest of a parallel multiple start is still awaited."""
    run.entered(token, node)
    missing = token.data.get("missing") if token.data else None
    if missing:
        arm(run, token.waits, token.id, node, missing)
        return
    run.completed(token, node)
    leave(run, token, node)


def intermediate_catch(run: Run, token: Token, node: Node) -> None:
    """Waits; a link passes at once."""
    if not token.phase:
        run.entered(token, node)
    if not node.triggers or node.triggers[0].kind == "link":
        run.completed(token, node)
        leave(run, token, node)
        return
    run.close(token.waits, "interrupted")
    arm(run, token.waits, token.id, node)


def intermediate_throw(run: Run, token: Token, node: Node) -> None:
    """Throws, then goes on; a link goes on at its catcher (§13.5.3)."""
    if not token.phase:
        run.entered(token, node)
    if node.triggers and node.triggers[0].kind == "link":
        target = node.options["link"]
        run.completed(token, node)
        token.node, token.flow = target, ""
        run.push("enter", token.id)
        return
    if throw(run, token, node, node.triggers):
        thrown(run, token.id, None)


def end_event(run: Run, token: Token, node: Node) -> None:
    """Throws and ends the token; terminate ends its scope, cancel its transaction."""
    if not token.phase:
        run.entered(token, node)
    kinds = {trigger.kind for trigger in node.triggers}
    if node.triggers and not throw(run, token, node, node.triggers):
        return
    if "cancel" in kinds:
        cancel_transaction(run, token, node)
    elif "terminate" in kinds:
        _terminate(run, token, node)
    else:
        thrown(run, token.id, None)


def _terminate(run: Run, token: Token, node: Node) -> None:
    """Ends its own scope: a sub-process or called process only that, the case's process the case (§13.5.6)."""
    run.completed(token, node)
    scope = run.scope(token.scope)
    if scope.kind == "process":
        end_case(run, "terminated")
        return
    run.cancel_within(scope, "terminated", spare=token.id)
    run.close(scope.waits, "terminated")
    end(run, token)


@operation("thrown")
def thrown(run: Run, number: int, _: Any) -> None:
    """The throw is served: on, or the end."""
    token = run.token(number)
    node = run.node(token)
    if node.is_activity:
        run.push("complete", number)
        return
    scope = run.state.scopes[token.scope]
    if scope.data.get("cancelled"):
        host = run.token(scope.token)
        if host.index >= 0:  # the event stands on the multi-instance activity as a whole
            host = run.token(run.state.scopes[host.scope].token)
        cancel = next(
            each for each in run.node(host).boundaries if any(t.kind == "cancel" for t in each.triggers)
        )
        run.remove(token)
        boundary(run, host, cancel, {})
        return
    run.completed(token, node)
    leave(run, token, node)

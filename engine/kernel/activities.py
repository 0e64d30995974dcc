"""The life of an activity: enter, work, complete (BPMN 2.0.2 §13.3.2). Tasks and sub-processes alike.

A token arrives → enough tokens (`startQuantity`) → loop or multi-instance takes over, or → entered, data in,
boundary events armed → work → data out, compensation recorded, completed → on, along the flows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel import loops, multi
from engine.kernel.flows import leave
from engine.kernel.net import Node
from engine.kernel.records import remember
from engine.kernel.run import Run, operation
from engine.kernel.state import Token
from engine.kernel.subscriptions import arm, await_data
from engine.kernel.variables import deposit, transferred, write
from engine.model import bpmn


def enter(run: Run, token: Token, node: Node) -> None:
    """A token has arrived."""
    if node.plain:
        run.entered(token, node)
        node.execute(run, token, node)
        return
    activity = node.model
    assert isinstance(activity, bpmn.Activity)
    if (
        token.data is None
        and activity.start_quantity > 1
        and not _gathered(run, token, activity.start_quantity)
    ):
        return
    if isinstance(activity.loop, bpmn.MultiInstance):
        multi.begin(run, token, node)
    elif isinstance(activity.loop, bpmn.StandardLoop):
        loops.begin(run, token, node)
    else:
        begin(run, token, node)


def _gathered(run: Run, token: Token, quantity: int) -> bool:
    """`startQuantity` tokens make one activity instance; until then they wait before it."""
    scope = run.scope(token.scope)
    waiting = [
        number
        for number in scope.tokens
        if run.state.tokens[number].node == token.node
        and (number == token.id or (run.state.tokens[number].data or {}).get("gather"))
    ]
    if len(waiting) < quantity:
        token.data = {"gather": True}
        return False
    for number in waiting[: quantity + 1]:
        if number != token.id:
            run.remove(run.token(number))
    return True


@operation("begin")
def begin_again(run: Run, number: int, _: Any) -> None:
    token = run.token(number)
    begin(run, token, run.node(token))


def begin(run: Run, token: Token, node: Node) -> None:
    """One instance of the activity starts to work. Boundary events stand on the whole, not on an instance."""
    if not token.phase:
        run.entered(token, node)
    if node.properties:
        token.local = {**(token.local or {}), **dict.fromkeys(node.properties)}
    carried: dict[str, Any] = {}
    if node.inputs:
        carried = transferred(run, token.id, node.inputs)
        if not isinstance(node.model, bpmn.CallActivity):
            token.local = {**(token.local or {}), **carried}
    if node.boundaries and token.index < 0 and not (token.data and token.data.get("armed")):
        watch(run, token, node)
    if node.needed and not _supplied(node, carried):
        await_data(run, token, node)
        return
    node.execute(run, token, node)


def _supplied(node: Node, carried: Mapping[str, Any]) -> bool:
    """One input set whose every required input has a value (§13.3.2: until then the activity is not active)."""
    return any(all(carried.get(name) is not None for name in names) for names in node.needed)


@operation("loop")
def loop_on(run: Run, number: int, _: Any) -> None:
    token = run.token(number)
    loops.decide_again(run, token, run.node(token))


@operation("watch")
def watch_whole(run: Run, number: int, _: Any) -> None:
    token = run.token(number)
    node = run.node(token)
    if node.boundaries and not (token.data and token.data.get("armed")):
        watch(run, token, node)


def watch(run: Run, token: Token, node: Node) -> None:
    """Arm the boundary events of a whole activity, once."""
    for boundary in node.boundaries:
        arm(run, token.waits, token.id, boundary)
    token.data = {**(token.data or {}), "armed": True}


@operation("complete")
def complete_with(run: Run, number: int, values: Mapping[str, Any] | None) -> None:
    """Work came back with `values`."""
    token = run.token(number)
    node = run.node(token)
    if not node.is_activity:
        run.completed(token, node)
        leave(run, token, node)
        return
    complete(run, token, node, values or {})


def complete(run: Run, token: Token, node: Node, values: Mapping[str, Any]) -> None:
    """The work of one instance is done."""
    if node.plain:
        if values:
            deposit(run, token, node, values)
        run.completed(token, node)
        leave(run, token, node)
        return
    deposit(run, token, node, values)
    _conclude(run, token, node)


@operation("returned")
def returned(run: Run, number: int, _: Any) -> None:
    """A sub-process or call has come to its end; its output associations read the scope within."""
    token = run.token(number)
    node = run.node(token)
    if not token.children:
        return
    if token.data and token.data.get("undone"):
        run.push("compensated", number)
        return
    if node.outputs:
        carried = transferred(run, token.children[0], node.outputs)
        write(run, number, carried, node.id, node.carried)
    _conclude(run, token, node)


def _conclude(run: Run, token: Token, node: Node) -> None:
    remember(run, token, node)
    run.completed(token, node)
    loop = node.model.loop  # type: ignore[attr-defined]
    if token.index >= 0:
        multi.instance_done(run, token, node)
    elif isinstance(loop, bpmn.StandardLoop):
        loops.again(run, token, node)
    else:
        # what the work itself has written is no event for its own boundary: it is completed
        run.close(token.waits, "interrupted")
        depart(run, token.id, None)


@operation("depart")
def depart(run: Run, number: int, _: Any) -> None:
    """The activity as a whole is done: boundary events are gone, tokens go on."""
    token = run.token(number)
    run.close(token.waits, "interrupted")
    for child in token.children:
        run.close(run.scope(child).waits, "interrupted")
        del run.state.scopes[child]
    token.children = []
    token.data = None
    token.local = None
    token.phase = 0
    run.push("leave", number)
    scope = run.state.scopes[token.scope]
    if scope.kind == "adhoc":
        run.queue.appendleft(("adhoc_check", scope.token, None))

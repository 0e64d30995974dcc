"""Multi-instance activities, parallel and sequential (BPMN 2.0.2 §13.3.7).

The token of the activity hosts a scope with the standard's counters; each instance is a token in it, with its
own `loopCounter` (from 1), item and output item. The output collection is in the order of the instances and
holds those that completed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.kernel import effects as done
from engine.kernel.net import Node
from engine.kernel.run import Run, StuckError, operation
from engine.kernel.state import Scope, Token
from engine.kernel.variables import evaluate, holds, lookup, transferred, write
from engine.model import bpmn


def begin(run: Run, token: Token, node: Node) -> None:
    """How many instances: from the collection, else the cardinality."""
    loop = node.model.loop  # type: ignore[attr-defined]
    assert isinstance(loop, bpmn.MultiInstance)
    items: list[Any] | None = None
    if loop.collection is not None:
        value = lookup(run, token.id, loop.collection)
        if not isinstance(value, list):
            raise StuckError("multi_instance", f"多实例的集合“{loop.collection}”不是列表，而是 {value!r}")
        items, count = value, len(value)
    else:
        assert loop.cardinality is not None
        number = evaluate(run, token.id, node.expressions["cardinality"], loop.cardinality.text)
        if not isinstance(number, Decimal) or number < 0 or number != int(number):
            raise StuckError(
                "multi_instance", f"多实例的个数“{loop.cardinality.text}”不是非负整数，而是 {number!r}"
            )
        count = int(number)
    run.more_instances(count, node)
    run.push("watch", token.id)
    scope = run.new_scope("multi", node.id, node.process.id, token)
    scope.data = {"count": count, "next": 0}
    if items is not None and loop.item:
        scope.data["items"] = items
    _count(scope, count, 0, 0, 0)
    if count == 0:
        run.push("multi_end", token.id)
        return
    for _ in range(1 if loop.sequential else count):
        _next(run, scope, node, loop)


def _count(scope: Scope, total: int, active: int, completed: int, terminated: int) -> None:
    scope.variables = {
        "numberOfInstances": Decimal(total),
        "numberOfActiveInstances": Decimal(active),
        "numberOfCompletedInstances": Decimal(completed),
        "numberOfTerminatedInstances": Decimal(terminated),
    }


def _next(run: Run, scope: Scope, node: Node, loop: bpmn.MultiInstance) -> None:
    index = scope.data["next"]
    scope.data["next"] = index + 1
    instance = run.new_token(node.id, scope)
    instance.index = index
    instance.local = {"loopCounter": Decimal(index + 1)}
    if "items" in scope.data and loop.item:
        instance.local[loop.item] = scope.data["items"][index]
    if loop.output_item:
        instance.local.setdefault(loop.output_item, None)
    scope.variables["numberOfActiveInstances"] += 1
    run.push("begin", instance.id)


def instance_done(run: Run, token: Token, node: Node) -> None:
    """One instance has completed: counters, output, events by `behavior`, then whether all is done."""
    loop = node.model.loop  # type: ignore[attr-defined]
    assert isinstance(loop, bpmn.MultiInstance)
    scope = run.scope(token.scope)
    if loop.output_item and token.local:
        scope.data[f"o{token.index}"] = token.local.get(loop.output_item)
    for child in token.children:
        del run.state.scopes[child]
    token.children = []
    run.close(token.waits, "interrupted")
    run.remove(token)
    scope.variables["numberOfActiveInstances"] -= 1
    scope.variables["numberOfCompletedInstances"] += 1
    run.queue.appendleft(("multi_step", scope.token, token.local or {}))


@operation("multi_step")
def step(run: Run, number: int, last: Mapping[str, Any]) -> None:
    """After an instance: throw what `behavior` wants, test the completion condition, start the next.

    `last` are the local variables of the instance that has completed: conditions may read its output item.
    """
    host = run.token(number)
    node = run.node(host)
    loop = node.model.loop  # type: ignore[attr-defined]
    assert isinstance(loop, bpmn.MultiInstance)
    if not host.children:
        return
    scope = run.scope(host.children[0])
    if loop.completion is not None and holds(
        run, scope.id, node.expressions["completion"], loop.completion.text, last
    ):
        left = len(scope.tokens)
        run.cancel_within(scope)
        scope = run.scope(host.children[0])
        completed = int(scope.variables["numberOfCompletedInstances"])
        _count(scope, scope.data["count"], 0, completed, left)
        _throw(run, host, node, loop, scope, last)
        run.push("multi_end", number)
        return
    _throw(run, host, node, loop, scope, last)
    if scope.tokens:
        return
    if scope.data["next"] < scope.data["count"]:
        _next(run, scope, node, loop)
        return
    run.push("multi_end", number)


def _throw(
    run: Run, host: Token, node: Node, loop: bpmn.MultiInstance, scope: Scope, last: Mapping[str, Any]
) -> None:
    """§13.3.7: what is thrown carries the run-time attributes of the activity; several go in document order."""
    behavior = loop.behavior.lower()
    if behavior == "none" or (behavior == "one" and not scope.data.get("one")):
        scope.data["one"] = True
        run.queue.appendleft(("throw_from", host.id, [-1, dict(scope.variables)]))
    elif behavior == "complex":
        for index, (condition, triggers, carried) in reversed(list(enumerate(node.behaviors))):
            if holds(run, scope.id, condition, condition.text, last) and triggers:
                values = transferred(run, scope.id, carried, last) if carried else {}
                run.queue.appendleft(("throw_from", host.id, [index, {**scope.variables, **values}]))


@operation("multi_end")
def finish(run: Run, number: int, _: Any) -> None:
    """All instances are done, or enough: the output collection is written and the activity departs."""
    host = run.token(number)
    node = run.node(host)
    loop = node.model.loop  # type: ignore[attr-defined]
    assert isinstance(loop, bpmn.MultiInstance)
    scope = run.scope(host.children[0])
    if loop.output_collection:
        keys = (f"o{index}" for index in range(scope.data["count"]))
        values = [scope.data[key] for key in keys if key in scope.data]
        write(run, number, {loop.output_collection: values}, node.id, node.carried)
    if scope.records:
        run.scope(host.scope).records.extend(scope.records)
    around = run.scope(host.scope)
    if isinstance(node.model, bpmn.UserTask) and scope.data["next"] and node.id not in around.done:
        around.done.append(node.id)  # one can go back to it as a whole
    if not scope.data["count"]:
        run.emit(done.ElementEntered(node.process.id, node.id, number, host.scope))
        run.emit(done.ElementCompleted(node.process.id, node.id, number, host.scope))
    run.push("depart", number)

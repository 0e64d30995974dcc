"""Scopes: process, sub-process, event sub-process, called process. How they begin and end (§13.3.4, §13.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel import effects as done
from engine.kernel.net import Body, Node
from engine.kernel.run import Run, StuckError, operation
from engine.kernel.state import Scope, Token
from engine.kernel.subscriptions import arm
from engine.kernel.variables import transferred


def populate(run: Run, scope: Scope, body: Body) -> None:
    """Tokens at the starts, event sub-processes armed, data objects without a value."""
    for name in body.data:
        scope.variables.setdefault(name, None)
    for start in body.starts:
        run.push("enter", run.new_token(start.id, scope).id)
    watch_events(run, scope, body)
    if not scope.tokens:
        run.push("finish", scope.id)


def watch_events(run: Run, scope: Scope, body: Body) -> None:
    """Arm the starts of the event sub-processes."""
    for event in body.event_subprocesses:
        assert event.inner is not None
        for start in event.inner.starts:
            try:
                arm(run, scope.waits, scope.id, start)
            except StuckError as stuck:
                run.stick(scope.id, "watch_start", [scope.id, start.id], stuck)


@operation("watch_start")
def watch_start(run: Run, _: int, which: list[Any]) -> None:
    """Arm one start again (retry of its incident)."""
    if which[0] in run.state.scopes:
        scope = run.scope(which[0])
        arm(run, scope.waits, scope.id, run.net.processes[scope.process].nodes[which[1]])


def open_subprocess(run: Run, token: Token, node: Node) -> None:
    """Embedded sub-process and transaction."""
    assert node.inner is not None
    scope = run.new_scope("sub", node.id, node.process.id, token)
    populate(run, scope, node.inner)


def open_call(run: Run, token: Token, node: Node) -> None:
    """Call activity: data pass only through its associations (BPMN 2.0.2 §10.4.1, §13.3.4)."""
    called = run.net.processes[node.options["called"]]
    values = transferred(run, token.id, node.inputs)
    scope = run.new_scope("call", node.id, called.id, token)
    scope.variables.update(dict.fromkeys(item.variable for item in called.model.properties))
    scope.variables.update(values)
    populate(run, scope, called.body)


def open_event_subprocess(run: Run, scope: Scope, start: Node, values: Mapping[str, Any]) -> Token:
    """Begin an event sub-process in its parent scope by its start event."""
    event = start.body
    process = start.process
    node = process.nodes[event.element]
    token = run.new_token(node.id, scope)
    if start.interrupting:
        run.cancel_within(scope, spare=token.id)
        run.close(scope.waits, "interrupted")
        scope.data["interrupted"] = node.id
    run.entered(token, node)
    inner = run.new_scope("event", node.id, process.id, token)
    for name in event.data:
        inner.variables.setdefault(name, None)
    if node.properties:
        token.local = dict.fromkeys(node.properties)
    watch_events(run, inner, event)
    beginning = run.new_token(start.id, inner)
    run.entered(beginning, start)
    run.push("caught", beginning.id, dict(values))
    return token


@operation("finish")
def finish(run: Run, number: int, _: Any) -> None:
    """The last token of a scope is gone."""
    scope = run.state.scopes.get(number)
    if scope is None or scope.tokens:
        return
    scope = run.scope(number)
    if scope.kind == "process":
        run.close(scope.waits, "interrupted")
        run.state.status = "completed"
        run.emit(done.CaseEnded("completed"))
    elif scope.kind in ("sub", "call"):
        run.close(scope.waits, "interrupted")
        run.push("returned", scope.token)
    elif scope.kind == "event":
        run.close(scope.waits, "interrupted")
        run.push("event_done", scope.token)
    elif scope.kind == "adhoc":
        run.push("adhoc", scope.token)
    elif scope.kind == "compensation":
        run.push("compensate", number)


@operation("event_done")
def event_done(run: Run, number: int, _: Any) -> None:
    """An event sub-process has ended: its token leaves the parent scope."""
    token = run.token(number)
    run.completed(token, run.node(token))
    for child in token.children:
        del run.state.scopes[child]
    token.children = []
    scope = run.remove(token)
    if not scope.tokens:
        run.push("finish", scope.id)

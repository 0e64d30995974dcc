"""Throwing events: each kind finds its catchers by the standard's scoping (BPMN 2.0.2 §10.5.1, §10.5.6).

Errors, escalations and cancels rise through the enclosing scopes, innermost first, a specific code before one
that catches all. Signals reach every subscriber of this case at once; other cases hear of them from the shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel import effects as done
from engine.kernel.catching import boundary, catch
from engine.kernel.compensation import compensate_by_throw
from engine.kernel.correlation import sent
from engine.kernel.net import Node, Trigger
from engine.kernel.run import Run, operation
from engine.kernel.scopes import open_event_subprocess
from engine.kernel.state import Job, Scope, Token, visible
from engine.kernel.variables import normal, transferred

Catcher = tuple[Node, int]
"""An event and the token (boundary) or scope (event sub-process) that it stands on."""


def throw(
    run: Run, token: Token, node: Node, triggers: list[Trigger], values: Mapping[str, Any] | None = None
) -> bool:
    """Throw each definition; False when the token must wait for it (jobs, compensation) or is gone.

    `values` travel with it; without them what the event's input associations carry.
    """
    waits = False
    if values is None:
        values = transferred(run, token.id, node.inputs) if node.inputs and triggers else {}
    for trigger in triggers:
        if token.id not in run.state.tokens:
            return False
        if trigger.kind == "message":
            waits = throw_message(run, token, node, trigger, values) or waits
        elif trigger.kind == "signal":
            throw_signal(run, node.id, trigger.name, values)
        elif trigger.kind == "escalation":
            escalate(run, token.id, node.id, trigger.name, values)
        elif trigger.kind == "compensation":
            waits = compensate_by_throw(run, token, node, trigger) or waits
        elif trigger.kind == "error":
            raise_error(run, token.id, node.id, trigger.name, values)
            return False
    return token.id in run.state.tokens and not waits


@operation("throw_from")
def throw_from(run: Run, number: int, which: list[Any]) -> None:
    """The events of a multi-instance activity's `behavior` (§13.3.7)."""
    token = run.token(number)
    node = run.node(token)
    index, values = which
    throw(
        run, token, node, [node.options["behavior_event"]] if index < 0 else node.behaviors[index][1], values
    )


def throw_message(run: Run, token: Token, node: Node, trigger: Trigger, values: Mapping[str, Any]) -> bool:
    """By our handler as a job (then True: the token waits), else to whoever listens (MessageThrown)."""
    keys = sent(run, token.id, node.process, trigger.message, trigger.name, values)
    if trigger.handler is not None:
        job = run.number("j")
        run.state.jobs[job] = Job(job, token.id, node.id)
        token.waits.append(job)
        given = {**visible(run.state, token.id), **values}
        run.emit(done.JobRequested(job, node.process.id, node.id, trigger.handler, given))
        return True
    run.emit(done.MessageThrown(node.id, trigger.name, keys, dict(values)))
    return False


def throw_signal(run: Run, element: str, name: str, values: Mapping[str, Any]) -> None:
    """Every subscription that stands now is served; one that an earlier catcher ended is not."""
    run.emit(done.SignalThrown(element, name, dict(values)))
    deliver_signal(run, name, values)


def deliver_signal(run: Run, name: str, values: Mapping[str, Any]) -> int:
    """The number of catchers in this case."""
    waiting = [
        each for each in run.state.subscriptions.values() if each.kind == "signal" and each.name == name
    ]
    served = 0
    for subscription in waiting:
        if subscription.subscription in run.state.subscriptions:
            catch(
                run,
                subscription.owner,
                subscription.node,
                subscription.which,
                values,
                subscription.subscription,
            )
            served += 1
    return served


def _match(nodes: list[Node], kind: str, code: str) -> Node | None:
    general = None
    for node in nodes:
        for trigger in node.triggers:
            if trigger.kind == kind:
                if trigger.name == code and code:
                    return node
                if not trigger.name and general is None:
                    general = node
    return general


def find_catcher(run: Run, number: int, kind: str, code: str) -> Catcher | None:
    """From a token outwards: boundary events of its activity, event sub-processes of its scope, and so on."""
    state = run.state
    token = state.tokens[number]
    while True:
        node = run.node(token)
        if node.boundaries and token.index < 0:
            found = _match(node.boundaries, kind, code)
            if found is not None:
                return found, token.id
        scope = state.scopes[token.scope]
        if scope.kind in ("process", "call", "sub", "event", "adhoc") and "interrupted" not in scope.data:
            starts = [
                start
                for event in run.body(scope).event_subprocesses
                if event.id != token.node and event.inner is not None
                for start in event.inner.starts
            ]
            found = _match(starts, kind, code) if starts else None
            if found is not None:
                return found, scope.id
        if not scope.token:
            return None
        token = state.tokens[scope.token]


def _serve(run: Run, catcher: Catcher, values: Mapping[str, Any]) -> None:
    node, place = catcher
    if place in run.state.tokens:
        boundary(run, run.token(place), node, values)
    else:
        open_event_subprocess(run, run.scope(place), node, normal(values))


def raise_error(
    run: Run, number: int, element: str, code: str, values: Mapping[str, Any] | None = None, message: str = ""
) -> None:
    """A BPMN error leaves the element; uncaught it ends the case as error_event, never as a success."""
    catcher = find_catcher(run, number, "error", code)
    token = run.token(number)
    if run.node(token).is_activity and token.phase:
        token.phase = 0
        scope = run.state.scopes[token.scope]
        run.emit(
            done.ElementFailed(
                scope.process, token.node, number, token.scope, code, message or f"业务错误 {code}"
            )
        )
    elif token.phase:
        run.completed(token, run.node(token))
    run.emit(done.ErrorThrown(element, code, catcher[0].id if catcher else None))
    if catcher is None:
        end_case(run, "error_event", code)
    else:
        _serve(run, catcher, values or {})


def escalate(run: Run, number: int, element: str, code: str, values: Mapping[str, Any] | None = None) -> None:
    """An escalation is caught or only recorded; the thrower goes on unless it was interrupted."""
    catcher = find_catcher(run, number, "escalation", code)
    run.emit(done.EscalationThrown(element, code, catcher[0].id if catcher else None))
    if catcher is None:
        return
    if catcher[0].interrupting:
        token = run.token(number)
        if token.phase and not run.node(token).is_activity:
            run.completed(token, run.node(token))
    _serve(run, catcher, values or {})


def end_case(run: Run, status: str, reason: str = "") -> None:
    """Everything ends at once."""
    why = {"cancelled": "cancelled", "terminated": "terminated"}.get(status, "interrupted")
    root: Scope = run.scope(1)
    run.cancel_within(root, why)
    run.close(root.waits, why)
    for incident in list(run.state.incidents):
        run.close([incident], why)
    run.state.status = status
    run.emit(done.CaseEnded(status, reason))

"""Compensation: handlers run in reverse order of completion, one after another (BPMN 2.0.2 §10.7, §13.5.5).

A driver scope under the throwing token holds the records still to undo. A handler sees the data of the time of
completion; what compensation itself has written since takes their place.
"""

from __future__ import annotations

from typing import Any

from engine.kernel.net import Node, Trigger
from engine.kernel.run import Run, operation
from engine.kernel.scopes import open_event_subprocess
from engine.kernel.state import Record, Scope, Token
from engine.model import bpmn


def compensate_by_throw(run: Run, token: Token, node: Node, trigger: Trigger) -> bool:
    """Start what the throw asks for; True when the token must wait for its end."""
    records = _claim(run, token, trigger.name)
    if not records:
        return False
    driver = token
    if not trigger.wait:
        driver = run.new_token(node.id, run.scope(token.scope))
        driver.data = {"aside": True}
    drive(run, driver, records)
    return trigger.wait


def _claim(run: Run, token: Token, activity: str) -> list[Record]:
    """The records meant: those of this scope (broadcast) or of one activity here or further out.

    From an event sub-process the activities of its parent scope are meant too (§10.7.2).
    """
    number = token.scope
    while True:
        scope = run.scope(number)
        if activity:
            taken = [record for record in scope.records if record["e"] == activity]
            kept = [record for record in scope.records if record["e"] != activity]
        else:
            taken, kept = scope.records, []
        if taken:
            scope.records = kept
            return taken
        last = scope.kind in ("process", "call") or not scope.token
        if last or (not activity and scope.kind not in ("event", "multi")):
            return []
        number = run.state.tokens[scope.token].scope


def drive(run: Run, token: Token, records: list[Record]) -> None:
    """Compensate `records`, last first, under `token`."""
    process = run.state.scopes[token.scope].process
    scope = run.new_scope("compensation", token.node, process, token)
    scope.data["todo"] = records
    run.push("compensate", scope.id)


@operation("compensate")
def compensate(run: Run, number: int, _: Any) -> None:
    """The next record, or the end."""
    scope = run.scope(number)
    if scope.tokens:
        return
    todo: list[Record] = scope.data.get("todo", [])
    if not todo:
        run.push("compensated", scope.token)
        return
    record = todo[-1]
    scope.data["todo"] = todo[:-1]
    written = _written(run, scope)
    scope.snapshot = {name: value for name, value in record["s"].items() if name not in written}
    node = run.net.processes[scope.process].nodes[record["e"]]
    if node.handler is not None:
        run.push("enter", run.new_token(node.handler.id, scope).id)
    else:
        _within(run, scope, node, record)


def _written(run: Run, scope: Scope) -> set[str]:
    """What this compensation, at any level, has written since it began."""
    names: set[str] = set()
    while True:
        names.update(scope.data.get("written", ()))
        if not scope.token:
            return names
        scope = run.state.scopes[run.state.tokens[scope.token].scope]


def _within(run: Run, scope: Scope, node: Node, record: Record) -> None:
    """A sub-process or call without a handler of its own: its compensation event sub-process, else its records."""
    token = run.new_token(node.id, scope)
    token.data = {"undone": True}
    inner = run.new_scope("compensation", node.id, record["p"], token)
    if record["p"] != scope.process:
        inner.kind = "call"
        inner.data["interrupted"] = node.id
    inner.variables = dict(record.get("v", {}))
    event = node.inner.compensation if node.inner is not None else None
    if event is not None and event.inner is not None:
        inner.kind = "sub"
        inner.records = list(record.get("n", ()))
        inner.data["interrupted"] = event.id
        start = next(
            each for each in event.inner.starts if any(t.kind == "compensation" for t in each.triggers)
        )
        open_event_subprocess(run, inner, start, {})
    else:
        first = next(iter(run.net.processes[record["p"]].nodes))
        helper = run.new_token(first, inner)
        helper.data = {"aside": True}
        below = run.new_scope("compensation", node.id, record["p"], helper)
        below.data["todo"] = list(record.get("n", ()))
        run.push("compensate", below.id)


@operation("compensated")
def compensated(run: Run, number: int, _: Any) -> None:
    """All is undone: the throwing token goes on, a silent one is gone."""
    token = run.token(number)
    for child in token.children:
        del run.state.scopes[child]
    token.children = []
    if token.data and (token.data.get("aside") or token.data.get("undone")):
        scope = run.remove(token)
        if not scope.tokens:
            run.push("finish", scope.id)
        return
    run.push("thrown", number)


def cancel_transaction(run: Run, token: Token, node: Node) -> None:
    """A cancel end event: everything else in its transaction ends, then it is compensated (§13.3.5).

    It may stand in a sub-process of the transaction. What was completed in a sub-process still running is
    compensated too, before what was completed earlier outside it.
    """
    run.completed(token, node)
    scope = run.scope(token.scope)
    while not isinstance(node.process.nodes[scope.element].model, bpmn.Transaction):
        scope = run.scope(run.state.tokens[scope.token].scope)
    records, scope.records = [*scope.records, *_unfinished(run, scope)], []
    driver = run.new_token(node.id, scope)
    run.cancel_within(scope, spare=driver.id)
    run.close(scope.waits, "interrupted")
    scope.data["cancelled"] = True
    if records:
        drive(run, driver, records)
    else:
        run.push("thrown", driver.id)


def _unfinished(run: Run, scope: Scope) -> list[Record]:
    """Records of the sub-processes that are under way within `scope`, outer ones first."""
    found: list[Record] = []
    pending = list(scope.tokens)
    while pending:
        for number in run.state.tokens[pending.pop(0)].children:
            inner = run.state.scopes[number]
            if inner.kind in ("sub", "multi", "event", "adhoc"):
                found.extend(inner.records)
                pending.extend(inner.tokens)
    return found

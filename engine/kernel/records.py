"""What compensation needs to remember: which activities completed, in order, with the data of that time.

BPMN 2.0.2 §10.7 and §13.5.5: an activity with a compensation handler, or a sub-process or call that holds such
activities, leaves a record in its scope when it completes.
"""

from __future__ import annotations

from typing import Any

from engine.kernel.concurrency import writes
from engine.kernel.net import Node
from engine.kernel.run import Run
from engine.kernel.state import Record, Token, visible
from engine.model import bpmn

NOT_YET: Any = object()
SILENT = bpmn.ScriptTask | bpmn.CallActivity | bpmn.Gateway | bpmn.Event
"""What reads no variable but those that its expressions and associations name."""


def readable(handler: Node) -> frozenset[str] | None:
    """The variables that a handler can read; None when that is not known: people, handlers, decisions, calls by name."""
    known: frozenset[str] | None = handler.options.get("reads", NOT_YET)
    if known is not NOT_YET:
        return known
    found: set[str] | None = set()
    pending = [handler]
    while pending and found is not None:
        node = pending.pop()
        if not (isinstance(node.model, SILENT) or type(node.model) in (bpmn.Task, bpmn.SubProcess)):
            found = None
            break
        expressions = [
            *node.expressions.values(),
            *(flow.condition for flow in node.outgoing),
            *(trigger.expression for trigger in node.triggers),
            *(each.transformation for each in (*node.inputs, *node.outputs)),
            *(source for each in (*node.inputs, *node.outputs) for source, _ in each.assignments),
        ]
        found.update(*(each.names for each in expressions if each is not None))
        found.update(*(each.sources for each in (*node.inputs, *node.outputs)))
        loop = node.model.loop if isinstance(node.model, bpmn.Activity) else None
        if loop is not None or any(trigger.kind == "message" for trigger in node.triggers):
            found = None  # collections by name, correlation
            break
        pending.extend(node.boundaries)
        if node.inner is not None:
            pending.extend(node.inner.nodes.values())
    handler.options["reads"] = known = None if found is None else frozenset(found)
    return known


def written(handler: Node | None) -> frozenset[str]:
    """What a handler itself assigns: it adds to the present value, else what was written since would be lost."""
    if handler is None:
        return frozenset()
    known: frozenset[str] | None = handler.options.get("writes")
    if known is None:
        found: set[str] = set()
        pending = [handler]
        while pending:
            node = pending.pop()
            found |= writes(node)
            if node.inner is not None:
                pending.extend(node.inner.nodes.values())
        handler.options["writes"] = known = frozenset(found)
    return known


def remember(run: Run, token: Token, node: Node) -> None:
    """Record a completed activity instance, if anything could compensate it."""
    if isinstance(node.model, bpmn.SubProcess) and node.model.triggered_by_event:
        return
    inner = run.state.scopes[token.children[0]] if token.children else None
    event = node.inner.compensation if node.inner is not None else None
    if node.handler is None and event is None and not (inner and inner.records):
        return
    snapshot: dict[str, Any] = {}
    if node.handler is not None or event is not None:
        own = written(node.handler or event)
        snapshot = {name: value for name, value in visible(run.state, token.id).items() if name not in own}
        names = readable(node.handler) if node.handler is not None else None
        if names is not None:
            snapshot = {name: value for name, value in snapshot.items() if name in names}
    record: Record = {"e": node.id, "s": snapshot}
    if inner is not None:
        record["v"] = dict(inner.variables)
        record["n"] = list(inner.records)
        record["p"] = inner.process
    run.scope(token.scope).records.append(record)

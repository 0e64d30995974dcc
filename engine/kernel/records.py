"""What compensation needs to remember: which activities completed, in order, with the data of that time.

BPMN 2.0.2 §10.7 and §13.5.5: an activity with a compensation handler, or a sub-process or call that holds such
activities, leaves a record in its scope when it completes.
"""

from __future__ import annotations

from engine.kernel.net import Node
from engine.kernel.run import Run
from engine.kernel.state import Record, Token, visible
from engine.model import bpmn


def remember(run: Run, token: Token, node: Node) -> None:
    """Record a completed activity instance, if anything could compensate it."""
    if isinstance(node.model, bpmn.SubProcess) and node.model.triggered_by_event:
        return
    inner = run.state.scopes[token.children[0]] if token.children else None
    event = node.inner.compensation if node.inner is not None else None
    if node.handler is None and event is None and not (inner and inner.records):
        return
    record: Record = {"e": node.id, "s": visible(run.state, token.id)}
    if inner is not None:
        record["v"] = dict(inner.variables)
        record["n"] = list(inner.records)
        record["p"] = inner.process
    run.scope(token.scope).records.append(record)

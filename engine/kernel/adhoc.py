"""Ad-hoc sub-processes (BPMN 2.0.2 §13.3.5): activities without a given order, until a condition holds.

Every activity without an incoming flow is enabled: all at once, or one after another in document order when
`ordering` is sequential: the standard leaves the next one to the performers' choice (§10.3.5), who here find one
work item at a time. When all are done and `completionCondition` still fails, they are enabled anew, as the
standard lets performers repeat them.
"""

from __future__ import annotations

from typing import Any

from engine.kernel.net import Node
from engine.kernel.run import Run, operation
from engine.kernel.scopes import watch_events
from engine.kernel.state import Scope, Token
from engine.kernel.variables import holds
from engine.model import bpmn


def adhoc(run: Run, token: Token, node: Node) -> None:
    """Open the scope and enable its activities."""
    assert node.inner is not None
    scope = run.new_scope("adhoc", node.id, node.process.id, token)
    scope.variables.update(dict.fromkeys(node.inner.data))
    watch_events(run, scope, node.inner)
    _round(run, scope, node)


def _round(run: Run, scope: Scope, node: Node) -> None:
    assert node.inner is not None
    assert isinstance(node.model, bpmn.AdHocSubProcess)
    starts = [start.id for start in node.inner.starts]
    now = starts[:1] if node.model.sequential else starts
    scope.data["left"] = starts[len(now) :]
    for start in now:
        run.push("enter", run.new_token(start, scope).id)
    if not now:
        run.push("returned", scope.token)


def _satisfied(run: Run, scope: Scope, node: Node) -> bool:
    condition = node.expressions.get("completion")
    return condition is not None and holds(run, scope.id, condition, condition.text)


@operation("adhoc_check")
def check(run: Run, number: int, _: Any) -> None:
    """An activity within has completed: enough?"""
    token = run.token(number)
    node = run.node(token)
    assert isinstance(node.model, bpmn.AdHocSubProcess)
    scope = run.scope(token.children[0])
    if _satisfied(run, scope, node):
        scope.data["enough"] = True
        if node.model.cancel_remaining:
            run.cancel_within(scope)
            run.push("adhoc", number)


@operation("adhoc")
def go_on(run: Run, number: int, _: Any) -> None:
    """Nothing is under way within: the next one, another round, or the end."""
    token = run.token(number)
    if not token.children:
        return
    node = run.node(token)
    scope = run.scope(token.children[0])
    if scope.tokens:
        return
    if not scope.data.get("enough") and "interrupted" not in scope.data:
        left = scope.data["left"]
        if left:
            scope.data["left"] = left[1:]
            run.push("enter", run.new_token(left[0], scope).id)
            return
        if "completion" in node.expressions and not _satisfied(run, scope, node):
            _round(run, scope, node)
            return
    run.close(scope.waits, "interrupted")
    run.push("returned", number)

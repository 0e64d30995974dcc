"""Standard loops: `testBefore`, `loopMaximum`, `loopCondition` (BPMN 2.0.2 §13.3.6).

`loopCounter` counts the runs from 1 while one is under way.
"""

from __future__ import annotations

from decimal import Decimal

from engine.kernel.net import Node
from engine.kernel.run import Run, StuckError
from engine.kernel.state import Token
from engine.kernel.variables import evaluate, holds
from engine.model import bpmn


def begin(run: Run, token: Token, node: Node) -> None:
    """Before the first run."""
    loop = node.model.loop  # type: ignore[attr-defined]
    assert isinstance(loop, bpmn.StandardLoop)
    token.local = {"loopCounter": Decimal(0)}
    token.data = {**(token.data or {})}
    if loop.maximum is not None:
        maximum = evaluate(run, token.id, node.expressions["maximum"], loop.maximum.text)
        if not isinstance(maximum, Decimal) or maximum < 0 or maximum != int(maximum):
            raise StuckError("expression", f"循环次数上限“{loop.maximum.text}”不是非负整数")
        token.data["maximum"] = int(maximum)
    if token.data.get("maximum") == 0 or (loop.test_before and not _wanted(run, token, node, loop)):
        run.push("depart", token.id)
        return
    _start(run, token)


def _wanted(run: Run, token: Token, node: Node, loop: bpmn.StandardLoop) -> bool:
    condition = node.expressions.get("loop")
    if condition is None:
        return True
    assert loop.condition is not None
    return holds(run, token.id, condition, loop.condition.text)


def _start(run: Run, token: Token) -> None:
    assert token.local is not None
    token.local["loopCounter"] += 1
    run.push("begin", token.id)


def again(run: Run, token: Token, node: Node) -> None:
    """After a run: once more, or on. A condition that cannot be evaluated is repeated from here on retry."""
    run.push("loop", token.id)


def decide_again(run: Run, token: Token, node: Node) -> None:
    loop = node.model.loop  # type: ignore[attr-defined]
    assert isinstance(loop, bpmn.StandardLoop)
    assert token.local is not None
    assert token.data is not None
    maximum = token.data.get("maximum")
    if (maximum is not None and token.local["loopCounter"] >= maximum) or not _wanted(run, token, node, loop):
        run.push("depart", token.id)
        return
    for child in token.children:
        del run.state.scopes[child]
    token.children = []
    _start(run, token)

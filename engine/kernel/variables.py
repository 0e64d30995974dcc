"""Reading and writing variables from where a token stands (BPMN 2.0.2 §10.4, data and its visibility)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import ChengbanError
from engine.feel import Expression, FeelLimitError, Function, Range, Trouble, to_feel
from engine.kernel import effects as done
from engine.kernel.net import Node, Transfer
from engine.kernel.run import Run, StuckError
from engine.kernel.state import Token, layers, visible

NOTHING: frozenset[str] = frozenset()
_PLAIN = {str, bool, int, Decimal, type(None)}


def seen(run: Run, number: int) -> Mapping[str, Any]:
    """The variables in sight; nothing is merged, so the cost does not grow with their number."""
    found = layers(run.state, number)
    return found[0] if len(found) == 1 else ChainMap(*found)


def lookup(run: Run, number: int, name: str) -> Any:
    """The variable's value; None when nobody has it."""
    for layer in layers(run.state, number):
        if name in layer:
            return layer[name]
    return None


def evaluate(
    run: Run, number: int, expression: Expression, text: str, extra: Mapping[str, Any] | None = None
) -> Any:
    """The value; raises StuckError when the expression failed rather than found nothing."""
    scope = seen(run, number)
    if extra:
        scope = ChainMap(dict(extra), *layers(run.state, number))
    troubles: list[Trouble] = []
    try:
        value = expression.evaluate(scope, troubles, run.environment)
    except FeelLimitError as limit:
        raise StuckError("expression", f"表达式“{text}”超出运算限度：{limit}") from limit
    if value is None and troubles:
        raise StuckError("expression", f"表达式“{text}”无法求值：{troubles[0].message}")
    return value


def holds(
    run: Run, number: int, expression: Expression, text: str, extra: Mapping[str, Any] | None = None
) -> bool:
    """A condition: null counts as false, anything but a boolean is an incident."""
    value = evaluate(run, number, expression, text, extra)
    if value is None:
        return False
    if value is True or value is False:
        return bool(value)
    raise StuckError("expression", f"条件“{text}”的值不是真或假，而是 {value!r}")


def normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values from outside as FEEL values. Raises TypeError for objects that FEEL does not know."""
    made = {str(name): to_feel(value) for name, value in values.items()}
    for name, value in made.items():
        if not _lasting(value):
            raise TypeError(f"变量“{name}”的值是函数或区间，不能保存")
    return made


def write(
    run: Run, number: int, values: Mapping[str, Any], element: str = "", skip: Iterable[str] = NOTHING
) -> None:
    """Each name to the innermost scope that already has it, else to the process instance's scope.

    `skip` are names of the activity's own data inputs and outputs, which never take a write from inside.
    """
    if not values:
        return
    state = run.state
    touched: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        if type(value) not in _PLAIN and not _lasting(value):
            raise StuckError("value", f"变量“{name}”的值是函数或区间，不能保存")
        token = state.tokens.get(number)
        scope_number = number
        while True:
            if token is not None:
                if token.local is not None and name in token.local and name not in skip:
                    owned = run.token(token.id)
                    assert owned.local is not None
                    owned.local[name] = value
                    touched.setdefault(token.id, {})[name] = value
                    break
                scope_number = token.scope
            scope = state.scopes[scope_number]
            last = scope.kind in ("process", "call") or not scope.token
            if scope.kind == "compensation" and name not in scope.data.get("written", ()):
                # the data of that time give way to what a compensation itself has written
                undoing = run.scope(scope_number)
                undoing.data["written"] = [*undoing.data.get("written", ()), name]
                if undoing.snapshot:
                    undoing.snapshot.pop(name, None)
            if token is not None and (len(scope.tokens) > 1 or name in scope.writers):
                _collide(run, scope_number, token, name, value, element)
            if name in scope.variables or last:
                run.scope(scope_number).variables[name] = value
                touched.setdefault(scope_number, {})[name] = value
                break
            token = state.tokens[scope.token]
    run.changed.update(values)
    for where, written in touched.items():
        run.emit(done.VariablesWritten(where, written, element))


def _lasting(value: Any) -> bool:
    """Functions and ranges are values of FEEL, but no data of a case."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, Function | Range):
            return False
        if isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
    return True


def _collide(run: Run, scope_number: int, token: Token, name: str, value: Any, element: str) -> None:
    """Remember who wrote while several tokens live; two writers of one variable are recorded."""
    scope = run.scope(scope_number)
    writer = scope.writers.get(name)
    if writer is not None and writer != token.id:
        before = lookup(run, token.id, name)
        if before != value:
            run.emit(done.WritesCollided(name, element, before, value))
    scope.writers[name] = token.id


def forget_writer(run: Run, scope_number: int, token: int) -> None:
    """A token that forked or was joined is no longer concurrent with those after it."""
    if run.state.scopes[scope_number].writers:
        writers = run.scope(scope_number).writers
        for name in [name for name, writer in writers.items() if writer == token]:
            del writers[name]


def transferred(
    run: Run, number: int, transfers: list[Transfer], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What data associations carry (BPMN 2.0.2 §10.4.2): transformation, assignments, or a plain copy."""
    values: dict[str, Any] = {}
    for transfer in transfers:
        if transfer.transformation is not None and transfer.target:
            values[transfer.target] = evaluate(run, number, transfer.transformation, "transformation", given)
        elif transfer.sources and transfer.target and not transfer.assignments:
            source = transfer.sources[0]
            values[transfer.target] = (
                given[source] if given and source in given else lookup(run, number, source)
            )
        for expression, target in transfer.assignments:
            values[target] = evaluate(run, number, expression, "assignment", given)
    return values


def decide(run: Run, number: int, decision: str) -> Any:
    """The value of a DMN decision over the variables in sight; raises StuckError."""
    decisions = run.net.decisions[decision]
    troubles: list[Trouble] = []
    try:
        work = decisions.invoke_service if decision in run.net.services else decisions.evaluate
        value = work(decision, visible(run.state, number), troubles, run.environment)
    except (ChengbanError, FeelLimitError) as failed:
        raise StuckError("decision", f"决策“{decision}”：{failed}") from failed
    if value is None and troubles:
        raise StuckError("decision", f"决策“{decision}”无法求值：{troubles[0].message}")
    return value


def deposit(run: Run, token: Token, node: Node, values: Mapping[str, Any]) -> None:
    """What work brought back: through the output associations if there are any, else by name."""
    if node.outputs:
        carried = transferred(run, token.id, node.outputs, values)
        write(run, token.id, carried, node.id, node.carried)
    else:
        write(run, token.id, values, node.id, node.carried)

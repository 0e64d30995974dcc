"""`for`, `some`, `every` and filters (DMN 1.5 §10.3.2.5, §10.3.2.14), each step charged by its weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel.errors import Failure, FeelLimitError
from engine.feel.nodes import Node
from engine.feel.operations import kind_of
from engine.feel.scope import Code, Scope
from engine.feel.values import NUMBERS, Range

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler

Source = Callable[[Scope], Iterable[Any]]


def _steps(start: Any, end: Any) -> Iterator[Any]:
    """From start to end by one, downwards too; whole numbers or dates (DMN 1.5 §10.3.2.14)."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if start != start.to_integral_value() or end != end.to_integral_value():
            raise Failure("循环区间的端点应为整数")
        step = Decimal(1 if start <= end else -1)
        while (start <= end) if step > 0 else (start >= end):
            yield start
            start = NUMBERS.add(start, step)
            if start.adjusted() > 30:
                raise FeelLimitError("循环区间过大")
        return
    if (
        isinstance(start, date)
        and isinstance(end, date)
        and not isinstance(start, datetime)
        and not isinstance(end, datetime)
    ):
        direction = 1 if start <= end else -1
        for days in range(abs((end - start).days) + 1):
            yield start + timedelta(days=days * direction)
        return
    raise Failure(f"不能从 {kind_of(start)} 循环到 {kind_of(end)}")


def elements(value: Any) -> Iterable[Any]:
    """What a loop over the value visits; a value that is no list is its own only element."""
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        if value.start is None or value.end is None:
            raise Failure("不能在无界区间上循环")
        return _within_bounds(value)
    if value is None:
        raise Failure("")
    return [value]


def _within_bounds(value: Range) -> Iterator[Any]:
    for step in _steps(value.start, value.end):
        if (step == value.start and not value.start_included) or (
            step == value.end and not value.end_included
        ):
            continue
        yield step


def _source(compiler: Compiler, iterator: Node) -> Source:
    if iterator.kind == "over_list":
        code = compiler.code(iterator.args[1])
        return lambda scope: elements(code(scope))
    start, end = compiler.code(iterator.args[1]), compiler.code(iterator.args[2])

    def steps(scope: Scope) -> Iterable[Any]:
        first, last = start(scope), end(scope)
        if first is None or last is None:
            raise Failure("")
        return _steps(first, last)

    return steps


def _bindings(compiler: Compiler, iterators: Iterable[Node]) -> tuple[tuple[str, Source], ...]:
    """Each iterator's name and source; later ones see the earlier names."""
    result = []
    for iterator in iterators:
        source = _source(compiler, iterator)
        name = str(iterator.args[0])
        compiler.bound[-1].add(name)
        result.append((name, source))
    return tuple(result)


def _walk(
    scope: Scope, bindings: tuple[tuple[str, Source], ...], values: dict[str, Any], weight: int
) -> Iterator[Scope]:
    """A scope for every combination, the last iterator fastest."""
    name, source = bindings[0]
    rest = bindings[1:]
    inner = Scope(values, scope, scope.run)
    charge = scope.run.charge
    for element in source(inner):
        charge(weight)
        bound = {**values, name: element}
        if rest:
            yield from _walk(scope, rest, bound, weight)
        else:
            yield Scope(bound, scope, scope.run)


def compile_for(compiler: Compiler, node: Node) -> Code:
    """`for x in xs, y in f(x) return …`; `partial` is the result so far.

    Where the body may keep `partial`, each step is given a list of its own: none may come to hold itself.
    """
    compiler.bound.append({"partial"})
    bindings = _bindings(compiler, node.args[0])
    body = compiler.code(node.args[1])
    compiler.bound.pop()
    line, column, weight = node.line, node.column, node.args[1].weight + 1
    kept = keeps_partial(node.args[1])

    def loop(scope: Scope) -> Any:
        result: list[Any] = []
        try:
            for inner in _walk(scope, bindings, {"partial": result}, weight):
                if kept:
                    scope.run.charge(len(result))
                    inner.values = {**inner.values, "partial": list(result)}
                result.append(body(inner))
                if len(result) > scope.run.environment.size:
                    scope.run.charge_list(len(result))
        except Failure as failure:
            if failure.message:
                scope.trouble(failure.message, line, column)
            return None
        return result

    return loop


def keeps_partial(body: Node) -> bool:
    """Whether the body does more with `partial` than take elements out of it (`partial[-1]`)."""
    pending: list[Any] = [body]
    while pending:
        part = pending.pop()
        if isinstance(part, list | tuple):
            pending.extend(part)
        elif isinstance(part, Node):
            if part.kind == "name" and part.args[0] == "partial":
                return True
            taken = part.kind == "filtered" and part.args[0].kind == "name"
            pending.extend(part.args[1:] if taken else part.args)
    return False


def compile_quantified(compiler: Compiler, node: Node) -> Code:
    """`some` (a true makes true) and `every` (a false makes false); nulls else make null (table 56)."""
    decides = bool(node.args[0])
    compiler.bound.append(set())
    bindings = _bindings(compiler, node.args[1])
    body = compiler.code(node.args[2])
    compiler.bound.pop()
    line, column, weight = node.line, node.column, node.args[2].weight + 1

    def decide(scope: Scope) -> Any:
        answer: bool | None = not decides
        try:
            for inner in _walk(scope, bindings, {}, weight):
                value = body(inner)
                if value is decides:
                    return decides
                if value is not (not decides):
                    answer = None
                    if value is not None:
                        scope.trouble(f"“satisfies” 后是 {kind_of(value)}，应为布尔值", line, column)
        except Failure as failure:
            if failure.message:
                scope.trouble(failure.message, line, column)
            return None
        return answer

    return decide


def _at(values: list[Any], index: Decimal) -> Any:
    if index != index.to_integral_value() or index.adjusted() > 12:
        raise Failure(f"下标 {index} 不是整数")
    place = int(index)
    if 1 <= place <= len(values):
        return values[place - 1]
    return values[place] if -len(values) <= place <= -1 else None


def compile_filter(compiler: Compiler, node: Node) -> Code:
    """`xs[2]`, `xs[-1]`, `xs[item > 3]`, `xs[price > 3]` (table 58): an element's entries are names inside."""
    base = compiler.code(node.args[0])
    # A name read inside may be an element's entry or a variable: it counts as read.
    compiler.bound.append({"item"})
    inside = compiler.code(node.args[1])
    compiler.bound.pop()
    line, column, weight = node.line, node.column, node.args[1].weight + 1
    test = node.args[1]
    literal = test.kind == "number" or (test.kind == "negation" and test.args[0].kind == "number")

    def keep(scope: Scope, values: list[Any]) -> Any:
        if literal or not values:
            index = inside(scope)
            return _at(values, index) if isinstance(index, Decimal) else []
        run = scope.run
        result = []
        for place, element in enumerate(values):
            run.charge(weight)
            inner = Scope({"item": element}, scope, run)
            if isinstance(element, dict):
                inner = Scope(element, inner, run)
            found = inside(inner)
            if found is True:
                result.append(element)
            elif isinstance(found, Decimal) and place == 0:
                return _at(values, found)
            elif found is not None and found is not False:
                raise Failure(f"过滤条件是 {kind_of(found)}，应为布尔值或下标")
        return result

    def select(scope: Scope) -> Any:
        value = base(scope)
        values = value if isinstance(value, list) else [] if value is None else [value]
        try:
            return keep(scope, values)
        except Failure as failure:
            scope.trouble(failure.message, line, column)
            return None

    return select

"""Ranges and tests of membership: `between`, `in`, intervals, unary tests (DMN 1.5 §10.3.2.7, §7.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.feel import operations
from engine.feel.errors import Failure
from engine.feel.nodes import Node
from engine.feel.scope import Code, Scope
from engine.feel.values import NUMBERS, Range

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler


def compile_between(compiler: Compiler, node: Node) -> Code:
    """`x between low and high`: both ends belong to it."""
    value, low, high = (compiler.code(part) for part in node.args)

    def between(scope: Scope) -> Any:
        middle = value(scope)
        above = operations.compare(">=", middle, low(scope))
        below = operations.compare("<=", middle, high(scope))
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return compiler.guarded(node, between)


Test = Callable[[Scope, Any], Any]


def compile_test(compiler: Compiler, node: Node) -> Test:
    """One test of a value: a comparison, or an expression that holds it (DMN 1.5 §7.3.4, table 54)."""
    line, column = node.line, node.column
    if node.kind in ("comparison_test", "in_comparison"):
        operator, right = str(node.args[0]), compiler.code(node.args[1])

        def compared(scope: Scope, value: Any) -> Any:
            try:
                return operations.compare(operator, value, right(scope), scope.run.charge)
            except Failure as failure:
                scope.trouble(failure.message, line, column)
                return None

        return compared
    before, compiler.reads_input = compiler.reads_input, False
    if node.args[0].kind == "name" and str(node.args[0].args[0]) == "?":
        compiler.reads_input = True
        return lambda scope, value: None if value is None else True
    code = compiler.code(node.args[0])
    reads_input, compiler.reads_input = compiler.reads_input, before or compiler.reads_input

    def held(scope: Scope, value: Any) -> Any:
        test = code(scope)
        if reads_input and (test is None or isinstance(test, bool)):
            return test
        try:
            return operations.holds(value, test, scope.run.charge)
        except Failure as failure:
            scope.trouble(failure.message, line, column)
            return None

    return held


def any_of(tests: tuple[Test, ...]) -> Test:
    """True when one holds, null when none does but one is null."""

    def either(scope: Scope, value: Any) -> Any:
        answer: bool | None = False
        for test in tests:
            found = test(scope, value)
            if found is True:
                return True
            if found is None:
                answer = None
        return answer

    return either


def compile_contained(compiler: Compiler, node: Node) -> Code:
    """`x in tests`."""
    value, wanted = compiler.code(node.args[0]), node.args[1]
    before, compiler.reads_input = compiler.reads_input, False
    if wanted.kind == "in_list":
        test = any_of(tuple(compile_test(compiler, part) for part in wanted.args[0]))
    else:
        test = compile_test(compiler, wanted)
    reads_input, compiler.reads_input = compiler.reads_input, before
    if not reads_input:
        return lambda scope: test(scope, value(scope))

    def contained(scope: Scope) -> Any:
        given = value(scope)
        return test(Scope({"?": given}, scope, scope.run), given)

    return contained


# Ends that are known when compiling: a table's cells are mostly such intervals.
_CONSTANT: dict[str, Callable[[Node], Any]] = {
    "number": lambda node: NUMBERS.create_decimal(str(node.args[0])),
    "string": lambda node: str(node.args[0]),
}


def compile_interval(compiler: Compiler, node: Node) -> Code:
    """`[a..b]`, `(a..b)`, `]a..b[`; a null end leaves that side without bound."""
    start_included, end_included = node.args[0], node.args[3]
    start, end = compiler.code(node.args[1]), compiler.code(node.args[2])
    if all(part.kind in _CONSTANT for part in node.args[1:3]):
        low, high = (_CONSTANT[part.kind](part) for part in node.args[1:3])
        if type(low) is type(high) and low <= high:
            constant = Range(low, high, start_included, end_included)
            return lambda scope: constant

    def interval(scope: Scope) -> Any:
        low, high = start(scope), end(scope)
        if low is None and high is None:
            return None
        if low is None or high is None:
            # DMN 1.5 §10.3.2.7: a null endpoint leaves that side without bound.
            return Range(low, high, start_included and low is not None, end_included and high is not None)
        if (operations.order(low, high) or 0) > 0:
            raise Failure("区间的起点大于终点")
        return Range(low, high, start_included, end_included)

    return compiler.guarded(node, interval)


def compile_comparison_range(compiler: Compiler, node: Node) -> Code:
    """`(< 5)` as a range (rule 7)."""
    operator, end = str(node.args[0]), compiler.code(node.args[1])

    def bounded(scope: Scope) -> Any:
        value = end(scope)
        if value is None:
            return None
        if operator == "=":
            return Range(value, value)
        if operator in ("<", "<="):
            return Range(None, value, False, operator == "<=")
        if operator in (">", ">="):
            return Range(value, None, operator == ">=", False)
        raise Failure("“!=” 不构成区间")

    return compiler.guarded(node, bounded)

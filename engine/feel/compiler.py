"""From tree to closures: each node becomes one function of the scope (DMN 1.5 §10.3.2)."""

from __future__ import annotations

import decimal
import operator as python_operators
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel import operations, temporal
from engine.feel.calls import compile_call, compile_call_named, compile_function
from engine.feel.errors import Failure, FeelSyntaxError
from engine.feel.loops import compile_filter, compile_for, compile_quantified
from engine.feel.membership import (
    compile_between,
    compile_comparison_range,
    compile_contained,
    compile_interval,
)
from engine.feel.nodes import Node
from engine.feel.scope import MISSING, Code, Scope
from engine.feel.types import Types, type_of
from engine.feel.values import NUMBERS, Function, Range

Builtins = Mapping[str, Function]
_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": python_operators.lt,
    "<=": python_operators.le,
    ">": python_operators.gt,
    ">=": python_operators.ge,
    "=": python_operators.eq,
    "!=": python_operators.ne,
}
_SUMS = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply}
# Types whose own comparison is FEEL's.
_DIRECT = frozenset((Decimal, str))


class Compiler:
    """Compiles the nodes of one text, noting which free names and functions it reads."""

    def __init__(self, builtins: Builtins, types: Types | None = None) -> None:
        self.builtins = builtins
        self.types = types
        self.names: set[str] = set()
        self.functions: set[str] = set()
        self.bound: list[set[str]] = []
        self.reads_input = False

    def code(self, node: Node) -> Code:
        """The closure of a node."""
        return _COMPILERS[node.kind](self, node)

    def is_bound(self, name: str) -> bool:
        """Whether a loop, function, filter or context around binds the name."""
        return any(name in names for names in self.bound)

    def guarded(self, node: Node, code: Code) -> Code:
        """The closure with failures turned into null and a trouble at the node."""
        line, column = node.line, node.column

        def run_guarded(scope: Scope) -> Any:
            try:
                return code(scope)
            except Failure as failure:
                scope.trouble(failure.message, line, column)
            except (ArithmeticError, ValueError):
                scope.trouble("运算结果超出范围", line, column)
            return None

        return run_guarded


def _constant(value: Any) -> Code:
    return lambda scope: value


def _number(compiler: Compiler, node: Node) -> Code:
    text = str(node.args[0])
    if len(text) > 6200:
        raise FeelSyntaxError("数字过长", node.line, node.column)
    try:
        return _constant(NUMBERS.create_decimal(text))
    except decimal.DecimalException as error:
        raise FeelSyntaxError(f"数字“{text[:40]}”超出范围", node.line, node.column) from error


def _string(compiler: Compiler, node: Node) -> Code:
    return _constant(str(node.args[0]))


def _at_literal(compiler: Compiler, node: Node) -> Code:
    text = str(node.args[0])
    try:
        return _constant(temporal.read_at(text))
    except Failure as failure:
        message = failure.message

        def fail(scope: Scope) -> Any:
            raise Failure(message)

        return compiler.guarded(node, fail)


def _name(compiler: Compiler, node: Node) -> Code:
    name = str(node.args[0])
    if name == "?":
        compiler.reads_input = True
    elif not compiler.is_bound(name):
        if name in compiler.builtins:
            built_in = compiler.builtins[name]

            def find_or_built_in(scope: Scope) -> Any:
                value = scope.find(name)
                return built_in if value is MISSING else value

            compiler.names.add(name)
            return find_or_built_in
        compiler.names.add(name)

    def find(scope: Scope) -> Any:
        while scope.parent is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        try:
            value = scope.outside(name)
        except Failure as failure:
            scope.trouble(failure.message, line, column)
            return None
        return None if value is MISSING else value

    line, column = node.line, node.column
    return find


def _parenthesised(compiler: Compiler, node: Node) -> Code:
    return compiler.code(node.args[0])


def _compare(compiler: Compiler, node: Node) -> Code:
    left, operator, right = compiler.code(node.args[0]), str(node.args[1]), compiler.code(node.args[2])
    direct = _ORDERS[operator]
    line, column = node.line, node.column

    def compare(scope: Scope) -> Any:
        a = left(scope)
        b = right(scope)
        kind = type(a)
        if kind is type(b) and kind in _DIRECT:
            return direct(a, b)
        try:
            return operations.compare(operator, a, b, scope.run.charge)
        except Failure as failure:
            scope.trouble(failure.message, line, column)
            return None

    return compare


def _arithmetic(compiler: Compiler, node: Node) -> Code:
    first, rest = compiler.code(node.args[0]), node.args[1]
    if len(rest) > _NESTED:
        return _chain(first, [(sign, compiler.code(operand)) for sign, operand in rest], node)
    for sign, operand in rest:
        first = _operation(first, sign, compiler.code(operand), node)
    return first


# Closures within closures are fastest for the usual few operands; longer chains run in a loop.
_NESTED = 20


def _chain(first: Code, rest: list[tuple[str, Code]], node: Node) -> Code:
    line, column = node.line, node.column

    def run(scope: Scope) -> Any:
        value = first(scope)
        for sign, operand in rest:
            value = _calculated(scope, sign, value, operand(scope), line, column)
        return value

    return run


def _operation(left: Code, sign: str, right: Code, node: Node) -> Code:
    direct = _SUMS.get(sign)
    line, column = node.line, node.column

    def calculate(scope: Scope) -> Any:
        a = left(scope)
        b = right(scope)
        if direct is not None and type(a) is Decimal and type(b) is Decimal:
            try:
                return direct(a, b)
            except decimal.DecimalException:
                scope.trouble("数值运算无效或溢出", line, column)
                return None
        return _calculated(scope, sign, a, b, line, column)

    return calculate


def _calculated(scope: Scope, sign: str, a: Any, b: Any, line: int, column: int) -> Any:
    try:
        if sign == "+" and type(a) is str and type(b) is str:
            scope.run.charge_text(len(a) + len(b))
        return operations.arithmetic(sign, a, b)
    except Failure as failure:
        scope.trouble(failure.message, line, column)
    except decimal.DecimalException:
        scope.trouble("数值运算无效或溢出", line, column)
    return None


def _negation(compiler: Compiler, node: Node) -> Code:
    inner = compiler.code(node.args[0])
    return compiler.guarded(node, lambda scope: operations.negate(inner(scope)))


def _logic(compiler: Compiler, node: Node) -> Code:
    """`and` and `or` in three values (table 51): what is not boolean counts as null."""
    parts = tuple(compiler.code(part) for part in node.args[0])
    decides = node.kind == "disjunction"
    line, column = node.line, node.column
    word = "or" if decides else "and"

    def decide(scope: Scope) -> Any:
        answer: bool | None = not decides
        for part in parts:
            value = part(scope)
            if value is decides:
                return decides
            if value is not (not decides):
                answer = None
                if value is not None:
                    scope.trouble(
                        f"“{word}” 的操作数是 {operations.kind_of(value)}，应为布尔值", line, column
                    )
        return answer

    return decide


def _conditional(compiler: Compiler, node: Node) -> Code:
    condition, then, other = (compiler.code(part) for part in node.args)
    line, column = node.line, node.column

    def choose(scope: Scope) -> Any:
        value = condition(scope)
        if value is True:
            return then(scope)
        if value is not None and value is not False:
            scope.trouble(f"“if” 的条件是 {operations.kind_of(value)}，应为布尔值", line, column)
        return other(scope)

    return choose


def _list_literal(compiler: Compiler, node: Node) -> Code:
    parts = tuple(compiler.code(part) for part in node.args[0])
    return lambda scope: [part(scope) for part in parts]


def _context_literal(compiler: Compiler, node: Node) -> Code:
    keys: set[str] = set()
    entries: list[tuple[str, Code]] = []
    compiler.bound.append(keys)
    for entry in node.args[0]:
        key = str(entry.args[0])
        entries.append((key, compiler.code(entry.args[1])))
        if key in keys:
            compiler.bound.pop()

            def duplicate(scope: Scope, key: str = key) -> Any:
                raise Failure(f"上下文中“{key}”重复")

            return compiler.guarded(node, duplicate)
        keys.add(key)
    compiler.bound.pop()

    def context(scope: Scope) -> Any:
        values: dict[str, Any] = {}
        inner = Scope(values, scope, scope.run)
        for key, code in entries:
            values[key] = code(inner)
        return values

    return context


def path_of(value: Any, name: str) -> Any:
    """`value.name`: an entry, each element's entry, or a property (DMN 1.5 §10.3.2.5, table 65)."""
    if isinstance(value, dict):
        return value.get(name)
    if value is None:
        return None
    if isinstance(value, list):
        return [_path_of_element(element, name) for element in value]
    if isinstance(value, Range):
        if name == "start":
            return value.start
        if name == "end":
            return value.end
        if name in ("start included", "end included"):
            return value.start_included if name[0] == "s" else value.end_included
        raise Failure(f"区间没有属性“{name}”")
    return temporal.property_of(value, name)


def _path_of_element(element: Any, name: str) -> Any:
    try:
        return path_of(element, name)
    except Failure:
        return None


def _path(compiler: Compiler, node: Node) -> Code:
    base, name = compiler.code(node.args[0]), str(node.args[1])
    line, column = node.line, node.column

    def follow(scope: Scope) -> Any:
        value = base(scope)
        if type(value) is dict:
            return value.get(name)
        try:
            if isinstance(value, list):
                scope.run.charge_list(len(value))
            return path_of(value, name)
        except Failure as failure:
            scope.trouble(failure.message, line, column)
        except RecursionError:
            scope.trouble("数据嵌套过深", line, column)
        return None

    return follow


def _instance_of(compiler: Compiler, node: Node) -> Code:
    value = compiler.code(node.args[0])
    try:
        wanted = type_of(node.args[1], compiler.types)
    except Failure as failure:
        message = failure.message

        def fail(scope: Scope) -> Any:
            raise Failure(message)

        return compiler.guarded(node, fail)
    return lambda scope: wanted.admits(value(scope))


_COMPILERS: dict[str, Callable[[Compiler, Node], Code]] = {
    "number": _number,
    "string": _string,
    "at_literal": _at_literal,
    "true": lambda compiler, node: _constant(True),
    "false": lambda compiler, node: _constant(False),
    "null": lambda compiler, node: _constant(None),
    "name": _name,
    "parenthesised": _parenthesised,
    "comparison_range_text": compile_comparison_range,
    "compare": _compare,
    "arithmetic": _arithmetic,
    "negation": _negation,
    "conjunction": _logic,
    "disjunction": _logic,
    "conditional": _conditional,
    "between": compile_between,
    "contained": compile_contained,
    "interval": compile_interval,
    "comparison_range": compile_comparison_range,
    "list_literal": _list_literal,
    "context_literal": _context_literal,
    "path": _path,
    "instance_of": _instance_of,
    "filtered": compile_filter,
    "for_each": compile_for,
    "quantified": compile_quantified,
    "function": compile_function,
    "external": compile_function,
    "call": compile_call,
    "call_named": compile_call_named,
}

"""Compiled expressions and unary tests, and the cache before the compiler."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Compiler
from engine.feel.errors import Failure, FeelLimitError, FeelSyntaxError, FeelTooComplexError, Trouble
from engine.feel.membership import Test, any_of, compile_test
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.scope import Code, Scope
from engine.feel.types import Type, Types, type_of
from engine.feel.values import DEFAULT_ENVIRONMENT, Environment, Run, to_feel

_EMPTY: Mapping[str, Any] = {}


class Expression:
    """An expression ready to run, from any thread.

    `names`: the free names that it reads (outermost names, not paths); `functions`: functions it calls
    that are not built in.
    """

    __slots__ = ("_code", "functions", "names", "text")

    def __init__(self, text: str, code: Code, names: frozenset[str], functions: frozenset[str]) -> None:
        self.text = text
        self._code = code
        self.names = names
        self.functions = functions

    def evaluate(
        self,
        scope: Mapping[str, Any],
        troubles: list[Trouble] | None = None,
        environment: Environment | None = None,
    ) -> Any:
        """The value over `scope`; errors are null and, where operands were there, a Trouble.

        Raises FeelLimitError and nothing else.
        """
        outer = Scope(scope, None, Run(troubles, environment or DEFAULT_ENVIRONMENT))
        try:
            return self._code(outer)
        except (Failure, ArithmeticError, ValueError) as error:
            outer.trouble(str(error), 1, 1)
            return None
        except (RecursionError, MemoryError) as error:
            raise FeelLimitError("表达式嵌套过深或占用内存过多") from error

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def open_scope(
    scope: Mapping[str, Any], troubles: list[Trouble] | None, environment: Environment | None
) -> Scope:
    """One evaluation's outermost scope, for `UnaryTests.within`."""
    return Scope(scope, None, Run(troubles, environment or DEFAULT_ENVIRONMENT))


class UnaryTests:
    """Unary tests ready to run: `> 5`, `"a", "b"`, `not(null)`, `-`, or anything over `?`."""

    __slots__ = ("_test", "functions", "names", "text")

    def __init__(self, text: str, test: Any, names: frozenset[str], functions: frozenset[str]) -> None:
        self.text = text
        self._test = test
        self.names = names
        self.functions = functions

    def evaluate(
        self,
        value: Any,
        scope: Mapping[str, Any] = _EMPTY,
        troubles: list[Trouble] | None = None,
        environment: Environment | None = None,
    ) -> bool | None:
        """Whether the value passes; null where that cannot be told. Raises FeelLimitError and nothing else."""
        outer = open_scope(scope, troubles, environment)
        try:
            given = to_feel(value)
        except TypeError as error:
            outer.trouble(str(error), 1, 1)
            return None
        return self.within(outer, given)

    def within(self, outer: Scope, value: Any) -> bool | None:
        """As `evaluate`, of FEEL's own value and in a scope opened once for many tests (a table's cells)."""
        try:
            found = self._test(Scope({"?": value}, outer, outer.run), value)
        except (TypeError, Failure, ArithmeticError, ValueError) as error:
            outer.trouble(str(error), 1, 1)
            return None
        except (RecursionError, MemoryError) as error:
            raise FeelLimitError("表达式嵌套过深或占用内存过多") from error
        return found if isinstance(found, bool) else None

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"


@functools.lru_cache(maxsize=4096)
def _expression(text: str, names: frozenset[str], types: Types | None) -> Expression:
    compiler = Compiler(BUILTINS, types)
    try:
        code = compiler.code(parse_expression(text, names))
    except RecursionError as error:
        raise FeelTooComplexError("表达式嵌套过深") from error
    return Expression(text, code, frozenset(compiler.names), frozenset(compiler.functions))


@functools.lru_cache(maxsize=4096)
def _unary_tests(text: str, names: frozenset[str], types: Types | None) -> UnaryTests:
    compiler = Compiler(BUILTINS, types)
    try:
        node = parse_unary_tests(text, names)
        if node.kind == "any_value":
            return UnaryTests(text, lambda scope, value: True, frozenset(), frozenset())
        test = any_of(tuple(compile_test(compiler, part) for part in node.args[0]))
    except RecursionError as error:
        raise FeelTooComplexError("表达式嵌套过深") from error
    if node.kind == "negated_tests":
        test = _negated(test)
    return UnaryTests(text, test, frozenset(compiler.names), frozenset(compiler.functions))


def _negated(plain: Test) -> Test:
    def test(scope: Scope, value: Any) -> Any:
        found = plain(scope, value)
        return None if found is None else not found

    return test


def compile_expression(text: str, *, names: Iterable[str] = (), types: Types | None = None) -> Expression:
    """The compiled expression, cached. `names`: names in scope, needed where one holds operators or keywords.

    `types`: types that `instance of` and parameters may name beside FEEL's. Raises FeelSyntaxError with line
    and column.
    """
    return _expression(text, frozenset(names), types)


def compile_unary_tests(text: str, *, names: Iterable[str] = (), types: Types | None = None) -> UnaryTests:
    """The compiled unary tests, cached; arguments as in `compile_expression`. Raises FeelSyntaxError."""
    return _unary_tests(text, frozenset(names), types)


def read_type(text: str) -> Type | None:
    """FEEL's own type of that name, such as `number` or `list<date>`; None where there is none."""
    try:
        node = parse_expression(f"null instance of {text}", ())
        return type_of(node.args[1]) if node.kind == "instance_of" else None
    except (FeelSyntaxError, Failure, RecursionError):
        return None


def evaluate(text: str, context: Mapping[str, Any] | None = None) -> Any:
    """The value of an expression over a context. Raises FeelSyntaxError and FeelLimitError."""
    scope = context or _EMPTY
    return compile_expression(text, names=names_in(scope)).evaluate(scope)


def unary_tests(text: str, value: Any, context: Mapping[str, Any] | None = None) -> bool | None:
    """Whether the value passes the unary tests over a context. Raises FeelSyntaxError and FeelLimitError."""
    scope = context or _EMPTY
    return compile_unary_tests(text, names=names_in(scope)).evaluate(value, scope)


def names_in(values: Mapping[str, Any]) -> frozenset[str]:
    """All names in the values, nested ones too: what a parser must know of a scope."""
    found: set[str] = set()
    pending: list[Any] = [values]
    while pending and len(found) < 10_000:
        value = pending.pop()
        if isinstance(value, Mapping):
            found.update(str(key) for key in value)
            pending.extend(value.values())
        elif isinstance(value, list | tuple):
            pending.extend(value[:20])
    return frozenset(name for name in found if not name.isalnum())

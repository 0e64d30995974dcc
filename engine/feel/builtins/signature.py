"""How a built-in declares its parameters, and how arguments are fitted to them (DMN 1.5 §10.3.2.13.3, §10.3.4).

A parameter is written `name:KINDS` with `?` after when it may be left out and `~` when null is a value for it;
`*name:KIND` takes a list or all arguments left. Kinds: S string, N number, B boolean, L list, C context,
D date, T time, M date and time, U days and time duration, Y years and months duration, R range, F function,
A anything.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.feel.errors import Failure
from engine.feel.operations import kind_of
from engine.feel.values import Function, Parameter, Run

_KINDS = {
    "S": "string",
    "N": "number",
    "B": "boolean",
    "L": "list",
    "C": "context",
    "D": "date",
    "T": "time",
    "M": "date and time",
    "U": "days and time duration",
    "Y": "years and months duration",
    "R": "range",
    "F": "function",
}
Body = Callable[..., Any]
Declared = TypeVar("Declared", bound=Body)


class NullArgument(Failure):
    """A null where a value is wanted: the answer is null and nobody is troubled."""


@dataclass(frozen=True, slots=True)
class Formal:
    """One parameter of a built-in."""

    name: str
    kinds: frozenset[str]
    optional: bool
    nullable: bool
    variadic: bool

    def fit(self, value: Any) -> Any:
        """The argument as the body takes it; singleton lists are coerced either way."""
        if value is None:
            if self.nullable:
                return None
            raise NullArgument("")
        if not self.kinds:
            return value
        kind = kind_of(value)
        if kind in self.kinds:
            return value
        if kind == "list" and len(value) == 1 and "list" not in self.kinds:
            return self.fit(value[0])
        if "list" in self.kinds:
            return [value]
        raise Failure(f"参数“{self.name}”是 {kind}，应为 {' 或 '.join(sorted(self.kinds))}")


def _formal(text: str) -> Formal:
    variadic = text.startswith("*")
    name, _, kinds = text.lstrip("*").rpartition(":")
    letters = kinds.strip("?~")
    wanted = frozenset() if "A" in letters else frozenset(_KINDS[letter] for letter in letters)
    return Formal(name, wanted, "?" in kinds, "~" in kinds or ("A" in letters and not variadic), variadic)


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in."""

    formals: tuple[Formal, ...]
    body: Body

    def takes(self, count: int) -> bool:
        """Whether so many positional arguments can be meant for it."""
        if self.formals and self.formals[-1].variadic:
            return count >= len(self.formals)
        required = sum(not formal.optional for formal in self.formals)
        return required <= count <= len(self.formals)

    def call(self, run: Run, arguments: list[Any]) -> Any:
        """Fit and run."""
        fitted: list[Any] = []
        for place, formal in enumerate(self.formals):
            if formal.variadic:
                rest = arguments[place:]
                value = rest[0] if len(rest) == 1 and isinstance(rest[0], list) else rest
                if len(rest) == 1 and rest[0] is None and not formal.nullable:
                    raise NullArgument("")
                run.charge(len(value))
                fitted.append([formal.fit(e) if formal.kinds else e for e in value])
                break
            if place < len(arguments):
                value = arguments[place]
                if value is None and formal.optional and not formal.nullable:
                    fitted.append(None)
                    continue
                fitted.append(formal.fit(value))
                if isinstance(value, list):
                    run.charge(len(value))
        return self.body(run, *fitted)


@dataclass
class Overloads:
    """All signatures under one name."""

    name: str
    signatures: list[Signature]

    def call(self, run: Run, arguments: list[Any]) -> Any:
        """Call the first signature that the arguments fit."""
        run.charge(3)
        failure: Failure | None = None
        for signature in self.signatures:
            if not signature.takes(len(arguments)):
                continue
            try:
                return _finish(signature, run, arguments)
            except NullArgument:
                return None
            except Failure as found:
                failure = failure or found
        raise failure or Failure(f"参数个数不对（{len(arguments)} 个）")

    def call_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        """Call the signature whose parameters have these names."""
        for signature in self.signatures:
            names = [formal.name for formal in signature.formals]
            missing = [f for f in signature.formals if f.name not in arguments]
            if not set(arguments) <= set(names) or not all(formal.optional for formal in missing):
                continue
            run.charge(3)
            try:
                values = [arguments.get(name) for name in names]
                while values and names[len(values) - 1] not in arguments:
                    values.pop()
                return _finish(signature, run, values)
            except NullArgument:
                return None
        raise Failure(f"没有这样的参数名: {', '.join(arguments)}")


def _finish(signature: Signature, run: Run, arguments: list[Any]) -> Any:
    try:
        return signature.call(run, arguments)
    except decimal.DecimalException as error:
        raise Failure("数值运算无效或溢出") from error
    except (OverflowError, ValueError) as error:
        raise Failure("参数超出范围") from error


class Library:
    """Built-ins of one chapter, gathered by decorator."""

    def __init__(self) -> None:
        self.overloads: dict[str, Overloads] = {}

    def function(self, name: str, *formals: str) -> Callable[[Declared], Declared]:
        """Declare a signature; declaring a name again adds an overload."""

        def declare(body: Declared) -> Declared:
            overloads = self.overloads.setdefault(name, Overloads(name, []))
            overloads.signatures.append(Signature(tuple(_formal(text) for text in formals), body))
            return body

        return declare

    def functions(self) -> dict[str, Function]:
        """The function values by name."""
        return {
            name: Function(
                name,
                tuple(Parameter(formal.name) for formal in overloads.signatures[0].formals),
                overloads.call,
                overloads.call_named,
                built_in=True,
            )
            for name, overloads in self.overloads.items()
        }

"""Types as `instance of` and parameters name them, and their conversions (DMN 1.5 §10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from engine.feel import temporal
from engine.feel.errors import Failure
from engine.feel.nodes import Node
from engine.feel.operations import kind_of
from engine.feel.values import Function

_SIMPLE = {
    "Any": "Any",
    "Null": "Null",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "function": "function",
    "range": "range",
}


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `kind` with, for list, range and function, its inner types, and for context its entries.

    `test` decides for a type defined outside of FEEL, such as an item definition of DMN.
    """

    kind: str
    inner: tuple[Type, ...] = ()
    entries: tuple[tuple[str, Type], ...] | None = None
    result: Type | None = None
    test: Callable[[Any], bool] | None = field(default=None, compare=False)

    def conforms(self, other: Type) -> bool:
        """Whether every value of this type is one of `other` (DMN 1.5 §10.3.2.9.2)."""
        if other.kind == "Any" or self.kind == "Null":
            return True
        if self.kind != other.kind:
            return False
        if other.kind in ("list", "range"):
            return not other.inner or bool(self.inner and self.inner[0].conforms(other.inner[0]))
        if other.kind == "context":
            mine = dict(self.entries or ())
            return all(name in mine and mine[name].conforms(kind) for name, kind in other.entries or ())
        if other.kind == "function" and other.result is not None:
            return (
                len(self.inner) == len(other.inner)
                and all(wanted.conforms(own) for own, wanted in zip(self.inner, other.inner, strict=True))
                and (self.result or ANY).conforms(other.result)
            )
        return True

    def admits(self, value: Any) -> bool:
        """Whether `value` is an instance; null only of Null and, where `Any` is nested, of Any."""
        if self.test is not None:
            return value is not None and self.test(value)
        kind = self.kind
        if kind == "Any":
            return value is not None
        if value is None:
            return kind == "Null"
        if kind == "function":
            return isinstance(value, Function) and (
                self.result is None or function_type(value).conforms(self)
            )
        if kind_of(value) != kind:
            return False
        if kind == "list" and self.inner:
            return all(element is None or self.inner[0].admits(element) for element in value)
        if kind == "context" and self.entries is not None:
            return all(
                name in value and (value[name] is None or wanted.admits(value[name]))
                for name, wanted in self.entries
            )
        if kind == "range" and self.inner:
            ends = [end for end in (value.start, value.end) if end is not None]
            return all(self.inner[0].admits(end) for end in ends)
        return True


ANY = Type("Any")


def literal_type(node: Node) -> Type:
    """The type that a text shows by itself: of literals, lists and contexts of them; else Any."""
    if node.kind == "parenthesised":
        return literal_type(node.args[0])
    if node.kind in _LITERALS:
        return Type(_LITERALS[node.kind])
    if node.kind == "at_literal":
        try:
            return Type(kind_of(temporal.read_at(str(node.args[0]))))
        except Failure:
            return Type("Null")
    if node.kind == "list_literal":
        kinds = [literal_type(part) for part in node.args[0]]
        same = all(kind == kinds[0] for kind in kinds)
        return Type("list", (kinds[0],) if kinds and same else (ANY,))
    if node.kind == "context_literal":
        entries = tuple((str(entry.args[0]), literal_type(entry.args[1])) for entry in node.args[0])
        return Type("context", entries=entries)
    return ANY


_LITERALS = {"number": "number", "string": "string", "true": "boolean", "false": "boolean", "null": "Null"}


def function_type(value: Function) -> Type:
    """The type of a function value; undeclared parameters are Any, the result is what the body shows."""
    return Type(
        "function", tuple(parameter.type or ANY for parameter in value.parameters), result=value.result or ANY
    )


class Types(Protocol):
    """Types defined outside of FEEL, by name; one object for one set of them, since it is a key of the cache."""

    def __hash__(self) -> int: ...

    def find(self, name: str, /) -> Type | None: ...


def type_of(node: Node, types: Types | None = None) -> Type:
    """The type that a type expression names; Failure for one that does not exist."""
    if node.kind == "named_type":
        name = ".".join(str(part) for part in node.args)
        if name in _SIMPLE:
            return Type(_SIMPLE[name])
        found = types.find(name) if types is not None else None
        if found is None:
            raise Failure(f"没有类型“{name}”")
        return found
    if node.kind in ("list_type", "range_type"):
        return Type(node.kind[:-5], (type_of(node.args[0], types),))
    if node.kind == "context_type":
        entries = tuple((str(entry.args[0]), type_of(entry.args[1], types)) for entry in node.args[0])
        return Type("context", entries=entries)
    inner = tuple(type_of(part, types) for part in node.args[0])
    return Type("function", inner, result=type_of(node.args[1], types))


def convert(value: Any, wanted: Type | None) -> Any:
    """The value as the parameter type has it, singleton lists either way and dates to moments; or Failure."""
    if wanted is None or value is None or wanted.kind == "Any" or wanted.admits(value):
        return value
    if wanted.kind == "list":
        if not isinstance(value, list) and wanted.admits([value]):
            return [value]
    elif isinstance(value, list) and len(value) == 1 and wanted.admits(value[0]):
        return value[0]
    elif wanted.kind == "date and time" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), tzinfo=UTC)
    raise Failure(f"{kind_of(value)} 不是所要的类型 {wanted.kind}")

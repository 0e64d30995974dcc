"""Which values make a condition go one way or the other: read from the literals that it compares names with.

`amount > 1000` wants 1000, 1001 and 999; `outcome = "同意"` wants 同意 and something else; a bare name wants true
and false. What is compared with anything but a literal is opaque: no value can be derived for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from engine.feel import compile_expression
from engine.feel.errors import FeelSyntaxError
from engine.feel.nodes import Node
from engine.feel.parser import parse_expression

OTHER = "其他"
"""A text that no model compares with."""

_LITERALS = {"string", "number", "true", "false", "null", "negation"}
_LOGIC = {"conjunction", "disjunction", "parenthesised", "conditional"}


def values_wanted(text: str, names: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Per name that the expression reads the values worth trying; an empty list where none can be derived."""
    names = tuple(names)
    wanted: dict[str, list[Any]] = {name: [] for name in compile_expression(text, names=names).names}
    try:
        tree = parse_expression(text, names)
    except FeelSyntaxError:
        return wanted
    pending = [(tree, True)]
    while pending:
        node, boolean = pending.pop()
        for name, value in _tested(node, boolean):
            if name in wanted and not any(same(value, known) for known in wanted[name]):
                wanted[name].append(value)
        inside = (boolean and node.kind in _LOGIC) or _is_not(node)
        pending.extend((child, inside) for child in reversed(list(_children(node.args))))
    return wanted


def entries_of(text: str, names: Iterable[str] = ()) -> set[str]:
    """The names that a script assigns: the keys of its context."""
    tree = parse_expression(text, tuple(names))
    if tree.kind != "context_literal":
        return set()
    return {str(entry.args[0]).strip('"') for entry in tree.args[0] if entry.args}


def same(one: Any, other: Any) -> bool:
    """Equal and of one type: true is not 1."""
    return type(one) is type(other) and one == other


def _children(parts: Any) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple | list):
            yield from _children(part)


def _is_not(node: Node) -> bool:
    return node.kind == "call" and isinstance(node.args[0], Node) and _name(node.args[0]) == "not"


def _name(node: Any) -> str | None:
    while isinstance(node, Node) and node.kind == "parenthesised" and len(node.args) == 1:
        node = node.args[0]
    return str(node.args[0]) if isinstance(node, Node) and node.kind == "name" else None


def _counted(node: Any) -> str | None:
    """`x` of `count(x)`."""
    if isinstance(node, Node) and node.kind == "call" and _name(node.args[0]) == "count" and node.args[1]:
        return _name(node.args[1][0])
    return None


def _tested(node: Node, boolean: bool) -> Iterator[tuple[str, Any]]:
    if boolean and (name := _name(node)):
        yield name, True
        yield name, False
    elif node.kind == "compare":
        left, operator, right = node.args
        yield from _compared(left, str(operator), right)
        yield from _compared(right, str(operator), left)
    elif node.kind == "between":
        for edge in node.args[1:]:
            yield from _compared(node.args[0], ">", edge)
    elif node.kind == "contained":
        for literal in _leaves(node.args[1]):
            yield from _compared(node.args[0], "=" if literal.kind == "string" else ">", literal)


def _leaves(node: Any) -> Iterator[Node]:
    pending = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, Node):
            if found.kind in _LITERALS:
                yield found
            else:
                pending.extend(reversed(list(_children(found.args))))


def _compared(left: Any, operator: str, right: Any) -> Iterator[tuple[str, Any]]:
    name = _name(left)
    if name is None:
        counted = _counted(left)
        if counted and isinstance(right, Node) and right.kind == "number":
            size = int(Decimal(str(right.args[0])))
            for length in (size, size + 1, size - 1):
                if 0 <= length <= 20:
                    yield counted, [Decimal(each) for each in range(1, length + 1)]
        return
    if _name(right) is not None:
        yield name, Decimal(0)
        yield name, Decimal(1)
    if not isinstance(right, Node) or right.kind not in _LITERALS:
        return
    value = compile_expression(_text(right)).evaluate({})
    yield name, value
    if isinstance(value, bool):
        yield name, not value
    elif isinstance(value, Decimal):
        yield name, value + 1
        if operator not in ("=", "!="):
            yield name, value - 1
    elif isinstance(value, str) or value is None:
        yield name, OTHER


def _text(node: Node) -> str:
    if node.kind == "negation":
        return "-" + _text(node.args[0])
    if node.kind == "string":
        written = str(node.args[0])
        return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(node.args[0]) if node.args else node.kind

"""The tree that a text is parsed to: nodes with their place, weight and depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from lark import Token, Transformer, Tree

from engine.feel.errors import FeelTooComplexError

MAX_DEPTH = 120
MAX_TERMS = 10_000


class Node:
    """One construct: `kind` is the grammar's name for it, `args` its parts (nodes, texts, lists of them)."""

    __slots__ = ("args", "column", "depth", "kind", "line", "weight")

    def __init__(self, kind: str, args: tuple[Any, ...], line: int, column: int) -> None:
        self.kind = kind
        self.args = args
        self.line = line
        self.column = column
        self.depth = 1
        self.weight = 1
        self._measure(args)
        if self.depth > MAX_DEPTH:
            raise FeelTooComplexError(f"表达式嵌套过深（超过 {MAX_DEPTH} 层）", line, column)

    def _measure(self, parts: Any) -> None:
        for part in parts:
            if isinstance(part, Node):
                self.weight += part.weight
                if part.depth >= self.depth:
                    self.depth = part.depth + 1
            elif isinstance(part, tuple | list):
                self._measure(part)


def _place(parts: Any) -> tuple[int, int]:
    for part in parts:
        if isinstance(part, Node):
            return part.line, part.column
        if isinstance(part, Token):
            return part.line or 1, part.column or 1
        if isinstance(part, list | tuple):
            place = _place(part)
            if place != (1, 1):
                return place
    return 1, 1


_PUNCTUATION = frozenset(
    [
        "LPAR",
        "RPAR",
        "LSQB",
        "RSQB",
        "OPEN_RSQB",
        "CLOSE_LSQB",
        "LBRACE",
        "RBRACE",
        "COMMA",
        "COLON",
        "DOT",
        "DOTDOT",
        "IF",
        "THEN",
        "ELSE",
        "FOR",
        "IN",
        "RETURN",
        "SATISFIES",
        "AND",
        "OR",
        "BETWEEN",
        "INSTANCE_OF",
        "FUNCTION",
        "EXTERNAL",
        "NOT",
        "LIST_OF",
        "RANGE_OF",
        "CONTEXT_OF",
        "FUNCTION_OF",
        "TYPE_CLOSE",
        "ARROW",
        "MINUS",
        "PLUS",
        "STAR",
        "SLASH",
        "POW",
    ]
)
_LISTS = {"tests", "iterators", "parameters", "expressions"}
_KEEPING = {"arithmetic", "interval"}


class TreeBuilder(Transformer[Token, Any]):
    """Called by the parser at each reduction; keeps what carries meaning."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        kind = str(data)
        if kind.startswith("_"):
            return Tree(data, children)
        line, column = _place(children)
        kept = [
            child
            for child in children
            if kind in _KEEPING or not isinstance(child, Token) or child.type not in _PUNCTUATION
        ]
        if kind in _LISTS:
            return tuple(kept)
        if kind == "arithmetic" and (chain := _extended(kept)):
            return chain
        if kind in ("expression_text", "parenthesised"):
            return kept[0] if kind == "expression_text" else Node(kind, tuple(kept), line, column)
        if kind == "comparator":
            return str(children[0])
        build = _SHAPES.get(kind)
        args = build(kept) if build else tuple(kept)
        return Node(kind, args, line, column)


def _extended(parts: list[Any]) -> Node | None:
    """The chain on the left with one operand more, so that `1+1+1+…` is no deeper than `1+1`."""
    left, operator, right = parts[0], str(parts[1]), parts[2]
    if left.kind != "arithmetic" or _TIER[left.args[1][0][0]] != _TIER[operator]:
        return None
    if len(left.args[1]) >= MAX_TERMS:
        raise FeelTooComplexError(f"运算的项过多（超过 {MAX_TERMS} 项）", left.line, left.column)
    left.args[1].append((operator, right))
    left.weight += right.weight + 1
    left.depth = max(left.depth, right.depth + 1)
    if left.depth > MAX_DEPTH:
        raise FeelTooComplexError(f"表达式嵌套过深（超过 {MAX_DEPTH} 层）", left.line, left.column)
    return cast(Node, left)


_TIER = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}


def _arithmetic(parts: list[Any]) -> tuple[Any, ...]:
    return parts[0], [(str(parts[1]), parts[2])]


def _interval(parts: list[Any]) -> tuple[Any, ...]:
    return parts[0].type == "LSQB", parts[1], parts[3], parts[4].type == "RSQB"


def _function(parts: list[Any]) -> tuple[Any, ...]:
    return parts[0] or (), parts[1]


def _present(parts: list[Any]) -> tuple[Any, ...]:
    return (tuple(part for part in parts if part is not None),)


def _call(parts: list[Any]) -> tuple[Any, ...]:
    return parts[0], parts[1] if len(parts) > 1 else ()


_SHAPES: dict[str, Callable[[list[Any]], tuple[Any, ...]]] = {
    "arithmetic": _arithmetic,
    "interval": _interval,
    "function": _function,
    "external": _function,
    "call": _call,
    "call_named": lambda parts: (parts[0], tuple(parts[1:])),
    "context_literal": _present,
    "in_list": _present,
    "disjunction": _present,
    "conjunction": _present,
    "context_type": _present,
    "function_type": lambda parts: (tuple(p for p in parts[:-1] if p is not None), parts[-1]),
    "list_literal": lambda parts: (parts[0] if parts and parts[0] is not None else (),),
    "quantified": lambda parts: (parts[0].type == "SOME", parts[1], parts[2]),
}

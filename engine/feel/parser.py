"""From text to tree: our lexer feeding lark's LALR parser."""

from __future__ import annotations

from collections.abc import Iterable

from lark import Lark, Token
from lark.exceptions import UnexpectedInput, VisitError

from engine.feel.errors import FeelSyntaxError
from engine.feel.grammar import GRAMMAR
from engine.feel.lexer import Lexer
from engine.feel.nodes import Node, TreeBuilder

_PARSER = Lark(
    GRAMMAR,
    parser="lalr",
    lexer="basic",
    start=["expression_text", "unary_tests_text"],
    keep_all_tokens=True,
    maybe_placeholders=True,
    transformer=TreeBuilder(),
)


def parse_expression(text: str, names: Iterable[str]) -> Node:
    """The tree of one expression; raises FeelSyntaxError."""
    return _parse(text, names, "expression_text")


def parse_unary_tests(text: str, names: Iterable[str]) -> Node:
    """The tree of unary tests (DMN 1.5 §7.3.4 grammar rule 15); raises FeelSyntaxError."""
    return _parse(text, names, "unary_tests_text")


def _parse(text: str, names: Iterable[str], start: str) -> Node:
    if not text.strip():
        raise FeelSyntaxError("表达式为空")
    lexer = Lexer(text, names, start == "unary_tests_text")
    parsing = _PARSER.parse_interactive("", start=start)
    token: Token | None = None
    try:
        for token in lexer.tokens():
            parsing.feed_token(token)
        token = None
        result = parsing.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedInput as error:
        if token is None:
            raise FeelSyntaxError(
                "表达式不完整", lexer.line, lexer.position - lexer.line_start + 1
            ) from error
        raise FeelSyntaxError(f"此处不应出现“{token}”", token.line or 1, token.column or 1) from error
    except VisitError as error:
        if isinstance(error.orig_exc, FeelSyntaxError):
            raise error.orig_exc from None
        raise
    assert isinstance(result, Node)
    return result

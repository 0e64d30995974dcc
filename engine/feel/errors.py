"""What FEEL raises: a fault in the text, or a bound exceeded. Everything else is `null` and a `Trouble`."""

from __future__ import annotations

from typing import NamedTuple

from engine.errors import ChengbanError


class FeelSyntaxError(ChengbanError):
    """FEEL 表达式有语法错误"""

    code = "feel_syntax"

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message, line=line, column=column)
        self.line = line
        self.column = column


class FeelLimitError(ChengbanError):
    """FEEL 表达式超出了计算上限"""

    code = "feel_limit"


class FeelTooComplexError(FeelSyntaxError, FeelLimitError):
    """FEEL 表达式过长或嵌套过深"""

    code = "feel_limit"


class Failure(Exception):
    """Inside the evaluator only: this operation yields null, and its message becomes a `Trouble`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Trouble(NamedTuple):
    """Why a part of an expression came to null although its operands were there; place counts from 1."""

    message: str
    line: int
    column: int

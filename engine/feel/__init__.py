"""FEEL, the expression language of DMN 1.5 chapter 10: compiled once, bounded, without side effects."""

from engine.feel.errors import FeelLimitError, FeelSyntaxError, Trouble
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    evaluate,
    open_scope,
    read_type,
    unary_tests,
)
from engine.feel.operations import same as equal
from engine.feel.scope import Scope
from engine.feel.types import Type, Types
from engine.feel.values import Environment, Function, Parameter, Range, YearsAndMonths, to_feel

__all__ = [
    "Environment",
    "Expression",
    "FeelLimitError",
    "FeelSyntaxError",
    "Function",
    "Parameter",
    "Range",
    "Scope",
    "Trouble",
    "Type",
    "Types",
    "UnaryTests",
    "YearsAndMonths",
    "compile_expression",
    "compile_unary_tests",
    "equal",
    "evaluate",
    "open_scope",
    "read_type",
    "to_feel",
    "unary_tests",
]

"""Compiling texts with their place, and one evaluation under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.decisions.errors import DecisionError
from engine.errors import Fault
from engine.feel import (
    Environment,
    FeelLimitError,
    FeelSyntaxError,
    Trouble,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.model import dmn

DEPTH = 60
Scope = dict[str, Any]


@dataclass(slots=True)
class Run:
    """One evaluation: what it knows of the world, its troubles, which decision is being computed."""

    environment: Environment | None
    troubles: list[Trouble] | None
    decision: str = ""
    depth: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    def trouble(self, message: str) -> None:
        if self.troubles is not None:
            self.troubles.append(Trouble(f"决策“{self.decision}”：{message}", 0, 0))


Evaluate = Callable[[Scope, Run], Any]


@dataclass(slots=True)
class Compiler:
    """Compiles the texts of one model; syntax errors become faults that name decision and cell."""

    file: str
    names: frozenset[str]
    items: Mapping[str, dmn.ItemDefinition]
    faults: list[Fault]
    element: str = ""
    label: str = ""

    def fault(self, line: int, code: str, sentence: str) -> None:
        self.faults.append(Fault(self.file, line, self.element, code, f"决策“{self.label}”：{sentence}"))

    def feel(self, text: str, line: int, what: str) -> Evaluate:
        if not text:
            return lambda scope, run: None
        try:
            expression = compile_expression(text, names=self.names)
        except (FeelSyntaxError, FeelLimitError) as error:
            self.fault(line, "feel_syntax", f"{what}“{text}”有误：{error}")
            return lambda scope, run: None
        label = self.label

        def evaluate(scope: Scope, run: Run) -> Any:
            try:
                return expression.evaluate(scope, run.troubles, run.environment)
            except FeelLimitError as error:
                raise DecisionError(f"决策“{label}”的{what}“{text}”不能计算：{error}") from error

        return evaluate

    def tests(self, text: str, line: int, what: str) -> UnaryTests | None:
        if text in ("", "-"):
            return None
        try:
            return compile_unary_tests(text, names=self.names)
        except (FeelSyntaxError, FeelLimitError) as error:
            self.fault(line, "feel_syntax", f"{what}“{text}”有误：{error}")
            return None

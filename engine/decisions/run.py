"""Compiling texts with their place, and one evaluation under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.decisions.errors import DecisionError
from engine.decisions.typing import Types
from engine.errors import Fault
from engine.feel import (
    Environment,
    FeelLimitError,
    FeelSyntaxError,
    Trouble,
    compile_expression,
    compile_unary_tests,
)

DEPTH = 60
STEPS = 500_000
Scope = dict[str, Any]


@dataclass(slots=True)
class Run:
    """One evaluation: what it knows of the world, its troubles, which decision is being computed."""

    environment: Environment | None
    troubles: list[Trouble] | None
    decision: str = ""
    depth: int = 0
    steps: int = 0

    def charge(self, steps: int) -> None:
        """Count work of boxed loops; raises DecisionError when it exceeds the bound."""
        self.steps += steps
        if self.steps > STEPS:
            raise DecisionError(f"决策“{self.decision}”的循环超过上限（{STEPS} 步）")

    def trouble(self, message: str) -> None:
        """Note why a value is null, naming the decision."""
        if self.troubles is not None:
            self.troubles.append(Trouble(f"决策“{self.decision}”：{message}", 0, 0))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One call within another; raises DecisionError when there are too many."""
        before, self.depth = self.decision, self.depth + 1
        try:
            if self.depth > DEPTH:
                raise DecisionError(f"决策“{before}”的函数调用超过 {DEPTH} 层")
            yield
        finally:
            self.depth -= 1
            self.decision = before

    def place(self, since: int, label: str, what: str) -> None:
        """Name decision and cell in the troubles noted since, but for those that name theirs already."""
        troubles = self.troubles or []
        for index in range(since, len(troubles)):
            message, line, column = troubles[index]
            if not message.startswith("决策“"):
                troubles[index] = Trouble(f"决策“{label}”的{what}：{message}", line, column)


Evaluate = Callable[[Scope, Run], Any]
Test = Callable[[Any, feel.Scope, Run], bool]


@dataclass(slots=True)
class Compiler:
    """Compiles the texts of one element; syntax errors become faults that name decision and cell.

    `names`: what its requirements bring into scope (DMN 1.5 §10.4), needed to read names with operators.
    """

    file: str
    types: Types
    faults: list[Fault]
    element: str = ""
    label: str = ""
    names: frozenset[str] = frozenset()

    def fault(self, line: int, code: str, sentence: str) -> None:
        """Note what is wrong with the element."""
        self.faults.append(Fault(self.file, line, self.element, code, f"决策“{self.label}”：{sentence}"))

    def feel(self, text: str, line: int, what: str, *, iterated: bool = False) -> Evaluate:
        """An expression; with `iterated` also `1..5`, which only stands after `in` (rule 46)."""
        if not text:
            return lambda scope, run: None
        try:
            expression = compile_expression(text, names=self.names, types=self.types)
        except (FeelSyntaxError, FeelLimitError) as error:
            if iterated and ".." in text:
                return self.feel(f"for item in {text} return item", line, what)
            sentence = f"{what}“{text}”有误：{error}"
            self.fault(line, "feel_syntax", sentence)
            return lambda scope, run: run.trouble(sentence)
        label = self.label

        def evaluate(scope: Scope, run: Run) -> Any:
            troubles = run.troubles
            since = len(troubles) if troubles is not None else 0
            try:
                value = expression.evaluate(scope, troubles, run.environment)
            except FeelLimitError as error:
                raise DecisionError(f"决策“{label}”的{what}“{text}”不能计算：{error}") from error
            if troubles is not None and len(troubles) > since:
                run.place(since, label, what)
            return value

        return evaluate

    def tests(self, text: str, line: int, what: str) -> Test | None:
        """Unary tests; None where every value passes."""
        if text in ("", "-"):
            return None
        try:
            tests = compile_unary_tests(text, names=self.names, types=self.types)
        except (FeelSyntaxError, FeelLimitError) as error:
            sentence = f"{what}“{text}”有误：{error}"
            self.fault(line, "feel_syntax", sentence)

            def fails(value: Any, scope: feel.Scope, run: Run) -> bool:
                run.trouble(sentence)
                return False

            return fails
        label = self.label

        def test(value: Any, scope: feel.Scope, run: Run) -> bool:
            troubles = run.troubles
            since = len(troubles) if troubles is not None else 0
            try:
                found = tests.within(scope, value)
            except FeelLimitError as error:
                raise DecisionError(f"决策“{label}”的{what}“{text}”不能计算：{error}") from error
            if troubles is not None and len(troubles) > since:
                run.place(since, label, what)
            return found is True

        return test

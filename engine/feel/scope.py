"""Where names are looked up while an expression runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.errors import Failure, Trouble
from engine.feel.values import Run, to_feel

MISSING: Any = object()
# Values that need no look: the type alone says that they are FEEL's.
PLAIN = frozenset((str, bool, type(None), date, datetime, time, timedelta))


class Scope:
    """Names of one level; `parent` holds those outside. `troubled` notes a failure and gives null."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, values: Mapping[str, Any], parent: Scope | None, run: Run) -> None:
        self.values = values
        self.parent = parent
        self.run = run

    def find(self, name: str) -> Any:
        """The innermost value of that name, or MISSING."""
        scope = self
        while scope.parent is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return scope.outside(name)

    def outside(self, name: str) -> Any:
        """A value given to the evaluation, converted once."""
        value = self.values.get(name, MISSING)
        if value is MISSING or type(value) in PLAIN or (type(value) is Decimal and value.is_finite()):
            return value
        converted = self.run.outside
        if name not in converted:
            try:
                converted[name] = to_feel(value)
            except TypeError as error:
                raise Failure(f"变量“{name}”: {error}") from error
        return converted[name]

    def trouble(self, message: str, line: int, column: int) -> None:
        """Note why a null came about."""
        troubles = self.run.troubles
        if troubles is not None and len(troubles) < 100:
            troubles.append(Trouble(message, line, column))


Code = Callable[[Scope], Any]

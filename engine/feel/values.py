"""FEEL's own values, where Python has none, and the door for Python values (DMN 1.5 §10.3.2)."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from engine.feel.types import Type

# IEEE 754-2008 decimal128, as DMN 1.5 §10.3.2.3.1 asks of numbers.
NUMBERS = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_NESTING = 200


@dataclass(frozen=True, order=True, slots=True)
class YearsAndMonths:
    """A years and months duration: a whole number of months, negative for backwards (DMN 1.5 §10.3.2.3.8)."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        if not years:
            return f"{sign}P{months}M"
        return f"{sign}P{years}Y" + (f"{months}M" if months else "")


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`; `None` on a side means without bound there (DMN 1.5 §10.3.2.7)."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True)
class Parameter:
    """One formal parameter of a function and, where declared, its type."""

    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: `call(run, arguments)` takes positional arguments in the order of `parameters`.

    Functions built in take `named` to accept either of their signatures; a function from outside
    may be made with `Function("name", (Parameter("a"),), lambda run, arguments: …)`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    call: Callable[[Run, list[Any]], Any]
    call_named: Callable[[Run, dict[str, Any]], Any] | None = None
    result: Type | None = None
    built_in: bool = False


class WorkingDays(Protocol):
    """What a calendar must know for the functions of working days; dates are those of Asia/Shanghai."""

    def is_working_day(self, day: date, /) -> bool: ...

    def working_days_after(self, day: date, count: int, /) -> date: ...

    def working_days_between(self, start: date, end: date, /) -> int: ...


class Environment(NamedTuple):
    """What an expression may know of the world, and how much it may do.

    `now`: aware moment for `now()` and `today()`, given in the zone whose date counts; `None` reads the
    clock (UTC). `working_calendar`: see `WorkingDays`. `steps`: nodes evaluated in loops and functions;
    `depth`: nested calls; `size`: elements of one list or characters of one string (times 10).
    """

    now: datetime | None = None
    working_calendar: Any = None
    steps: int = 500_000
    depth: int = 60
    size: int = 100_000

    def moment(self) -> datetime:
        """The moment that `now()` gives."""
        return self.now if self.now is not None else datetime.now(UTC)


DEFAULT_ENVIRONMENT = Environment()


@dataclass(slots=True)
class Run:
    """One evaluation: where troubles go and what is left of the bounds."""

    troubles: list[Any] | None
    environment: Environment
    steps: int = 0
    depth: int = 0
    outside: dict[str, Any] = field(default_factory=dict)

    def charge(self, steps: int) -> None:
        """Count work done; raises FeelLimitError when it exceeds the bound."""
        self.steps += steps
        if self.steps > self.environment.steps:
            from engine.feel.errors import FeelLimitError

            raise FeelLimitError(f"表达式计算量超过上限（{self.environment.steps} 步）")

    def charge_list(self, length: int) -> None:
        """Count a list about to be made."""
        if length > self.environment.size:
            from engine.feel.errors import FeelLimitError

            raise FeelLimitError(f"列表长度超过上限（{self.environment.size} 个元素）")
        self.charge(length)

    def charge_text(self, length: int) -> None:
        """Count a string about to be made."""
        if length > self.environment.size * 10:
            from engine.feel.errors import FeelLimitError

            raise FeelLimitError(f"文本长度超过上限（{self.environment.size * 10} 个字符）")
        self.charge(length // 16)


def to_feel(value: Any) -> Any:
    """The value as FEEL has it: int and float become Decimal, sequences lists, mappings dicts, nested.

    Raises TypeError for anything that FEEL has no type for (NaN and infinity among them).
    """
    return _to_feel(value, 0)


def _to_feel(value: Any, depth: int) -> Any:
    if value is None or isinstance(
        value, bool | str | date | time | timedelta | YearsAndMonths | Range | Function
    ):
        return value
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise TypeError(f"FEEL 没有这样的数: {value!r}")
        return value if value is number else number
    if depth > _NESTING:
        raise TypeError("数据嵌套过深")
    if isinstance(value, Mapping):
        return {str(key): _to_feel(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_to_feel(element, depth + 1) for element in value]
    raise TypeError(f"FEEL 没有类型 {type(value).__name__}")

"""Comparison, arithmetic and membership of values (DMN 1.5 §10.3.2.13, §10.3.4.1): null in, null out."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import temporal
from engine.feel.errors import Failure
from engine.feel.values import NUMBERS, Function, Range, YearsAndMonths

_ZERO = Decimal(0)
Charge = Callable[[int], None]


def kind_of(value: Any) -> str:
    """The FEEL name of the value's type."""
    return _KINDS.get(type(value)) or _kind_of_heir(value)


_KINDS: dict[type, str] = {
    bool: "boolean",
    Decimal: "number",
    str: "string",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    YearsAndMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
    type(None): "Null",
}


def _kind_of_heir(value: Any) -> str:
    for kind, name in _KINDS.items():
        if isinstance(value, kind):
            return name
    return "Any"


def _free(steps: int) -> None:
    pass


def equal(left: Any, right: Any, charge: Charge = _free) -> bool | None:
    """Three-valued equality; Failure for two values of different kinds. `charge` is told of elements compared."""
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        raise Failure(f"{kind} 与 {kind_of(right)} 不能比较是否相等")
    if kind == "list":
        if len(left) != len(right):
            return False
        charge(4 * len(left))
        return all(same(a, b, charge) for a, b in zip(left, right, strict=True))
    if kind == "context":
        charge(4 * len(left))
        return left.keys() == right.keys() and all(
            same(value, right[key], charge) for key, value in left.items()
        )
    if kind == "date and time":
        if (left.tzinfo is None) != (right.tzinfo is None):
            return False
        return temporal.instant(left) == temporal.instant(right)
    if kind == "time":
        if (left.tzinfo is None) != (right.tzinfo is None):
            return False
        return temporal.time_key(left) == temporal.time_key(right)
    if kind == "range":
        return (
            left.start_included == right.start_included
            and left.end_included == right.end_included
            and same(left.start, right.start)
            and same(left.end, right.end)
        )
    return bool(left == right)


def same(left: Any, right: Any, charge: Charge = _free) -> bool:
    """Equality within lists and contexts: other kinds are simply not equal."""
    try:
        return equal(left, right, charge) is True
    except Failure:
        return False


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1; None when either is null; Failure where there is no order."""
    if left is None or right is None:
        return None
    if type(left) is Decimal and type(right) is Decimal:
        return int(left > right) - int(left < right)
    kind = kind_of(left)
    if kind != kind_of(right):
        raise Failure(f"{kind} 与 {kind_of(right)} 不能比较大小")
    if kind == "date and time":
        if (left.tzinfo is None) != (right.tzinfo is None):
            raise Failure("有时区与无时区的日期时间不能比较大小")
        left, right = temporal.instant(left), temporal.instant(right)
    elif kind == "time":
        if (left.tzinfo is None) != (right.tzinfo is None):
            raise Failure("有时区与无时区的时间不能比较大小")
        left, right = temporal.time_key(left), temporal.time_key(right)
    elif kind not in (
        "number",
        "string",
        "date",
        "days and time duration",
        "years and months duration",
    ):
        raise Failure(f"{kind} 不能比较大小")
    return int(left > right) - int(left < right)


def compare(operator: str, left: Any, right: Any, charge: Charge = _free) -> bool | None:
    """`left operator right` for the six operators; Failure for kinds that do not go together."""
    if operator == "=":
        return equal(left, right, charge)
    if operator == "!=":
        answer = equal(left, right, charge)
        return None if answer is None else not answer
    found = order(left, right)
    if found is None:
        return None
    if operator == "<":
        return found < 0
    if operator == "<=":
        return found <= 0
    return found > 0 if operator == ">" else found >= 0


def within(value: Any, bounds: Range) -> bool | None:
    """Whether the range holds the value; null for a null value; Failure for other kinds."""
    if value is None:
        return None
    if bounds.start is not None:
        found = order(value, bounds.start)
        if found is None or found < 0 or (found == 0 and not bounds.start_included):
            return False
    if bounds.end is not None:
        found = order(value, bounds.end)
        if found is None or found > 0 or (found == 0 and not bounds.end_included):
            return False
    return True


def holds(value: Any, test: Any, charge: Charge = _free) -> bool | None:
    """`value in test`: a range, a list of anything that can be tested, or an equal value (table 54)."""
    if isinstance(test, Range):
        if isinstance(value, Range):
            return same(value, test, charge)
        return within(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and same(value, test, charge):
            return True
        charge(2 * len(test))
        for element in test:
            try:
                if isinstance(element, list):
                    found = same(value, element, charge) or (
                        not isinstance(value, list) and any(same(value, e, charge) for e in element)
                    )
                else:
                    found = holds(value, element, charge) is True
            except Failure:
                found = False
            if found:
                return True
        return False
    return equal(value, test, charge)


def arithmetic(operator: str, left: Any, right: Any) -> Any:
    """`left operator right` for + - * / ** (tables 45-50); null in, null out; Failure where not defined."""
    if left is None or right is None:
        return None
    try:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return _numbers(operator, left, right)
        if operator == "+":
            return _add(left, right)
        if operator == "-":
            return _subtract(left, right)
        if operator == "*":
            if isinstance(left, Decimal):
                left, right = right, left
            if isinstance(right, Decimal):
                return _scale(left, right, NUMBERS.multiply)
        if operator == "/":
            return _divide(left, right)
    except decimal.DivisionByZero as error:
        raise Failure("除数为零") from error
    except decimal.DecimalException as error:
        raise Failure("数值运算无效或溢出") from error
    except OverflowError as error:
        raise Failure("运算结果超出范围") from error
    raise Failure(f"{kind_of(left)} 与 {kind_of(right)} 不能作“{operator}”运算")


def _numbers(operator: str, left: Decimal, right: Decimal) -> Decimal:
    if operator == "+":
        return NUMBERS.add(left, right)
    if operator == "-":
        return NUMBERS.subtract(left, right)
    if operator == "*":
        return NUMBERS.multiply(left, right)
    if operator == "/":
        if right == _ZERO:
            raise Failure("除数为零")
        return NUMBERS.divide(left, right)
    return NUMBERS.power(left, right)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right
    if isinstance(left, YearsAndMonths) and isinstance(right, YearsAndMonths):
        return YearsAndMonths(left.months + right.months)
    if isinstance(left, timedelta | YearsAndMonths):
        left, right = right, left
    if isinstance(left, date | time) and isinstance(right, timedelta | YearsAndMonths):
        return temporal.add(left, right)
    raise Failure(f"{kind_of(left)} 与 {kind_of(right)} 不能相加")


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left - right
    if isinstance(left, YearsAndMonths) and isinstance(right, YearsAndMonths):
        return YearsAndMonths(left.months - right.months)
    if isinstance(left, date | time):
        if isinstance(right, timedelta):
            return temporal.add(left, -right)
        if isinstance(right, YearsAndMonths):
            return temporal.add(left, YearsAndMonths(-right.months))
        return temporal.difference(left, right)
    raise Failure(f"{kind_of(left)} 与 {kind_of(right)} 不能相减")


def _scale(amount: Any, factor: Decimal, operate: Any) -> Any:
    if isinstance(amount, timedelta):
        return temporal.from_seconds(operate(temporal.seconds_of(amount), factor))
    if isinstance(amount, YearsAndMonths):
        months = operate(Decimal(amount.months), factor)
        if abs(months) > 10**12:
            raise Failure("时长过大")
        return YearsAndMonths(int(months))
    raise Failure(f"{kind_of(amount)} 不能与数相乘除")


def _divide(left: Any, right: Any) -> Any:
    if isinstance(right, Decimal):
        if right == _ZERO:
            raise Failure("除数为零")
        return _scale(left, right, NUMBERS.divide)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        if not right:
            raise Failure("除数为零")
        return NUMBERS.divide(temporal.seconds_of(left), temporal.seconds_of(right))
    if isinstance(left, YearsAndMonths) and isinstance(right, YearsAndMonths):
        if not right.months:
            raise Failure("除数为零")
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    raise Failure(f"{kind_of(left)} 与 {kind_of(right)} 不能相除")


def negate(value: Any) -> Any:
    """`-value`."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return value.copy_negate() if value else value
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, YearsAndMonths):
        return YearsAndMonths(-value.months)
    raise Failure(f"{kind_of(value)} 不能取负")

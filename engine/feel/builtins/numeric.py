"""Numeric and boolean functions (DMN 1.5 §10.3.4.2, §10.3.4.5)."""

from __future__ import annotations

import decimal
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.feel.builtins.conversion import whole
from engine.feel.builtins.signature import Library
from engine.feel.errors import Failure
from engine.feel.values import NUMBERS, Run, YearsAndMonths

library = Library()
# DMN 1.5 §10.3.4.5: a scale lies between these.
_SCALES = range(-6111, 6177)


@library.function("not", "negand:A")
def _not(run: Run, value: Any) -> bool | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        return None
    if not isinstance(value, bool):
        raise Failure("“not” 的操作数应为布尔值")
    return not value


def _round(value: Decimal, scale: Decimal, mode: str) -> Decimal:
    places = whole(NUMBERS.to_integral_value(scale.to_integral_value(decimal.ROUND_FLOOR)), "scale")
    if places not in _SCALES:
        raise Failure("小数位数超出范围")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return value
    wide = decimal.Context(prec=6200, rounding=mode, Emin=-99999, Emax=99999)
    return NUMBERS.plus(value.quantize(Decimal(1).scaleb(-places, wide), context=wide))


@library.function("decimal", "n:N", "scale:N")
def _decimal(run: Run, value: Decimal, scale: Decimal) -> Decimal:
    return _round(value, scale, decimal.ROUND_HALF_EVEN)


@library.function("floor", "n:N", "scale:N?")
def _floor(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal:
    return _round(value, scale if scale is not None else Decimal(0), decimal.ROUND_FLOOR)


@library.function("ceiling", "n:N", "scale:N?")
def _ceiling(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal:
    return _round(value, scale if scale is not None else Decimal(0), decimal.ROUND_CEILING)


@library.function("round up", "n:N", "scale:N?")
def _round_up(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal:
    return _round(value, scale if scale is not None else Decimal(0), decimal.ROUND_UP)


@library.function("round down", "n:N", "scale:N?")
def _round_down(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal:
    return _round(value, scale if scale is not None else Decimal(0), decimal.ROUND_DOWN)


@library.function("round half up", "n:N", "scale:N?")
def _round_half_up(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal:
    return _round(value, scale if scale is not None else Decimal(0), decimal.ROUND_HALF_UP)


@library.function("round half down", "n:N", "scale:N?")
def _round_half_down(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal:
    return _round(value, scale if scale is not None else Decimal(0), decimal.ROUND_HALF_DOWN)


@library.function("abs", "n:NUY")
def _abs(run: Run, value: Any) -> Any:
    if isinstance(value, YearsAndMonths):
        return YearsAndMonths(abs(value.months))
    return abs(value) if isinstance(value, timedelta) else value.copy_abs()


@library.function("modulo", "dividend:N", "divisor:N")
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    # dividend - divisor * floor(dividend / divisor): the sign is the divisor's.
    if not divisor:
        raise Failure("除数为零")
    wide = decimal.Context(prec=6200, Emin=-99999, Emax=99999)
    if abs(dividend.adjusted() - divisor.adjusted()) > 6000:
        raise Failure("数值相差过大")
    rest = wide.remainder(dividend, divisor)
    if rest and (rest < 0) != (divisor < 0):
        rest = wide.add(rest, divisor)
    return NUMBERS.plus(rest)


@library.function("sqrt", "number:N")
def _sqrt(run: Run, value: Decimal) -> Decimal:
    if value < 0:
        raise Failure("负数没有平方根")
    return NUMBERS.sqrt(value)


@library.function("log", "number:N")
def _log(run: Run, value: Decimal) -> Decimal:
    if value <= 0:
        raise Failure("只有正数有对数")
    return NUMBERS.ln(value)


@library.function("exp", "number:N")
def _exp(run: Run, value: Decimal) -> Decimal:
    run.charge(20)
    return NUMBERS.exp(value)


@library.function("odd", "number:N")
def _odd(run: Run, value: Decimal) -> bool:
    return _parity(value) == 1


@library.function("even", "number:N")
def _even(run: Run, value: Decimal) -> bool:
    return _parity(value) == 0


def _parity(value: Decimal) -> int | None:
    if value != value.to_integral_value():
        return None
    if value.adjusted() > 40:
        return 0
    return int(value) % 2

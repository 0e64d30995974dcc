"""Types of DMN: built-in ones and item definitions, with allowed values (DMN 1.5 §7.3.2, §10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import Function, YearsAndMonths, compile_unary_tests
from engine.model import dmn

BUILT_IN: dict[str, Callable[[Any], bool]] = {
    "Any": lambda v: True,
    "number": lambda v: isinstance(v, Decimal),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "date": lambda v: isinstance(v, date) and not isinstance(v, datetime),
    "time": lambda v: isinstance(v, time),
    "date and time": lambda v: isinstance(v, datetime),
    "dateTime": lambda v: isinstance(v, datetime),
    "days and time duration": lambda v: isinstance(v, timedelta),
    "dayTimeDuration": lambda v: isinstance(v, timedelta),
    "years and months duration": lambda v: isinstance(v, YearsAndMonths),
    "yearMonthDuration": lambda v: isinstance(v, YearsAndMonths),
}


class Mismatch(Exception):  # noqa: N818 - a value that does not fit is no error of the program
    """Why a value does not fit its type, in Chinese."""


def fit(value: Any, type_: str | None, items: Mapping[str, dmn.ItemDefinition]) -> Any:
    """The value as this type (a single value for a list of one and the reverse); Mismatch otherwise."""
    if type_ is None or value is None:
        return value
    if type_ in items:
        return _fit_item(value, items[type_], items)
    test = BUILT_IN.get(type_.rpartition(":")[2] if ":" in type_ else type_)
    if test is None or test(value):
        return value
    if isinstance(value, list) and len(value) == 1 and test(value[0]):
        return value[0]
    raise Mismatch(f"值 {value!r} 不是 {type_}")


def _fit_item(value: Any, item: dmn.ItemDefinition, items: Mapping[str, dmn.ItemDefinition]) -> Any:
    if value is None or item.function:
        if item.function and value is not None and not isinstance(value, Function):
            raise Mismatch(f"{item.name} 应为函数")
        return value
    if item.collection:
        values = value if isinstance(value, list) else [value]
        return [_fit_one(each, item, items) for each in values]
    if isinstance(value, list) and len(value) == 1:
        referred = items.get(item.type or "")
        if referred is None or not referred.collection:
            value = value[0]
    return _fit_one(value, item, items)


def _fit_one(value: Any, item: dmn.ItemDefinition, items: Mapping[str, dmn.ItemDefinition]) -> Any:
    if item.components:
        if not isinstance(value, dict):
            raise Mismatch(f"{item.name} 应为结构")
        fitted = dict(value)
        for part in item.components:
            if part.name in value:
                fitted[part.name] = _fit_item(value[part.name], part, items)
        return fitted
    value = fit(value, item.type, items)
    if item.allowed and compile_unary_tests(item.allowed).evaluate(value, {}) is not True:
        raise Mismatch(f"{item.name} 的值 {value!r} 不在允许范围（{item.allowed}）")
    return value

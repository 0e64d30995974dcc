"""What callers rely on: names read, troubles, places of faults, environment, values from outside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    Environment,
    FeelLimitError,
    FeelSyntaxError,
    Trouble,
    compile_expression,
    evaluate,
    to_feel,
)


class _Weekdays:
    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def working_days_after(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        days = (end - start).days
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, days + 1))


def test_a_gateway_condition_reads_chinese_names() -> None:
    condition = compile_expression('金额 > 1000 and 状态 = "同意"')
    assert condition.names == {"金额", "状态"}
    assert condition.evaluate({"金额": 2000, "状态": "同意"}) is True


def test_bound_names_and_built_ins_are_not_free() -> None:
    expression = compile_expression("for x in xs return count([x, y]) + f(x)")
    assert expression.names == {"xs", "y"}
    assert expression.functions == {"f"}


def test_names_with_operators_and_keywords_are_known_from_the_scope() -> None:
    assert evaluate("a-b + date and time of day", {"a-b": 1, "date and time of day": 2}) == 3
    assert evaluate("a-b", {"a": 3, "b": 1}) == 2


def test_a_missing_variable_is_null_without_trouble() -> None:
    troubles: list[Trouble] = []
    assert compile_expression("missing > 5").evaluate({}, troubles) is None
    assert troubles == []


@pytest.mark.parametrize("text", ['"a" > 5', "1 / 0", "nothing(1)", 'date("x")', "substring(1)"])
def test_a_failed_operation_leaves_a_trouble(text: str) -> None:
    troubles: list[Trouble] = []
    assert compile_expression(text).evaluate({}, troubles) is None
    assert [(trouble.line, trouble.column) for trouble in troubles] == [(1, 1)]


def test_a_syntax_error_names_its_place() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("1 +\n  * 2")
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_working_days_come_from_the_calendar_given() -> None:
    environment = Environment(working_calendar=_Weekdays())
    text = 'working days after(date("2026-09-25"), 5)'
    assert compile_expression(text).evaluate({}, None, environment) == date(2026, 10, 2)
    text = 'is working day(@"2026-09-26")'
    assert compile_expression(text).evaluate({}, None, environment) is False
    text = 'working days between(@"2026-09-25", @"2026-10-02")'
    assert compile_expression(text).evaluate({}, None, environment) == 5


def test_now_and_today_are_those_of_the_environment() -> None:
    moment = datetime(2026, 9, 25, 8, tzinfo=UTC)
    assert compile_expression("now()").evaluate({}, None, Environment(now=moment)) == moment
    assert compile_expression("today()").evaluate({}, None, Environment(now=moment)) == date(2026, 9, 25)


def test_values_from_outside_become_feel_values() -> None:
    assert to_feel({"a": (1, 2.5)}) == {"a": [Decimal(1), Decimal("2.5")]}
    with pytest.raises(TypeError):
        to_feel(object())


def test_an_alien_value_is_a_trouble_and_not_an_exception() -> None:
    troubles: list[Trouble] = []
    assert compile_expression("a + 1").evaluate({"a": object()}, troubles) is None
    assert troubles


def test_one_expression_serves_many_threads() -> None:
    expression = compile_expression("sum(for i in 1..n return i)")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: expression.evaluate({"n": n}), range(1, 60)))
    assert answers == [n * (n + 1) // 2 for n in range(1, 60)]


_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)


@settings(max_examples=50, deadline=None)
@given(_NUMBERS, _NUMBERS)
def test_order_and_equality_agree(a: Decimal, b: Decimal) -> None:
    scope = {"a": a, "b": b}
    assert [evaluate(f"a {op} b", scope) for op in ("<", "=", ">")].count(True) == 1


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_a_quoted_string_reads_back(text: str) -> None:
    quoted = evaluate("string([a])", {"a": text})
    assert evaluate(quoted) == [text]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='()[]{}.,:+-*/<>=!"@?abn 1in forthe\\', max_size=40))
def test_any_text_is_an_expression_or_a_syntax_error(text: str) -> None:
    try:
        compile_expression(text).evaluate({})
    except (FeelSyntaxError, FeelLimitError):
        return


def test_calling_null_or_counting_null_gives_null() -> None:
    troubles: list[Trouble] = []
    assert compile_expression("count(null)").evaluate({}, troubles) is None
    assert compile_expression("f(1)").evaluate({"f": None}, troubles) is None
    assert troubles == []


def test_the_longest_duration_cannot_be_turned_round() -> None:
    troubles: list[Trouble] = []
    assert compile_expression("[-d, 1]").evaluate({"d": timedelta.max}, troubles) == [None, 1]
    assert troubles


def test_a_variable_named_like_a_function_is_read() -> None:
    assert compile_expression("count > 3").names == {"count"}
    assert evaluate("count > 3 and count([1]) = 1", {"count": 4}) is True

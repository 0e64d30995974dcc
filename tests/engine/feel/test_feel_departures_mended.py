"""Regressions: one test a bug found in FEEL, by section of DMN 1.5."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from engine.feel import (
    FeelLimitError,
    FeelSyntaxError,
    Range,
    compile_expression,
    evaluate,
    read_type,
    unary_tests,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + if true then 2 else 3", 3),
        ("2 * - if true then 3 else 1 + 1", -6),
        ("true and if false then true else false", False),
        ("false or some x in [1, 2] satisfies x = 2", True),
        ("[1] = for x in [1] return x", True),
        ("(function(x) x + if x > 1 then 1 else 2)(3)", 4),
        ("5 between 1 and if true then 6 else 2", True),
        ("1 in if true then [1] else 2", True),
    ],
)
def test_an_open_ended_expression_may_be_the_last_operand(text, expected):
    """§10.3.1.2: `if`, `for`, `some`, `every` and `function` are expressions as any other."""
    assert evaluate(text) == expected


def test_an_open_ended_expression_reaches_as_far_right_as_it_can():
    assert evaluate("1 + if false then 0 else 2 + 3") == 6


def test_a_chain_of_thousands_of_terms_is_not_too_deep():
    started = time.perf_counter()
    assert evaluate("+".join(["1"] * 5000)) == 5000
    assert evaluate(" - ".join(["1"] * 1000)) == -998
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 - 2 - 3", 5),
        ("2 * 3 + 4 * 5 - 6 / 2", 23),
        ("100 / 10 / 5 * 2", 4),
        ("10 - (2 - 3)", 11),
        ("2 ** 3 ** 2", 64),
        ("-3 ** 2", 9),
        ("1 - 2 ** 2 * 3", -11),
    ],
)
def test_flat_chains_keep_precedence_and_the_order_from_the_left(text, expected):
    """§10.3.1.2, rule 4: operators of one rank associate to the left; negation binds closest."""
    assert evaluate(text) == expected


def test_the_trouble_of_a_long_chain_is_noted_once():
    troubles: list = []
    assert compile_expression("+".join(["1"] * 30) + ' + "a"').evaluate({}, troubles) is None
    assert len(troubles) == 1


def test_brackets_within_brackets_are_still_bounded():
    with pytest.raises(FeelLimitError):
        evaluate("(" * 200 + "1" + ")" * 200)


def test_a_comparison_alone_is_a_range():
    """§10.3.1.2, rule 7."""
    assert evaluate(">= 2") == Range(Decimal(2), None, True, False)
    assert evaluate('range("[2..)") = >=2') is True
    assert evaluate('range("<= 2") = <=2') is True


def test_half_a_surrogate_pair_stays_as_written():
    """A lone surrogate is no character and could not be stored."""
    assert evaluate(r'"\uD83D"') == r"\uD83D"
    assert evaluate(r'string length("\uD83D\uDC0E")') == 1


def test_the_list_partial_never_comes_to_hold_itself():
    """§10.3.2.14: `partial` is the results so far, not the list that is being made."""
    assert evaluate("for i in 1..3 return partial") == [[], [[]], [[], [[]]]]
    assert evaluate("for i in 0..4 return if i = 0 then 1 else i * partial[-1]") == [1, 1, 2, 6, 24]


def test_is_compares_clock_and_offset_by_whatever_name_the_zone_goes():
    """§10.3.4.9 `is`."""
    assert evaluate('is(@"23:00:50@Australia/Melbourne", @"23:00:50+10:00")') is True
    assert evaluate('is(@"20:00:50+00:00", @"21:00:50+01:00")') is False


def test_the_question_mark_stands_for_what_is_tested_within_in():
    """§10.3.2.8, table 54."""
    assert evaluate("5 in (? > 3, ? < 0)") is True
    assert evaluate("1 in (? > 3, ? < 0)") is False


def test_the_question_mark_alone_is_equal_to_every_value():
    assert unary_tests("?", "x") is True
    assert unary_tests("?", False) is True
    assert unary_tests("?", None) is None


def test_function_alone_is_a_type():
    assert evaluate("(function(x) x) instance of function") is True
    assert evaluate("1 instance of function") is False


def test_range_reads_a_moment_made_of_date_and_time():
    text = (
        r'range("[date and time(date(\"2021-01-01\"), time(\"01:01:01\"))..@\"2021-01-02T00:00:00\"]").start'
    )
    assert str(evaluate(text)) == "2021-01-01 01:01:01"


def test_types_are_read_by_name():
    assert read_type("list<number>") is not None
    assert read_type("tUnknown") is None
    assert read_type("1 and 2") is None


@pytest.mark.parametrize("text", ["1 + + 2", "if true then 1", "1 + if", "for x in [1]", "[1..2"])
def test_what_is_no_feel_is_still_refused(text):
    with pytest.raises(FeelSyntaxError):
        evaluate(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('(function() "a") instance of function<> -> string', True),
        ('(function() "a") instance of function<> -> number', False),
        ("(function(a: string, b: number) [1]) instance of function<string, number> -> list<number>", True),
        ('(function(a: string) {x: 1, y: "b"}) instance of function<string> -> context<x: number>', True),
        ("(function(a: string) {x: 1}) instance of function<string> -> context<x: number, y: string>", False),
        ("(function(a: string, b: string) 1) instance of function<string> -> number", False),
        (
            "(function(a: context<x: string>) 1) instance of function<context<x: string, y: string>> -> Any",
            True,
        ),
        (
            "(function(a: context<x: string, y: string>) 1) instance of function<context<x: string>> -> Any",
            False,
        ),
        ('(function() @"2020-01-01") instance of function<> -> date', True),
    ],
)
def test_a_function_is_of_a_type_by_its_parameters_and_what_its_body_shows(text, expected):
    """§10.3.2.9.2: parameters the other way round, results as they are."""
    assert evaluate(text) is expected


@pytest.mark.parametrize("end", ["9" * 7000, "1e9999"])
def test_an_interval_of_numbers_beyond_bounds_is_refused_as_such_numbers_are(end):
    """Ends known when compiling must fail no other way than ends computed."""
    with pytest.raises(FeelSyntaxError):
        evaluate(f"[1..{end}]")


def test_an_interval_known_when_compiling_is_the_same_as_one_computed():
    assert evaluate("[1..5)") == evaluate("[0 + 1..5)")
    assert evaluate('("a".."c"]') == Range("a", "c", False, True)
    assert evaluate("[5..1]") is None
    assert evaluate('[1.."a"]') is None


def test_a_chain_without_measure_is_refused_within_a_second():
    started = time.perf_counter()
    with pytest.raises(FeelLimitError):
        evaluate("1+" * 40_000 + "1")
    assert time.perf_counter() - started < 1

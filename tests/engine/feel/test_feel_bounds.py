"""Nothing written in FEEL can hang, exhaust memory or reach outside."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from engine.feel import FeelLimitError, FeelSyntaxError, compile_expression, evaluate

REFUSED = [
    "(" * 5000 + "1" + ")" * 5000,
    "-" * 5000 + "1",
    "a" + ".a" * 3000,
    "1e999999999",
    "for i in 1..10**9 return i",
    "count([for i in 1..10**9 return i])",
    "some x in 1..10**9 satisfies x < 0",
    "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
    "{f: function(x) f(x), r: f(1)}",
    'for i in 1..100 return if i = 1 then "办" else partial[-1] + partial[-1]',
    "for i in 1..100 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    "string(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])",
    "(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])"
    " = (for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])",
    'matches("' + "a" * 60 + '!", "^(a|aa)+$")',
    'matches("a", "((a{999}){999}){999}")',
    "{" + ",".join(f"a{i}-b: 1" for i in range(5000)) + "}",
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_an_attack_ends_in_an_error_within_a_second(text: str) -> None:
    began = time.process_time()
    with pytest.raises((FeelLimitError, FeelSyntaxError)):
        evaluate(text)
    assert time.process_time() - began < 1


def test_an_attack_on_memory_stays_within_64_megabytes() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FeelLimitError):
            evaluate("for i in 1..50 return for j in 1..90000 return j")
        assert tracemalloc.get_traced_memory()[1] < 64_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text", ["10**6000 * 10**6000", "exp(99999)", "decimal(1, 99999)", "substring(1, 1e30)"]
)
def test_an_overflow_is_null_and_a_trouble(text: str) -> None:
    troubles: list[object] = []
    assert compile_expression(text).evaluate({}, troubles) is None  # type: ignore[arg-type]
    assert troubles


@pytest.mark.parametrize("text", ["a.__class__", '"x".__class__', 'open("/etc/passwd")', "__import__(1)"])
def test_nothing_of_python_can_be_reached(text: str) -> None:
    assert evaluate(text, {"a": 1}) is None


def test_an_external_function_is_not_run() -> None:
    assert evaluate('{f: function(a) external {java: {class: "java.lang.Runtime"}}, r: f(1)}.r') is None

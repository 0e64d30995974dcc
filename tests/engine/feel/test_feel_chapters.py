"""FEEL chapter by chapter: each table cites the section of DMN 1.5 whose rule it shows."""

from __future__ import annotations

import pytest

from engine.feel import evaluate, unary_tests

# DMN 1.5 §10.3.2.3
VALUES_AND_ARITHMETIC = [
    ("1 + 2 * 3", "7"),
    ("10 / 4", "2.5"),
    ("2 ** 3 ** 2", "64"),
    ("-2 ** 2", "4"),
    ("1e3", "1000"),
    (".5 + .5", "1"),
    ("5 - 3 -1", "1"),
    ('"a" + "b" = "ab"', "true"),
    ("null + 1", "null"),
    ('"a" = 1', "null"),
    ("1 != null", "true"),
    ("null = null", "true"),
    ("if null then 1 else 2", "2"),
    ('@"P1D" * 2', '@"P2D"'),
    ('@"P2D" / @"P1D"', "2"),
    ('@"2019-03-31" + @"P1M"', '@"2019-04-30"'),
    ('"\\u0041"', '"A"'),
    ('"foo\\nbar" = "foo\nbar"', "true"),
    ("1 = 1.0", "true"),
    ("// comment\n 1 /* x */ + 1", "2"),
    ("if 1 = 1 then {a: 1}.a else 2", "1"),
    ("null.foo", "null"),
]


@pytest.mark.parametrize(("text", "expected"), VALUES_AND_ARITHMETIC)
def test_values_and_arithmetic_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.2.5
LISTS_FILTERS_AND_PATHS = [
    ("[1,2] = [1,2]", "true"),
    ("[1,2,3][2]", "2"),
    ("[1,2,3][-1]", "3"),
    ("[1,2,3][4]", "null"),
    ("[1,2,3][item >= 2]", "[2,3]"),
    ("[{a:1,b:2},{a:2,b:3}][a = 2].b", "[3]"),
    ("[{a:1},{a:2}].a", "[1,2]"),
    ("1 in [1,2]", "true"),
    ("[1,2,3][item = 2][1]", "2"),
    ("[1,2,3].foo", "[null, null, null]"),
    ("null[1]", "null"),
    ("5[1]", "5"),
    ("5[2]", "null"),
]


@pytest.mark.parametrize(("text", "expected"), LISTS_FILTERS_AND_PATHS)
def test_lists_filters_and_paths_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.2.6
CONTEXTS_AND_FUNCTIONS = [
    ("{a: 1} = {a: 1}", "true"),
    ("{a:{b:{c:5}}}.a.b.c", "5"),
    ("{a: 1, b: a + 1}.b", "2"),
    ("{foo bar: 1, foo+bar: 2, z: foo+bar + foo bar}.z", "3"),
    ("(function(a, b) a + b)(1, 2)", "3"),
    ("{f: function(x: number) x * 2, r: f(x: 4)}.r", "8"),
    ("{f: function(n) if n = 0 then 1 else n * f(n - 1), r: f(5)}.r", "120"),
    ('{"a b": 1}.a b', "1"),
]


@pytest.mark.parametrize(("text", "expected"), CONTEXTS_AND_FUNCTIONS)
def test_contexts_and_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.2.7
RANGES = [
    ("5 between 1 and 10", "true"),
    ("5 in (1, [4..6])", "true"),
    ("5 in > 4", "true"),
    ("5 in (> 6, < 2)", "false"),
    ("5 in [1..5)", "false"),
    ("5 in ]1..5]", "true"),
    ("(< 10).end", "10"),
    ("(>= 10).start included", "true"),
    ("[1..5].start included", "true"),
    ("[1..10[.end included", "false"),
    ("[[1..3], 5][1].end", "3"),
]


@pytest.mark.parametrize(("text", "expected"), RANGES)
def test_ranges_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.2.9
TYPES = [
    ("[1,2] instance of list<number>", "true"),
    ('[1,"a"] instance of list<number>', "false"),
    ("1 instance of number", "true"),
    ("null instance of Any", "false"),
    ("null instance of Null", "true"),
    ("[1..2] instance of range<number>", "true"),
    ("{a: 1} instance of context<a: number>", "true"),
    ('{a: "x"} instance of context<a: number>', "false"),
    ("(function(a: number) a) instance of function<number> -> Any", "true"),
    ('@"2020-01-01" instance of date', "true"),
]


@pytest.mark.parametrize(("text", "expected"), TYPES)
def test_types_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.2.13
THREE_VALUED_LOGIC = [
    ("true and null", "null"),
    ("false and null", "false"),
    ("true or null", "true"),
    ("null or false", "null"),
    ('"x" and true', "null"),
]


@pytest.mark.parametrize(("text", "expected"), THREE_VALUED_LOGIC)
def test_three_valued_logic_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.2.14
LOOPS_AND_QUANTIFIERS = [
    ("for i in 1..3 return i * 2", "[2,4,6]"),
    ("for i in 3..1 return i", "[3,2,1]"),
    ("for i in [1..3] return i", "[1,2,3]"),
    ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1,1,2,6,24]"),
    ("for x in [[1,2],[3]], y in x return y", "[1,2,3]"),
    ("some x in [1,2] satisfies x > 1", "true"),
    ("every x in [1,null] satisfies x > 0", "null"),
    ("every x in [] satisfies x > 0", "true"),
    ('for d in @"2020-01-30"..@"2020-02-01" return d.day', "[30,31,1]"),
]


@pytest.mark.parametrize(("text", "expected"), LOOPS_AND_QUANTIFIERS)
def test_loops_and_quantifiers_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.1
CONVERSION_FUNCTIONS = [
    ('duration("P1D") instance of days and time duration', "true"),
    ('duration("P1Y") instance of years and months duration', "true"),
    ('date("2012-12-25") = date(2012,12,25)', "true"),
    ('date and time("2012-12-24T23:59:00").hour', "23"),
    ('date and time("2012-12-24T23:59:00@Europe/Paris").timezone', '"Europe/Paris"'),
    ('string(date and time("2012-12-24T23:59:00@Europe/Paris"))', '"2012-12-24T23:59:00@Europe/Paris"'),
    ('string(time("23:59:00Z"))', '"23:59:00Z"'),
    ('time("11:45:30+02:00").time offset', '@"PT2H"'),
    ('date("2012-12-25").weekday', "2"),
    ('string(duration("P1DT25H"))', '"P2DT1H"'),
    ('string(@"P14M")', '"P1Y2M"'),
    ('years and months duration(date("2011-12-22"), date("2013-08-24"))', '@"P1Y8M"'),
    ('date and time("2012-12-24T23:59:00") + duration("PT1M")', 'date and time("2012-12-25T00:00:00")'),
    ('time("23:59:00") + duration("PT2M")', 'time("00:01:00")'),
    ('date("2012-12-25") - date("2012-12-24")', '@"P1D"'),
    ('number("1 000,5", " ", ",")', "1000.5"),
    ('number("1,000.5", ",", ".")', "1000.5"),
    ('number("x")', "null"),
    ("string(1.10)", '"1.1"'),
    ('string([1,"a",{b: 2}])', '"[1, \\"a\\", {b: 2}]"'),
    ('range("[18..21)")', "[18..21)"),
    ('range("[@\\"2020-01-01\\"..@\\"2021-01-01\\"]").start', '@"2020-01-01"'),
    ('date("2021-02-30")', "null"),
    ('duration("P1Y2M").months', "2"),
]


@pytest.mark.parametrize(("text", "expected"), CONVERSION_FUNCTIONS)
def test_conversion_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.2
BOOLEAN_FUNCTIONS = [
    ("not(true)", "false"),
    ("not(null)", "null"),
]


@pytest.mark.parametrize(("text", "expected"), BOOLEAN_FUNCTIONS)
def test_boolean_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.3
STRING_FUNCTIONS = [
    ('substring("foobar", 3)', '"obar"'),
    ('substring("foobar", 3, 3)', '"oba"'),
    ('substring("foobar", -2, 1)', '"a"'),
    ('substring(string: "foobar", start position: 3)', '"obar"'),
    ('string length("\\U01F40Eab")', "3"),
    ('upper case("aBc4")', '"ABC4"'),
    ('substring before("foobar", "bar")', '"foo"'),
    ('substring after("foobar", "ob")', '"ar"'),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', '"[1=ab][2=]cd"'),
    ('replace("abracadabra", "bra", "*")', '"a*cada*"'),
    ('replace("abracadabra", "a.*?a", "*")', '"*c*bra"'),
    ('replace("abracadabra", ".*?", "$1")', "null"),
    ('matches("foobar", "^fo*b")', "true"),
    ('matches("abc", "A.C", "i")', "true"),
    ('matches("hello world", " hello[ ]world ", "x")', "true"),
    ('matches("a\\nb", "a.b")', "false"),
    ('matches("a\\nb", "a.b", "s")', "true"),
    ('matches("p", "[a-z-[aeiou]]")', "true"),
    ('matches("a", "[a-z-[aeiou]]")', "false"),
    ('split("John Doe", "\\\\s")', '["John","Doe"]'),
    ('split("a;b;c;", ";")', '["a","b","c",""]'),
    ('string join(["a","b","c"], "_and_")', '"a_and_b_and_c"'),
    ('string join(["a",null,"c"])', '"ac"'),
    ('string length([ "abc" ])', "3"),
]


@pytest.mark.parametrize(("text", "expected"), STRING_FUNCTIONS)
def test_string_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.4
LIST_FUNCTIONS = [
    ("list contains([1,2,3], 2)", "true"),
    ("list contains([null], null)", "true"),
    ("count([1,2])", "2"),
    ("count(1,2,3)", "3"),
    ("min([1,2,3])", "1"),
    ("max(1,2,3)", "3"),
    ('min("a","b")', '"a"'),
    ("sum([1,2,3])", "6"),
    ("sum([])", "null"),
    ("mean([1,2,3])", "2"),
    ("all([true,null,false])", "false"),
    ("any([])", "false"),
    ("sublist([4,5,6],1,2)", "[4,5]"),
    ("append([1],2,3)", "[1,2,3]"),
    ("concatenate([1,2],[3])", "[1,2,3]"),
    ("insert before([1,3],1,2)", "[2,1,3]"),
    ("remove([1,2,3],2)", "[1,3]"),
    ("reverse([1,2,3])", "[3,2,1]"),
    ("index of([1,2,3,2],2)", "[2,4]"),
    ("union([1,2],[2,3])", "[1,2,3]"),
    ("distinct values([1,2,1])", "[1,2]"),
    ("flatten([[1,2],[[3]],4])", "[1,2,3,4]"),
    ("product([2,3,4])", "24"),
    ("median([8,2,5,3,4])", "4"),
    ("stddev([2,4,7,5])", "2.081665999466132735282297706979931"),
    ("mode([6,3,9,6,6])", "[6]"),
    ("mode([6,1,9,6,1])", "[1,6]"),
    ("list replace([2,4,7,8], 3, 6)", "[2,4,6,8]"),
    ("list replace([2,4,7,8], function(item, newItem) item < newItem, 5)", "[5,5,7,8]"),
    ("sort([3,1,2], function(x,y) x < y)", "[1,2,3]"),
    ("sort(list: [3,1,2])", "[1,2,3]"),
    ("sum(1)", "6 - 5"),
    ("count([[1,2]])", "1"),
]


@pytest.mark.parametrize(("text", "expected"), LIST_FUNCTIONS)
def test_list_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.5
NUMERIC_FUNCTIONS = [
    ("decimal(1/3, 2)", "0.33"),
    ("decimal(2.5, 0)", "2"),
    ("floor(-1.5)", "-2"),
    ("ceiling(1.5)", "2"),
    ("floor(-1.56, 1)", "-1.6"),
    ("round up(5.5, 0)", "6"),
    ("round down(-5.5, 0)", "-5"),
    ("round half up(5.5, 0)", "6"),
    ("round half down(5.5, 0)", "5"),
    ("abs(-10)", "10"),
    ("modulo(-12, 5)", "3"),
    ("modulo(10.1, -4.5)", "-3.4"),
    ("sqrt(16)", "4"),
    ("exp(0)", "1"),
    ("log(1)", "0"),
    ("odd(5)", "true"),
    ("even(5)", "false"),
]


@pytest.mark.parametrize(("text", "expected"), NUMERIC_FUNCTIONS)
def test_numeric_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.8
TEMPORAL_FUNCTIONS = [
    ("day of year(date(2019, 9, 17))", "260"),
    ("day of week(date(2019, 9, 17))", '"Tuesday"'),
    ("month of year(date(2019, 9, 17))", '"September"'),
    ("week of year(date(2003, 12, 29))", "1"),
    ('is(@"23:00:50z", @"23:00:50")', "false"),
    ('is(@"23:00:50z", @"23:00:50+00:00")', "true"),
]


@pytest.mark.parametrize(("text", "expected"), TEMPORAL_FUNCTIONS)
def test_temporal_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.9
RANGE_FUNCTIONS = [
    ("before(1, 10)", "true"),
    ("before([1..10], 10)", "false"),
    ("before([1..10), 10)", "true"),
    ("after([5..10], [1..5))", "true"),
    ("meets([1..5],[5..10])", "true"),
    ("overlaps([1..5],[3..8])", "true"),
    ("overlaps before([1..5],[3..8])", "true"),
    ("overlaps after([3..8],[1..5])", "true"),
    ("finishes(10, [1..10])", "true"),
    ("includes([1..10], 5)", "true"),
    ("during(5, [1..10])", "true"),
    ("starts([1..5],[1..10])", "true"),
    ("started by([1..10], 1)", "true"),
    ("coincides([1..5],[1..5])", "true"),
]


@pytest.mark.parametrize(("text", "expected"), RANGE_FUNCTIONS)
def test_range_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §10.3.4.10
CONTEXT_FUNCTIONS = [
    ('get value({a: 1}, "a")', "1"),
    ("get entries({a: 1})", '[{key:"a", value: 1}]'),
    ('context([{key:"a", value: 1}])', "{a: 1}"),
    ('context put({x: 1}, "y", 2)', "{x: 1, y: 2}"),
    ('context put({x: {y: 0}}, ["x","y"], 2)', "{x: {y: 2}}"),
    ("context merge([{x: 1},{y: 2}])", "{x: 1, y: 2}"),
]


@pytest.mark.parametrize(("text", "expected"), CONTEXT_FUNCTIONS)
def test_context_functions_follow_the_standard(text: str, expected: str) -> None:
    assert evaluate(text) == evaluate(expected)


# DMN 1.5 §7.3.4, §10.3.2.8
UNARY_TESTS = [
    ("-", None, True),
    ("> 5", 6, True),
    ("<= 5", 6, False),
    ("1, 2, [5..7]", 6, True),
    ("not(1, 2)", 3, True),
    ("not(> 5)", 6, False),
    ("not(null)", 1, True),
    ("null", None, True),
    ('"a", "b"', "b", True),
    ("? > 5 and ? < 8", 6, True),
    ('contains(?, "办")', "承办", True),
    ("[1, 2, 3]", 2, True),
    ("< limit", 3, True),
    ('> "a"', 3, None),
]


@pytest.mark.parametrize(("text", "value", "expected"), UNARY_TESTS)
def test_unary_tests_hold_for_the_input(text: str, value: object, expected: bool | None) -> None:
    assert unary_tests(text, value, {"limit": 5}) is expected

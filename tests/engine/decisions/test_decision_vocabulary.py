"""What is no DMN is refused by name; types, allowed values and boxed expressions (DMN 1.5 §7.3, §8.3, §10.2)."""

from __future__ import annotations

import pytest

from engine.decisions import DecisionError
from engine.errors import DeploymentError
from engine.model import read_decisions

URI = "https://www.omg.org/spec/DMN/20230324/MODEL/"
NAMESPACES = (
    'xmlns:d="http://www.omg.org/spec/DMN/20151101/dmn.xsd" '
    'xmlns:feel="http://www.omg.org/spec/FEEL/20140401" xmlns:own="urn:t"'
)


def literal(text: str, type_: str = "") -> str:
    attribute = f' typeRef="{type_}"' if type_ else ""
    return f"<literalExpression{attribute}><text>{text}</text></literalExpression>"


def decision(body: str, type_: str = "", name: str = "D") -> str:
    attribute = f' typeRef="{type_}"' if type_ else ""
    needs = '<informationRequirement><requiredInput href="#x"/></informationRequirement>'
    variable = f'<variable name="{name}"{attribute}/>'
    return f'<decision id="{name}" name="{name}">{variable}{needs}{body}</decision>'


def read(*parts: str):
    source = '<inputData id="x" name="x"><variable name="x"/></inputData>'
    xml = f'<definitions xmlns="{URI}" name="m" namespace="urn:t">{source}{"".join(parts)}</definitions>'
    return read_decisions(xml.encode())


def value(body: str, x=None, *, type_: str = "", types: str = "", troubles=None):
    return read(types, decision(body, type_)).evaluate("D", {"x": x}, troubles)


def codes(*parts: str) -> list[str]:
    with pytest.raises(DeploymentError) as caught:
        read(*parts)
    assert all(fault.line >= 1 and fault.message for fault in caught.value.faults)
    return [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("<wibble/>", "unknown_element"),
        ('<decision id="D" name="D" importance="high"/>', "unknown_attribute"),
        ('<decision id="D" name="D"><question><b/></question></decision>', "unknown_element"),
        ('<decision id="D"/>', "missing_attribute"),
        (decision(literal("1"), "tNowhere"), "unknown_type"),
        (decision(literal("1", "tNowhere")), "unknown_type"),
        (decision('<decisionTable hitPolicy="MOST"/>'), "attribute_value"),
        (decision('<decisionTable hitPolicy="COLLECT" aggregation="AVG"/>'), "attribute_value"),
        (decision('<decisionTable aggregation="SUM"/>'), "aggregation"),
        (decision("<literalExpression><importedValues/></literalExpression>"), "unsupported"),
        (decision(literal("1") + literal("2")), "too_many_expressions"),
        (decision('<functionDefinition kind="Java"><context/></functionDefinition>'), "function_kind"),
        (decision('<other xmlns="urn:other"/>'), "unknown_element"),
        (decision('<for><in/><return/></for>'), "missing_attribute"),
        ('<itemDefinition name="t" isCollection="often"/>', "attribute_value"),
    ],
)  # fmt: skip
def test_what_dmn_does_not_know_is_refused_by_name(part, code):
    assert code in codes(part)


def test_item_definitions_in_a_circle_are_refused():
    a = '<itemDefinition name="a"><typeRef>b</typeRef></itemDefinition>'
    b = '<itemDefinition name="b"><typeRef>a</typeRef></itemDefinition>'
    with pytest.raises(DeploymentError) as caught:
        read(a, b)
    assert {fault.code for fault in caught.value.faults} == {"cycle"}


def test_what_only_describes_is_let_through():
    assert read(
        '<knowledgeSource id="k" name="法"><type>法律</type></knowledgeSource>',
        '<textAnnotation id="a"><text>说明</text></textAnnotation>',
        '<drawing xmlns="urn:di"><any/></drawing>',
        '<decision id="D" name="D" xmlns:tool="urn:tool" tool:colour="red"><description>说明</description>'
        '<extensionElements><tool:note/></extensionElements><question>?</question>'
        '<authorityRequirement><requiredAuthority href="#k"/></authorityRequirement></decision>',
    ).names() == ["D"]  # fmt: skip


def test_types_are_qualified_names_in_dmn_1_1():
    xml = (
        f'<d:definitions {NAMESPACES} name="m" namespace="urn:t">'
        '<d:itemDefinition name="tMoment"><d:typeRef>feel:date and time</d:typeRef></d:itemDefinition>'
        '<d:itemDefinition name="tNothing"><d:typeRef>feel:null</d:typeRef></d:itemDefinition>'
        '<d:decision id="D" name="D"><d:variable name="D" typeRef="own:tMoment"/>'
        '<d:literalExpression><d:text>date("2026-09-25")</d:text></d:literalExpression></d:decision>'
        "</d:definitions>"
    )
    assert str(read_decisions(xml.encode()).evaluate("D", {})) == "2026-09-25 00:00:00+00:00"


def test_a_text_that_is_no_feel_leaves_the_other_decisions_computable():
    decisions = read(decision(literal("1 +"), name="wrong"), decision(literal("1"), name="right"))
    troubles: list = []
    assert decisions.evaluate("right", {}) == 1
    assert decisions.evaluate("wrong", {}, troubles) is None
    assert [fault.code for fault in decisions.faults] == ["feel_syntax"]
    assert "1 +" in troubles[0].message


PERSON = (
    '<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
)
LEVELS = (
    '<itemDefinition name="tLevel"><typeRef>string</typeRef>'
    '<allowedValues><text>"省", "市", "县"</text></allowedValues></itemDefinition>'
    '<itemDefinition name="tLevels" isCollection="true"><typeRef>tLevel</typeRef>'
    "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"
    '<itemDefinition name="tOther"><typeRef>tLevel</typeRef>'
    '<allowedValues><text>"乡"</text></allowedValues></itemDefinition>'
)


@pytest.mark.parametrize(
    ("text", "type_", "expected"),
    [
        ('{name: "甲"}', "tPerson", None),
        ('{name: "甲", age: null}', "tPerson", {"name": "甲", "age": None}),
        ('{name: "甲", age: "5"}', "tPerson", None),
        ('{name: "甲", age: 5, more: 1}', "tPerson", {"name": "甲", "age": 5, "more": 1}),
        ('"省"', "tLevel", "省"),
        ('"国"', "tLevel", None),
        ('["省"]', "tLevel", "省"),
        ('"省"', "tLevels", ["省"]),
        ('["省", "国"]', "tLevels", None),
        ('["省", "市"]', "tLevels", ["省", "市"]),
        ('["省", "市", "县"]', "tLevels", None),
        ('"乡"', "tOther", "乡"),
        ('"省"', "tOther", None),
        ("[1, 2]", "list&lt;number&gt;", [1, 2]),
        ("1", "context", None),
        ("[1, null]", "list", [1, None]),
        ("null", "tPerson", None),
    ],
)
def test_a_value_is_of_its_type_or_null(text, type_, expected):
    """§7.3.2, §10.3.2.9.4: implicit conversions of the whole value, nothing else."""
    assert value(literal(text), type_=type_, types=PERSON + LEVELS) == expected


def test_feel_may_name_item_definitions():
    assert value(literal("x instance of tLevel"), "省", types=LEVELS) is True
    assert value(literal("(function(a: tLevel) a)(x)"), "国", types=LEVELS) is None


def table(*rules: tuple[str, str], values: str = "", outputs: str = "", policy: str = "FIRST") -> str:
    rows = "".join(
        f"<rule><inputEntry><text>{test}</text></inputEntry><outputEntry><text>{out}</text></outputEntry></rule>"
        for test, out in rules
    )
    allowed = f"<inputValues><text>{values}</text></inputValues>" if values else ""
    possible = f"<outputValues><text>{outputs}</text></outputValues>" if outputs else ""
    return (
        f'<decisionTable hitPolicy="{policy}"><input><inputExpression><text>x</text></inputExpression>{allowed}'
        f'</input><output name="结果">{possible}</output>{rows}</decisionTable>'
    )


def test_a_trouble_in_a_cell_names_decision_rule_and_cell():
    troubles: list = []
    assert value(table(('&gt; "a"', "1"), ("-", "1 / 0")), 2, troubles=troubles) is None
    assert [trouble.message.split("：")[0] for trouble in troubles] == [
        "决策“D”的第 1 条规则第 1 个输入格",
        "决策“D”的第 2 条规则第 1 个输出格",
    ]


def test_an_input_outside_of_its_values_counts_as_null():
    """§8.3.2."""
    assert value(table(("null", '"空"'), ("-", '"有"'), values="[1..5]"), 9) == "空"
    assert value(table(("null", '"空"'), ("-", '"有"'), values="[1..5]"), 3) == "有"


def test_an_output_outside_of_its_values_is_null():
    """§8.3.3."""
    troubles: list = []
    assert value(table(("-", '"丙"'), outputs='"甲", "乙"'), 1, troubles=troubles) is None
    assert "丙" in troubles[0].message
    assert value(table(("-", '"乙"'), outputs='"甲", "乙"'), 1) == "乙"


def test_any_compares_outputs_as_feel_does():
    """1 and 1.0 are one number, true and 1 are not."""
    assert value(table(("-", "1"), ("-", "1.0"), policy="ANY"), 1) == 1
    assert value(table(("-", "1"), ("-", "true"), policy="ANY"), 1) is None


@pytest.mark.parametrize(
    ("match", "x", "expected"),
    [("2", [5, 6, 7], 6), ("-1", [5, 6, 7], 7), ("9", [5], None), ("item &gt; 5", [5, 6], [6]),
     ("a = 1", [{"a": 1}, {"a": 2}], [{"a": 1}]), ("1", [], None), ("true", None, [])],
)  # fmt: skip
def test_a_boxed_filter_selects_as_a_feel_filter(match, x, expected):
    """§10.2.2.9, table 58."""
    assert value(f"<filter><in>{literal('x')}</in><match>{literal(match)}</match></filter>", x) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("1..3", [2, 4, 6]), ("[1..3]", [2, 4, 6]), ("(1..3)", [4]), ("3..1", [6, 4, 2]), ("[]", []), ("5", [10]),
     ("null", None)],
)  # fmt: skip
def test_a_boxed_loop_goes_over_lists_ranges_and_single_values(source, expected):
    """§10.2.2.10."""
    loop = f'<for iteratorVariable="i"><in>{literal(source)}</in><return>{literal("i * x")}</return></for>'
    assert value(loop, 2) == expected


def test_the_parts_of_a_boxed_expression_are_of_their_types():
    loop = f'<for iteratorVariable="i"><in>{literal("1..2")}</in><return typeRef="string">{literal("i")}</return></for>'
    assert value(loop) == [None, None]


def test_a_boxed_loop_is_bounded():
    inner = f'<for iteratorVariable="j"><in>{literal("1..1000")}</in><return>{literal("1")}</return></for>'
    loop = f'<for iteratorVariable="i"><in>{literal("1..1000")}</in><return>{inner}</return></for>'
    with pytest.raises(DecisionError, match="上限"):
        value(loop)


FUNCTIONS = (
    '<itemDefinition name="tMake"><functionItem outputTypeRef="tLevel"><parameters name="a" typeRef="string"/>'
    "</functionItem></itemDefinition>"
)


def test_a_boxed_function_gives_what_its_type_returns():
    """§7.3.2: a function item's output type binds the result."""
    made = (
        f'<functionDefinition typeRef="tMake"><formalParameter name="a"/>{literal("a")}</functionDefinition>'
    )
    entry = f'<contextEntry><variable name="f"/>{made}</contextEntry>'
    for given, expected in (("省", "省"), ("国", None)):
        body = f"<context>{entry}<contextEntry>{literal('f(x)')}</contextEntry></context>"
        assert value(body, given, types=LEVELS + FUNCTIONS) == expected


def test_feel_compares_a_function_with_a_function_item():
    types = LEVELS + FUNCTIONS.replace("tLevel", "number")
    assert value(literal("(function(a: string) 1) instance of tMake"), types=types) is True
    assert value(literal('(function(a: string) "b") instance of tMake'), types=types) is False


def test_ids_of_extensions_are_no_ids_of_decisions():
    """A tool's own element once took the id of a decision away."""
    decisions = read(
        '<extensionElements><tool:test xmlns:tool="urn:tool" id="D"/></extensionElements>',
        decision(literal("1")),
    )
    assert decisions.evaluate("D", {}) == 1

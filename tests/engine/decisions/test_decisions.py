"""Decisions by hit policy, expression and requirement (DMN 1.5 §6, §8, §10)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.decisions import DecisionError, Decisions
from engine.errors import DeploymentError
from engine.model import read_decisions

URI = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = "urn:t", uri: str = URI) -> bytes:
    return (
        f'<definitions xmlns="{uri}" name="m" namespace="{namespace}">{"".join(parts)}</definitions>'.encode()
    )


def decision(name: str, body: str, *needs: str, type_: str = "Any") -> str:
    requirements = "".join(needs)
    return f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/>{requirements}{body}</decision>'


def needs(kind: str, href: str) -> str:
    outer = "knowledgeRequirement" if kind == "requiredKnowledge" else "informationRequirement"
    return f'<{outer}><{kind} href="#{href}"/></{outer}>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


X = '<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData>'
NEEDS_X = needs("requiredInput", "x")


def table(
    policy: str, *rules: tuple[str, str], attributes: str = "", values: str = "", default: str = ""
) -> Decisions:
    rows = "".join(
        f"<rule><inputEntry><text>{test}</text></inputEntry><outputEntry><text>{out}</text></outputEntry></rule>"
        for test, out in rules
    )
    order = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    otherwise = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    body = (
        f'<decisionTable hitPolicy="{policy}" {attributes}><input><inputExpression><text>x</text>'
        f"</inputExpression></input><output>{order}{otherwise}</output>{rows}</decisionTable>"
    )
    return read_decisions(model(X, decision("D", body, NEEDS_X)))


RULES = (("&gt; 1", "2"), ("&gt; 2", "3"), ("&gt; 3", "1"))


@pytest.mark.parametrize(
    ("policy", "attributes", "expected"),
    [
        ("UNIQUE", "", None),
        ("ANY", "", None),
        ("FIRST", "", 2),
        ("PRIORITY", "", 3),
        ("RULE ORDER", "", [2, 3, 1]),
        ("OUTPUT ORDER", "", [3, 2, 1]),
        ("COLLECT", "", [2, 3, 1]),
        ("COLLECT", 'aggregation="SUM"', 6),
        ("COLLECT", 'aggregation="MIN"', 1),
        ("COLLECT", 'aggregation="MAX"', 3),
        ("COLLECT", 'aggregation="COUNT"', 3),
    ],
)
def test_each_hit_policy_combines_the_rules_that_hit(policy, attributes, expected):
    decisions = table(policy, *RULES, attributes=attributes, values="3, 2, 1")
    assert decisions.evaluate("D", {"x": 9}) == expected


def test_a_unique_table_hit_twice_says_which_rules():
    troubles: list = []
    assert table("UNIQUE", *RULES).evaluate("D", {"x": 9}, troubles) is None
    assert "D" in troubles[0].message
    assert "第 1、2、3 条" in troubles[0].message


def test_a_default_output_serves_when_no_rule_hits():
    assert table("UNIQUE", *RULES, default="7").evaluate("D", {"x": 0}) == 7


def test_a_context_gives_its_result_entry():
    body = (
        '<context><contextEntry><variable name="y"/>' + literal("x + 1") + "</contextEntry>"
        "<contextEntry>" + literal("y * 2") + "</contextEntry></context>"
    )
    assert read_decisions(model(X, decision("D", body, NEEDS_X))).evaluate("D", {"x": 2}) == Decimal(6)


BKM = (
    '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
    "<literalExpression><text>{}</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
)


def test_a_knowledge_model_is_invoked_by_name():
    call = '<invocation><literalExpression><text>f</text></literalExpression><binding><parameter name="n"/><literalExpression><text>x</text></literalExpression></binding></invocation>'
    xml = model(X, BKM.format("n * 10"), decision("D", call, NEEDS_X, needs("requiredKnowledge", "f")))
    assert read_decisions(xml).evaluate("D", {"x": 2}) == 20


def test_a_knowledge_model_may_call_itself_and_endless_calls_end_in_an_error():
    need = needs("requiredKnowledge", "f")
    xml = model(BKM.format("if n &lt; 2 then 1 else n * f(n - 1)"), decision("D", literal("f(5)"), need))
    assert read_decisions(xml).evaluate("D", {}) == 120
    endless = read_decisions(model(BKM.format("f(n)"), decision("D", literal("f(5)"), need)))
    with pytest.raises(DecisionError):
        endless.evaluate("D", {})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<conditional><if>{literal('x = 1')}</if><then>{literal('10')}</then><else>{literal('20')}</else></conditional>", 20),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item &gt; x')}</match></filter>", [3]),
        (f'<for iteratorVariable="i"><in>{literal("[1, 2]")}</in><return>{literal("i * x")}</return></for>', [2, 4]),
        (f'<some iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i = x")}</satisfies></some>', True),
        (f'<every iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i = x")}</satisfies></every>', False),
        (f"<list>{literal('x')}{literal('3')}</list>", [2, 3]),
        (f'<relation><column name="a"/><row>{literal("x")}</row></relation>', [{"a": 2}]),
    ],
)  # fmt: skip
def test_boxed_expressions_have_their_value(body, expected):
    assert read_decisions(model(X, decision("D", body, NEEDS_X))).evaluate("D", {"x": 2}) == expected


def test_a_value_outside_the_allowed_values_is_null_with_the_reason():
    item = '<itemDefinition name="级别"><typeRef>string</typeRef><allowedValues><text>"市级","省级"</text></allowedValues></itemDefinition>'
    decisions = read_decisions(model(item, decision("D", literal('"县级"'), type_="级别")))
    troubles: list = []
    assert decisions.evaluate("D", {}, troubles) is None
    assert "级别" in troubles[0].message


def test_a_service_gives_its_output_with_input_decisions_from_outside():
    service = '<decisionService id="s" name="s"><outputDecision href="#B"/><inputDecision href="#A"/></decisionService>'
    xml = model(
        decision("A", literal("1")), decision("B", literal("A + 1"), needs("requiredDecision", "A")), service
    )
    assert read_decisions(xml).invoke_service("s", {"A": 41}) == 42
    assert read_decisions(xml).evaluate("B", {}) == 2


def test_an_imported_decision_is_reached_through_the_name_of_the_import():
    other = model(decision("A", literal("5")), namespace="urn:o")
    requirement = '<informationRequirement><requiredDecision href="urn:o#A"/></informationRequirement>'
    mine = model(
        '<import name="o" namespace="urn:o" importType="x"/>', decision("D", literal("o.A + 1"), requirement)
    )
    assert read_decisions(mine, [other]).evaluate("D", {}) == 6


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (model(decision("D", literal("1 +"))), "feel_syntax"),
        (model(decision("D", literal("1"), NEEDS_X)), "missing_reference"),
        (model(decision("D", literal("1"), needs("requiredDecision", "D"))), "cycle"),
        (model(decision("D", literal("1")), decision("D", literal("1"))), "duplicate_id"),
        (b"<!DOCTYPE a><a/>", "xml_doctype"),
        (b"<a/>", "not_dmn"),
    ],
)
def test_a_wrong_file_is_refused(xml, code):
    with pytest.raises(DeploymentError) as caught:
        read_decisions(xml)
    assert code in {fault.code for fault in caught.value.faults}


def test_an_unknown_decision_is_an_error_that_names_it():
    with pytest.raises(DecisionError, match="没有名为“nix”的决策"):
        read_decisions(model()).evaluate("nix", {})

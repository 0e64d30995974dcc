"""Imports, services, knowledge models and names in scope (DMN 1.5 §6.3, §10.4)."""

from __future__ import annotations

import pytest

from engine.decisions import DecisionError, Decisions
from engine.errors import DeploymentError
from engine.model import read_decisions

URI = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(namespace: str, *parts: str) -> bytes:
    return (
        f'<definitions xmlns="{URI}" name="m" namespace="{namespace}">{"".join(parts)}</definitions>'.encode()
    )


def brought(namespace: str, name: str) -> str:
    return f'<import namespace="{namespace}" name="{name}" importType="{URI}"/>'


def literal(text: str, type_: str = "") -> str:
    attribute = f' typeRef="{type_}"' if type_ else ""
    return f"<literalExpression{attribute}><text>{text}</text></literalExpression>"


def information(href: str, kind: str = "requiredDecision") -> str:
    return f'<informationRequirement><{kind} href="{href}"/></informationRequirement>'


def knowledge(href: str) -> str:
    return f'<knowledgeRequirement><requiredKnowledge href="{href}"/></knowledgeRequirement>'


def decision(name: str, text: str, *needs: str, type_: str = "Any") -> str:
    identity = name.replace(" ", "_")
    variable = f'<variable name="{name}" typeRef="{type_}"/>'
    return f'<decision id="{identity}" name="{name}">{variable}{"".join(needs)}{literal(text)}</decision>'


def given(name: str, type_: str = "Any") -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/></inputData>'


def function(name: str, text: str, *needs: str, result: str = "Any", parameter: str = "number") -> str:
    body = f'<formalParameter name="n" typeRef="{parameter}"/>{literal(text)}'
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}" typeRef="{result}"/>'
        f"<encapsulatedLogic>{body}</encapsulatedLogic>{''.join(needs)}</businessKnowledgeModel>"
    )


AGE = (
    '<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>tAge</typeRef></itemComponent>'
    '</itemDefinition><itemDefinition name="tAge"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..150]</text></allowedValues></itemDefinition>"
)
BASE = file(
    "urn:base",
    AGE,
    given("person", "tPerson"),
    decision("is adult", "person.age &gt;= 18", information("#person", "requiredInput")),
)
MIDDLE = file(
    "urn:middle",
    brought("urn:base", "Base"),
    decision("grade", 'if Base.is adult then "成年" else "未成年"', information("urn:base#is_adult")),
)


def test_an_import_of_an_import_is_reached_by_the_names_in_between():
    """§6.3.3."""
    top = read_decisions(
        file(
            "urn:top",
            brought("urn:middle", "Middle Model"),
            decision("answer", "Middle Model.grade", information("urn:middle#grade")),
        ),
        [MIDDLE, BASE],
    )
    assert top.evaluate("answer", {"person": {"age": 20}}) == "成年"
    assert top.evaluate("answer", {"Middle Model": {"Base": {"person": {"age": 2}}}}) == "未成年"
    assert top.required("answer") == ["person"]


def test_an_imported_type_keeps_the_meaning_of_its_own_file():
    """Its parts refer to types of the imported file, not of the importing one."""
    top = read_decisions(
        file(
            "urn:top",
            brought("urn:base", "B"),
            '<itemDefinition name="tAge"><typeRef>string</typeRef></itemDefinition>',
            decision("answer", "{age: 20}", type_="B.tPerson"),
            decision("wrong", "{age: 200}", type_="B.tPerson"),
            decision("asked", "{age: 1} instance of B.tPerson"),
        ),
        [BASE],
    )
    assert top.evaluate("answer", {}) == {"age": 20}
    assert top.evaluate("wrong", {}) is None
    assert top.evaluate("asked", {}) is True


def test_an_import_without_a_name_brings_elements_in_as_own():
    top = read_decisions(
        file(
            "urn:top", brought("urn:base", ""), decision("answer", "not(is adult)", information("#is_adult"))
        ),
        [BASE],
    )
    assert top.evaluate("answer", {"person": {"age": 2}}) is True
    assert top.evaluate("is adult", {"person": {"age": 20}}) is True


def test_imports_in_a_circle_do_no_harm():
    first = file("urn:a", brought("urn:b", ""), decision("x", "y", information("#y")))
    second = file("urn:b", brought("urn:a", ""), decision("y", "1"))
    assert read_decisions(first, [second]).evaluate("x", {}) == 1


def test_an_import_that_is_not_there_is_refused():
    with pytest.raises(DeploymentError) as caught:
        read_decisions(file("urn:a", brought("urn:b", "b"), decision("x", "1")))
    assert [fault.code for fault in caught.value.faults] == ["missing_import"]


def test_a_name_with_an_operator_counts_only_where_it_is_required():
    """§10.3.1.2: `a-b` is one name or a difference, by what is in scope."""
    decisions = read_decisions(
        file(
            "urn:t",
            given("a"),
            given("b"),
            decision("a-b", "100"),
            decision("D", "a-b", information("#a", "requiredInput"), information("#b", "requiredInput")),
            decision("E", "a-b", information("#a-b")),
        )
    )
    assert decisions.evaluate("D", {"a": 5, "b": 3}) == 2
    assert decisions.evaluate("E", {}) == 100


EVEN_AND_ODD = (
    function("even", "if n = 0 then true else odd(n - 1)", knowledge("#odd"))
    + function("odd", "if n = 0 then false else even(n - 1)", knowledge("#even"))
)  # fmt: skip


def test_knowledge_models_may_call_each_other():
    decisions = read_decisions(
        file("urn:t", EVEN_AND_ODD, decision("D", "odd(7)", knowledge("#odd"))),
    )
    assert decisions.evaluate("D", {}) is True
    assert decisions.evaluate("even", {"n": 4}) is True


def test_endless_calls_stop_with_a_sentence():
    decisions = read_decisions(file("urn:t", EVEN_AND_ODD, decision("D", "even(10000)", knowledge("#even"))))
    with pytest.raises(DecisionError, match="超过 60 层"):
        decisions.evaluate("D", {})


def test_a_service_that_calls_itself_stops_with_a_sentence():
    service = '<decisionService id="S" name="S"><outputDecision href="#D"/></decisionService>'
    decisions = read_decisions(file("urn:t", service, decision("D", "S()", knowledge("#S"))))
    with pytest.raises(DecisionError):
        decisions.evaluate("D", {})


RESULT = (
    '<itemDefinition name="tList"><functionItem outputTypeRef="tNumbers"/></itemDefinition>'
    '<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
)


def test_the_result_of_a_knowledge_model_is_of_its_function_type():
    """§7.3.2 function items, §10.3.2.9.4."""
    decisions = read_decisions(
        file("urn:t", RESULT, function("f", "n", result="tList"), decision("D", "f(1)", knowledge("#f")))
    )
    assert decisions.evaluate("D", {}) == [1]


def test_an_argument_of_a_wrong_type_is_null_within_the_knowledge_model():
    decisions = read_decisions(
        file("urn:t", function("f", "n = null"), decision("D", 'f("x")', knowledge("#f")))
    )
    assert decisions.evaluate("D", {}) is True


SERVICE = (
    given("x", "number"), given("y", "number"),
    decision("given before", "x + 1", information("#x", "requiredInput"), type_="number"),
    decision("one", "given before * 10 + y", information("#given_before"), information("#y", "requiredInput")),
    decision("two", "given before", information("#given_before")),
    '<decisionService id="S" name="S"><outputDecision href="#one"/><outputDecision href="#two"/>'
    '<inputDecision href="#given_before"/><inputData href="#y"/></decisionService>',
    '<decisionService id="T" name="T"><outputDecision href="#one"/>'
    '<inputDecision href="#given_before"/><inputData href="#y"/></decisionService>',
    decision("called", "T(1, 2)", knowledge("#T")),
    decision("by name", "T(given before: 2, y: 1)", knowledge("#T")),
    decision("too many", "T(1, 2, 3)", knowledge("#T")),
)  # fmt: skip


@pytest.fixture(scope="module")
def services() -> Decisions:
    return read_decisions(file("urn:t", *SERVICE))


def test_a_service_takes_its_input_decisions_as_given(services):
    """§6.3.9, §10.4: what is given is not computed."""
    assert services.invoke_service("S", {"given before": 3, "y": 4}) == {"one": 34, "two": 3}
    assert services.invoke_service("T", {"given before": 3, "y": 4}) == 34


def test_a_service_is_a_function_of_input_data_then_input_decisions(services):
    assert services.evaluate("called", {}) == 21
    assert services.evaluate("by name", {}) == 21
    assert services.evaluate("too many", {}) is None


def test_a_service_may_be_evaluated_by_name(services):
    assert services.evaluate("T", {"given before": 1, "y": 1}) == 11

"""Standard loops and multi-instance (BPMN 2.0.2 §10.3.8, §13.3.6, §13.3.7)."""

from __future__ import annotations

import pytest
from models import (
    SIGNALS,
    boundary,
    cancelled,
    chain,
    end,
    entered,
    event_sub,
    expression,
    flow,
    process,
    script,
    signal,
    start,
    sub,
    task,
    user,
)

from engine.errors import DeploymentError


def many(inner: str, sequential: bool = False, attributes: str = "") -> str:
    return f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" {attributes}>{inner}</multiInstanceLoopCharacteristics>'


def loop(inner: str, attributes: str = "") -> str:
    return f"<standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics>"


THREE = many(expression("loopCardinality", "3"))


def test_parallel_instances_open_together_and_the_activity_completes_with_the_last(box):
    case = box.begin(process(start(), user("a", THREE), user("b"), chain("begin", "a", "b")))
    assert box.open(case) == ["a", "a", "a"]
    for left in (2, 1):
        box.finish(case, "a")
        assert box.open(case) == ["a"] * left
    box.finish(case, "a")
    assert box.open(case) == ["b"]


def test_sequential_instances_open_one_after_another(box):
    case = box.begin(
        process(
            start(),
            user("a", many(expression("loopCardinality", "3"), True)),
            user("b"),
            chain("begin", "a", "b"),
        )
    )
    for _ in range(3):
        assert box.open(case) == ["a"]
        box.finish(case, "a")
    assert box.open(case) == ["b"]


def test_a_completion_condition_ends_the_rest(box):
    inner = many(
        expression("loopCardinality", "4")
        + expression("completionCondition", "numberOfCompletedInstances >= 2")
    )
    case = box.begin(process(start(), user("a", inner), user("b"), chain("begin", "a", "b")))
    box.finish(case, "a")
    assert box.open(case) == ["a", "a", "a"]
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    assert cancelled(box.history(case)).count("a") >= 2


def test_instances_over_a_collection_see_their_item_and_gather_their_output_in_order(box):
    inner = many(
        "<loopDataInputRef>p_names</loopDataInputRef><loopDataOutputRef>p_greetings</loopDataOutputRef>"
        '<inputDataItem id="item" name="who"/><outputDataItem id="out" name="greeting"/>'
    )
    model = process(
        '<property id="p_names" name="names"/><property id="p_greetings" name="greetings"/>',
        start(), script("s", '{greeting: "你好" + who}', inner=inner), user("after"), chain("begin", "s", "after"),
    )  # fmt: skip
    case = box.begin(model, names=["甲", "乙", "丙"])
    assert box.variables(case)["greetings"] == ["你好甲", "你好乙", "你好丙"]
    assert "who" not in box.variables(case)


def test_no_instances_pass_at_once(box):
    case = box.begin(
        process(
            start(), user("a", many(expression("loopCardinality", "0"))), user("b"), chain("begin", "a", "b")
        )
    )
    assert box.open(case) == ["b"]


@pytest.mark.parametrize("count", ["-1", "1.5"])
def test_a_cardinality_that_is_no_count_is_refused_or_stops_as_an_incident(box, count):
    model = process(
        start(), user("a", many(expression("loopCardinality", count))), user("b"), chain("begin", "a", "b")
    )
    try:
        box.deploy(model)
    except DeploymentError:
        return
    case = box.start("p")
    assert box.status(case) == "failed"


def test_a_cardinality_from_a_variable_that_is_negative_is_an_incident(box):
    case = box.begin(
        process(
            start(), user("a", many(expression("loopCardinality", "n"))), user("b"), chain("begin", "a", "b")
        ),
        n=-2,
    )
    assert box.status(case) == "failed"


def test_a_multi_instance_sub_process_keeps_its_instances_apart(box):
    inner = THREE + start("b2") + user("x") + user("y") + chain("b2", "x", "y")
    case = box.begin(process(start(), sub("s", inner), user("after"), chain("begin", "s", "after")))
    box.finish(case, "x")
    assert box.open(case) == ["x", "x", "y"]


def test_an_interrupting_boundary_ends_every_instance(box):
    model = process(
        start(), user("a", THREE), boundary("b", "a", signal("s_alarm")), user("x"), user("after"),
        chain("begin", "a", "after"), flow("b", "x"), roots=SIGNALS,
    )  # fmt: skip
    case = box.begin(model)
    box.signal("alarm")
    assert box.open(case) == ["x"]


def test_a_thousand_parallel_instances(box):
    case = box.begin(
        process(
            start(),
            task("a").replace("/>", ">" + many(expression("loopCardinality", "1000")) + "</task>"),
            user("b"),
            chain("begin", "a", "b"),
        )
    )
    assert box.open(case) == ["b"]


def test_a_standard_loop_tests_after_each_round(box):
    inner = loop(expression("loopCondition", "n < 3"))
    case = box.begin(
        process(start(), script("s", "{n: n + 1}", inner=inner), end(), chain("begin", "s", "done")), n=5
    )
    assert box.variables(case)["n"] == 6
    case = box.begin(
        process(start(), script("s", "{n: n + 1}", inner=inner), end(), chain("begin", "s", "done")), n=0
    )
    assert box.variables(case)["n"] == 3


def test_a_standard_loop_may_test_before_the_first_round(box):
    inner = loop(expression("loopCondition", "n < 3"), 'testBefore="true"')
    case = box.begin(
        process(start(), script("s", "{n: n + 1}", inner=inner), end(), chain("begin", "s", "done")), n=5
    )
    assert box.variables(case)["n"] == 5
    assert box.status(case) == "completed"


def test_a_loop_maximum_bounds_the_rounds(box):
    inner = loop(expression("loopCondition", "true"), 'loopMaximum="4"')
    case = box.begin(
        process(start(), script("s", "{n: n + 1}", inner=inner), end(), chain("begin", "s", "done")), n=0
    )
    assert box.variables(case)["n"] == 4


@pytest.mark.parametrize("maximum", ["-1", "0"])
def test_a_loop_maximum_below_one_is_refused(box, maximum):
    inner = loop(expression("loopCondition", "true"), f'loopMaximum="{maximum}"')
    with pytest.raises(DeploymentError):
        box.deploy(
            process(start(), script("s", "{n: n + 1}", inner=inner), end(), chain("begin", "s", "done"))
        )


def test_a_loop_counter_counts_from_one_in_multi_instance(box):
    inner = many(
        expression("loopCardinality", "3")
        + '<loopDataOutputRef>p_out</loopDataOutputRef><outputDataItem id="o" name="mine"/>'
    )
    model = process(
        '<property id="p_out" name="out"/>',
        start(),
        script("s", "{mine: loopCounter}", inner=inner),
        user("after"),
        chain("begin", "s", "after"),
    )
    assert box.variables(box.begin(model))["out"] == [1, 2, 3]


@pytest.mark.parametrize(("behavior", "times"), [("One", 1), ("All", 0)])
def test_a_behavior_throws_its_event_for_the_first_or_for_no_instance(box, behavior, times):
    ref = 'oneBehaviorEventRef="d_alarm"' if behavior == "One" else ""
    inner = many(expression("loopCardinality", "3"), attributes=f'behavior="{behavior}" {ref}')
    model = process(
        start(), user("a", inner), boundary("b", "a", '<eventDefinitionRef>d_alarm</eventDefinitionRef>', cancel=False), user("told"), end(),
        chain("begin", "a", "done"), flow("b", "told"), roots=SIGNALS + '<signalEventDefinition id="d_alarm" signalRef="s_alarm"/>',
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    box.finish(case, "a")
    assert entered(box.history(case)).count("told") == times


def test_an_event_sub_process_inside_an_instance_interrupts_only_that_instance(box):
    model = process(
        start(),
        sub(
            "s", THREE, start("b2"), user("x"), script("raise", "{}"), end("e2", '<errorEventDefinition errorRef="e"/>'),
            chain("b2", "x", "raise", "e2"),
            event_sub("h", start("b3", '<errorEventDefinition errorRef="e"/>'), user("mend"), chain("b3", "mend")),
        ),
        user("after"), chain("begin", "s", "after"), roots='<error id="e" errorCode="E"/>',
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "x")
    assert box.open(case) == ["mend", "x", "x"]

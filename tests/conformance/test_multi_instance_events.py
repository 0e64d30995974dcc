"""Multi-instance activities: what their behavior throws, what they count and gather (BPMN 2.0.2 §10.3.8, §13.3.7)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from models import (
    ERRORS,
    ESCALATIONS,
    MESSAGES,
    SIGNALS,
    boundary,
    chain,
    completed,
    end,
    escalation,
    expression,
    process,
    script,
    service,
    signal,
    start,
    sub,
    user,
)  # fmt: skip

from engine.errors import DeploymentError
from engine.kernel import compile_net
from engine.model import read_bpmn

THROWN = (
    SIGNALS + ESCALATIONS + MESSAGES + ERRORS
    + '<signalEventDefinition id="d_signal" signalRef="s_alarm"/><escalationEventDefinition id="d_escalation" escalationRef="c_late"/>'
    + '<messageEventDefinition id="d_message" messageRef="m_pay"/><errorEventDefinition id="d_error" errorRef="e_bad"/>'
)  # fmt: skip


def multi(inner: str = "", attributes: str = "", count: str = "3") -> str:
    return f"<multiInstanceLoopCharacteristics {attributes}>{expression('loopCardinality', count)}{inner}</multiInstanceLoopCharacteristics>"


def hosts(loop: str) -> dict[str, str]:
    return {
        "task": user("w", loop),
        "sub": sub("w", loop, start("ib"), user("i"), chain("ib", "i")),
    }


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("host", ["task", "sub"])
@pytest.mark.parametrize(("behavior", "times"), [("none", 3), ("one", 1)])
@pytest.mark.parametrize("kind", ["signal", "escalation"])
def test_behavior_throws_to_a_boundary_of_the_activity(box, kind, behavior, times, host, sequential):
    loop = multi(
        attributes=f'isSequential="{sequential}" behavior="{behavior.title()}" {behavior}BehaviorEventRef="d_{kind}"'
    )
    catcher = signal("s_alarm") if kind == "signal" else escalation("c_late")
    case = box.begin(
        process(
            start(), hosts(loop)[host], boundary("b", "w", catcher, False), user("heard"), user("after"),
            chain("begin", "w", "after"), chain("b", "heard"), roots=THROWN,
        )
    )  # fmt: skip
    for _ in range(3):
        box.finish(case, "w" if host == "task" else "i")
    assert box.open(case).count("heard") == times
    assert box.open(case).count("after") == 1


@pytest.mark.parametrize("kind", ["signal", "escalation", "error"])
def test_behavior_one_may_end_the_rest_by_an_interrupting_boundary(box, kind):
    loop = multi(attributes=f'behavior="One" oneBehaviorEventRef="d_{kind}"')
    catcher = {
        "signal": signal("s_alarm"),
        "escalation": escalation("c_late"),
        "error": '<errorEventDefinition errorRef="e_bad"/>',
    }[kind]
    case = box.begin(
        process(
            start(), user("w", loop), boundary("b", "w", catcher), user("heard"), user("after"),
            chain("begin", "w", "after"), chain("b", "heard"), roots=THROWN,
        )
    )  # fmt: skip
    box.finish(case, "w")
    assert box.open(case) == ["heard"]


def test_behavior_without_a_reference_throws_a_default_signal_named_as_the_activity(box):
    case = box.begin(
        process(
            start(), user("w", multi(attributes='behavior="None"')), boundary("b", "w", signal("own"), False), user("heard"), user("after"),
            chain("begin", "w", "after"), chain("b", "heard"), roots='<signal id="own" name="w"/>',
        )
    )  # fmt: skip
    box.finish(case, "w")
    box.finish(case, "w")
    assert box.open(case) == ["heard", "heard", "w"]
    assert box.variables(case)["numberOfCompletedInstances"] == 2
    assert box.variables(case)["numberOfActiveInstances"] == 1


def test_behavior_all_throws_nothing(box):
    case = box.begin(
        process(
            start(), user("w", multi(attributes='behavior="All"')), boundary("b", "w", signal("own"), False), user("heard"), user("after"),
            chain("begin", "w", "after"), chain("b", "heard"), roots='<signal id="own" name="w"/>',
        )
    )  # fmt: skip
    for _ in range(3):
        box.finish(case, "w")
    assert box.open(case) == ["after"]


COMPLEX = (
    '<complexBehaviorDefinition id="cb1">' + expression("condition", "numberOfCompletedInstances = 2")
    + '<event id="ev1"><escalationEventDefinition escalationRef="c_late"/></event></complexBehaviorDefinition>'
    + '<complexBehaviorDefinition id="cb2">' + expression("condition", "numberOfActiveInstances = 0")
    + '<event id="ev2"><signalEventDefinition signalRef="s_alarm"/></event></complexBehaviorDefinition>'
)  # fmt: skip


def test_complex_behavior_throws_each_event_whose_condition_holds(box):
    case = box.begin(
        process(
            start(), user("w", multi(COMPLEX, 'behavior="Complex"')),
            boundary("b", "w", escalation("c_late"), False), boundary("c", "w", signal("s_alarm"), False), user("late"), user("alarm"), user("after"),
            chain("begin", "w", "after"), chain("b", "late"), chain("c", "alarm"), roots=THROWN,
        )
    )  # fmt: skip
    box.finish(case, "w")
    assert box.open(case) == ["w", "w"]
    box.finish(case, "w")
    assert box.open(case) == ["late", "w"]
    box.finish(case, "w")
    assert box.open(case) == ["after", "alarm", "late"]


def test_a_behavior_that_cannot_be_thrown_is_refused(box):
    wrong = '<compensateEventDefinition id="d_c"/>'
    with pytest.raises(DeploymentError):
        box.deploy(
            process(
                start(),
                user("w", multi(attributes='behavior="One" oneBehaviorEventRef="d_c"')),
                chain("begin", "w"),
                roots=wrong,
            )
        )


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_completion_condition_may_read_what_an_instance_wrote(box, sequential):
    loop = multi(expression("completionCondition", "veto"), f'isSequential="{sequential}"')
    case = box.begin(process(start(), user("w", loop), user("x"), chain("begin", "w", "x")), veto=False)
    box.finish(case, "w")
    assert set(box.open(case)) == {"w"}
    box.finish(case, "w", veto=True)
    assert box.open(case) == ["x"]


COLLECTION = (
    '<ioSpecification><dataInput id="in" name="people" isCollection="true"/><dataOutput id="out" name="votes" isCollection="true"/>'
    "<inputSet><dataInputRefs>in</dataInputRefs></inputSet><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet></ioSpecification>"
    "<dataInputAssociation><sourceRef>people</sourceRef><targetRef>in</targetRef></dataInputAssociation>"
    "<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>result</targetRef></dataOutputAssociation>"
)


def gathering(sequential: str, completion: str = "") -> str:
    condition = expression("completionCondition", completion) if completion else ""
    return (
        COLLECTION + f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopDataInputRef>in</loopDataInputRef>'
        '<loopDataOutputRef>out</loopDataOutputRef><inputDataItem id="person"/><outputDataItem id="vote"/>' + condition
        + "</multiInstanceLoopCharacteristics>"
    )  # fmt: skip


PROPERTIES = '<property id="people"/><property id="result"/>'


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_completion_condition_may_read_the_output_item_of_the_instance_that_completed(box, sequential):
    case = box.begin(
        process(PROPERTIES, start(), user("w", gathering(sequential, 'vote = "no"')), user("x"), chain("begin", "w", "x")),
        people=["a", "b", "c"],
    )  # fmt: skip
    box.finish(case, "w", vote="yes")
    box.finish(case, "w", vote="no")
    assert box.open(case) == ["x"]
    assert box.variables(case)["result"] == ["yes", "no"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_scripts_and_handlers_of_instances_gather_their_outputs(box, sequential):
    box.handle("double", lambda values: {"vote": values["person"] * 2})
    loop = gathering(sequential)
    case = box.begin(
        process(PROPERTIES, start(), service("w", "double", inner=loop), end(), chain("begin", "w", "done")),
        people=[1, 2, 3],
    )
    assert box.variables(case)["result"] == [2, 4, 6]
    other = box.begin(
        process(
            PROPERTIES,
            start("begin"),
            script("w", "{vote: person + 1}", inner=loop),
            end(),
            chain("begin", "w", "done"),
        ),
        people=[1, 2, 3],
    )
    assert box.variables(other)["result"] == [2, 3, 4]
    assert "person" not in box.variables(other)
    assert "vote" not in box.variables(other)


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_nested_multi_instance_counts_its_own_instances(box, sequential):
    inner = sub(
        "o", multi(attributes=f'isSequential="{sequential}"', count="2"), start("ib"),
        script("s", "{log: concatenate(log, [numberOfInstances])}", inner=multi(attributes=f'isSequential="{sequential}"', count="3")), chain("ib", "s"),
    )  # fmt: skip
    case = box.begin(process(start(), inner, end(), chain("begin", "o", "done")), log=[])
    assert box.variables(case)["log"] == [Decimal(3)] * 6
    assert box.status(case) == "completed"


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_the_counters_can_be_read_by_each_instance(box, sequential):
    loop = multi(attributes=f'isSequential="{sequential}"')
    case = box.begin(
        process(
            start(),
            script("s", "{log: concatenate(log, [[loopCounter, numberOfInstances]])}", inner=loop),
            end(),
            chain("begin", "s", "done"),
        ),
        log=[],
    )
    assert box.variables(case)["log"] == [[1, 3], [2, 3], [3, 3]]


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("count", ["0", "count([])", "n"])
def test_no_instances_write_an_empty_output_and_go_on(box, sequential, count):
    case = box.begin(
        process(PROPERTIES, start(), user("w", gathering(sequential)), user("x"), chain("begin", "w", "x")),
        people=[],
        n=0,
    )
    assert box.open(case) == ["x"]
    assert box.variables(case)["result"] == []


def test_terminate_in_one_instance_ends_only_that_instance(box):
    inner = (
        start("ib")
        + user("w")
        + end("t", "<terminateEventDefinition/>")
        + user("beside")
        + chain("ib", "w", "t")
        + chain("ib", "beside")
    )
    case = box.begin(process(start(), sub("h", multi(count="2"), inner), user("x"), chain("begin", "h", "x")))
    box.finish(case, "w")
    assert box.open(case) == ["beside", "w"]
    box.finish(case, "w")
    assert box.open(case) == ["x"]


def test_quantities_and_instances_together(box):
    case = box.begin(
        process(
            start(), user("a"), user("b"), user("w", multi(count="2"), 'startQuantity="2" completionQuantity="3"'), user("x"),
            chain("begin", "a", "w", "x"), chain("begin", "b", "w"),
        )
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["w", "w"]
    box.finish(case, "w")
    box.finish(case, "w")
    assert box.open(case) == ["x", "x", "x"]
    assert completed(box.history(case)).count("w") == 2


def test_instances_that_write_one_variable_are_recorded_and_the_later_write_stands(box):
    loop = multi(count="2")
    case = box.begin(process(start(), user("w", loop), user("x"), chain("begin", "w", "x")), opinion="")
    box.finish(case, "w", opinion="yes")
    box.finish(case, "w", opinion="no")
    assert box.variables(case)["opinion"] == "no"
    (collision,) = [each for each in box.history(case) if each["event"] == "writes_collided"]
    assert (collision["variable"], collision["before"], collision["after"]) == ("opinion", "yes", "no")


def test_instances_one_after_another_do_not_collide(box):
    case = box.begin(
        process(start(), user("w", multi(attributes='isSequential="true"', count="2")), chain("begin", "w")),
        opinion="",
    )
    box.finish(case, "w", opinion="yes")
    box.finish(case, "w", opinion="no")
    assert [each for each in box.history(case) if each["event"] == "writes_collided"] == []


@pytest.mark.parametrize(("sequential", "warned"), [("true", False), ("false", True)])
def test_scripts_of_parallel_instances_that_write_one_variable_are_a_warning(sequential, warned):
    xml = process(
        start(),
        script("w", "{n: loopCounter}", inner=multi(attributes=f'isSequential="{sequential}"')),
        chain("begin", "w"),
    )
    warnings = [fault.code for fault in compile_net([read_bpmn(xml)]).warnings]
    assert ("parallel_write" in warnings) is warned

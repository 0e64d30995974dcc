"""Who catches what, instantiation, behaviors, collisions, refusals: BPMN 2.0.2 §10.5, §13.2, §13.3.7."""

import pytest
from story import (
    CANCEL,
    Case,
    body,
    boundary,
    catch,
    end,
    error,
    escalation,
    message,
    net,
    process,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    x,
)  # fmt: skip

from engine.errors import DeploymentError
from engine.kernel import Bounds, commands
from engine.model import bpmn


def test_a_non_interrupting_escalation_lets_both_go_on() -> None:
    inner = body([start("s2"), throw("t", escalation("E")), user("a")], "s2 > t > a")
    nodes = [start(), sub("x", inner), boundary("b", "x", escalation(), interrupting=False), user("r")]
    case = Case(net(process("p", body(nodes, "s > x", "b > r")))).start()
    assert case.open == ["a", "r"]


def test_an_error_leaves_a_called_process_to_the_boundary_of_the_call() -> None:
    called = process("q", body([start("qs"), end("qe", error("E"))], "qs > qe"))
    nodes = [start(), bpmn.CallActivity("c", called_element="q"), boundary("b", "c", error("E")), user("u")]
    assert Case(net(process("p", body(nodes, "s > c", "b > u")), called)).start().open == ["u"]


def test_an_instance_of_a_parallel_event_gateway_awaits_all_its_events() -> None:
    nodes = [
        bpmn.EventBasedGateway("g", instantiate=True, parallel=True),
        catch("a", message("甲")),
        catch("b", message("乙")),
        user("u"),
        user("v"),
    ]
    of = net(process("p", body(nodes, "g > a > u", "g > b > v")))
    assert [(each.element, each.kind, each.name) for each in of.starts] == [
        ("a", "message", "甲"),
        ("b", "message", "乙"),
    ]
    case = Case(of).do(commands.StartCase("p", {"x": 1}, "a", "甲"))
    assert case.open == ["u"]
    assert case.deliver("乙").open == ["u", "v"]


def test_an_instantiating_receive_task_begins_a_case() -> None:
    nodes = [bpmn.ReceiveTask("r", message=bpmn.Message("m", "申请"), instantiate=True), user("u")]
    of = net(process("p", body(nodes, "r > u")))
    assert [each.element for each in of.starts] == ["r"]
    assert Case(of).do(commands.StartCase("p", {}, "r", "申请")).open == ["u"]


def test_behavior_none_throws_its_event_for_each_instance() -> None:
    loop = bpmn.MultiInstance(cardinality=x("3"), behavior="None", none_event=signal("one"))
    nodes = [
        start(),
        user("a", loop=loop),
        boundary("b", "a", signal("one"), interrupting=False),
        script("n", "{n: n + 1}"),
    ]
    case = Case(net(process("p", body(nodes, "s > a", "b > n")))).start(n=0)
    case.complete("a").complete("a")
    assert case.variables["n"] == 2


def test_complex_behavior_throws_where_its_condition_holds() -> None:
    rule = bpmn.ComplexBehavior("r", x("numberOfCompletedInstances = 2"), throw("bt", escalation("half")))
    loop = bpmn.MultiInstance(cardinality=x("3"), behavior="Complex", complex_behaviors=(rule,))
    nodes = [start(), user("a", loop=loop), boundary("b", "a", escalation("half")), user("z")]
    case = Case(net(process("p", body(nodes, "s > a", "b > z")))).start().complete("a")
    assert case.open == ["a", "a"]
    assert case.complete("a").open == ["z"]


def test_writes_of_two_branches_to_one_variable_are_recorded_and_the_later_stands() -> None:
    nodes = [start(), bpmn.ParallelGateway("f"), user("a"), user("b"), bpmn.ParallelGateway("j"), user("c")]
    case = Case(net(process("p", body(nodes, "s > f > a > j > c", "f > b > j")))).start()
    case.complete("a", v=1).complete("b", v=2).complete("c", v=3)
    assert case.variables["v"] == 3
    assert [(each.before, each.after) for each in case.effects if each.event == "writes_collided"] == [(1, 2)]  # type: ignore[union-attr]


def test_a_parallel_multiple_start_awaits_the_rest() -> None:
    nodes = [start("s", message("甲"), message("乙"), parallel_multiple=True), user("u")]
    case = Case(net(process("p", body(nodes, "s > u")))).do(commands.StartCase("p", {}, "s", "甲"))
    assert case.open == []
    assert case.deliver("乙").open == ["u"]


def test_an_expression_that_fails_in_an_event_is_an_incident_and_can_be_repeated() -> None:
    out = (bpmn.Association("o", ("v",), "w", x('v + "x"')),)
    nodes = [
        start(),
        catch("c", message("m"), output_associations=out, outputs=(bpmn.DataItem("v", "v"),)),
        user("u"),
    ]
    case = Case(net(process("p", body(nodes, "s > c > u")))).start().deliver("m", v=1)
    (incident,) = case.here.incidents
    assert case.do(commands.ResolveIncident(incident, "skip")).open == ["u"]


def test_too_many_instances_are_given_up_as_a_whole() -> None:
    loop = bpmn.MultiInstance(cardinality=x("n"))
    nodes = [start(), user("u"), user("a", loop=loop)]
    case = (
        Case(net(process("p", body(nodes, "s > u > a"))), bounds=Bounds(instances=10))
        .start(n=11)
        .complete("u")
    )
    assert case.open == ["u"]
    assert len(case.here.incidents) == 1


@pytest.mark.parametrize(
    ("nodes", "element"),
    [
        ([start(), bpmn.CallActivity("c", called_element="nowhere")], "c"),
        ([start(), script("a", "{n: }")], "a"),
        ([start(), script("a", "{n: frob(1)}")], "a"),
        ([start(), bpmn.ScriptTask("a", script=x("1"), script_format="python")], "a"),
        ([start(), bpmn.Task("a", start_quantity=0)], "a"),
        ([start(), bpmn.BusinessRuleTask("r", decision="none")], "r"),
        ([start(), end("e", CANCEL)], "e"),
        ([start(), catch("c", timer(duration="P1X"))], "c"),
        ([start(), user("a", loop=bpmn.MultiInstance(cardinality=x("-1")))], "a"),
        ([start(), throw("t", timer(duration="PT1H"))], "t"),
        ([start(), bpmn.ServiceTask("w", handler="unknown")], "w"),
        ([start(), catch("c", timer(limit="unknown"))], "c"),
    ],
)  # fmt: skip
def test_what_is_not_executed_is_refused_by_id(nodes: list[bpmn.Node], element: str) -> None:
    with pytest.raises(DeploymentError) as refused:
        net(process("p", body(nodes, f"s > {element}")), handlers={"known"}, limits={"known"})
    assert {fault.element for fault in refused.value.faults} == {element}


def test_scripts_of_two_branches_that_assign_one_variable_are_a_warning() -> None:
    nodes = [
        start(),
        bpmn.ParallelGateway("f"),
        script("a", "{v: 1, w: [2, 3]}"),
        script("b", '{v: {x: "y: 1"}}'),
        bpmn.ParallelGateway("j"),
        script("c", "{w: 1}"),
    ]
    (warning,) = net(process("p", body(nodes, "s > f > a > j > c", "f > b > j"))).warnings
    assert (warning.element, warning.code) == ("f", "parallel_write")
    assert "“v”" in warning.message

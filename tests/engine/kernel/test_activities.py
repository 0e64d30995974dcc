"""Activities: BPMN 2.0.2 §13.3."""

from decimal import Decimal

import pytest
from story import Case, body, boundary, end, error, net, process, script, start, sub, timer, user, x

from engine.kernel import Bounds, commands
from engine.model import bpmn, read_decisions


def test_a_script_error_is_the_error_feel_and_else_an_incident() -> None:
    bad = script("a", '{n: 1 + "x"}')
    caught = body([start(), bad, boundary("b", "a", error("feel")), user("u")], "s > a", "b > u")
    assert Case(net(process("p", caught))).start().open == ["u"]
    case = Case(net(process("p", body([start(), bad, user("u")], "s > a > u")))).start()
    (incident,) = case.here.incidents
    assert case.do(commands.ResolveIncident(incident, "skip")).open == ["u"]


def test_a_service_task_asks_for_a_job_and_takes_its_values() -> None:
    case = Case(net(process("p", body([start(), bpmn.ServiceTask("w", handler="f")], "s > w")))).start(n=1)
    case.finish("w", n=2)
    assert case.status == "completed"
    assert case.variables["n"] == 2


def test_a_failed_job_is_retried_on_demand() -> None:
    case = Case(net(process("p", body([start(), bpmn.ServiceTask("w", handler="f")], "s > w")))).start()
    case.do(commands.FailJob("j1", "坏了"))
    case.do(commands.ResolveIncident("n1"))
    assert list(case.here.jobs) == ["j2"]
    assert case.do(commands.FinishJob("j2")).status == "completed"


def test_a_standard_loop_runs_until_its_condition_fails() -> None:
    loop = bpmn.StandardLoop(x("n < 3"), test_before=True)
    case = Case(net(process("p", body([start(), script("a", "{n: n + 1}", loop=loop)], "s > a")))).start(n=0)
    assert case.count("a") == 3
    assert Case(case.net).start(n=5).count("a") == 0
    after = bpmn.StandardLoop(x("true"), maximum=x("2"))
    case = Case(
        net(process("p", body([start(), script("a", "{n: loopCounter}", loop=after)], "s > a")))
    ).start()
    assert case.variables["n"] == 2


def test_parallel_instances_keep_the_order_of_the_collection_in_the_output() -> None:
    loop = bpmn.MultiInstance(collection="部门", item="d", output_collection="意见", output_item="o")
    case = Case(net(process("p", body([start(), user("a", loop=loop), end()], "s > a > e")))).start(
        部门=["甲", "乙", "丙"]
    )
    items = list(case.here.items)
    assert [case.here.variables_at(item)["d"] for item in items] == ["甲", "乙", "丙"]
    for item in reversed(items):
        case.do(commands.CompleteItem(item, {"o": case.here.variables_at(item)["d"] + "同意"}))
    assert case.variables["意见"] == ["甲同意", "乙同意", "丙同意"]


def test_sequential_instances_run_one_after_another_until_the_condition_holds() -> None:
    loop = bpmn.MultiInstance(True, cardinality=x("5"), completion=x("numberOfCompletedInstances >= 2"))
    case = Case(net(process("p", body([start(), user("a", loop=loop), user("z")], "s > a > z")))).start()
    assert case.open == ["a"]
    assert case.complete("a").complete("a").open == ["z"]


def test_enough_parallel_instances_end_the_others() -> None:
    loop = bpmn.MultiInstance(cardinality=x("5"), completion=x("numberOfCompletedInstances >= 2"))
    case = Case(
        net(process("p", body([start(), script("a", "{k: loopCounter}", loop=loop), user("z")], "s > a > z")))
    ).start()
    assert case.open == ["z"]
    assert case.count("a") == 2


def test_a_boundary_event_interrupts_all_instances() -> None:
    loop = bpmn.MultiInstance(cardinality=x("3"))
    nodes = [start(), user("a", loop=loop), boundary("b", "a", timer(duration="PT1H")), user("z")]
    case = Case(net(process("p", body(nodes, "s > a", "b > z")))).start().fire("b")
    assert case.open == ["z"]
    assert case.count("a", "element_cancelled") == 3


def test_quantities_gather_and_multiply_tokens() -> None:
    nodes = [start(), bpmn.Task("a", completion_quantity=3), user("b", start_quantity=3), user("c")]
    case = Case(net(process("p", body(nodes, "s > a > b > c")))).start()
    assert case.open == ["b"]
    assert case.complete("b").open == ["c"]


def test_a_called_process_sees_only_what_is_passed() -> None:
    call = bpmn.CallActivity(
        "c", called_element="q",
        input_associations=(bpmn.Association("i", ("n",), "k"),),
        output_associations=(bpmn.Association("o", ("r",), "result"),),
    )  # fmt: skip
    called = process("q", body([start(), script("a", "{r: k + 1, seen: n}"), end()], "s > a > e"))
    case = Case(net(process("p", body([start(), call, end()], "s > c > e")), called)).start(n=1)
    assert case.status == "completed"
    assert case.variables == {"n": Decimal(1), "result": Decimal(2)}


def adhoc(**more: object) -> Case:
    inner = body([user("a"), user("b"), user("c")])
    nodes = [start(), bpmn.AdHocSubProcess("x", body=inner, **more), user("z")]  # type: ignore[arg-type]
    return Case(net(process("p", body(nodes, "s > x > z")))).start()


def test_an_ad_hoc_sub_process_ends_at_its_condition_and_cancels_the_rest() -> None:
    case = adhoc(completion=x("ok = true"))
    assert case.open == ["a", "b", "c"]
    assert case.complete("b").open == ["a", "c"]
    assert case.complete("a", ok=True).open == ["z"]


def test_a_sequential_ad_hoc_sub_process_offers_one_at_a_time() -> None:
    case = adhoc(sequential=True)
    assert case.open == ["a"]
    case.complete("a").complete("b")
    assert case.open == ["c"]
    assert case.complete("c").open == ["z"]


def test_an_endless_automatic_loop_stops_with_an_incident_and_an_unharmed_state() -> None:
    nodes = [start(), user("u"), bpmn.ExclusiveGateway("g"), script("a", "{n: 1}")]
    case = (
        Case(net(process("p", body(nodes, "s > u > g > a > g"))), bounds=Bounds(moves=200))
        .start()
        .complete("u")
    )
    assert case.open == ["u"]
    assert [incident.code for incident in case.here.incidents.values()] == ["bounds"]


@pytest.mark.slow
def test_nested_scopes_and_long_chains_need_no_recursion() -> None:
    inner = body([start("s100"), script("a", "{n: 1}"), end("e100")], "s100 > a > e100")
    for depth in range(100):
        inner = body([start(f"s{depth}"), sub(f"x{depth}", inner)], f"s{depth} > x{depth}")
    case = Case(net(process("p", inner))).start()
    assert case.status == "completed"
    names = [f"a{number}" for number in range(10_000)]
    chain = body([start(), *(bpmn.Task(name) for name in names)], " > ".join(["s", *names]))
    assert Case(net(process("p", chain))).start().status == "completed"


def test_a_thousand_instances_in_one_command() -> None:
    loop = bpmn.MultiInstance(cardinality=x("1000"))
    case = Case(
        net(process("p", body([start(), script("a", "{k: loopCounter}", loop=loop)], "s > a")))
    ).start()
    assert case.count("a") == 1000


DECISIONS = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<inputData id="i" name="n"/><decision id="lvl" name="level"><informationRequirement id="r1">
<requiredInput href="#i"/></informationRequirement><literalExpression><text>n + 1</text></literalExpression>
</decision></definitions>"""


def test_a_decision_named_by_id_or_name_gives_its_value_to_the_result() -> None:
    for name in ("lvl", "level"):
        nodes = [start(), bpmn.BusinessRuleTask("r", decision=name, result="out")]
        of = net(process("p", body(nodes, "s > r")), decisions=[read_decisions(DECISIONS)])
        assert Case(of).start(n=1).variables["out"] == 2

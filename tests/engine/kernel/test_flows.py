"""Sequence flows, implicit splits and merges: BPMN 2.0.2 §13.3.1, §13.3.2."""

from decimal import Decimal

from story import Case, body, end, net, process, script, start, user


def test_a_chain_runs_to_its_end_and_completes_the_case() -> None:
    inner = body([start(), script("a", "{n: 1}"), script("b", "{n: n + 1}"), end()], "s > a > b > e")
    case = Case(net(process("p", inner))).start()
    assert case.status == "completed"
    assert case.trace() == ["s", "a", "b", "e"]
    assert case.variables == {"n": Decimal(2)}


def test_several_flows_out_of_a_task_are_a_parallel_split() -> None:
    case = Case(
        net(process("p", body([start(), user("a"), user("b"), user("c")], "s > a > b", "a > c")))
    ).start()
    case.complete("a")
    assert case.open == ["b", "c"]
    assert case.complete("b").status == "running"
    assert case.complete("c").status == "completed"


def test_several_flows_into_a_task_run_it_once_for_each_token() -> None:
    nodes = [start(), user("a"), user("b"), script("c", "{n: if n = null then 1 else n + 1}")]
    case = Case(net(process("p", body(nodes, "s > a > c", "s > b > c")))).start()
    case.complete("a").complete("b")
    assert case.status == "completed"
    assert case.variables["n"] == 2


def test_conditional_flows_out_of_a_task_take_every_true_one_else_the_default() -> None:
    nodes = [start(), user("a", default="a_d"), user("b"), user("c"), user("d")]
    of = net(process("p", body(nodes, "s > a > b [x > 1]", "a > c [x > 2]", "a > d")))
    assert Case(of).start(x=3).complete("a").open == ["b", "c"]
    assert Case(of).start(x=2).complete("a").open == ["b"]
    assert Case(of).start(x=0).complete("a").open == ["d"]


def test_a_condition_that_is_no_boolean_is_an_incident_and_the_token_stays() -> None:
    nodes = [start(), user("a"), user("b")]
    case = Case(net(process("p", body(nodes, "s > a > b [x]")))).start(x=3).complete("a")
    (incident,) = case.here.incidents.values()
    assert "“x”" in incident.message
    assert case.here.positions() == [("p", "a")]

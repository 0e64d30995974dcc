"""Gateways: BPMN 2.0.2 §13.4."""

from story import Case, body, catch, end, message, net, process, script, start, timer, user

from engine.model import bpmn


def test_an_exclusive_gateway_takes_the_first_true_flow_in_document_order() -> None:
    nodes = [start(), bpmn.ExclusiveGateway("x", default="x_c"), user("a"), user("b"), user("c")]
    of = net(process("p", body(nodes, "s > x > a [n > 1]", "x > b [n > 0]", "x > c")))
    assert Case(of).start(n=2).open == ["a"]
    assert Case(of).start(n=1).open == ["b"]
    assert Case(of).start(n=None).open == ["c"]


def test_an_exclusive_gateway_without_a_true_flow_is_an_incident() -> None:
    nodes = [start(), bpmn.ExclusiveGateway("x"), user("a"), user("b")]
    case = Case(net(process("p", body(nodes, "s > x > a [n > 1]", "x > b [n > 2]")))).start(n=0)
    assert [incident.code for incident in case.here.incidents.values()] == ["no_flow"]


def test_a_parallel_gateway_waits_for_every_incoming_flow() -> None:
    nodes = [start(), bpmn.ParallelGateway("f"), user("a"), user("b"), bpmn.ParallelGateway("j"), user("c")]
    case = Case(net(process("p", body(nodes, "s > f > a > j > c", "f > b > j")))).start()
    case.complete("a")
    assert case.open == ["b"]
    assert case.complete("b").open == ["c"]
    assert case.count("j") == 1


def test_an_inclusive_join_waits_only_for_the_branches_that_were_taken() -> None:
    nodes = [
        start(),
        bpmn.InclusiveGateway("f"),
        user("a"),
        user("b"),
        user("c"),
        bpmn.InclusiveGateway("j"),
        user("d"),
    ]
    flows = ("s > f > a [x] > j > d", "f > b [y] > j", "f > c [z] > j")
    case = Case(net(process("p", body(nodes, *flows)))).start(x=True, y=True, z=False)
    assert case.complete("a").open == ["b"]
    assert case.complete("b").open == ["d"]


def test_an_inclusive_join_in_a_loop_goes_on_each_round() -> None:
    """Table 13.3: a path that visits the gateway itself does not keep it waiting."""
    nodes = [
        start(), bpmn.InclusiveGateway("j"), script("a", "{n: if n = null then 1 else n + 1}"),
        bpmn.ExclusiveGateway("x", default="x_e"), end(),
    ]  # fmt: skip
    case = Case(net(process("p", body(nodes, "s > j > a > x > j [n < 5]", "x > e")))).start()
    assert case.status == "completed"
    assert case.count("a") == 5


def test_an_inclusive_join_is_reconsidered_when_a_token_takes_another_way() -> None:
    nodes = [
        start(), bpmn.ParallelGateway("f"), user("a"), user("b", default="b_e"), bpmn.InclusiveGateway("j"), user("c"), end(),
    ]  # fmt: skip
    case = Case(net(process("p", body(nodes, "s > f > a > j > c", "f > b > j [again]", "b > e")))).start()
    assert case.complete("a").open == ["b"]
    assert case.complete("b", again=False).open == ["c"]


def test_the_first_event_after_an_event_based_gateway_ends_the_waiting_for_the_others() -> None:
    nodes = [
        start(),
        bpmn.EventBasedGateway("g"),
        catch("m", message("回复")),
        catch("t", timer(duration="P5D")),
        user("a"),
        user("b"),
    ]
    case = Case(net(process("p", body(nodes, "s > g > m > a", "g > t > b")))).start()
    case.deliver("回复", x=1)
    assert case.open == ["a"]
    assert not case.here.timers
    assert case.count("t", "timer_cancelled") == 1


def complex_net() -> Case:
    nodes = [
        start(), bpmn.ParallelGateway("f"), user("a"), user("b"), user("c"),
        bpmn.ComplexGateway("j", activation=bpmn.Expression("activationCount >= 2")), user("d"),
    ]  # fmt: skip
    return Case(net(process("p", body(nodes, "s > f > a > j > d", "f > b > j", "f > c > j")))).start()


def test_a_complex_gateway_goes_on_at_its_activation_count_and_resets_with_the_rest() -> None:
    case = complex_net()
    assert case.complete("a").open == ["b", "c"]
    assert case.complete("b").open == ["c", "d"]
    case.complete("c").complete("d")
    assert case.status == "completed"
    assert case.count("d") == 1

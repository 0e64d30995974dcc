"""Events at every position: BPMN 2.0.2 §10.5, §13.5."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from story import (
    TERMINATE,
    Case,
    body,
    boundary,
    catch,
    compensate,
    condition,
    end,
    error,
    escalation,
    link,
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
)  # fmt: skip

from engine.errors import NotFound
from engine.kernel import commands
from engine.model import bpmn


def test_an_interrupting_boundary_ends_the_work_within_before_anything_else_moves() -> None:
    """A permit must not be issued after the withdrawal."""
    inner = body(
        [start("s2"), user("a"), throw("t", escalation("stop")), script("issue", "{issued: true}")],
        "s2 > a > t > issue",
    )
    nodes = [start(), sub("x", inner), boundary("b", "x", escalation("stop")), user("after"), end()]
    case = Case(net(process("p", body(nodes, "s > x > e", "b > after")))).start().complete("a")
    assert case.open == ["after"]
    assert "issued" not in case.variables
    assert "issue" not in case.trace("element_entered")


def test_a_non_interrupting_boundary_lets_the_work_go_on() -> None:
    nodes = [start(), user("a"), boundary("b", "a", timer(cycle="R2/PT10H"), interrupting=False), user("r")]
    case = Case(net(process("p", body(nodes, "s > a", "b > r")))).start()
    case.fire("b").fire("b")
    assert case.open == ["a", "r", "r"]
    assert not case.here.timers


def test_a_timer_of_finished_work_cannot_fire() -> None:
    nodes = [start(), user("a"), boundary("b", "a", timer(duration="PT1H")), user("r")]
    case = Case(net(process("p", body(nodes, "s > a", "b > r")))).start()
    (timer_id,) = case.here.timers
    case = case.do(commands.CompleteItem(case.item("a")))
    assert case.status == "completed"
    waiting = Case(case.net).start()
    with pytest.raises(NotFound):
        waiting.do(commands.FireTimer("t99"))
    assert timer_id == "t1"


@pytest.mark.parametrize(
    ("measure", "due"),
    [
        ({"date": "2026-03-05T09:00:00"}, datetime(2026, 3, 5, 1, 0, tzinfo=UTC)),
        ({"date": "2026-03-05"}, datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),
        ({"date": "day"}, datetime(2026, 3, 6, 16, 0, tzinfo=UTC)),
        ({"duration": "P1DT2H"}, datetime(2026, 3, 3, 3, 0, tzinfo=UTC)),
        ({"duration": 'duration("P1M")'}, datetime(2026, 4, 2, 1, 0, tzinfo=UTC)),
        ({"cycle": "R/2026-03-09T00:00:00Z/P1D"}, datetime(2026, 3, 9, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_timer_is_due_at_an_aware_utc_moment(measure: dict[str, str], due: datetime) -> None:
    nodes = [start(), script("d", '{day: date("2026-03-07")}'), catch("t", timer(**measure))]
    case = Case(net(process("p", body(nodes, "s > d > t")))).start()
    assert [each.due for each in case.here.timers.values()] == [due]
    assert case.fire("t").status == "completed"


def test_a_limit_timer_has_no_due_moment_of_its_own() -> None:
    case = Case(net(process("p", body([start(), catch("t", timer(limit="补正"))], "s > t")))).start()
    (effect,) = [each for each in case.effects if each.event == "timer_set"]
    assert (effect.due, effect.limit) == (None, "补正")  # type: ignore[union-attr]


def test_a_specific_error_code_is_caught_before_a_catch_all_innermost_first() -> None:
    inner = body([start("s2"), end("boom", error("E1"))], "s2 > boom")
    nodes = [
        start(), sub("x", inner), boundary("any", "x", error()), boundary("one", "x", error("E1")), user("a"), user("b"),
    ]  # fmt: skip
    case = Case(net(process("p", body(nodes, "s > x", "any > a", "one > b")))).start()
    assert case.open == ["b"]


def test_an_uncaught_error_ends_the_case_as_such() -> None:
    case = Case(net(process("p", body([start(), end("e", error("E1"))], "s > e")))).start()
    assert case.status == "error_event"


def test_an_uncaught_escalation_goes_on_and_is_recorded() -> None:
    case = Case(net(process("p", body([start(), throw("t", escalation("x")), end()], "s > t > e")))).start()
    assert case.status == "completed"
    assert case.count("t", "escalation_thrown") == 1


def test_terminate_ends_only_its_own_scope() -> None:
    inner = body([start("s2"), user("a"), user("b"), end("t", TERMINATE)], "s2 > a > t", "s2 > b")
    case = Case(net(process("p", body([start(), sub("x", inner), user("c")], "s > x > c")))).start()
    assert case.complete("a").open == ["c"]


def test_terminate_in_the_process_ends_the_case() -> None:
    inner = body([start(), user("a"), user("b"), end("t", TERMINATE)], "s > a > t", "s > b")
    case = Case(net(process("p", inner))).start().complete("a")
    assert case.status == "terminated"
    assert case.count("b", "item_cancelled") == 1


def test_a_signal_reaches_every_catcher_of_the_case() -> None:
    nodes = [start(), catch("a", signal("x")), catch("b", signal("x")), user("u"), throw("t", signal("x"))]
    case = Case(net(process("p", body(nodes, "s > a", "s > b", "s > u > t")))).start().complete("u")
    assert case.status == "completed"


def test_a_condition_is_evaluated_again_when_a_variable_it_reads_changes() -> None:
    nodes = [start(), catch("c", condition("金额 > 100")), user("a"), user("u")]
    case = Case(net(process("p", body(nodes, "s > u", "s > c > a")))).start(金额=1)
    assert case.open == ["u"]
    assert case.do(commands.SetVariables({"金额": 200})).open == ["a", "u"]


def test_a_condition_must_become_false_before_it_occurs_again() -> None:
    nodes = [
        start(),
        user("a"),
        boundary("b", "a", condition("x > 1"), interrupting=False),
        script("n", "{n: n + 1}"),
    ]
    case = Case(net(process("p", body(nodes, "s > a", "b > n")))).start(x=2, n=0)
    assert case.variables["n"] == 1
    case.do(commands.SetVariables({"x": 3}))
    assert case.variables["n"] == 1
    case.do(commands.SetVariables({"x": 0})).do(commands.SetVariables({"x": 5}))
    assert case.variables["n"] == 2


def test_a_link_goes_on_at_its_catcher() -> None:
    nodes = [start(), throw("t", link("L")), catch("c", link("L")), user("a")]
    assert Case(net(process("p", body(nodes, "s > t", "c > a")))).start().open == ["a"]


def test_a_parallel_multiple_catch_needs_every_event() -> None:
    nodes = [start(), catch("c", message("m"), signal("x"), parallel_multiple=True), user("a")]
    case = Case(net(process("p", body(nodes, "s > c > a")))).start().deliver("m", v=1)
    assert case.open == []
    assert case.signal("x").open == ["a"]
    assert case.variables["v"] == Decimal(1)


def test_an_interrupting_event_sub_process_ends_all_else_in_its_scope() -> None:
    handler = bpmn.SubProcess(
        "h", body=body([start("hs", message("撤回")), user("ha")], "hs > ha"), triggered_by_event=True
    )
    case = Case(net(process("p", body([start(), user("a"), handler], "s > a")))).start().deliver("撤回")
    assert case.open == ["ha"]
    assert case.complete("ha").status == "completed"


def test_a_non_interrupting_event_sub_process_can_happen_again_and_again() -> None:
    handler = bpmn.SubProcess(
        "h",
        body=body([start("hs", signal("x"), interrupting=False), user("ha")], "hs > ha"),
        triggered_by_event=True,
    )
    case = (
        Case(net(process("p", body([start(), user("a"), handler], "s > a")))).start().signal("x").signal("x")
    )
    assert case.open == ["a", "ha", "ha"]


def test_an_error_event_sub_process_catches_what_is_thrown_in_its_scope() -> None:
    handler = bpmn.SubProcess(
        "h", body=body([start("hs", error("E")), user("ha")], "hs > ha"), triggered_by_event=True
    )
    case = Case(
        net(process("p", body([start(), bpmn.ServiceTask("w", handler="f"), handler], "s > w")))
    ).start()
    assert case.fail("w", "E").open == ["ha"]


def order(nodes: list[bpmn.Node], *flows: str, compensations: tuple[tuple[str, str], ...]) -> Case:
    pairs = tuple(bpmn.Compensation(boundary_id, handler) for boundary_id, handler in compensations)
    return Case(net(process("p", body(nodes, *flows), compensations=pairs))).start()


def test_compensation_runs_in_reverse_with_the_data_of_that_time_and_is_waited_for() -> None:
    nodes = [
        start(), script("a", "{x: 1, log: []}"), boundary("ca", "a", compensate()),
        script("ua", '{log: append(log, "a")}', for_compensation=True), script("b", "{x: 2}"),
        boundary("cb", "b", compensate()), script("ub", '{log: append(log, "b"), saw: x}', for_compensation=True),
        script("c", "{x: 3}"), throw("t", compensate()), user("u"),
    ]  # fmt: skip
    case = order(nodes, "s > a > b > c > t > u", compensations=(("ca", "ua"), ("cb", "ub")))
    assert case.variables["log"] == ["b", "a"]
    assert case.variables["saw"] == 2
    assert case.open == ["u"]


def test_a_cancelled_transaction_is_compensated_and_leaves_by_its_cancel_event() -> None:
    inner = body(
        [
            start("s2"), script("a", "{n: 1}"), boundary("ca", "a", compensate()),
            user("ua", for_compensation=True), end("x", bpmn.CancelDefinition("c")),
        ],
        "s2 > a > x",
    )  # fmt: skip
    nodes = [
        start(),
        bpmn.Transaction("tx", body=inner),
        boundary("cc", "tx", bpmn.CancelDefinition("d")),
        user("after"),
    ]
    case = order(nodes, "s > tx", "cc > after", compensations=(("ca", "ua"),))
    assert case.open == ["ua"]
    assert case.complete("ua").open == ["after"]

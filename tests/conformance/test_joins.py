"""Joins that wait for what can still come, and gateways that wait for events (BPMN 2.0.2 §10.6, §13.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from models import (
    MESSAGES,
    SIGNALS,
    boundary,
    catch,
    chain,
    completed,
    condition,
    end,
    entered,
    expression,
    flow,
    gateway,
    message,
    process,
    script,
    signal,
    start,
    sub,
    task,
    timer,
    user,
)  # fmt: skip


def test_two_inclusive_joins_in_a_row_each_wait_for_their_own(box):
    case = box.begin(
        process(
            start(), gateway("inclusive", "f"), user("a"), user("b"), user("c"), gateway("inclusive", "j1"), user("m"), gateway("inclusive", "j2"), user("x"),
            chain("begin", "f"), flow("f", "a", "p"), flow("f", "b", "q"), flow("f", "c", "r"), chain("a", "j1", "m", "j2", "x"), chain("b", "j1"), chain("c", "j2"),
        ),
        p=True, q=True, r=True,
    )  # fmt: skip
    box.finish(case, "c")
    assert box.open(case) == ["a", "b"]
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["m"]
    box.finish(case, "m")
    assert box.open(case) == ["x"]


def test_an_inclusive_join_waits_for_work_in_a_sub_process_on_its_way(box):
    case = box.begin(
        process(
            start(), gateway("parallel", "f"), user("a"), sub("s", start("sb"), user("w"), chain("sb", "w")), gateway("inclusive", "j"), user("x"),
            chain("begin", "f", "a", "j", "x"), chain("f", "s", "j"),
        )
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == ["w"]
    box.finish(case, "w")
    assert box.open(case) == ["x"]


def test_an_inclusive_join_counts_with_a_boundary_event_that_leads_to_it(box):
    case = box.begin(
        process(
            start(), gateway("parallel", "f"), user("a"), user("w"), boundary("b", "w", message("m_stop")), user("late"), gateway("inclusive", "j"), user("x"),
            chain("begin", "f", "a", "j", "x"), chain("f", "w"), chain("b", "late", "j"), roots=MESSAGES,
        )
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == ["w"]
    box.deliver("stop")
    assert box.open(case) == ["late"]
    box.finish(case, "late")
    assert box.open(case) == ["x"]
    assert completed(box.history(case)).count("j") == 1


def test_an_inclusive_join_goes_on_when_the_branch_it_waited_for_ends_elsewhere(box):
    case = box.begin(
        process(
            start(), gateway("parallel", "f"), user("a"), user("b"), gateway("exclusive", "g", 'default="g_j"'), end("e2"), gateway("inclusive", "j"), user("x"),
            chain("begin", "f", "a", "j", "x"), chain("f", "b", "g", "j"), flow("g", "e2", "stop"),
        ),
        stop=True,
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["x"]


def test_an_inclusive_join_in_a_loop_with_a_split_inside(box):
    case = box.begin(
        process(
            start(), gateway("exclusive", "m"), gateway("inclusive", "f"), user("a"), user("b"), gateway("inclusive", "j"), script("n", "{n: n + 1}"),
            gateway("exclusive", "g", 'default="g_x"'), user("x"),
            chain("begin", "m", "f"), flow("f", "a", "n >= 0"), flow("f", "b", "n = 1"), chain("a", "j", "n", "g", "x"), chain("b", "j"), flow("g", "m", "n < 3"),
        ),
        n=0,
    )  # fmt: skip
    for opened in (["a"], ["a", "b"], ["a"]):
        assert box.open(case) == opened
        for element in opened:
            box.finish(case, element)
    assert box.open(case) == ["x"]


def test_tokens_queue_up_at_an_inclusive_join(box):
    case = box.begin(
        process(
            start(), task("f"), task("a"), user("b"), gateway("inclusive", "j"), user("x"),
            chain("begin", "f", "a", "j", "x"), chain("f", "b", "j"), flow("f", "a", name="again"),
        )
    )  # fmt: skip
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case).count("x") == 2


def test_a_parallel_join_waits_although_a_branch_was_never_taken(box):
    case = box.begin(
        process(
            start(), gateway("exclusive", "f", 'default="f_a"'), user("a"), user("b"), gateway("parallel", "j"), user("x"),
            chain("begin", "f", "a", "j", "x"), flow("f", "b", "false"), chain("b", "j"),
        )
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == []
    assert box.status(case) == "running"


def test_a_gateway_that_joins_and_splits_at_once(box):
    case = box.begin(
        process(
            start(), task("f"), user("a"), user("b"), gateway("parallel", "j"), user("x"), user("y"),
            chain("begin", "f", "a", "j", "x"), chain("f", "b", "j", "y"),
        )
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["x", "y"]


def complex_gate(activation: str, *flows: str, default: str = "") -> str:
    return gateway("complex", "g", default, expression("activationCondition", activation)) + "".join(flows)


def three(gate: str, *more: str) -> bytes:
    return process(
        start(), task("f"), user("a"), user("b"), user("c"), gate, user("x"), *more,
        chain("begin", "f", "a", "g"), chain("f", "b", "g"), chain("f", "c", "g"),
    )  # fmt: skip


@pytest.mark.parametrize("activation", ["activationCount >= 2", "a_g + b_g + c_g >= 2"])
def test_two_of_three_go_on_and_the_third_comes_too_late(box, activation):
    case = box.begin(three(complex_gate(activation, flow("g", "x"))))
    box.finish(case, "b")
    assert box.open(case) == ["a", "c"]
    box.finish(case, "a")
    assert box.open(case) == ["c", "x"]
    box.finish(case, "c")
    assert box.open(case) == ["x"]
    box.finish(case, "x")
    assert box.status(case) == "completed"


def test_the_conditions_of_a_complex_gateway_may_ask_in_which_phase_it_is(box):
    case = box.begin(
        three(
            complex_gate(
                "activationCount >= 1",
                flow("g", "x", "waitingForStart"),
                flow("g", "late", "not(waitingForStart)"),
            ),
            user("late"),
        )
    )
    box.finish(case, "a")
    assert box.open(case) == ["b", "c", "x"]
    box.finish(case, "b")
    assert box.open(case) == ["c", "x"]
    box.finish(case, "c")
    assert box.open(case) == ["late", "x"]


def test_tokens_that_come_in_one_move_are_looked_at_one_by_one(box):
    case = box.begin(
        process(
            start(), task("f"), task("a"), task("b"), complex_gate("activationCount >= 1"), user("x"), user("late"),
            chain("begin", "f", "a", "g"), chain("f", "b", "g"), flow("g", "x", "waitingForStart"), flow("g", "late", "not(waitingForStart)"),
        )
    )  # fmt: skip
    assert box.open(case) == ["late", "x"]


def test_a_complex_gateway_takes_its_default_when_no_condition_holds(box):
    case = box.begin(
        three(
            complex_gate(
                "activationCount >= 3", flow("g", "x", "false"), flow("g", "d"), default='default="g_d"'
            ),
            user("d"),
        )
    )
    for element in "abc":
        box.finish(case, element)
    assert box.open(case) == ["d"]


def test_a_complex_gateway_without_a_flow_that_holds_is_an_incident(box):
    case = box.begin(
        three(
            complex_gate("activationCount >= 3", flow("g", "x", "false"), flow("g", "d", "false")), user("d")
        )
    )
    for element in "abc":
        box.finish(case, element)
    assert box.status(case) == "failed"
    assert box.incidents(case)[0]["element"] == "g"


def test_a_complex_gateway_in_a_loop_starts_anew_each_round(box):
    case = box.begin(
        process(
            start(), gateway("exclusive", "m"), task("f"), user("a"), user("b"), complex_gate("activationCount >= 2"), script("n", "{n: n + 1}"),
            gateway("exclusive", "e", 'default="e_x"'), user("x"),
            chain("begin", "m", "f", "a", "g", "n", "e", "x"), chain("f", "b", "g"), flow("e", "m", "n < 2"),
        ),
        n=0,
    )  # fmt: skip
    for _ in range(2):
        assert box.open(case) == ["a", "b"]
        box.finish(case, "a")
        box.finish(case, "b")
    assert box.open(case) == ["x"]


EVENTS = {
    "message": message("m_stop"),
    "signal": signal("s_alarm"),
    "timer": timer("timeDuration", "PT1H"),
    "condition": condition("red"),
}


@pytest.mark.parametrize("wins", [*EVENTS, "receive"])
def test_the_first_of_all_kinds_of_events_wins(box, wins):
    receive = (
        '<receiveTask id="receive" messageRef="m_pay"/>'
        + user("x_receive")
        + chain("g", "receive", "x_receive")
    )
    events = (
        {name: each for name, each in EVENTS.items() if name != "message"} if wins == "receive" else EVENTS
    )
    parts = "".join(
        catch(name, each) + user(f"x_{name}") + chain("g", name, f"x_{name}") for name, each in events.items()
    )
    case = box.begin(
        process(
            start(), gateway("eventBased", "g"), parts, receive if wins == "receive" else "", user("aside"), chain("begin", "g"), chain("begin", "aside"),
            roots=MESSAGES + SIGNALS,
        ),
        red=False,
    )  # fmt: skip
    if wins == "message":
        box.deliver("stop")
    elif wins == "receive":
        box.deliver("pay")
    elif wins == "signal":
        box.signal("alarm")
    elif wins == "timer":
        box.advance(timedelta(hours=1))
    else:
        box.finish(case, "aside", red=True)
    assert f"x_{wins}" in box.open(case)
    box.deliver("stop")
    box.signal("alarm")
    box.advance(timedelta(hours=2))
    assert [each for each in box.open(case) if each.startswith("x_")] == [f"x_{wins}"]


def test_of_two_conditions_that_hold_already_the_first_in_document_order_wins(box):
    case = box.begin(
        process(
            start(), gateway("eventBased", "g"), catch("one", condition("red")), catch("two", condition("red")), user("x1"), user("x2"),
            chain("begin", "g", "one", "x1"), chain("g", "two", "x2"),
        ),
        red=True,
    )  # fmt: skip
    assert box.open(case) == ["x1"]
    assert "two" not in entered(box.history(case))


def test_an_event_gateway_in_a_loop_listens_anew(box):
    case = box.begin(
        process(
            start(), gateway("exclusive", "m"), gateway("eventBased", "g"), catch("w", message("m_pay")), catch("t", message("m_stop")), user("x"),
            chain("begin", "m", "g", "w", "m"), chain("g", "t", "x"), roots=MESSAGES,
        )
    )  # fmt: skip
    box.deliver("pay")
    box.deliver("pay")
    assert completed(box.history(case)).count("w") == 2
    box.deliver("stop")
    assert box.open(case) == ["x"]


def test_a_parallel_instantiating_gateway_waits_for_every_message(box):
    box.deploy(
        process(
            gateway("eventBased", "g", 'instantiate="true" eventGatewayType="Parallel"'), catch("w", message("m_pay")), catch("t", message("m_stop")),
            gateway("parallel", "j"), user("x"), chain("g", "w", "j", "x"), chain("g", "t", "j"), roots=MESSAGES,
        )
    )  # fmt: skip
    box.deliver("stop")
    (case,) = box.cases()
    assert box.open(case) == []
    box.deliver("pay")
    assert box.cases() == [case]
    assert box.open(case) == ["x"]


def test_an_exclusive_instantiating_gateway_begins_with_the_first_message_only(box):
    box.deploy(
        process(
            gateway("eventBased", "g", 'instantiate="true"'), catch("w", message("m_pay")), catch("t", message("m_stop")),
            user("x"), user("y"), chain("g", "w", "x"), chain("g", "t", "y"), roots=MESSAGES,
        )
    )  # fmt: skip
    box.deliver("stop")
    (case,) = box.cases()
    assert box.open(case) == ["y"]
    box.deliver("pay")
    assert len(box.cases()) == 2

"""Sequence flows (BPMN 2.0.2 §8.3.13, §13.2.1): implicit splits and merges, conditions, defaults."""

from __future__ import annotations

import pytest
from models import chain, completed, end, entered, flow, gateway, process, script, start, task, user

from engine.errors import DeploymentError


def test_a_token_walks_from_start_to_end(box):
    case = box.begin(process(start(), task("a"), task("b"), end(), chain("begin", "a", "b", "done")))
    assert completed(box.history(case)) == ["begin", "a", "b", "done"]
    assert box.status(case) == "completed"


def test_several_flows_out_of_an_activity_are_a_parallel_split(box):
    case = box.begin(
        process(
            start(), task("a"), user("b"), user("c"), end(),
            flow("begin", "a"), flow("a", "b"), flow("a", "c"), flow("b", "done"), flow("c", "done"),
        )
    )  # fmt: skip
    assert box.open(case) == ["b", "c"]
    box.finish(case, "b")
    assert box.status(case) == "running"
    box.finish(case, "c")
    assert box.status(case) == "completed"


def test_several_flows_into_an_activity_run_it_once_for_each_token(box):
    case = box.begin(
        process(
            start(), task("a"), task("b"), task("c"), user("d"), end(),
            flow("begin", "a"), flow("a", "b"), flow("a", "c"), flow("b", "d"), flow("c", "d"), flow("d", "done"),
        )
    )  # fmt: skip
    assert box.open(case) == ["d", "d"]


def test_conditional_flows_take_all_that_hold_and_the_default_only_when_none_does(box):
    model = process(
        start(), '<task id="a" default="a_z"/>', user("x"), user("y"), user("z"), end(),
        flow("begin", "a"), flow("a", "x", "n > 1"), flow("a", "y", "n > 2"), flow("a", "z"),
        flow("x", "done"), flow("y", "done"), flow("z", "done"),
    )  # fmt: skip
    box.deploy(model)
    assert box.open(box.start("p", {"n": 3})) == ["x", "y"]
    assert box.open(box.start("p", {"n": 2})) == ["x"]
    assert box.open(box.start("p", {"n": 1})) == ["z"]


def test_an_unconditional_flow_beside_conditional_ones_is_always_taken(box):
    model = process(
        start(), task("a"), user("x"), user("y"), end(),
        flow("begin", "a"), flow("a", "x", "n > 1"), flow("a", "y"), flow("x", "done"), flow("y", "done"),
    )  # fmt: skip
    box.deploy(model)
    assert box.open(box.start("p", {"n": 3})) == ["x", "y"]
    assert box.open(box.start("p", {"n": 0})) == ["y"]


def test_null_counts_as_false_in_a_condition(box):
    model = process(
        start(), gateway("exclusive", "g", 'default="g_y"'), user("x"), user("y"), end(),
        flow("begin", "g"), flow("g", "x", "missing > 1"), flow("g", "y"), flow("x", "done"), flow("y", "done"),
    )  # fmt: skip
    assert box.open(box.begin(model)) == ["y"]


@pytest.mark.parametrize("text", ['"yes"', "n + 1", "word > 1"])
def test_a_condition_that_is_not_boolean_is_an_incident_that_names_it(box, text):
    model = process(
        start(), gateway("exclusive", "g", 'default="g_y"'), user("x"), user("y"), end(),
        flow("begin", "g"), flow("g", "x", text), flow("g", "y"), flow("x", "done"), flow("y", "done"),
    )  # fmt: skip
    case = box.begin(model, n=1, word="a")
    assert box.status(case) == "failed"
    (incident,) = box.incidents(case)
    assert incident["element"] == "g"
    assert text in incident["message"]


def test_a_process_without_start_event_begins_at_every_element_without_incoming_flow(box):
    case = box.begin(process(user("a"), user("b"), end(), flow("a", "done")))
    assert box.open(case) == ["a", "b"]
    box.finish(case, "a")
    box.finish(case, "b")
    assert box.status(case) == "completed"


def test_an_activity_without_outgoing_flow_ends_its_token(box):
    case = box.begin(process(start(), user("a"), flow("begin", "a")))
    box.finish(case, "a")
    assert box.status(case) == "completed"


def test_a_long_automatic_chain_needs_no_recursion(box):
    names = [f"t{i}" for i in range(3000)]
    model = process(start(), *(task(n) for n in names), end(), chain("begin", *names, "done"))
    case = box.begin(model)
    assert box.status(case) == "completed"
    assert len(completed(box.history(case))) == 3002


def test_an_endless_automatic_loop_stops_with_an_incident(box):
    model = process(
        start(), script("a", "{n: n + 1}"), gateway("exclusive", "g", 'default="g_a"'), end(),
        flow("begin", "a"), flow("a", "g"), flow("g", "a"), flow("g", "done", "n < 0"),
    )  # fmt: skip
    box.deploy(model)
    case = box.start("p", {"n": 1})
    assert box.status(case) == "failed"
    assert box.incidents(case)


def test_a_default_flow_with_a_condition_is_refused(box):
    model = process(
        start(), gateway("exclusive", "g", 'default="g_x"'), task("x"), end(),
        flow("begin", "g"), flow("g", "x", "true"), flow("g", "done"), flow("x", "done"),
    )  # fmt: skip
    with pytest.raises(DeploymentError) as refused:
        box.deploy(model)
    assert any("g_x" in (fault.element + fault.message) for fault in refused.value.faults)


def test_a_condition_that_is_no_feel_is_refused_with_the_flow_named(box):
    model = process(
        start(), gateway("exclusive", "g", 'default="g_y"'), task("x"), task("y"),
        flow("begin", "g"), flow("g", "x", "a >"), flow("g", "y"),
    )  # fmt: skip
    with pytest.raises(DeploymentError) as refused:
        box.deploy(model)
    assert any(fault.element == "g_x" for fault in refused.value.faults)


def test_the_order_of_moves_is_breadth_first_by_arrival(box):
    model = process(
        start(), task("a"), task("b1"), task("b2"), task("c1"), task("c2"),
        flow("begin", "a"), flow("a", "b1"), flow("a", "c1"), flow("b1", "b2"), flow("c1", "c2"),
    )  # fmt: skip
    assert entered(box.history(box.begin(model))) == ["begin", "a", "b1", "c1", "b2", "c2"]

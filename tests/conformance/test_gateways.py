"""Gateways (BPMN 2.0.2 §10.6, §13.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from models import (
    MESSAGES,
    cancelled,
    catch,
    chain,
    end,
    entered,
    flow,
    gateway,
    message,
    process,
    script,
    start,
    task,
    timer,
    user,
)

from engine.errors import DeploymentError


def test_exclusive_takes_the_first_flow_that_holds_in_document_order(box):
    model = process(
        start(), gateway("exclusive", "g", 'default="g_z"'), user("x"), user("y"), user("z"),
        flow("begin", "g"), flow("g", "x", "n > 1"), flow("g", "y", "n > 0"), flow("g", "z"),
    )  # fmt: skip
    box.deploy(model)
    assert box.open(box.start("p", {"n": 5})) == ["x"]
    assert box.open(box.start("p", {"n": 1})) == ["y"]
    assert box.open(box.start("p", {"n": 0})) == ["z"]


def test_exclusive_without_a_flow_that_holds_is_an_incident(box):
    model = process(
        start(), gateway("exclusive", "g"), user("x"), user("y"),
        flow("begin", "g"), flow("g", "x", "n > 1"), flow("g", "y", "n < 0"),
    )  # fmt: skip
    case = box.begin(model, n=1)
    assert box.status(case) == "failed"
    assert box.incidents(case)[0]["element"] == "g"


def test_exclusive_merge_passes_each_token(box):
    model = process(
        start(), task("a"), gateway("exclusive", "g"), user("x"),
        flow("begin", "a"), flow("a", "g", name="f1"), flow("a", "g", name="f2"), flow("g", "x"),
    )  # fmt: skip
    assert box.open(box.begin(model)) == ["x", "x"]


def test_parallel_forks_and_joins(box):
    model = process(
        start(), gateway("parallel", "fork"), user("a"), user("b"), gateway("parallel", "join"), user("c"),
        chain("begin", "fork", "a", "join", "c"), chain("fork", "b", "join"),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["c"]
    assert entered(box.history(case)).count("c") == 1


def test_parallel_join_takes_one_token_of_each_flow_and_keeps_the_surplus(box):
    model = process(
        start(), gateway("parallel", "fork"), task("x"), user("a"), user("b"), gateway("parallel", "join"), user("c"),
        chain("begin", "fork", "x"), flow("x", "a", name="x1"), flow("x", "a", name="x2"), flow("fork", "b"),
        flow("a", "join"), flow("b", "join"), flow("join", "c"),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["c"]


def inclusive_model() -> bytes:
    return process(
        start(), gateway("inclusive", "fork", 'default="fork_z"'), user("x"), user("y"), user("z"),
        gateway("inclusive", "join"), user("after"),
        flow("begin", "fork"), flow("fork", "x", "n > 0"), flow("fork", "y", "n > 1"), flow("fork", "z"),
        flow("x", "join"), flow("y", "join"), flow("z", "join"), flow("join", "after"),
    )  # fmt: skip


def test_inclusive_forks_to_all_that_hold_and_joins_those_that_were_taken(box):
    case = box.begin(inclusive_model(), n=2)
    assert box.open(case) == ["x", "y"]
    box.finish(case, "y")
    assert box.open(case) == ["x"]
    box.finish(case, "x")
    assert box.open(case) == ["after"]


def test_inclusive_takes_the_default_when_none_holds(box):
    case = box.begin(inclusive_model(), n=0)
    assert box.open(case) == ["z"]
    box.finish(case, "z")
    assert box.open(case) == ["after"]


def test_inclusive_join_does_not_wait_for_a_token_that_can_no_longer_arrive(box):
    model = process(
        start(), gateway("parallel", "fork"), user("a"), user("b"), gateway("exclusive", "way", 'default="way_join"'),
        user("other"), gateway("inclusive", "join"), user("after"),
        chain("begin", "fork", "a", "join", "after"), chain("fork", "b", "way"), flow("way", "other", "leave = true"),
        flow("way", "join"),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    assert box.open(case) == ["b"]
    box.finish(case, "b", leave=True)
    assert box.open(case) == ["after", "other"]


def test_inclusive_join_waits_for_a_token_that_goes_round_a_loop_before_it_arrives(box):
    model = process(
        start(), gateway("inclusive", "fork"), user("a"), user("b"), gateway("exclusive", "again", 'default="again_join"'),
        gateway("exclusive", "top"), gateway("inclusive", "join"), user("after"),
        flow("begin", "fork"), flow("fork", "a", "true"), flow("fork", "top", "true"), flow("top", "b"), flow("b", "again"),
        flow("again", "top", "more = true"), flow("again", "join"), flow("a", "join"), flow("join", "after"),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    box.finish(case, "b", more=True)
    assert box.open(case) == ["b"]
    box.finish(case, "b", more=False)
    assert box.open(case) == ["after"]


def test_event_based_gateway_takes_the_first_event_and_cancels_the_rest(box):
    model = process(
        start(), gateway("eventBased", "g"), catch("paid", message("m_pay")), catch("late", timer("timeDuration", "P1D")),
        user("x"), user("y"), chain("begin", "g", "paid", "x"), chain("g", "late", "y"), roots=MESSAGES,
    )  # fmt: skip
    box.deploy(model)
    first, second = box.start("p"), box.start("p")
    box.deliver("pay", {}, {"amount": 5})
    assert box.open(first) == ["x"]
    assert box.variables(first)["amount"] == 5
    box.advance(timedelta(days=2))
    assert box.open(second) == ["y"]
    assert box.open(first) == ["x"]


def test_complex_gateway_joins_when_its_condition_holds_and_lets_late_tokens_go(box):
    model = process(
        start(), gateway("parallel", "fork"), user("a"), user("b"), user("c"),
        gateway("complex", "join", inner="<activationCondition>activationCount &gt;= 2</activationCondition>"), user("after"),
        flow("begin", "fork"), *(flow("fork", n) + flow(n, "join") for n in "abc"), flow("join", "after"),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    assert box.open(case) == ["b", "c"]
    box.finish(case, "b")
    assert box.open(case) == ["after", "c"]
    box.finish(case, "c")
    assert box.open(case) == ["after"]
    box.finish(case, "after")
    assert box.status(case) == "completed"


def test_a_parallel_gateway_refuses_conditions_on_its_flows(box):
    model = process(
        start(),
        gateway("parallel", "g"),
        task("a"),
        task("b"),
        flow("begin", "g"),
        flow("g", "a", "true"),
        flow("g", "b"),
    )
    with pytest.raises(DeploymentError):
        box.deploy(model)


def test_an_event_based_gateway_leads_to_events_only(box):
    model = process(
        start(),
        gateway("eventBased", "g"),
        task("a"),
        task("b"),
        flow("begin", "g"),
        flow("g", "a"),
        flow("g", "b"),
    )
    with pytest.raises(DeploymentError) as refused:
        box.deploy(model)
    assert refused.value.faults


def test_a_script_in_a_loop_of_user_tasks_counts_its_rounds(box):
    model = process(
        start(), user("a"), script("count", "{round: round + 1}"), gateway("exclusive", "g", 'default="g_done"'), end(),
        chain("begin", "a", "count", "g", "done"), flow("g", "a", "round < 3"),
    )  # fmt: skip
    case = box.begin(model, round=0)
    for _ in range(3):
        box.finish(case, "a")
    assert box.status(case) == "completed"
    assert box.variables(case)["round"] == 3
    assert cancelled(box.history(case)) == []

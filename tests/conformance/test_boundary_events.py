"""Boundary events (BPMN 2.0.2 §10.5.4, §13.5.3): interrupting or not, on every kind of activity."""

from __future__ import annotations

from datetime import timedelta

import pytest
from models import (
    ERRORS,
    ESCALATIONS,
    MESSAGES,
    SIGNALS,
    boundary,
    cancelled,
    chain,
    condition,
    end,
    entered,
    error,
    escalation,
    flow,
    message,
    process,
    script,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)  # fmt: skip

from engine.errors import BpmnError, DeploymentError

INTERRUPTERS = {
    "timer": (timer("timeDuration", "PT2H"), lambda box, case: box.advance(timedelta(hours=3))),
    "message": (message("m_stop"), lambda box, case: box.deliver("stop")),
    "signal": (signal("s_alarm"), lambda box, case: box.signal("alarm")),
    "condition": (condition("worried = true"), lambda box, case: box.finish(case, "other", worried=True)),
}
HOSTS = {
    "task": user("host"),
    "sub-process": sub("host", start("b2"), user("within"), chain("b2", "within")),
    "call": '<callActivity id="host" calledElement="callee"/>',
    "multi-instance": user(
        "host",
        "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>",
    ),
}


def model(host: str, definition: str, cancel: bool) -> bytes:
    return process(
        start(), task("split"), user("other"), host, boundary("b", "host", definition, cancel), user("after"), user("handled"),
        chain("begin", "split", "host", "after"), flow("split", "other"), flow("b", "handled"), roots=MESSAGES + SIGNALS,
    )  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", INTERRUPTERS)
def test_an_interrupting_boundary_ends_its_host_at_once(box, host, kind):
    box.deploy(process(start("b9"), user("within"), chain("b9", "within"), pid="callee"))
    definition, happen = INTERRUPTERS[kind]
    case = box.begin(model(HOSTS[host], definition, cancel=True))
    happen(box, case)
    expected = ["handled"] if kind == "condition" else ["handled", "other"]
    assert box.open(case) == expected
    assert "host" in cancelled(box.history(case))


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", INTERRUPTERS)
def test_a_non_interrupting_boundary_leaves_its_host_alone(box, host, kind):
    box.deploy(process(start("b9"), user("within"), chain("b9", "within"), pid="callee"))
    definition, happen = INTERRUPTERS[kind]
    case = box.begin(model(HOSTS[host], definition, cancel=False))
    before = [element for element in box.open(case) if element != "other"]
    happen(box, case)
    now = [element for element in box.open(case) if element != "other"]
    assert now == sorted([*before, "handled"])


def test_a_boundary_is_gone_when_its_host_has_completed(box):
    case = box.begin(model(HOSTS["task"], timer("timeDuration", "PT2H"), cancel=True))
    box.finish(case, "host")
    box.advance(timedelta(days=1))
    assert box.open(case) == ["after", "other"]


def test_nothing_queued_inside_runs_after_an_interruption(box):
    body = (
        start("b2"), task("split"), task("one"), task("two"), task("three"), task("four"),
        throw("shout", signal("s_alarm")), end("issued"),
        chain("b2", "split", "shout"), chain("split", "one", "two", "three", "four", "issued"),
    )  # fmt: skip
    xml = process(
        start(), sub("s", *body), boundary("b", "s", signal("s_alarm")), user("handled"), user("after"),
        chain("begin", "s", "after"), flow("b", "handled"), roots=SIGNALS,
    )  # fmt: skip
    case = box.begin(xml)
    assert box.open(case) == ["handled"]
    assert "issued" not in entered(box.history(case))
    assert "four" not in entered(box.history(case))


def test_a_specific_error_boundary_goes_before_the_catch_all(box):
    def fail(variables):
        raise BpmnError(variables["code"])

    box.handle("fail", fail)
    xml = process(
        start(), service("s", "fail"), boundary("any", "s", error()), boundary("bad", "s", error("e_bad")), user("a"), user("b"), end(),
        chain("begin", "s", "done"), flow("any", "a"), flow("bad", "b"), roots=ERRORS,
    )  # fmt: skip
    box.deploy(xml)
    assert box.open(box.start("p", {"code": "BAD"})) == ["b"]
    assert box.open(box.start("p", {"code": "WHATEVER"})) == ["a"]


def test_an_error_end_event_is_caught_on_the_boundary_of_its_sub_process(box):
    xml = process(
        start(), sub("s", start("b2"), task("t"), user("x"), end("e2", error("e_bad")), chain("b2", "t", "x"), flow("t", "e2")),
        boundary("b", "s", error("e_bad")), user("handled"), end(), chain("begin", "s", "done"), flow("b", "handled"), roots=ERRORS,
    )  # fmt: skip
    assert box.open(box.begin(xml)) == ["handled"]


def test_an_error_rises_through_scopes_until_somebody_catches_it(box):
    inner = sub("inner", start("b3"), end("e3", error("e_bad")), chain("b3", "e3"))
    xml = process(
        start(), sub("outer", start("b2"), inner, boundary("o", "inner", error("e_other")), user("no"), chain("b2", "inner"), flow("o", "no")),
        boundary("b", "outer", error("e_bad")), user("handled"), end(), chain("begin", "outer", "done"), flow("b", "handled"), roots=ERRORS,
    )  # fmt: skip
    assert box.open(box.begin(xml)) == ["handled"]


def test_an_error_in_a_called_process_is_caught_on_the_call(box):
    box.deploy(process(start("b2"), end("e2", error("e_bad")), chain("b2", "e2"), pid="callee", roots=ERRORS))
    xml = process(
        start(), '<callActivity id="c" calledElement="callee"/>', boundary("b", "c", error("e_bad")), user("handled"), end(),
        chain("begin", "c", "done"), flow("b", "handled"), roots=ERRORS,
    )  # fmt: skip
    assert box.open(box.begin(xml)) == ["handled"]


def test_an_uncaught_error_ends_the_case_as_an_error(box):
    xml = process(
        start(),
        task("t"),
        user("x"),
        end("e2", error("e_bad")),
        chain("begin", "t", "x"),
        flow("t", "e2"),
        roots=ERRORS,
    )
    case = box.begin(xml)
    assert box.status(case) == "error_event"
    assert box.open(case) == []


def test_a_non_interrupting_escalation_boundary_lets_the_host_go_on(box):
    xml = process(
        start(), sub("s", start("b2"), throw("shout", escalation("c_late")), user("x"), chain("b2", "shout", "x")),
        boundary("b", "s", escalation("c_late"), cancel=False), user("told"), user("after"),
        chain("begin", "s", "after"), flow("b", "told"), roots=ESCALATIONS,
    )  # fmt: skip
    assert box.open(box.begin(xml)) == ["told", "x"]


def test_an_interrupting_escalation_boundary_ends_the_host(box):
    xml = process(
        start(), sub("s", start("b2"), throw("shout", escalation("c_late")), user("x"), chain("b2", "shout", "x")),
        boundary("b", "s", escalation("c_late")), user("told"), user("after"),
        chain("begin", "s", "after"), flow("b", "told"), roots=ESCALATIONS,
    )  # fmt: skip
    assert box.open(box.begin(xml)) == ["told"]


def test_an_uncaught_escalation_goes_on(box):
    xml = process(
        start(),
        throw("shout", escalation("c_late")),
        user("x"),
        chain("begin", "shout", "x"),
        roots=ESCALATIONS,
    )
    case = box.begin(xml)
    assert box.open(case) == ["x"]
    assert any(entry["event"] == "escalation_thrown" for entry in box.history(case))


def test_a_non_interrupting_timer_cycle_fires_as_often_as_it_says(box):
    xml = process(
        start(), user("host"), boundary("b", "host", timer("timeCycle", "R3/PT1H"), cancel=False), script("count", "{n: n + 1}"), end(),
        chain("begin", "host"), chain("b", "count", "done"),
    )  # fmt: skip
    case = box.begin(xml, n=0)
    box.advance(timedelta(hours=2, minutes=1))
    assert box.variables(case)["n"] == 2
    box.advance(timedelta(hours=10))
    assert box.variables(case)["n"] == 3


@pytest.mark.parametrize("definition", [error("e_bad"), "<cancelEventDefinition/>"])
def test_an_error_boundary_cannot_be_non_interrupting(box, definition):
    xml = process(
        start(),
        user("host"),
        boundary("b", "host", definition, cancel=False),
        user("x"),
        chain("begin", "host"),
        flow("b", "x"),
        roots=ERRORS,
    )
    with pytest.raises(DeploymentError):
        box.deploy(xml)


def test_a_boundary_on_nothing_is_refused(box):
    with pytest.raises(DeploymentError):
        box.deploy(
            process(
                start(),
                user("a"),
                boundary("b", "nobody", signal("s_alarm")),
                chain("begin", "a"),
                roots=SIGNALS,
            )
        )


def test_a_multiple_boundary_catches_any_of_its_triggers(box):
    xml = model(HOSTS["task"], message("m_stop") + signal("s_alarm"), cancel=True)
    box.deploy(xml)
    first, second = box.start("p"), box.start("p")
    box.signal("alarm")
    assert "handled" in box.open(first)
    assert "handled" in box.open(second)


def test_a_parallel_multiple_catch_waits_for_all_of_its_triggers(box):
    xml = process(
        start(), f'<intermediateCatchEvent id="c" parallelMultiple="true">{message("m_pay")}{signal("s_alarm")}</intermediateCatchEvent>', user("x"),
        chain("begin", "c", "x"), roots=MESSAGES + SIGNALS,
    )  # fmt: skip
    case = box.begin(xml)
    box.signal("alarm")
    assert box.open(case) == []
    box.deliver("pay")
    assert box.open(case) == ["x"]


def test_event_definitions_by_reference_work_like_inline_ones(box):
    xml = process(
        start(), user("host"), boundary("b", "host", "<eventDefinitionRef>d</eventDefinitionRef>"), user("x"), chain("begin", "host"), flow("b", "x"),
        roots='<timerEventDefinition id="d"><timeDuration>PT1H</timeDuration></timerEventDefinition>',
    )  # fmt: skip
    case = box.begin(xml)
    box.advance(timedelta(hours=2))
    assert box.open(case) == ["x"]

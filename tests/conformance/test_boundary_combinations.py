"""Boundary events of every kind on every host (BPMN 2.0.2 §10.5.4, §13.5.3)."""

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
    completed,
    condition,
    definitions,
    end,
    entered,
    error,
    escalation,
    message,
    process,
    raw_process,
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

from engine.errors import BpmnError

ROOTS = MESSAGES + SIGNALS + ERRORS + ESCALATIONS
MULTI = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality xsi:type="tFormalExpression">2</loopCardinality></multiInstanceLoopCharacteristics>'
LOOP = '<standardLoopCharacteristics loopMaximum="2"/>'
INNER = start("ib") + user("w") + end("ie") + chain("ib", "w", "ie")
HOSTS = {
    "user task": user("w"),
    "receive task": '<receiveTask id="w" messageRef="m_never"/>',
    "manual task": None,
    "sub-process": sub("h", INNER),
    "sub-process in a sub-process": sub("h", start("ob"), sub("mid", INNER), chain("ob", "mid")),
    "transaction": sub("h", INNER, kind="transaction"),
    "ad-hoc sub-process": sub("h", user("w"), kind="adHocSubProcess"),
    "call activity": '<callActivity id="h" calledElement="q"/>',
    "parallel instances of a task": user("w", MULTI.format("false")),
    "sequential instances of a task": user("w", MULTI.format("true")),
    "parallel instances of a sub-process": sub("h", MULTI.format("false"), INNER),
    "sequential instances of a call": f'<callActivity id="h" calledElement="q">{MULTI.format("true")}</callActivity>',
    "loop of a task": user("w", LOOP),
    "loop of a sub-process": sub("h", LOOP, INNER),
}
HOSTS = {name: host for name, host in HOSTS.items() if host}
KINDS = {
    "message": message("m_stop"),
    "signal": signal("s_alarm"),
    "timer": timer("timeDuration", "PT1H"),
    "condition": condition("red"),
    "multiple": message("m_stop") + timer("timeDuration", "PT9H"),
}


def model(host: str, kind: str, interrupting: bool) -> bytes:
    name = "h" if 'id="h"' in host else "w"
    main = raw_process(
        start(), task("fork"), host, boundary("b", name, KINDS[kind], interrupting), user("after"), user("handle"), user("aside"),
        chain("begin", "fork", name, "after"), chain("b", "handle"), chain("fork", "aside"),
    )  # fmt: skip
    called = raw_process(INNER, pid="q") if "calledElement" in host else ""
    return definitions(ROOTS + '<message id="m_never" name="never"/>', main, called)


def trigger(box, case: str, kind: str) -> None:
    if kind in ("message", "multiple"):
        box.deliver("stop")
    elif kind == "signal":
        box.signal("alarm")
    elif kind == "timer":
        box.advance(timedelta(hours=1))
    else:
        box.finish(case, "aside", red=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", HOSTS)
def test_an_interrupting_boundary_ends_everything_in_its_host(box, host, kind):
    case = box.begin(model(HOSTS[host], kind, True), red=False)
    trigger(box, case, kind)
    assert "handle" in box.open(case)
    assert "w" not in box.open(case)
    assert "after" not in box.open(case)
    assert {"w"} <= set(cancelled(box.history(case)))
    for element in set(box.open(case)):
        box.finish(case, element)
    assert box.status(case) == "completed"
    assert "after" not in entered(box.history(case))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_non_interrupting_boundary_lets_its_host_end_as_usual(box, host, kind):
    case = box.begin(model(HOSTS[host], kind, False), red=False)
    before = box.open(case).count("w")
    trigger(box, case, kind)
    assert "handle" in box.open(case)
    assert box.open(case).count("w") == before
    for _ in range(4):
        if "w" in box.open(case):
            box.finish(case, "w")
    if host == "receive task":
        box.deliver("never")
    assert box.open(case).count("after") == 1
    assert cancelled(box.history(case)) == []


@pytest.mark.parametrize("host", HOSTS)
def test_a_boundary_that_never_happens_is_gone_with_its_host(box, host):
    case = box.begin(model(HOSTS[host], "message", True), red=False)
    for _ in range(4):
        if "w" in box.open(case):
            box.finish(case, "w")
    if host == "receive task":
        box.deliver("never")
    box.deliver("stop")
    assert "after" in box.open(case)
    assert "handle" not in box.open(case)


THROWERS = {
    "error end": end("t", error("e_bad")),
    "escalation end": end("t", escalation("c_late")),
    "escalation throw": throw("t", escalation("c_late"))
    + script("late", "{late: true}")
    + chain("t", "late"),
    "signal end": end("t", signal("s_alarm")),
    "signal throw": throw("t", signal("s_alarm")) + script("late", "{late: true}") + chain("t", "late"),
}
CATCHERS = {"error": error("e_bad"), "escalation": escalation("c_late"), "signal": signal("s_alarm")}


def thrower_hosts(kind: str) -> dict[str, str]:
    inner = start("ib") + THROWERS[kind] + user("beside") + chain("ib", "t") + chain("ib", "beside")
    return {
        "sub-process": sub("h", inner),
        "nested": sub("h", start("ob"), sub("mid", inner), chain("ob", "mid")),
        "transaction": sub("h", inner, kind="transaction"),
        "call": '<callActivity id="h" calledElement="q"/>',
        "instances": sub("h", MULTI.format("false"), inner),
        "sequential": sub("h", MULTI.format("true"), inner),
        "loop": sub("h", LOOP, inner),
        "ad-hoc": sub("h", sub("mid", inner), user("more"), kind="adHocSubProcess"),
        "call of instances": f'<callActivity id="h" calledElement="q">{MULTI.format("false")}</callActivity>',
    }


@pytest.mark.parametrize("host", thrower_hosts("error end"))
@pytest.mark.parametrize("kind", THROWERS)
def test_what_is_thrown_inside_ends_the_host_at_its_interrupting_boundary(box, kind, host):
    inner = start("ib") + THROWERS[kind] + user("beside") + chain("ib", "t") + chain("ib", "beside")
    main = raw_process(
        start(), thrower_hosts(kind)[host], boundary("b", "h", CATCHERS[kind.split()[0]]), user("after"), user("handle"),
        chain("begin", "h", "after"), chain("b", "handle"),
    )  # fmt: skip
    called = raw_process(inner, pid="q") if "call" in host else ""
    case = box.begin(definitions(ROOTS, main, called))
    assert box.open(case) == ["handle"]
    assert "late" not in entered(box.history(case))
    box.finish(case, "handle")
    assert box.status(case) == "completed"


@pytest.mark.parametrize("host", thrower_hosts("error end"))
@pytest.mark.parametrize("kind", [each for each in THROWERS if not each.startswith("error")])
def test_a_non_interrupting_boundary_hears_each_throw_and_the_thrower_goes_on(box, kind, host):
    inner = start("ib") + THROWERS[kind] + user("beside") + chain("ib", "t") + chain("ib", "beside")
    main = raw_process(
        start(), thrower_hosts(kind)[host], boundary("b", "h", CATCHERS[kind.split()[0]], False), user("after"), user("handle"),
        chain("begin", "h", "after"), chain("b", "handle"),
    )  # fmt: skip
    called = raw_process(inner, pid="q") if "call" in host else ""
    case = box.begin(definitions(ROOTS, main, called))
    rounds = 2 if "instances" in host else 1
    assert box.open(case).count("handle") == rounds
    assert box.open(case).count("beside") == rounds
    for _ in range(4):
        for element in ("beside", "more"):
            if element in box.open(case):
                box.finish(case, element)
    assert "after" in box.open(case)
    total = 2 if host in ("instances", "sequential", "loop", "call of instances") else 1
    assert box.open(case).count("handle") == total
    if kind.endswith("throw"):
        assert completed(box.history(case)).count("late") == total


@pytest.mark.parametrize("loop", ["", MULTI.format("false"), MULTI.format("true"), LOOP])
def test_an_error_of_a_handler_is_caught_on_the_task(box, loop):
    def fail(_):
        raise BpmnError("BAD", values={"why": "late"})

    box.handle("fail", fail)
    case = box.begin(
        process(
            start(), service("s", "fail", inner=loop), boundary("b", "s", error("e_bad")), user("after"), user("handle"),
            chain("begin", "s", "after"), chain("b", "handle"), roots=ERRORS,
        )
    )  # fmt: skip
    assert box.open(case) == ["handle"]
    assert box.variables(case)["why"] == "late"


def test_two_boundaries_of_different_codes_on_one_host(box):
    host = sub("h", start("ib"), user("w"), end("ie", error("e_other")), chain("ib", "w", "ie"))
    case = box.begin(
        process(
            start(), host, boundary("b1", "h", error("e_bad")), boundary("b2", "h", error("e_other")), user("x1"), user("x2"),
            chain("begin", "h"), chain("b1", "x1"), chain("b2", "x2"), roots=ERRORS,
        )
    )  # fmt: skip
    box.finish(case, "w")
    assert box.open(case) == ["x2"]


def test_an_escalation_that_no_code_fits_is_not_caught(box):
    host = sub("h", start("ib"), end("ie", escalation("c_rude")), chain("ib", "ie"))
    case = box.begin(
        process(
            start(), host, boundary("b", "h", escalation("c_late")), user("after"), user("handle"),
            chain("begin", "h", "after"), chain("b", "handle"), roots=ESCALATIONS,
        )
    )  # fmt: skip
    assert box.open(case) == ["after"]


def test_an_escalation_without_a_code_on_the_boundary_catches_all(box):
    host = sub("h", start("ib"), end("ie", escalation("c_rude")), chain("ib", "ie"))
    case = box.begin(
        process(
            start(), host, boundary("b", "h", escalation()), user("after"), user("handle"),
            chain("begin", "h", "after"), chain("b", "handle"), roots=ESCALATIONS,
        )
    )  # fmt: skip
    assert box.open(case) == ["handle"]


def test_an_error_is_not_caught_by_an_escalation_boundary(box):
    host = sub("h", start("ib"), end("ie", error("e_bad")), chain("ib", "ie"))
    case = box.begin(
        process(
            start(), host, boundary("b", "h", escalation()), user("after"), user("handle"),
            chain("begin", "h", "after"), chain("b", "handle"), roots=ESCALATIONS + ERRORS,
        )
    )  # fmt: skip
    assert box.status(case) == "error_event"


def test_a_script_that_makes_the_condition_of_its_own_boundary_true_has_completed(box):
    case = box.begin(
        process(
            start(), script("s", "{red: true}"), boundary("b", "s", condition("red")), user("after"), user("handle"),
            chain("begin", "s", "after"), chain("b", "handle"),
        ),
        red=False,
    )  # fmt: skip
    assert box.open(case) == ["after"]


def test_a_task_whose_completion_makes_its_boundary_condition_true_has_completed(box):
    case = box.begin(
        process(
            start(), user("w"), boundary("b", "w", condition("red")), user("after"), user("handle"),
            chain("begin", "w", "after"), chain("b", "handle"),
        ),
        red=False,
    )  # fmt: skip
    box.finish(case, "w", red=True)
    assert box.open(case) == ["after"]


def test_a_script_in_a_sub_process_makes_the_condition_on_its_boundary_true(box):
    host = sub(
        "h", start("ib"), script("s", "{red: true}"), script("late", "{late: 1}"), chain("ib", "s", "late")
    )
    case = box.begin(
        process(
            start(), host, boundary("b", "h", condition("red")), user("after"), user("handle"),
            chain("begin", "h", "after"), chain("b", "handle"),
        ),
        red=False, late=0,
    )  # fmt: skip
    assert box.open(case) == ["handle"]
    assert box.variables(case)["late"] == 0


def test_a_condition_that_holds_when_its_host_begins_interrupts_it(box):
    case = box.begin(
        process(
            start(), user("w"), boundary("b", "w", condition("red")), user("after"), user("handle"),
            chain("begin", "w", "after"), chain("b", "handle"),
        ),
        red=True,
    )  # fmt: skip
    assert box.open(case) == ["handle"]


def test_a_cycle_on_an_interrupting_boundary_fires_once(box):
    case = box.begin(
        process(
            start(), user("w"), boundary("b", "w", timer("timeCycle", "R3/PT1H")), user("handle"),
            chain("begin", "w"), chain("b", "handle"),
        )
    )  # fmt: skip
    box.advance(timedelta(hours=5))
    assert box.open(case) == ["handle"]


@pytest.mark.parametrize(
    ("text", "times"), [("R3/PT1H", 3), ("R/PT1H", 5), ("R2/2026-01-05T09:30:00+08:00/PT1H", 2), ("R/PT1H/2026-01-05T11:30:00+08:00", 2)]
)  # fmt: skip
def test_a_non_interrupting_cycle_fires_as_its_form_says(box, text, times):
    case = box.begin(
        process(
            start(), user("w"), boundary("b", "w", timer("timeCycle", text), False), user("handle"),
            chain("begin", "w"), chain("b", "handle"),
        )
    )  # fmt: skip
    box.advance(timedelta(hours=5))
    assert box.open(case).count("handle") == times


def test_a_boundary_without_outgoing_flow_ends_its_token(box):
    case = box.begin(
        process(
            start(), user("w"), boundary("b", "w", message("m_stop")), chain("begin", "w"), roots=MESSAGES
        )
    )
    box.deliver("stop")
    assert box.status(case) == "completed"


def test_several_flows_out_of_a_boundary_all_go(box):
    case = box.begin(
        process(
            start(), user("w"), boundary("b", "w", message("m_stop")), user("x"), user("y"),
            chain("begin", "w"), chain("b", "x"), chain("b", "y"), roots=MESSAGES,
        )
    )  # fmt: skip
    box.deliver("stop")
    assert box.open(case) == ["x", "y"]


def test_a_parallel_multiple_boundary_needs_all_its_triggers(box):
    b = (
        '<boundaryEvent id="b" attachedToRef="w" parallelMultiple="true">'
        + message("m_stop")
        + signal("s_alarm")
        + "</boundaryEvent>"
    )
    case = box.begin(
        process(
            start(), user("w"), b, user("x"), chain("begin", "w"), chain("b", "x"), roots=MESSAGES + SIGNALS
        )
    )
    box.deliver("stop")
    assert box.open(case) == ["w"]
    box.signal("alarm")
    assert box.open(case) == ["x"]


def test_start_quantity_with_a_boundary_arms_it_only_when_the_activity_begins(box):
    model = process(
        start(), user("a"), user("c"), user("w", attributes='startQuantity="2"'), boundary("b", "w", message("m_stop")), user("x"), user("after"),
        chain("begin", "a", "w", "after"), chain("begin", "c", "w"), chain("b", "x"), roots=MESSAGES,
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "a")
    assert box.open(case) == ["c"]
    box.finish(case, "c")
    assert box.open(case) == ["w"]
    box.deliver("stop")
    assert box.open(case) == ["x"]


def test_completion_quantity_counts_for_the_normal_flow_only(box):
    model = process(
        start(), user("w", attributes='completionQuantity="2"'), boundary("b", "w", message("m_stop"), False), user("x"), user("after"),
        chain("begin", "w", "after"), chain("b", "x"), roots=MESSAGES,
    )  # fmt: skip
    case = box.begin(model)
    box.deliver("stop")
    box.finish(case, "w")
    assert box.open(case) == ["after", "after", "x"]

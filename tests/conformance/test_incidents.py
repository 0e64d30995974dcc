"""Technical failures wait for somebody: repeated, mended and repeated, or passed over; and what runs without end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from models import (
    MESSAGES,
    SIGNALS,
    boundary,
    catch,
    chain,
    condition,
    end,
    event_sub,
    expression,
    flow,
    gateway,
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

from engine.cases import SYSTEM
from engine.errors import Refused
from engine.kernel.commands import ResolveIncident

pytestmark = pytest.mark.slow  # `make test-fast` goes without


def resolve(box, case: str, action: str, **values: object) -> None:
    incident = box.incidents(case)[0]["id"]
    box.engine.submit(case, ResolveIncident(incident, action, values), actor=SYSTEM)


LOOP = (
    '<multiInstanceLoopCharacteristics isSequential="{}">'
    + expression("loopCardinality", "{}")
    + "</multiInstanceLoopCharacteristics>"
)
FAILING = {
    "script": script("w", "{y: 1 / n}"),
    "condition out of a task": task("w") + flow("w", "x", '"a" > n'),
    "timer": catch("w", timer("timeDuration", "n")),
    "conditional event": catch("w", condition('"a" > n')),
    "cardinality": user("w", LOOP.format("false", '"a"')),
    "exclusive gateway": gateway("exclusive", "w") + flow("w", "x", '"a" > n'),
    "post": user("w", attributes='chengban:post="= n"'),
    "script in a sub-process": sub("w", start("ib"), script("iw", "{y: 1 / n}"), chain("ib", "iw")),
}


def model(kind: str) -> bytes:
    on = "" if "w_x" in FAILING[kind] else chain("w", "x")
    return process(
        start(), FAILING[kind], on, user("x"), user("aside"), chain("begin", "w"), chain("begin", "aside")
    )


@pytest.mark.parametrize("kind", FAILING)
def test_a_failure_stays_where_it_is_and_the_rest_goes_on(box, kind):
    case = box.begin(model(kind), n=0)
    assert box.status(case) == "failed"
    assert len(box.incidents(case)) == 1
    assert box.incidents(case)[0]["element"] in ("w", "iw")
    box.finish(case, "aside")
    assert box.status(case) == "failed"


@pytest.mark.parametrize("kind", ["script", "script in a sub-process", "timer", "post"])
def test_mended_data_and_a_retry_go_on_as_if_nothing_had_been(box, kind):
    case = box.begin(model(kind), n=0)
    resolve(box, case, "retry", n={"timer": timedelta(hours=1), "post": "窗口"}.get(kind, 1))
    assert box.incidents(case) == []
    box.advance(timedelta(hours=1))
    if kind == "post":
        box.finish(case, "w")
    assert box.open(case) == ["aside", "x"]
    assert box.status(case) == "running"


@pytest.mark.parametrize("kind", ["script", "script in a sub-process"])
def test_a_retry_without_mending_fails_again(box, kind):
    case = box.begin(model(kind), n=0)
    resolve(box, case, "retry")
    assert box.status(case) == "failed"
    assert len(box.incidents(case)) == 1


@pytest.mark.parametrize(
    "kind", ["script", "timer", "cardinality", "post", "script in a sub-process", "conditional event"]
)
def test_a_skip_goes_on_without_the_work(box, kind):
    case = box.begin(model(kind), n=0)
    resolve(box, case, "skip")
    assert box.open(case) == ["aside", "x"]
    assert box.incidents(case) == []


def test_a_split_whose_conditions_fail_is_passed_over_by_its_default_only(box):
    base = (
        start(),
        gateway("exclusive", "w", "{}"),
        user("x"),
        user("y"),
        flow("w", "x", '"a" > n'),
        chain("w", "y"),
        chain("begin", "w"),
    )
    case = box.begin(process(*base).replace(b"{}", b'default="w_y"'), n=0)
    resolve(box, case, "skip")
    assert box.open(case) == ["y"]
    other = box.begin(
        process(*base)
        .replace(b"{}", b"")
        .replace(b'targetRef="y">', b'targetRef="y"><conditionExpression>false</conditionExpression>'),
        n=0,
    )
    with pytest.raises(Refused):
        resolve(box, other, "skip")


def test_a_failed_handler_is_repeated_with_mended_data(box):
    seen = []

    def work(values):
        seen.append(values["n"])
        return {"y": 1 / values["n"]}

    box.handle("work", work)
    case = box.begin(process(start(), service("w", "work"), user("x"), chain("begin", "w", "x")), n=0)
    assert box.status(case) == "failed"
    resolve(box, case, "retry", n=2)
    box.advance(timedelta())
    assert box.open(case) == ["x"]
    assert seen[-1] == 2


def test_a_failed_handler_of_one_instance_is_skipped_and_the_others_count(box):
    def work(values):
        if values["loopCounter"] == 2:
            raise ValueError("kaputt")

    box.handle("work", work)
    loop = LOOP.format("false", "3")
    case = box.begin(process(start(), service("w", "work", inner=loop), user("x"), chain("begin", "w", "x")))
    assert box.status(case) == "failed"
    resolve(box, case, "skip")
    assert box.open(case) == ["x"]


def test_an_interruption_takes_the_incident_with_it(box):
    case = box.begin(
        process(
            start(), sub("s", start("ib"), script("w", "{y: 1 / 0}"), chain("ib", "w")), boundary("b", "s", message("m_stop")), user("x"),
            chain("begin", "s"), chain("b", "x"), roots=MESSAGES,
        )
    )  # fmt: skip
    assert box.status(case) == "failed"
    box.deliver("stop")
    assert box.open(case) == ["x"]
    assert box.status(case) == "running"
    assert box.incidents(case) == []


def test_a_boundary_on_a_failed_activity_stays_armed(box):
    case = box.begin(
        process(
            start(),
            service("w", "work"),
            boundary("b", "w", timer("timeDuration", "PT1H")),
            user("x"),
            chain("begin", "w"),
            chain("b", "x"),
        )
    )
    assert box.status(case) == "failed"
    box.advance(timedelta(hours=1))
    assert box.open(case) == ["x"]


ENDLESS = {
    "loop of gateways": chain("begin", "a", "b", "a") + task("a") + task("b"),
    "loop through a sub-process": chain("begin", "a", "s", "a") + task("a") + sub("s", start("ib"), task("i"), chain("ib", "i")),
    "standard loop": chain("begin", "a") + '<task id="a"><standardLoopCharacteristics>' + expression("loopCondition", "true") + "</standardLoopCharacteristics></task>",
    "fork that grows": chain("begin", "a", "b", "a") + flow("b", "a", name="again") + task("a") + task("b"),
    "links": chain("begin", "t") + throw("t", '<linkEventDefinition name="l"/>') + catch("c", '<linkEventDefinition name="l"/>') + chain("c", "u") + throw("u", '<linkEventDefinition name="l"/>'),
    "signals": chain("begin", "t") + throw("t", signal("s_alarm")) + event_sub("es", start("eb", signal("s_alarm"), 'isInterrupting="false"'), throw("again", signal("s_alarm")), chain("eb", "again")),
    "ad-hoc": chain("begin", "h") + sub("h", task("a"), expression("completionCondition", "false"), kind="adHocSubProcess"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_runs_without_end_stops_with_an_incident_and_an_unharmed_case(box, kind):
    case = box.begin(process(start(), ENDLESS[kind], roots=SIGNALS), n=1)
    assert box.status(case) == "failed"
    assert "不停的循环" in box.incidents(case)[0]["message"] or "超过" in box.incidents(case)[0]["message"]
    assert box.variables(case) == {"n": 1}


def test_an_endless_loop_behind_a_user_task_leaves_the_task_open(box):
    case = box.begin(process(start(), user("u"), task("a"), task("b"), chain("begin", "u", "a", "b", "a")))
    box.finish(case, "u")
    assert box.open(case) == ["u"]
    assert box.status(case) == "failed"


def test_a_loop_of_a_thousand_rounds_is_no_endless_loop(box):
    case = box.begin(
        process(
            start(), gateway("exclusive", "m"), script("s", "{n: n + 1}"), gateway("exclusive", "g", 'default="g_x"'), user("x"), end(),
            chain("begin", "m", "s", "g", "x", "done"), flow("g", "m", "n < 1000"),
        ),
        n=0,
    )  # fmt: skip
    assert box.open(case) == ["x"]
    assert box.variables(case)["n"] == 1000

"""Event sub-processes of every trigger, at every nesting, interrupting or not (BPMN 2.0.2 §10.3.5, §13.5.4)."""

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
    definitions,
    end,
    error,
    escalation,
    event_sub,
    message,
    process,
    raw_process,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)  # fmt: skip

ROOTS = MESSAGES + SIGNALS + ERRORS + ESCALATIONS
KINDS = {
    "message": message("m_stop"),
    "signal": signal("s_alarm"),
    "timer": timer("timeDuration", "PT1H"),
    "condition": condition("red"),
    "multiple": message("m_stop") + signal("s_calm"),
}
MULTI = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality xsi:type="tFormalExpression">2</loopCardinality></multiInstanceLoopCharacteristics>'


def handler(inner: str, interrupting: bool, node: str = "es", work: str = "handle") -> str:
    return event_sub(
        node,
        start(f"{node}b", inner, f'isInterrupting="{str(interrupting).lower()}"'), user(work), end(f"{node}e"),
        chain(f"{node}b", work, f"{node}e"),
    )  # fmt: skip


def nest(kind: str, event: str) -> tuple[str, str]:
    """(host, called process) with work `w` beside the event sub-process."""
    inner = start("ib") + user("w") + end("ie") + chain("ib", "w", "ie") + event
    return {
        "sub-process": (sub("h", inner), ""),
        "nested": (sub("h", start("ob"), sub("mid", inner), chain("ob", "mid")), ""),
        "transaction": (sub("h", inner, kind="transaction"), ""),
        "call": ('<callActivity id="h" calledElement="q"/>', raw_process(inner, pid="q")),
        "sequential": (sub("h", MULTI.format("true"), inner), ""),
        "loop": (sub("h", '<standardLoopCharacteristics loopMaximum="1"/>', inner), ""),
        "ad-hoc": (sub("h", user("w"), event, kind="adHocSubProcess"), ""),
        "event sub-process": (
            event_sub("outer", start("oes", signal("s_calm"), 'isInterrupting="true"'), sub("mid", inner), chain("oes", "mid")),
            "",
        ),
    }[kind]  # fmt: skip


PLACES = ["sub-process", "nested", "transaction", "call", "sequential", "loop", "ad-hoc", "event sub-process"]


def begin(box, place: str, kind: str, interrupting: bool) -> str:
    host, called = nest(place, handler(KINDS[kind], interrupting))
    if place == "event sub-process":
        main = raw_process(start(), user("x"), chain("begin", "x"), host)
    else:
        main = raw_process(start(), host, user("after"), chain("begin", "h", "after"))
    setter = raw_process(start("zb"), user("zw"), chain("zb", "zw"), pid="z")
    case = box.begin(definitions(ROOTS, main, called, setter), red=False)
    if place == "event sub-process":
        box.signal("calm")
    return case


def trigger(box, kind: str) -> None:
    if kind in ("message", "multiple"):
        box.deliver("stop")
    elif kind == "signal":
        box.signal("alarm")
    elif kind == "timer":
        box.advance(timedelta(hours=1))


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "condition"])
@pytest.mark.parametrize("place", PLACES)
def test_an_interrupting_one_takes_the_place_of_its_scope(box, place, kind):
    if place == "event sub-process" and kind == "multiple":
        pytest.skip("its second trigger is the one that opens the outer event sub-process")
    case = begin(box, place, kind, True)
    assert box.open(case) == ["w"]
    trigger(box, kind)
    assert box.open(case) == ["handle"]
    assert "w" in cancelled(box.history(case))
    box.finish(case, "handle")
    if place == "sequential":
        assert box.open(case) == ["w"]
        box.finish(case, "w")
    if place == "event sub-process":
        assert box.status(case) == "completed"
    else:
        assert box.open(case) == ["after"]


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "condition"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("first", ["w", "handle"])
def test_a_non_interrupting_one_runs_beside_and_its_scope_waits_for_both(box, place, kind, first):
    if place == "event sub-process" and kind == "multiple":
        pytest.skip("its second trigger is the one that opens the outer event sub-process")
    case = begin(box, place, kind, False)
    trigger(box, kind)
    assert box.open(case) == ["handle", "w"]
    box.finish(case, first)
    assert "after" not in box.open(case)
    box.finish(case, "w" if first == "handle" else "handle")
    if place == "sequential":
        assert box.open(case) == ["w"]
        box.finish(case, "w")
    if place == "event sub-process":
        assert box.status(case) == "completed"
    else:
        assert box.open(case) == ["after"]
    assert "w" not in cancelled(box.history(case))


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "condition"])
@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_heard_after_the_scope_has_ended(box, place, kind):
    if place == "event sub-process":
        pytest.skip("the case ends with it")
    case = begin(box, place, kind, True)
    box.finish(case, "w")
    if place == "sequential":
        box.finish(case, "w")
    trigger(box, kind)
    assert box.open(case) == ["after"]


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("place", ["sub-process", "nested", "transaction", "ad-hoc"])
def test_a_condition_is_heard_inside(box, place, interrupting):
    host, _ = nest(place, handler(condition("red"), interrupting))
    case = box.begin(
        process(
            start(), host, user("after"), user("aside"), chain("begin", "h", "after"), chain("begin", "aside")
        ),
        red=False,
    )
    box.finish(case, "aside", red=True)
    assert box.open(case) == (["handle"] if interrupting else ["handle", "w"])


THROWN = {
    "error": (end("t", error("e_bad")), error("e_bad")),
    "error catch-all": (end("t", error("e_bad")), error()),
    "escalation end": (end("t", escalation("c_late")), escalation("c_late")),
    "escalation throw": (throw("t", escalation("c_late")), escalation("c_late")),
    "escalation catch-all": (throw("t", escalation("c_late")), escalation()),
    "signal throw": (throw("t", signal("s_alarm")), signal("s_alarm")),
}


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("kind", THROWN)
def test_an_interrupting_one_catches_what_is_thrown_within(box, kind, deep):
    thrown, caught = THROWN[kind]
    inner = thrown + user("beside") + chain("ib", "t") + chain("ib", "beside")
    if deep:
        inner = sub("deep", start("ib"), inner) + chain("hb", "deep")
    else:
        inner = inner.replace('"ib"', '"hb"').replace("ib_", "hb_")
    host = sub("h", start("hb"), inner, handler(caught, True))
    case = box.begin(
        process(start(), host, boundary("b", "h", caught), user("after"), user("wrong"), chain("begin", "h", "after"), chain("b", "wrong"), roots=ROOTS)
    )  # fmt: skip
    assert "handle" in box.open(case) or kind.startswith("signal")
    if kind.startswith("signal"):
        # a signal is for everybody: the boundary hears it too, and ends all within
        assert "wrong" in box.open(case)
        return
    assert box.open(case) == ["handle"]
    box.finish(case, "handle")
    assert box.open(case) == ["after"]


@pytest.mark.parametrize("kind", [each for each in THROWN if not each.startswith("error")])
def test_a_non_interrupting_one_lets_the_thrower_go_on(box, kind):
    thrown, caught = THROWN[kind]
    on = "" if kind.endswith("end") else script("on", "{on: true}") + chain("t", "on")
    host = sub(
        "h",
        start("hb"),
        thrown,
        on,
        user("beside"),
        chain("hb", "t"),
        chain("hb", "beside"),
        handler(caught, False),
    )
    case = box.begin(process(start(), host, user("after"), chain("begin", "h", "after"), roots=ROOTS))
    assert box.open(case) == ["beside", "handle"]
    assert kind.endswith("end") or box.variables(case)["on"] is True
    box.finish(case, "handle")
    box.finish(case, "beside")
    assert box.open(case) == ["after"]


def test_an_error_thrown_by_the_handler_goes_on_outwards(box):
    handling = event_sub("es", start("eb", error("e_bad")), end("ee", error("e_bad")), chain("eb", "ee"))
    host = sub("h", start("hb"), end("he", error("e_bad")), chain("hb", "he"), handling)
    case = box.begin(
        process(
            start(),
            host,
            boundary("b", "h", error("e_bad")),
            user("x"),
            chain("begin", "h"),
            chain("b", "x"),
            roots=ROOTS,
        )
    )
    assert box.open(case) == ["x"]


def test_an_error_in_a_non_interrupting_one_is_caught_by_its_sibling(box):
    first = event_sub(
        "e1",
        start("b1", message("m_stop"), 'isInterrupting="false"'),
        end("x1", error("e_bad")),
        chain("b1", "x1"),
    )
    case = box.begin(
        process(start(), user("w"), chain("begin", "w"), first, handler(error("e_bad"), True), roots=ROOTS)
    )
    box.deliver("stop")
    assert box.open(case) == ["handle"]
    box.finish(case, "handle")
    assert box.status(case) == "completed"


def test_an_error_start_at_the_top_saves_the_case(box):
    case = box.begin(
        process(
            start(),
            user("w"),
            end("e", error("e_bad")),
            chain("begin", "w", "e"),
            handler(error("e_bad"), True),
            roots=ROOTS,
        )
    )
    box.finish(case, "w")
    assert box.open(case) == ["handle"]
    box.finish(case, "handle")
    assert box.status(case) == "completed"


def test_one_event_sub_process_inside_another_hears_only_while_its_outer_one_runs(box):
    nested = event_sub(
        "in", start("inb", signal("s_alarm"), 'isInterrupting="false"'), user("deep"), chain("inb", "deep")
    )
    outer = event_sub(
        "out",
        start("ob", message("m_stop"), 'isInterrupting="false"'),
        user("handle"),
        chain("ob", "handle"),
        nested,
    )
    case = box.begin(process(start(), user("w"), chain("begin", "w"), outer, roots=ROOTS))
    box.signal("alarm")
    assert box.open(case) == ["w"]
    box.deliver("stop")
    box.signal("alarm")
    assert box.open(case) == ["deep", "handle", "w"]
    box.finish(case, "handle")
    box.finish(case, "deep")
    box.signal("alarm")
    assert box.open(case) == ["w"]


def test_an_interrupting_one_inside_another_replaces_only_that_one(box):
    nested = event_sub("in", start("inb", signal("s_alarm")), user("deep"), chain("inb", "deep"))
    outer = event_sub(
        "out",
        start("ob", message("m_stop"), 'isInterrupting="false"'),
        user("handle"),
        chain("ob", "handle"),
        nested,
    )
    case = box.begin(process(start(), user("w"), chain("begin", "w"), outer, roots=ROOTS))
    box.deliver("stop")
    box.signal("alarm")
    assert box.open(case) == ["deep", "w"]


def test_two_runs_of_one_non_interrupting_event_sub_process_keep_their_data_apart(box):
    handling = event_sub(
        "es", '<dataObject id="who"/>', '<dataObjectReference id="whor" dataObjectRef="who"/>',
        start("eb", signal("s_alarm"), 'isInterrupting="false"'), user("handle"), chain("eb", "handle"),
    )  # fmt: skip
    case = box.begin(process(start(), user("w"), chain("begin", "w"), handling, roots=ROOTS))
    box.signal("alarm")
    box.signal("alarm")
    assert box.open(case) == ["handle", "handle", "w"]
    box.finish(case, "handle", who="a")
    assert "who" not in box.variables(case)


def test_a_signal_carries_its_values_to_the_start_of_an_event_sub_process(box):
    case = box.begin(
        process(start(), user("w"), chain("begin", "w"), handler(signal("s_alarm"), False), roots=ROOTS)
    )
    box.signal("alarm", {"level": 3})
    assert box.variables(case)["level"] == 3


def test_a_timer_cycle_starts_a_non_interrupting_one_again_and_again(box):
    case = box.begin(
        process(start(), user("w"), chain("begin", "w"), handler(timer("timeCycle", "R3/PT1H"), False))
    )
    box.advance(timedelta(hours=9))
    assert box.open(case).count("handle") == 3


def test_terminate_in_an_event_sub_process_ends_only_it(box):
    handling = event_sub(
        "es", start("eb", signal("s_alarm"), 'isInterrupting="false"'), user("handle"), end("et", "<terminateEventDefinition/>"), user("beside"),
        chain("eb", "handle", "et"), chain("eb", "beside"),
    )  # fmt: skip
    case = box.begin(process(start(), user("w"), chain("begin", "w"), handling, roots=ROOTS))
    box.signal("alarm")
    box.finish(case, "handle")
    assert box.open(case) == ["w"]


def test_an_interrupting_one_in_one_of_many_parallel_instances_leaves_the_others_alone(box):
    inner = (
        start("ib")
        + user("w")
        + chain("ib", "w")
        + handler(escalation("c_late"), True)
        + throw("t", escalation("c_late"))
        + chain("w", "t")
    )
    case = box.begin(
        process(
            start(),
            sub("h", MULTI.format("false"), inner),
            user("after"),
            chain("begin", "h", "after"),
            roots=ROOTS,
        )
    )
    box.finish(case, "w")
    assert box.open(case) == ["handle", "w"]
    box.finish(case, "handle")
    assert box.open(case) == ["w"]
    box.finish(case, "w")
    box.finish(case, "handle")
    assert box.open(case) == ["after"]


def test_a_parallel_multiple_start_of_an_event_sub_process_needs_all(box):
    es = event_sub(
        "es",
        start("eb", message("m_stop") + signal("s_alarm"), 'isInterrupting="false" parallelMultiple="true"'),
        user("handle"),
        chain("eb", "handle"),
    )
    case = box.begin(process(start(), user("w"), chain("begin", "w"), es, roots=ROOTS))
    box.deliver("stop")
    assert box.open(case) == ["w"]
    box.signal("alarm")
    assert box.open(case) == ["handle", "w"]
    box.signal("alarm")
    assert box.open(case) == ["handle", "w"]
    box.deliver("stop")
    assert box.open(case) == ["handle", "handle", "w"]

"""Events across cases and in unusual places: signals, messages, timers, links, several definitions (BPMN 2.0.2 §10.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from models import (
    ERRORS,
    ESCALATIONS,
    MESSAGES,
    SIGNALS,
    boundary,
    catch,
    chain,
    compensate,
    condition,
    definitions,
    end,
    entered,
    error,
    escalation,
    event_sub,
    flow,
    gateway,
    message,
    process,
    raw_process,
    script,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)  # fmt: skip

from engine.errors import ChengbanError, DeploymentError

ROOTS = MESSAGES + SIGNALS + ERRORS + ESCALATIONS


@pytest.mark.parametrize("end_event", [True, False])
def test_a_signal_thrown_in_one_case_reaches_catchers_starts_and_event_sub_processes_of_all(box, end_event):
    thrower = raw_process(
        start(),
        user("go"),
        end("t", signal("s_alarm")) if end_event else throw("t", signal("s_alarm")),
        chain("begin", "go", "t"),
        pid="p",
    )
    catching = raw_process(
        start("cb"), catch("cw", signal("s_alarm")), user("cx"), chain("cb", "cw", "cx"), pid="c"
    )
    handling = raw_process(
        start("eb"),
        user("ew"),
        chain("eb", "ew"),
        event_sub("es", start("ess", signal("s_alarm")), user("ex"), chain("ess", "ex")),
        pid="e",
    )
    bound = raw_process(
        start("bb"),
        user("bw"),
        boundary("bo", "bw", signal("s_alarm")),
        user("bx"),
        chain("bb", "bw"),
        chain("bo", "bx"),
        pid="b",
    )
    begun = raw_process(start("sb", signal("s_alarm")), user("sx"), chain("sb", "sx"), pid="s")
    box.deploy(definitions(ROOTS, thrower, catching, handling, bound, begun))
    cases = {pid: box.start(pid) for pid in "cebp"}
    box.finish(cases["p"], "go")
    assert [box.open(cases[pid]) for pid in "ceb"] == [["cx"], ["ex"], ["bx"]]
    (new,) = [case for case in box.cases() if case not in cases.values()]
    assert box.open(new) == ["sx"]
    assert box.status(cases["p"]) == "completed"


def test_a_process_that_throws_the_signal_that_begins_it_begins_another(box):
    box.deploy(
        process(
            start("begin", signal("s_alarm")),
            user("go"),
            throw("t", signal("s_alarm")),
            chain("begin", "go", "t"),
            roots=SIGNALS,
        )
    )
    box.signal("alarm")
    (first,) = box.cases()
    box.finish(first, "go")
    assert len(box.cases()) == 2


def test_a_signal_carries_its_values_everywhere(box):
    box.deploy(
        process(start(), catch("w", signal("s_alarm")), user("x"), chain("begin", "w", "x"), roots=SIGNALS)
    )
    cases = [box.start("p"), box.start("p")]
    box.signal("alarm", {"level": 2})
    assert [box.variables(case)["level"] for case in cases] == [2, 2]


def test_a_message_thrown_in_a_case_may_be_caught_in_the_same_case(box):
    case = box.begin(
        process(
            start(),
            task("f"),
            throw("t", message("m_pay")),
            catch("w", message("m_pay")),
            user("x"),
            chain("begin", "f", "t"),
            chain("f", "w", "x"),
            roots=MESSAGES,
        )
    )
    assert box.open(case) == ["x"]


@pytest.mark.parametrize("how", ["throw", "end", "send task"])
def test_a_message_begins_another_process(box, how):
    sending = {
        "throw": throw("t", message("m_pay")),
        "end": end("t", message("m_pay")),
        "send task": '<sendTask id="t" messageRef="m_pay"/>',
    }[how]
    main = raw_process(start(), sending, chain("begin", "t"))
    other = raw_process(start("qb", message("m_pay")), user("qx"), chain("qb", "qx"), pid="q")
    box.begin(definitions(MESSAGES, main, other))
    assert box.open(box.cases()[1]) == ["qx"]


def test_an_early_message_is_forgotten_after_its_time_to_live(box):
    case = box.begin(
        process(
            start(),
            user("a"),
            catch("w", message("m_pay")),
            user("x"),
            chain("begin", "a", "w", "x"),
            roots=MESSAGES,
        )
    )
    box.deliver("pay")
    box.advance(timedelta(days=2))
    box.finish(case, "a")
    assert box.open(case) == []


@pytest.mark.parametrize(
    ("kind", "text", "wait"),
    [
        ("timeDate", "2020-01-01T00:00:00Z", timedelta()),
        ("timeDate", "2026-01-05T10:00:00+08:00", timedelta(hours=1)),
        ("timeDate", "2026-01-06", timedelta(hours=15)),
        ("timeDate", 'date and time("2026-01-05T10:00:00@Asia/Shanghai")', timedelta(hours=1)),
        ("timeDate", 'now() + duration("PT1H")', timedelta(hours=1)),
        ("timeDuration", "P1D", timedelta(days=1)),
        ("timeDuration", "P1W", timedelta(days=7)),
        ("timeDuration", "P1M", timedelta(days=31)),
        ("timeDuration", "PT0S", timedelta()),
        ("timeDuration", 'duration("P1Y")', timedelta(days=365)),
        ("timeCycle", "R3/PT2H", timedelta(hours=2)),
        ("timeCycle", '"R3/PT2H"', timedelta(hours=2)),
    ],
)
def test_a_timer_of_each_form_waits_as_long_as_it_says(box, kind, text, wait):
    case = box.begin(process(start(), catch("w", timer(kind, text)), user("x"), chain("begin", "w", "x")))
    if wait:
        box.advance(wait - timedelta(seconds=1))
        assert box.open(case) == []
        box.advance(timedelta(seconds=1))
    else:
        box.advance(timedelta())
    assert box.open(case) == ["x"]
    box.advance(timedelta(days=1))
    assert box.open(case) == ["x"]


@pytest.mark.parametrize("text", ["R0/PT1H", "R/PT0S", "0 * * * *", "R2/P"])
def test_a_cycle_that_never_or_always_comes_is_refused(box, text):
    with pytest.raises(DeploymentError):
        box.deploy(process(start(), catch("w", timer("timeCycle", text)), chain("begin", "w")))


def test_a_timer_counts_from_the_moment_at_which_it_is_reached(box):
    case = box.begin(
        process(
            start(),
            user("a"),
            catch("w", timer("timeDuration", "PT1H")),
            user("x"),
            chain("begin", "a", "w", "x"),
        )
    )
    box.advance(timedelta(hours=5))
    box.finish(case, "a")
    box.advance(timedelta(minutes=59))
    assert box.open(case) == []
    box.advance(timedelta(minutes=1))
    assert box.open(case) == ["x"]


REFERENCED = {
    "message": ('<messageEventDefinition id="d" messageRef="m_pay"/>', lambda box: box.deliver("pay")),
    "signal": ('<signalEventDefinition id="d" signalRef="s_alarm"/>', lambda box: box.signal("alarm")),
    "timer": (timer("timeDuration", "PT1H").replace("<timerEventDefinition", '<timerEventDefinition id="d"'), lambda box: box.advance(timedelta(hours=1))),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFERENCED)
@pytest.mark.parametrize("place", ["catch", "boundary", "event sub-process", "start"])
def test_a_definition_by_reference_is_the_same_as_inline(box, kind, place):
    definition, happen = REFERENCED[kind]
    ref = "<eventDefinitionRef>d</eventDefinitionRef>"
    body = {
        "catch": start() + catch("w", ref) + user("x") + chain("begin", "w", "x"),
        "boundary": start()
        + user("w")
        + boundary("b", "w", ref)
        + user("x")
        + chain("begin", "w")
        + chain("b", "x"),
        "event sub-process": start()
        + user("w")
        + chain("begin", "w")
        + event_sub("es", start("eb", ref), user("x"), chain("eb", "x")),
        "start": start("begin", ref) + user("x") + chain("begin", "x"),
    }[place]
    model = process(body, roots=ROOTS + definition)
    if place == "start":
        box.deploy(model)
        happen(box)
        (case,) = box.cases()
    else:
        case = box.begin(model)
        happen(box)
    assert box.open(case) == ["x"]


def test_one_definition_may_serve_several_events(box):
    ref = "<eventDefinitionRef>d</eventDefinitionRef>"
    inner = sub("s", start("ib"), end("ie", ref), chain("ib", "ie"))
    case = box.begin(
        process(
            start(),
            inner,
            boundary("b", "s", ref),
            user("x"),
            chain("begin", "s"),
            chain("b", "x"),
            roots=ROOTS + '<errorEventDefinition id="d" errorRef="e_bad"/>',
        )
    )
    assert box.open(case) == ["x"]


def test_an_end_event_of_several_definitions_throws_them_all_and_the_error_last(box):
    inner = sub(
        "s",
        start("ib"),
        end("ie", error("e_bad") + signal("s_alarm") + escalation("c_late")),
        chain("ib", "ie"),
    )
    case = box.begin(
        process(
            start(), inner, boundary("b1", "s", error("e_bad")), boundary("b2", "s", signal("s_alarm"), False), boundary("b3", "s", escalation("c_late"), False),
            user("x1"), user("x2"), user("x3"), chain("begin", "s"), chain("b1", "x1"), chain("b2", "x2"), chain("b3", "x3"), roots=ROOTS,
        )
    )  # fmt: skip
    assert box.open(case) == ["x1", "x2", "x3"]


def test_an_end_event_that_throws_and_terminates(box):
    body = sub(
        "s",
        start("ib"),
        task("f"),
        user("w"),
        end("ie", signal("s_alarm") + "<terminateEventDefinition/>"),
        chain("ib", "f", "w"),
        chain("f", "ie"),
    )
    case = box.begin(
        process(
            start(),
            body,
            boundary("b", "s", signal("s_alarm"), False),
            user("heard"),
            user("x"),
            chain("begin", "s", "x"),
            chain("b", "heard"),
            roots=ROOTS,
        )
    )
    assert box.open(case) == ["heard", "x"]


def test_a_throw_event_of_several_definitions_throws_them_all_and_goes_on(box):
    undo = (
        boundary("c", "a", compensate())
        + script("u", "{undone: true}", 'isForCompensation="true"')
        + '<association id="as" sourceRef="c" targetRef="u"/>'
    )
    other = raw_process(start("qb", message("m_pay")), user("qx"), chain("qb", "qx"), pid="q")
    main = raw_process(
        start(),
        task("a"),
        undo,
        throw("t", message("m_pay") + signal("s_alarm") + compensate()),
        user("x"),
        chain("begin", "a", "t", "x"),
    )
    case = box.begin(definitions(ROOTS, main, other))
    assert box.open(case) == ["x"]
    assert box.variables(case)["undone"] is True
    assert len(box.cases()) == 2


def test_links_from_several_throws_lead_to_one_catch_in_each_scope(box):
    link = '<linkEventDefinition name="l"/>'
    inner = sub(
        "s",
        start("ib"),
        throw("it", link),
        catch("ic", link),
        user("iw"),
        chain("ib", "it"),
        chain("ic", "iw"),
    )
    case = box.begin(
        process(
            start(), gateway("parallel", "f"), throw("t1", link), throw("t2", link), catch("c", link), user("x"), inner,
            chain("begin", "f", "t1"), chain("f", "t2"), chain("f", "s"), chain("c", "x"),
        )
    )  # fmt: skip
    assert box.open(case) == ["iw", "x", "x"]


def test_an_uncaught_error_of_a_called_process_ends_the_case(box):
    called = raw_process(start("qb"), end("qe", error("e_bad")), chain("qb", "qe"), pid="q")
    main = raw_process(
        start(),
        task("f"),
        user("beside"),
        '<callActivity id="c" calledElement="q"/>',
        chain("begin", "f", "beside"),
        chain("f", "c"),
    )
    case = box.begin(definitions(ERRORS, main, called))
    assert box.status(case) == "error_event"
    assert box.open(case) == []


def test_a_recursive_call_ends_when_its_condition_says(box):
    body = (
        start(), script("s", "{n: n - 1}"), gateway("exclusive", "g", 'default="g_done"'), end(),
        '<callActivity id="c" calledElement="p"><dataInputAssociation><targetRef>n</targetRef><assignment>'
        '<from xsi:type="tFormalExpression">n</from><to xsi:type="tFormalExpression">n</to></assignment></dataInputAssociation></callActivity>',
        chain("begin", "s", "g", "done"), flow("g", "c", "n > 0"), '<property id="n"/>',
    )  # fmt: skip
    text = process(*body).decode()
    text = text.replace('<property id="n"/>', "").replace(
        'isExecutable="true" >', 'isExecutable="true" ><property id="n"/>'
    )
    case = box.begin(text.encode(), n=30)
    assert box.status(case) == "completed"
    assert entered(box.history(case)).count("s") == 30


def test_an_endless_recursion_of_calls_is_an_incident(box):
    case = box.begin(process(start(), '<callActivity id="c" calledElement="p"/>', chain("begin", "c")))
    assert box.status(case) == "failed"


def test_conditional_catch_waits_for_a_change_made_by_another_branch(box):
    case = box.begin(
        process(
            start(), task("f"), catch("c", condition("n > 2")), user("x"), user("u"), script("s", "{n: n + 1}"), gateway("exclusive", "g"),
            chain("begin", "f", "c", "x"), chain("f", "g", "u", "s", "g"),
        ),
        n=0,
    )  # fmt: skip
    for _ in range(3):
        assert box.open(case) == ["u"]
        box.finish(case, "u")
    assert box.open(case) == ["u", "x"]


def test_several_none_starts_need_to_be_told_which(box):
    box.deploy(process(start("one"), start("two"), user("x"), chain("one", "x"), chain("two", "x")))
    with pytest.raises(ChengbanError):
        box.start("p")


@pytest.mark.parametrize("what", ["timer", "message", "signal"])
def test_a_start_of_each_trigger_beside_a_none_start(box, what):
    trigger = {
        "timer": timer("timeDuration", "PT1H"),
        "message": message("m_pay"),
        "signal": signal("s_alarm"),
    }[what]
    box.deploy(
        process(
            start(),
            start("two", trigger),
            user("a"),
            user("b"),
            chain("begin", "a"),
            chain("two", "b"),
            roots=ROOTS,
        )
    )
    first = box.start("p")
    assert box.open(first) == ["a"]
    {
        "timer": lambda: box.advance(timedelta(hours=1)),
        "message": lambda: box.deliver("pay"),
        "signal": lambda: box.signal("alarm"),
    }[what]()
    (second,) = [case for case in box.cases() if case != first]
    assert box.open(second) == ["b"]

"""Start, intermediate and end events (BPMN 2.0.2 §10.5, §13.5): messages, timers, signals, conditions, links."""

from __future__ import annotations

from datetime import timedelta

import pytest
from models import (
    ESCALATIONS,
    MESSAGES,
    SIGNALS,
    catch,
    chain,
    condition,
    definitions,
    end,
    entered,
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

from engine.errors import DeploymentError

CORRELATED = (
    '<message id="m_pay" name="pay"/>'
    '<correlationProperty id="cp" name="order"><correlationPropertyRetrievalExpression messageRef="m_pay">'
    "<messagePath>order</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
    '<collaboration id="col"><participant id="pa" processRef="p"/><correlationKey id="ck" name="k">'
    "<correlationPropertyRef>cp</correlationPropertyRef></correlationKey></collaboration>"
)
SUBSCRIBED = (
    '<correlationSubscription id="cs" correlationKeyRef="ck"><correlationPropertyBinding correlationPropertyRef="cp">'
    "<dataPath>order_no</dataPath></correlationPropertyBinding></correlationSubscription>"
)


def test_a_duration_timer_fires_when_its_time_has_come_and_not_before(box):
    case = box.begin(
        process(start(), catch("w", timer("timeDuration", "PT90M")), user("x"), chain("begin", "w", "x"))
    )
    box.advance(timedelta(minutes=89))
    assert box.open(case) == []
    box.advance(timedelta(minutes=1))
    assert box.open(case) == ["x"]


def test_a_date_timer_without_zone_is_shanghai_time(box):
    case = box.begin(
        process(
            start(), catch("w", timer("timeDate", "2026-01-06T10:00:00")), user("x"), chain("begin", "w", "x")
        )
    )
    box.advance(timedelta(hours=24, minutes=59))
    assert box.open(case) == []
    box.advance(timedelta(minutes=2))
    assert box.open(case) == ["x"]


@pytest.mark.parametrize("text", ['duration("PT1H")', "wait", '"PT1H"'])
def test_a_timer_may_be_given_in_feel(box, text):
    case = box.begin(
        process(start(), catch("w", timer("timeDuration", text)), user("x"), chain("begin", "w", "x")),
        wait=timedelta(hours=1),
    )
    box.advance(timedelta(minutes=59))
    assert box.open(case) == []
    box.advance(timedelta(minutes=2))
    assert box.open(case) == ["x"]


def test_a_timer_that_is_no_time_is_an_incident(box):
    case = box.begin(
        process(start(), catch("w", timer("timeDuration", "n")), user("x"), chain("begin", "w", "x")),
        n="soon",
    )
    assert box.status(case) == "failed"
    assert box.incidents(case)[0]["element"] == "w"


def test_timers_fire_in_the_order_of_their_moments(box):
    model = process(
        start(), task("split"), catch("late", timer("timeDuration", "PT2H")), catch("soon", timer("timeDuration", "PT1H")),
        script("a", '{log: concatenate(log, ["late"])}'), script("b", '{log: concatenate(log, ["soon"])}'),
        chain("begin", "split", "late", "a"), chain("split", "soon", "b"),
    )  # fmt: skip
    case = box.begin(model, log=[])
    box.advance(timedelta(days=1))
    assert box.variables(case)["log"] == ["soon", "late"]


def test_a_timer_start_event_begins_cases(box):
    box.deploy(process(start("begin", timer("timeCycle", "R2/PT1H")), user("x"), chain("begin", "x")))
    assert box.cases() == []
    box.advance(timedelta(hours=1, minutes=1))
    assert len(box.cases()) == 1
    box.advance(timedelta(hours=5))
    assert len(box.cases()) == 2


def test_a_message_start_event_begins_a_case_with_its_values(box):
    box.deploy(process(start("begin", message("m_pay")), user("x"), chain("begin", "x"), roots=MESSAGES))
    box.deliver("pay", {}, {"amount": 7})
    (case,) = box.cases()
    assert box.variables(case)["amount"] == 7
    assert box.open(case) == ["x"]


def test_a_message_goes_to_exactly_one_subscriber(box):
    box.deploy(
        process(start(), catch("w", message("m_pay")), user("x"), chain("begin", "w", "x"), roots=MESSAGES)
    )
    first, second = box.start("p"), box.start("p")
    box.deliver("pay")
    assert box.open(first) + box.open(second) == ["x"]
    box.deliver("pay")
    assert box.open(first) + box.open(second) == ["x", "x"]


def test_a_message_finds_its_subscriber_by_its_keys(box):
    body = SUBSCRIBED
    model = definitions(
        CORRELATED,
        f'<process id="p" isExecutable="true">{start()}{catch("w", message("m_pay"))}{user("x")}{chain("begin", "w", "x")}{body}</process>',
    )
    box.deploy(model)
    first, second = box.start("p", {"order_no": "A"}), box.start("p", {"order_no": "B"})
    box.deliver("pay", {"order": "B"}, {"order": "B", "amount": 1})
    assert box.open(first) == []
    assert box.open(second) == ["x"]
    box.deliver("pay", {"order": "A"})
    assert box.open(first) == ["x"]


def test_a_message_that_comes_early_waits_for_its_listener(box):
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
    box.deliver("pay", {}, {"amount": 1})
    box.finish(case, "a")
    assert box.open(case) == ["x"]
    assert box.variables(case)["amount"] == 1


def test_a_thrown_message_reaches_another_case(box):
    receiver = raw_process(
        start("b2"), catch("w", message("m_pay")), user("x"), chain("b2", "w", "x"), pid="receiver"
    )
    sender = raw_process(
        start("b3"),
        throw("t", message("m_pay")),
        end("d3", message("m_stop")),
        chain("b3", "t", "d3"),
        pid="sender",
    )
    box.deploy(definitions(MESSAGES, receiver, sender))
    waiting = box.start("receiver")
    box.start("sender")
    assert box.open(waiting) == ["x"]


def test_a_signal_reaches_every_listener_in_every_case_and_starts_too(box):
    listener = raw_process(
        start("b2"), catch("w", signal("s_alarm")), user("x"), chain("b2", "w", "x"), pid="listener"
    )
    starter = raw_process(start("b4", signal("s_alarm")), user("y"), chain("b4", "y"), pid="starter")
    shouter = raw_process(
        start("b3"), throw("t", signal("s_alarm")), end("d3"), chain("b3", "t", "d3"), pid="shouter"
    )
    box.deploy(definitions(SIGNALS, listener, starter, shouter))
    first, second = box.start("listener"), box.start("listener")
    shouting = box.start("shouter")
    assert box.open(first) == box.open(second) == ["x"]
    assert box.status(shouting) == "completed"
    begun = [case for case in box.cases() if case not in (first, second, shouting)]
    assert [box.open(case) for case in begun] == [["y"]]


def test_a_signal_that_nobody_hears_is_gone(box):
    box.deploy(
        process(start(), catch("w", signal("s_alarm")), user("x"), chain("begin", "w", "x"), roots=SIGNALS)
    )
    box.signal("alarm")
    case = box.start("p")
    assert box.open(case) == []
    box.signal("calm")
    assert box.open(case) == []
    box.signal("alarm", {"why": "fire"})
    assert box.open(case) == ["x"]
    assert box.variables(case)["why"] == "fire"


def test_a_signal_end_event_is_heard_in_its_own_case(box):
    model = process(
        start(), task("split"), catch("w", signal("s_alarm")), user("x"), end("shout", signal("s_alarm")),
        chain("begin", "split", "w", "x"), chain("split", "shout"), roots=SIGNALS,
    )  # fmt: skip
    assert box.open(box.begin(model)) == ["x"]


def test_a_condition_is_tested_again_whenever_what_it_reads_changes(box):
    model = process(
        start(), task("split"), user("a"), user("b"), catch("w", condition("score >= 10")), user("x"),
        chain("begin", "split", "a"), chain("split", "b"), chain("split", "w", "x"),
    )  # fmt: skip
    case = box.begin(model, score=1)
    box.finish(case, "a", score=9)
    assert "x" not in box.open(case)
    box.finish(case, "b", score=10)
    assert box.open(case) == ["x"]


def test_a_condition_that_already_holds_passes_at_once(box):
    case = box.begin(
        process(start(), catch("w", condition("ready = true")), user("x"), chain("begin", "w", "x")),
        ready=True,
    )
    assert box.open(case) == ["x"]


def test_a_link_goes_from_its_throw_to_its_catch(box):
    model = process(
        start(), throw("go", '<linkEventDefinition name="there"/>'), catch("come", '<linkEventDefinition name="there"/>'), user("x"),
        chain("begin", "go"), chain("come", "x"),
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["x"]
    assert entered(box.history(case)) == ["begin", "go", "come", "x"]


def test_a_link_without_its_other_end_is_refused(box):
    with pytest.raises(DeploymentError):
        box.deploy(process(start(), throw("go", '<linkEventDefinition name="there"/>'), chain("begin", "go")))


def test_a_none_throw_event_passes(box):
    case = box.begin(process(start(), throw("t"), user("x"), chain("begin", "t", "x")))
    assert box.open(case) == ["x"]


def test_a_multiple_start_event_begins_by_any_of_its_triggers(box):
    box.deploy(
        process(
            start("begin", message("m_pay") + signal("s_alarm")),
            user("x"),
            chain("begin", "x"),
            roots=MESSAGES + SIGNALS,
        )
    )
    box.deliver("pay")
    box.signal("alarm")
    assert len(box.cases()) == 2


def test_an_instantiating_receive_task_begins_a_case(box):
    box.deploy(
        process(
            '<receiveTask id="r" messageRef="m_pay" instantiate="true"/>',
            user("x"),
            chain("r", "x"),
            roots=MESSAGES,
        )
    )
    box.deliver("pay", {}, {"amount": 2})
    (case,) = box.cases()
    assert box.open(case) == ["x"]
    assert box.variables(case)["amount"] == 2


def test_an_instantiating_event_gateway_begins_a_case_by_its_first_message(box):
    model = process(
        gateway("eventBased", "g", 'instantiate="true"'), catch("paid", message("m_pay")), catch("stopped", message("m_stop")), user("x"), user("y"),
        chain("g", "paid", "x"), chain("g", "stopped", "y"), roots=MESSAGES,
    )  # fmt: skip
    box.deploy(model)
    box.deliver("stop")
    (case,) = box.cases()
    assert box.open(case) == ["y"]


# ---------------------------------------------------------------- event sub-processes (§10.3.5, §13.3.4)


def with_handler(trigger: str, interrupting: bool, roots: str, *, inner_end: str = "") -> bytes:
    handler = event_sub(
        "h", f'<startEvent id="b2" isInterrupting="{str(interrupting).lower()}">{trigger}</startEvent>', user("handled"),
        end("d2", inner_end), chain("b2", "handled", "d2"),
    )  # fmt: skip
    return process(start(), user("main"), end(), chain("begin", "main", "done"), handler, roots=roots)


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize(
    ("trigger", "happen"),
    [
        (message("m_stop"), lambda box, case: box.deliver("stop")),
        (signal("s_alarm"), lambda box, case: box.signal("alarm")),
        (timer("timeDuration", "PT1H"), lambda box, case: box.advance(timedelta(hours=2))),
    ],
)
def test_an_event_sub_process_waits_for_its_trigger(box, trigger, happen, interrupting):
    case = box.begin(with_handler(trigger, interrupting, MESSAGES + SIGNALS))
    assert box.open(case) == ["main"]
    happen(box, case)
    assert box.open(case) == (["handled"] if interrupting else ["handled", "main"])
    box.finish(case, "handled")
    if not interrupting:
        assert box.status(case) == "running"
        box.finish(case, "main")
    assert box.status(case) == "completed"


def test_a_conditional_event_sub_process_starts_when_its_condition_becomes_true(box):
    model = process(
        start(), task("split"), user("main"), user("other"), chain("begin", "split", "main"), chain("split", "other"),
        event_sub("h", f'<startEvent id="b2" isInterrupting="true">{condition("bad = true")}</startEvent>', user("handled"), chain("b2", "handled")),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "other", bad=False)
    assert box.open(case) == ["main"]
    box.finish(case, "main", bad=True)
    assert box.open(case) == ["handled"] or box.status(case) == "completed"


def test_a_non_interrupting_message_event_sub_process_starts_as_often_as_the_message_comes(box):
    case = box.begin(with_handler(message("m_stop"), False, MESSAGES))
    box.deliver("stop")
    box.deliver("stop")
    assert box.open(case) == ["handled", "handled", "main"]


def test_an_error_event_sub_process_goes_before_the_boundary(box):
    model = process(
        start(),
        sub(
            "s", start("b2"), end("e2", '<errorEventDefinition errorRef="e"/>'), chain("b2", "e2"),
            event_sub("h", start("b3", '<errorEventDefinition errorRef="e"/>'), user("inside"), chain("b3", "inside")),
        ),
        '<boundaryEvent id="b" attachedToRef="s"><errorEventDefinition errorRef="e"/></boundaryEvent>', user("outside"), user("after"),
        chain("begin", "s", "after"), flow("b", "outside"), roots='<error id="e" errorCode="E"/>',
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["inside"]
    box.finish(case, "inside")
    assert box.open(case) == ["after"]


def test_an_escalation_event_sub_process_may_let_the_scope_go_on(box):
    model = process(
        start(), throw("shout", '<escalationEventDefinition escalationRef="c_late"/>'), user("main"), chain("begin", "shout", "main"),
        event_sub("h", '<startEvent id="b2" isInterrupting="false"><escalationEventDefinition escalationRef="c_late"/></startEvent>', user("told"), chain("b2", "told")),
        roots=ESCALATIONS,
    )  # fmt: skip
    assert box.open(box.begin(model)) == ["main", "told"]


def test_an_event_sub_process_with_a_none_start_is_refused(box):
    with pytest.raises(DeploymentError):
        box.deploy(
            process(
                start(),
                user("a"),
                chain("begin", "a"),
                event_sub("h", start("b2"), user("x"), chain("b2", "x")),
            )
        )

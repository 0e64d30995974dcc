"""Activities (BPMN 2.0.2 §10.3, §13.3): tasks, scripts, services, calls, quantities."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from driver import Driver
from models import (
    ERRORS,
    MESSAGES,
    boundary,
    chain,
    completed,
    definitions,
    end,
    error,
    flow,
    message,
    process,
    raw_process,
    script,
    service,
    start,
    sub,
    task,
    user,
)

from engine.errors import BpmnError, DeploymentError, Refused


def test_a_user_task_waits_and_writes_what_was_filled_in(box):
    case = box.begin(process(start(), user("a"), end(), chain("begin", "a", "done")))
    box.finish(case, "a", amount=12, note="好")
    assert box.variables(case) == {"amount": Decimal(12), "note": "好"}
    assert box.status(case) == "completed"


def test_a_completed_item_cannot_be_completed_again(box):
    case = box.begin(process(start(), user("a"), user("b"), chain("begin", "a", "b")))
    (item,) = box.work_items(case)
    box.complete(item["id"])
    with pytest.raises(Refused):
        box.complete(item["id"])


def test_manual_and_abstract_tasks_pass(box):
    case = box.begin(
        process(start(), '<manualTask id="m"/>', task("t"), end(), chain("begin", "m", "t", "done"))
    )
    assert completed(box.history(case)) == ["begin", "m", "t", "done"]


def test_a_script_assigns_the_entries_of_its_context(box):
    case = box.begin(
        process(
            start(),
            script("s", '{round: round + 1, note: "第" + string(round)}'),
            end(),
            chain("begin", "s", "done"),
        ),
        round=1,
    )
    assert box.variables(case)["round"] == 2
    assert box.variables(case)["note"] == "第2"  # an entry sees the entries before it (DMN 1.5 §10.3.2.6)


def test_a_script_in_another_language_is_refused(box):
    model = process(
        start(), script("s", "x = 1", 'scriptFormat="python"'), end(), chain("begin", "s", "done")
    )
    with pytest.raises(DeploymentError) as refused:
        box.deploy(model)
    assert any(fault.element == "s" for fault in refused.value.faults)


def test_an_error_in_a_script_is_a_bpmn_error_feel(box):
    model = process(
        start(), script("s", '{n: 1 / "a"}'), boundary("b", "s", error("e_feel")), user("mend"), end(),
        chain("begin", "s", "done"), flow("b", "mend"), roots='<error id="e_feel" errorCode="feel"/>',
    )  # fmt: skip
    assert box.open(box.begin(model)) == ["mend"]


def test_an_uncaught_error_in_a_script_is_an_incident(box):
    case = box.begin(process(start(), script("s", '{n: 1 / "a"}'), end(), chain("begin", "s", "done")))
    assert box.status(case) == "failed"
    assert box.incidents(case)[0]["element"] == "s"


def test_a_service_task_takes_the_variables_and_returns_updates(box):
    box.handle("double", lambda variables: {"n": variables["n"] * 2})
    case = box.begin(process(start(), service("s", "double"), end(), chain("begin", "s", "done")), n=4)
    assert box.variables(case)["n"] == 8
    assert box.status(case) == "completed"


def test_a_handler_may_throw_a_bpmn_error_that_its_boundary_catches(box):
    def refuse(variables):
        raise BpmnError("BAD")

    box.handle("refuse", refuse)
    model = process(
        start(), service("s", "refuse"), boundary("b", "s", error("e_bad")), user("mend"), end(),
        chain("begin", "s", "done"), flow("b", "mend"), roots=ERRORS,
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["mend"]
    assert box.status(case) == "running"


def test_a_handler_that_breaks_ends_in_an_incident(box):
    def broken(variables):
        raise RuntimeError("no connection")

    box.handle("broken", broken)
    case = box.begin(process(start(), service("s", "broken"), end(), chain("begin", "s", "done")))
    assert box.status(case) == "failed"
    assert box.incidents(case)[0]["element"] == "s"


def test_a_send_task_reaches_another_process_and_a_receive_task_waits_for_it(box):
    receiver = raw_process(
        start("b1"),
        '<receiveTask id="r" messageRef="m_pay"/>',
        user("paid"),
        chain("b1", "r", "paid"),
        pid="receiver",
    )
    sender = raw_process(
        start(), '<sendTask id="s" messageRef="m_pay"/>', end(), chain("begin", "s", "done"), pid="sender"
    )
    box.deploy(definitions(MESSAGES, receiver, sender))
    waiting = box.start("receiver")
    sending = box.start("sender")
    assert box.status(sending) == "completed"
    assert box.open(waiting) == ["paid"]


def call(inputs: str = "", outputs: str = "") -> str:
    return f'<callActivity id="c" calledElement="callee">{inputs}{outputs}</callActivity>'


def io(ins: tuple[str, ...], outs: tuple[str, ...], prefix: str) -> str:
    body = "".join(f'<dataInput id="{prefix}_in_{n}" name="{n}"/>' for n in ins)
    body += "".join(f'<dataOutput id="{prefix}_out_{n}" name="{n}"/>' for n in outs)
    body += (
        "<inputSet>" + "".join(f"<dataInputRefs>{prefix}_in_{n}</dataInputRefs>" for n in ins) + "</inputSet>"
    )
    body += (
        "<outputSet>"
        + "".join(f"<dataOutputRefs>{prefix}_out_{n}</dataOutputRefs>" for n in outs)
        + "</outputSet>"
    )
    return f"<ioSpecification>{body}</ioSpecification>"


def test_a_call_passes_only_what_is_mapped_and_gives_back_only_what_is_mapped(box):
    mapped = (
        io(("n",), ("result",), "c")
        + '<dataInputAssociation id="a1"><targetRef>c_in_n</targetRef><assignment><from>amount + 1</from><to>n</to></assignment></dataInputAssociation>'
        + '<dataOutputAssociation id="a2"><targetRef>p_answer</targetRef><assignment><from>result</from><to>answer</to></assignment></dataOutputAssociation>'
    )
    callee = raw_process(
        start("b2"),
        script("work", "{result: n * 10, secret: 1, seen: hidden}"),
        end("d2"),
        chain("b2", "work", "d2"),
        pid="callee",
    )
    caller = raw_process(
        '<property id="p_answer" name="answer"/>',
        start(),
        f'<callActivity id="c" calledElement="callee">{mapped}</callActivity>',
        end(),
        chain("begin", "c", "done"),
    )
    box.deploy(definitions(callee, caller))
    case = box.start("p", {"amount": 4, "hidden": 9})
    assert box.status(case) == "completed"
    variables = box.variables(case)
    assert variables["answer"] == 50
    assert "secret" not in variables
    assert "n" not in variables


def test_a_call_of_a_process_that_does_not_exist_is_refused(box):
    with pytest.raises(DeploymentError) as refused:
        box.deploy(process(start(), call(), end(), chain("begin", "c", "done")))
    assert any(fault.element == "c" for fault in refused.value.faults)


def test_a_call_may_name_a_process_of_an_earlier_file(box):
    box.deploy(process(start("b2"), user("inside"), chain("b2", "inside"), pid="callee"))
    case = box.begin(process(start(), call(), end(), chain("begin", "c", "done")))
    assert box.open(case) == ["inside"]
    box.finish(case, "inside")
    assert box.status(case) == "completed"


def test_a_running_case_keeps_the_version_that_it_began_with(box):
    box.deploy(process(start("b2"), user("old"), chain("b2", "old"), pid="callee"))
    model = process(start(), user("first"), call(), end(), chain("begin", "first", "c", "done"))
    case = box.begin(model)
    box.deploy(process(start("b2"), user("new"), chain("b2", "new"), pid="callee"))
    box.finish(case, "first")
    assert box.open(case) == ["old"]


def test_a_global_task_can_be_called(box):
    root = '<globalScriptTask id="callee" name="g"><script>{done: true}</script></globalScriptTask>'
    case = box.begin(process(start(), call(), user("after"), chain("begin", "c", "after"), roots=root))
    assert box.open(case) == ["after"]


def test_a_start_quantity_waits_for_that_many_tokens(box):
    model = process(
        start(), task("a"), user("b", attributes='startQuantity="2"'), user("c"),
        flow("begin", "a"), flow("a", "b", name="f1"), flow("a", "b", name="f2"), flow("b", "c"),
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["c"]


def test_a_completion_quantity_sends_that_many_tokens(box):
    case = box.begin(
        process(start(), user("b", attributes='completionQuantity="2"'), user("c"), chain("begin", "b", "c"))
    )
    box.finish(case, "b")
    assert box.open(case) == ["c", "c"]


@pytest.mark.parametrize("attribute", ['startQuantity="0"', 'completionQuantity="0"', 'startQuantity="-1"'])
def test_quantities_below_one_are_refused(box, attribute):
    with pytest.raises(DeploymentError):
        box.deploy(process(start(), user("b", attributes=attribute), chain("begin", "b")))


def test_an_embedded_sub_process_sees_the_variables_outside_and_completes_with_its_last_token(box):
    model = process(
        start(), sub("s", start("b2"), task("t"), user("x"), user("y"), chain("b2", "t", "x"), flow("t", "y")), user("after"),
        chain("begin", "s", "after"),
    )  # fmt: skip
    case = box.begin(model)
    box.finish(case, "x", seen=1)
    assert box.open(case) == ["y"]
    box.finish(case, "y")
    assert box.open(case) == ["after"]
    assert box.variables(case)["seen"] == 1


def test_terminate_ends_only_its_own_scope(box):
    model = process(
        start(), sub("s", start("b2"), task("t"), user("x"), task("y"), end("stop", "<terminateEventDefinition/>"), chain("b2", "t", "x"), chain("t", "y", "stop")),
        user("after"), chain("begin", "s", "after"),
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["after"]
    assert box.status(case) == "running"


def test_terminate_at_the_top_ends_the_case(box):
    model = process(
        start(),
        task("t"),
        user("x"),
        end("stop", "<terminateEventDefinition/>"),
        chain("begin", "t", "x"),
        flow("t", "stop"),
    )
    case = box.begin(model)
    assert box.open(case) == []
    assert box.status(case) == "terminated"


def test_a_hundred_nested_scopes_work(box):
    body = user("x")
    flows = ""
    inner = body + flows
    for level in range(100):
        inner = sub(f"s{level}", inner)
    case = box.begin(process(start(), inner, end(), chain("begin", "s99", "done")))
    assert box.open(case) == ["x"]
    box.finish(case, "x")
    assert box.status(case) == "completed"


def test_a_message_catch_writes_the_values_of_the_message(box):
    model = process(
        start(),
        '<receiveTask id="r" messageRef="m_pay"/>',
        user("a"),
        chain("begin", "r", "a"),
        roots=MESSAGES,
    )
    case = box.begin(model)
    assert message("m_pay")
    box.deliver("pay", {}, {"amount": 3})
    assert box.variables(case)["amount"] == 3
    assert box.open(case) == ["a"]


def test_today_is_the_day_in_shanghai():
    box = Driver(start=datetime(2026, 1, 5, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai")))
    case = box.begin(process(start(), script("s", "{on: today()}"), end(), chain("begin", "s", "done")))
    assert box.variables(case)["on"] == date(2026, 1, 5)

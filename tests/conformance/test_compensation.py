"""Compensation, transactions, ad-hoc sub-processes and data (BPMN 2.0.2 §10.7, §13.3.5, §13.5.5, §10.4)."""

from __future__ import annotations

import pytest
from models import (
    ERRORS,
    boundary,
    chain,
    compensate,
    definitions,
    end,
    entered,
    error,
    event_sub,
    flow,
    process,
    script,
    start,
    sub,
    task,
    throw,
    user,
)  # fmt: skip

from engine.errors import DeploymentError


def booked(name: str) -> str:
    """A task with its compensation: undo_<name> writes its mark into `log`."""
    return (
        script(name, f'{{log: concatenate(log, ["{name}"])}}')
        + boundary(f"cb_{name}", name, compensate())
        + script(f"undo_{name}", f'{{log: concatenate(log, ["undo {name}"])}}', 'isForCompensation="true"')
        + f'<association id="as_{name}" associationDirection="One" sourceRef="cb_{name}" targetRef="undo_{name}"/>'
    )


def test_compensation_runs_in_reverse_order_of_completion(box):
    model = process(
        start(),
        booked("hotel"),
        booked("flight"),
        throw("undo", compensate()),
        end(),
        chain("begin", "hotel", "flight", "undo", "done"),
    )
    case = box.begin(model, log=[])
    assert box.variables(case)["log"] == ["hotel", "flight", "undo flight", "undo hotel"]
    assert box.status(case) == "completed"


def test_compensation_may_name_one_activity(box):
    model = process(
        start(), booked("hotel"), booked("flight"), throw("undo", compensate("hotel")), end(),
        chain("begin", "hotel", "flight", "undo", "done"),
    )  # fmt: skip
    walked = entered(box.history(box.begin(model, log=[])))
    assert "undo_hotel" in walked
    assert "undo_flight" not in walked


def test_a_handler_sees_the_data_of_the_time_at_which_its_activity_completed(box):
    model = process(
        start(), script("pay", "{price: 100}"), boundary("cb", "pay", compensate()),
        script("refund", "{refunded: price}", 'isForCompensation="true"'), script("change", "{price: 7}"),
        throw("undo", compensate()), end(), chain("begin", "pay", "change", "undo", "done"),
        '<association id="as" associationDirection="One" sourceRef="cb" targetRef="refund"/>',
    )  # fmt: skip
    variables = box.variables(box.begin(model))
    assert variables["refunded"] == 100
    assert variables["price"] == 7


def test_an_activity_that_did_not_complete_is_not_compensated(box):
    model = process(
        start(), task("split"), booked("hotel"), user("flight"), boundary("cb", "flight", compensate()), task("undo_f", 'isForCompensation="true"'),
        '<association id="as_f" associationDirection="One" sourceRef="cb" targetRef="undo_f"/>', throw("undo", compensate()), user("after"),
        chain("begin", "split", "hotel", "undo", "after"), chain("split", "flight"),
    )  # fmt: skip
    case = box.begin(model, log=[])
    assert box.variables(case)["log"] == ["hotel", "undo hotel"]
    assert "undo_f" not in entered(box.history(case))


def test_a_cancelled_transaction_compensates_and_leaves_by_its_cancel_boundary(box):
    model = process(
        start(),
        sub("t", start("b2"), booked("hotel"), booked("flight"), end("stop", "<cancelEventDefinition/>"), chain("b2", "hotel", "flight", "stop"), kind="transaction"),
        boundary("b", "t", "<cancelEventDefinition/>"), user("cancelled"), user("after"),
        chain("begin", "t", "after"), flow("b", "cancelled"),
    )  # fmt: skip
    case = box.begin(model, log=[])
    assert box.variables(case)["log"] == ["hotel", "flight", "undo flight", "undo hotel"]
    assert box.open(case) == ["cancelled"]


def test_a_transaction_that_completes_goes_on(box):
    model = process(
        start(),
        sub("t", start("b2"), task("x"), end("e2"), chain("b2", "x", "e2"), kind="transaction"),
        user("after"),
        chain("begin", "t", "after"),
    )
    assert box.open(box.begin(model)) == ["after"]


def test_an_error_in_a_transaction_does_not_compensate(box):
    model = process(
        start(), sub("t", start("b2"), booked("hotel"), end("e2", error("e_bad")), chain("b2", "hotel", "e2"), kind="transaction"),
        boundary("b", "t", error("e_bad")), user("hazard"), user("after"), chain("begin", "t", "after"), flow("b", "hazard"), roots=ERRORS,
    )  # fmt: skip
    case = box.begin(model, log=[])
    assert box.open(case) == ["hazard"]
    assert box.variables(case)["log"] == ["hotel"]


def test_a_cancel_end_event_outside_a_transaction_is_refused(box):
    with pytest.raises(DeploymentError):
        box.deploy(process(start(), end("stop", "<cancelEventDefinition/>"), chain("begin", "stop")))


def test_a_compensation_event_sub_process_undoes_its_completed_sub_process(box):
    model = process(
        start(),
        sub(
            "s", start("b2"), script("work", '{log: concatenate(log, ["work"])}'), end("e2"), chain("b2", "work", "e2"),
            event_sub("h", start("b3", compensate()), script("revert", '{log: concatenate(log, ["revert"])}'), end("e3"), chain("b3", "revert", "e3")),
        ),
        throw("undo", compensate("s")), end(), chain("begin", "s", "undo", "done"),
    )  # fmt: skip
    assert box.variables(box.begin(model, log=[]))["log"] == ["work", "revert"]


def test_a_compensation_throw_waits_until_the_handlers_are_done(box):
    model = process(
        start(), task("hotel"), boundary("cb", "hotel", compensate()), user("undo_h", attributes='isForCompensation="true"'),
        '<association id="as" associationDirection="One" sourceRef="cb" targetRef="undo_h"/>', throw("undo", compensate()), user("after"),
        chain("begin", "hotel", "undo", "after"),
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["undo_h"]
    box.finish(case, "undo_h")
    assert box.open(case) == ["after"]


def test_an_ad_hoc_sub_process_opens_its_activities_and_ends_by_its_condition(box):
    model = process(
        start(), sub("a", user("x"), user("y"), "<completionCondition>ready = true</completionCondition>", kind="adHocSubProcess"), user("after"),
        chain("begin", "a", "after"),
    )  # fmt: skip
    case = box.begin(model)
    assert box.open(case) == ["x", "y"]
    box.finish(case, "x", ready=True)
    assert box.open(case) == ["after"]


def test_a_property_of_a_sub_process_is_its_own(box):
    model = process(
        start(), sub("s", '<property id="p1" name="mine"/>', start("b2"), script("w", "{mine: 5, shared: mine}"), script("v", "{copy: mine}"), end("e2"), chain("b2", "w", "v", "e2")),
        user("after"), chain("begin", "s", "after"),
    )  # fmt: skip
    variables = box.variables(box.begin(model))
    assert "mine" not in variables
    assert variables["copy"] == 5


def test_a_data_association_with_a_transformation_computes_what_it_passes(box):
    inner = (
        '<ioSpecification><dataOutput id="o" name="raw"/><inputSet/><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>'
        '<dataOutputAssociation id="a"><sourceRef>o</sourceRef><targetRef>p_total</targetRef><transformation>raw * 2</transformation></dataOutputAssociation>'
    )
    model = process(
        '<property id="p_total" name="total"/>',
        start(),
        user("u", inner),
        user("after"),
        chain("begin", "u", "after"),
    )
    case = box.begin(model)
    box.finish(case, "u", raw=21)
    assert box.variables(case)["total"] == 42


def test_duplicate_ids_and_missing_references_are_all_reported(box):
    model = definitions(
        '<process id="p" isExecutable="true"><startEvent id="a"/><task id="b" default="nowhere"/><sequenceFlow id="f" sourceRef="a" targetRef="ghost"/></process>'
    )
    with pytest.raises(DeploymentError) as refused:
        box.deploy(model)
    assert len(refused.value.faults) >= 2
    assert all(fault.message and fault.line for fault in refused.value.faults)


@pytest.mark.parametrize(
    "xml",
    [
        b"<definitions", b"", b"\xff\xfe\x00",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&e;</definitions>',
        b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]><lolz>&lol2;</lolz>',
        b"<hello/>",
    ],
)  # fmt: skip
def test_what_is_no_bpmn_is_refused_with_a_sentence(box, xml):
    with pytest.raises(DeploymentError) as refused:
        box.deploy(xml)
    assert "root:" not in str(refused.value)
    assert refused.value.faults[0].message

"""Ad-hoc sub-processes (BPMN 2.0.2 §10.3.5, §13.3.5): what may stand in them, how they end."""

from __future__ import annotations

import pytest
from models import (
    ERRORS,
    ESCALATIONS,
    MESSAGES,
    boundary,
    chain,
    end,
    error,
    escalation,
    event_sub,
    expression,
    message,
    process,
    script,
    service,
    start,
    sub,
    throw,
    user,
)  # fmt: skip

from engine.errors import BpmnError, DeploymentError


def ad_hoc(*inner: str, attributes: str = "", until: str = "") -> str:
    condition = expression("completionCondition", until) if until else ""
    return sub("h", *inner, condition, attributes=attributes, kind="adHocSubProcess")


def around(host: str, *more: str, roots: str = "") -> bytes:
    return process(start(), host, user("after"), *more, chain("begin", "h", "after"), roots=roots)


def test_without_a_condition_it_ends_when_all_are_done(box):
    case = box.begin(around(ad_hoc(user("a"), user("b"))))
    assert box.open(case) == ["a", "b"]
    box.finish(case, "b")
    assert box.open(case) == ["a"]
    box.finish(case, "a")
    assert box.open(case) == ["after"]


def test_its_condition_ends_it_and_the_rest(box):
    case = box.begin(around(ad_hoc(user("a"), user("b"), until="enough")), enough=False)
    box.finish(case, "a", enough=True)
    assert box.open(case) == ["after"]


def test_the_rest_may_be_left_to_finish(box):
    case = box.begin(
        around(ad_hoc(user("a"), user("b"), attributes='cancelRemainingInstances="false"', until="enough")),
        enough=False,
    )
    box.finish(case, "a", enough=True)
    assert box.open(case) == ["b"]
    box.finish(case, "b")
    assert box.open(case) == ["after"]


def test_while_its_condition_fails_its_work_can_be_done_again(box):
    case = box.begin(around(ad_hoc(user("a"), until="enough")), enough=False)
    box.finish(case, "a")
    assert box.open(case) == ["a"]
    box.finish(case, "a", enough=True)
    assert box.open(case) == ["after"]


def test_sequential_offers_one_at_a_time(box):
    case = box.begin(around(ad_hoc(user("a"), user("b"), user("c"), attributes='ordering="Sequential"')))
    for element in "abc":
        assert box.open(case) == [element]
        box.finish(case, element)
    assert box.open(case) == ["after"]


def test_sequential_with_a_condition_ends_before_the_rest_was_offered(box):
    case = box.begin(
        around(ad_hoc(user("a"), user("b"), attributes='ordering="Sequential"', until="enough")), enough=False
    )
    box.finish(case, "a", enough=True)
    assert box.open(case) == ["after"]


def test_flows_inside_give_an_order_to_those_that_they_join(box):
    case = box.begin(around(ad_hoc(user("a"), user("b"), user("c"), chain("a", "b"))))
    assert box.open(case) == ["a", "c"]
    box.finish(case, "a")
    assert box.open(case) == ["b", "c"]


def test_a_start_or_end_event_inside_is_refused(box):
    with pytest.raises(DeploymentError):
        box.deploy(around(ad_hoc(start("ib"), user("a"), chain("ib", "a"))))


def test_terminate_in_a_sub_process_inside_ends_only_that(box):
    inner = sub(
        "s",
        start("ib"),
        user("a"),
        end("t", "<terminateEventDefinition/>"),
        user("x"),
        chain("ib", "a", "t"),
        chain("ib", "x"),
    )
    case = box.begin(around(ad_hoc(inner, user("b"))))
    box.finish(case, "a")
    assert box.open(case) == ["b"]


def test_an_error_inside_ends_all_of_it_on_its_boundary(box):
    def fail(_):
        raise BpmnError("BAD")

    box.handle("fail", fail)
    case = box.begin(
        around(
            ad_hoc(user("a"), service("s", "fail"), chain("a", "s"), user("b")),
            boundary("bo", "h", error("e_bad")),
            user("bad"),
            chain("bo", "bad"),
            roots=ERRORS,
        )
    )
    assert box.open(case) == ["a", "b"]
    box.finish(case, "a")
    assert box.open(case) == ["bad"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_thrown_inside_reaches_its_boundary(box, interrupting):
    case = box.begin(
        around(
            ad_hoc(user("a"), throw("t", escalation("c_late")), chain("a", "t"), user("b")), boundary("bo", "h", escalation("c_late"), interrupting),
            user("late"), chain("bo", "late"), roots=ESCALATIONS,
        )
    )  # fmt: skip
    box.finish(case, "a")
    assert box.open(case) == (["late"] if interrupting else ["b", "late"])


def test_cancel_of_a_transaction_inside_leaves_the_others_open(box):
    inner = sub(
        "t",
        start("ib"),
        user("a"),
        end("x", "<cancelEventDefinition/>"),
        chain("ib", "a", "x"),
        kind="transaction",
    )
    case = box.begin(
        around(
            ad_hoc(
                inner,
                boundary("cb", "t", "<cancelEventDefinition/>"),
                user("gone"),
                chain("cb", "gone"),
                user("b"),
            )
        )
    )
    box.finish(case, "a")
    assert box.open(case) == ["b", "gone"]
    box.finish(case, "gone")
    box.finish(case, "b")
    assert box.open(case) == ["after"]


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_sub_process_inside(box, interrupting):
    es = event_sub(
        "es",
        start("eb", message("m_stop"), f'isInterrupting="{interrupting}"'),
        user("handle"),
        chain("eb", "handle"),
    )
    case = box.begin(around(ad_hoc(user("a"), es), roots=MESSAGES))
    box.deliver("stop")
    assert box.open(case) == (["handle"] if interrupting == "true" else ["a", "handle"])
    for element in box.open(case):
        box.finish(case, element)
    assert box.open(case) == ["after"]


def test_an_interrupting_event_sub_process_inside_ends_it_although_its_condition_fails(box):
    es = event_sub("es", start("eb", message("m_stop")), user("handle"), chain("eb", "handle"))
    case = box.begin(around(ad_hoc(user("a"), es, until="enough"), roots=MESSAGES), enough=False)
    box.deliver("stop")
    box.finish(case, "handle")
    assert box.open(case) == ["after"]


def test_instances_and_loops_inside(box):
    loop = f"<multiInstanceLoopCharacteristics>{expression('loopCardinality', '2')}</multiInstanceLoopCharacteristics>"
    case = box.begin(
        around(ad_hoc(user("a", loop), user("b", '<standardLoopCharacteristics loopMaximum="2"/>')))
    )
    assert box.open(case) == ["a", "a", "b"]
    for element in "abab":
        box.finish(case, element)
    assert box.open(case) == ["after"]


def test_automatic_work_inside(box):
    case = box.begin(around(ad_hoc(script("s", "{n: n + 1}"), until="n >= 3")), n=0)
    assert box.open(case) == ["after"]
    assert box.variables(case)["n"] == 3


def test_a_multi_instance_ad_hoc_sub_process_asks_its_condition_in_each_instance(box):
    loop = f"<multiInstanceLoopCharacteristics>{expression('loopCardinality', '2')}</multiInstanceLoopCharacteristics>"
    host = sub(
        "h",
        loop,
        '<dataObject id="enough"/>',
        user("a"),
        user("b"),
        expression("completionCondition", "enough"),
        kind="adHocSubProcess",
    )
    case = box.begin(around(host))
    assert box.open(case) == ["a", "a", "b", "b"]
    box.finish(case, "a", enough=True)
    assert box.open(case) == ["a", "b"]
    box.finish(case, "a", enough=True)
    assert box.open(case) == ["after"]

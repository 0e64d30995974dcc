"""The sandbox itself: what the guide promises beyond the conformance stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from models import (
    ERRORS,
    MESSAGES,
    SIGNALS,
    catch,
    chain,
    end,
    flow,
    message,
    process,
    service,
    signal,
    start,
    task,
    timer,
    user,
)

from engine.errors import DeploymentError, NotFound
from engine.sandbox import Sandbox

LIMITS = [
    {
        "id": "notice", "name": "一次告知补正", "amount": 5, "unit": "working_day", "starts": "received_on",
        "ends": "told_on", "effect": "deemed_accepted", "on_expiry": "自收到申请材料之日起即为受理",
        "source": {
            "law": "行政许可法(2019-04-23)", "article": "第三十二条",
            "quote": "逾期不告知的，自收到申请材料之日起即为受理",
        },
    }
]  # fmt: skip


@pytest.fixture
def box():
    with Sandbox(start=datetime(2026, 9, 25, 10)) as sandbox:
        yield sandbox


def test_a_start_without_zone_is_shanghai_and_the_clock_stands_until_told(box):
    assert box.now == datetime(2026, 9, 25, 2, tzinfo=UTC)
    box.advance(timedelta(days=1))
    assert box.now == datetime(2026, 9, 26, 2, tzinfo=UTC)


def test_rows_are_read_by_key_or_by_attribute(box):
    box.deploy(process(start(), user("a"), chain("begin", "a")))
    case = box.start("p", {"n": 1})
    (item,) = box.work_items(case)
    assert item.element == item["element"] == "a"
    assert item.variables == {"n": 1}
    first = box.history(case)[0]
    assert (first.seq, first.event) == (1, "case_started")
    assert first.at == box.now
    with pytest.raises(AttributeError):
        _ = item.nothing


def test_a_limit_timer_follows_the_statutory_clock_through_the_holiday(box):
    bound = '<timerEventDefinition chengban:limit="notice"/>'
    model = process(
        start(), user("accept"), f'<boundaryEvent id="late" attachedToRef="accept">{bound}</boundaryEvent>',
        '<scriptTask id="deem"><script>{accepted_on: received_on}</script></scriptTask>', user("next"),
        chain("begin", "accept"), chain("late", "deem", "next"),
    )  # fmt: skip
    box.deploy(model, limits=LIMITS)
    case = box.start("p", {"received_on": datetime(2026, 9, 25).date()})
    shanghai = ZoneInfo("Asia/Shanghai")
    box.advance(datetime(2026, 10, 9, 23, 59, tzinfo=shanghai) - box.now)
    assert [item.element for item in box.work_items(case)] == ["accept"]
    box.advance(timedelta(minutes=1))
    assert [item.element for item in box.work_items(case)] == ["next"]
    assert box.variables(case)["accepted_on"] == datetime(2026, 9, 25).date()
    fired = next(entry for entry in box.history(case) if entry.event == "timer_fired")
    assert fired.at == datetime(2026, 10, 9, 16, tzinfo=UTC)


def test_a_timer_that_names_an_unknown_limit_is_refused(box):
    bound = '<timerEventDefinition chengban:limit="nothing"/>'
    with pytest.raises(DeploymentError) as refused:
        box.deploy(
            process(
                start(),
                f'<intermediateCatchEvent id="w">{bound}</intermediateCatchEvent>',
                chain("begin", "w"),
            )
        )
    assert refused.value.faults[0].element == "w"


def test_things_fall_due_each_at_its_own_moment(box):
    model = process(
        start(), task("split"), catch("one", timer("timeDuration", "PT1H")), catch("two", timer("timeDuration", "PT3H")),
        end(), chain("begin", "split", "one", "done"), chain("split", "two", "done"),
    )  # fmt: skip
    box.deploy(model)
    case = box.start("p")
    began = box.now
    box.advance(timedelta(days=1))
    moments = [entry.at - began for entry in box.history(case) if entry.event == "timer_fired"]
    assert moments == [timedelta(hours=1), timedelta(hours=3)]


def test_a_named_handler_that_is_not_registered_is_an_incident(box):
    box.deploy(process(start(), service("s", "unknown"), end(), chain("begin", "s", "done")))
    case = box.start("p")
    assert box.status(case) == "failed"
    assert "unknown" in box.incidents(case)[0].message


def test_messages_and_signals_may_be_told_by_id(box):
    model = process(
        start(), catch("w", message("m_pay")), catch("v", signal("s_alarm")), end(), chain("begin", "w", "v", "done"),
        roots=MESSAGES + SIGNALS + ERRORS,
    )  # fmt: skip
    box.deploy(model)
    case = box.start("p")
    box.deliver("m_pay")
    box.signal("s_alarm")
    assert box.status(case) == "completed"


def test_all_faults_are_told_at_once_with_their_places(box):
    model = process(
        start(), user("a", attributes='default="nowhere"'), flow("a", "ghost"), chain("begin", "a")
    )
    with pytest.raises(DeploymentError) as refused:
        box.deploy(model, file="draft.bpmn")
    assert len(refused.value.faults) >= 2
    assert {fault.file for fault in refused.value.faults} == {"draft.bpmn"}


@pytest.mark.parametrize("ask", ["work_items", "history", "variables", "status", "incidents"])
def test_an_unknown_case_is_not_found(box, ask):
    with pytest.raises(NotFound):
        getattr(box, ask)("nothing")

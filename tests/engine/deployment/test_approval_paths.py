"""No time-out approves anything unless the law says so: a model that tries is refused at deployment."""

from __future__ import annotations

from typing import Any

import pytest

from engine.deployment.checks import executable_of
from engine.errors import DeploymentError
from tests.engine.cases import permits
from tests.engine.cases.running_clocks import DECIDE

RENEWAL = {
    **DECIDE, "id": "renewal", "effect": "deemed_renewed",
    "source": {"law": "行政许可法(2019-04-23)", "article": "第五十条",
               "quote": "行政机关应当根据被许可人的申请，在该行政许可有效期届满前作出是否准予延续的决定；逾期未作决定的，视为准予延续"},
}  # fmt: skip
STEP = '<startEvent id="s"/><userTask id="review" name="审核" chengban:post="审核科/经办人"/><endEvent id="done" name="已办"/>'


def late(timer: str = 'chengban:limit="decide"/>') -> str:
    return (
        '<boundaryEvent id="late" attachedToRef="review"><timerEventDefinition id="td" ' + timer + "</boundaryEvent>"
    )  # fmt: skip


def refused(body: str, *limits: dict[str, Any]) -> list[str]:
    try:
        executable_of(permits.bundle(permits.model(body), list(limits) or [DECIDE]))
    except DeploymentError as error:
        return [fault.code for fault in error.faults]
    return []


@pytest.mark.parametrize(
    "way",
    [
        '<endEvent id="e" name="视为准予许可"/>' + permits.flows("late e"),
        '<endEvent id="granted"/>' + permits.flows("late granted"),
        '<scriptTask id="x" scriptFormat="feel"><script>{decision: "准予"}</script></scriptTask><endEvent id="e"/>'
        + permits.flows("late x e"),
        '<scriptTask id="x" scriptFormat="feel"><script>{granted_on: today()}</script></scriptTask><endEvent id="e"/>'
        + permits.flows("late x e"),
        '<serviceTask id="x" name="颁发许可证" chengban:handler="issue"/><endEvent id="e"/>'
        + permits.flows("late x e"),
        '<exclusiveGateway id="g" default="f_g_e"/><endEvent id="e" name="批准"/><endEvent id="e2"/>'
        '<sequenceFlow id="c" sourceRef="g" targetRef="e2"><conditionExpression>a = 1</conditionExpression></sequenceFlow>'
        + permits.flows("late g e"),
        '<subProcess id="x"><startEvent id="xs"/><scriptTask id="xt" scriptFormat="feel">'
        '<script>{decision: "同意"}</script></scriptTask><endEvent id="xe"/>'
        + permits.flows("xs xt xe")
        + '</subProcess><endEvent id="e"/>'
        + permits.flows("late x e"),
    ],
)
def test_a_time_out_that_leads_straight_to_an_approval_is_refused(way: str) -> None:
    assert refused(STEP + late() + way + permits.flows("s review done")) == ["timeout_approves"]


def test_a_timer_without_a_limit_approves_no_more_than_one_with_it() -> None:
    timer = "><timeDuration>P20D</timeDuration></timerEventDefinition>"
    body = STEP + late(timer) + '<endEvent id="e" name="准予"/>' + permits.flows("s review done", "late e")
    assert refused(body) == ["timeout_approves"]


def test_a_race_behind_an_event_based_gateway_is_a_time_out_too() -> None:
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/>'
        '<intermediateCatchEvent id="t"><timerEventDefinition id="td" chengban:limit="decide"/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="m"><messageEventDefinition id="md" messageRef="msg"/></intermediateCatchEvent>'
        '<endEvent id="e" name="准予"/><endEvent id="e2" name="已答复"/>'
        + permits.flows("s g t e", "g m e2")
    )  # fmt: skip
    bundle = permits.bundle(permits.model(body, roots='<message id="msg" name="答复"/>'), [DECIDE])
    with pytest.raises(DeploymentError, match="超时不得产生准予的结果"):
        executable_of(bundle)


@pytest.mark.parametrize(
    "way",
    [
        '<endEvent id="e" name="督办"/>' + permits.flows("late e"),
        '<endEvent id="e" name="不予许可"/>' + permits.flows("late e"),
        '<endEvent id="e" name="许可失效"/>' + permits.flows("late e"),
        '<userTask id="x" name="局长批准" chengban:post="局领导/局长"/><endEvent id="e" name="准予"/>'
        + permits.flows("late x e"),
        '<exclusiveGateway id="g" default="f_g_e"/><endEvent id="e"/><endEvent id="e2" name="准予"/>'
        '<sequenceFlow id="c" sourceRef="g" targetRef="e2"><conditionExpression>decide_outcome = "准予"'
        "</conditionExpression></sequenceFlow>" + permits.flows("late g e"),
    ],
)
def test_a_time_out_that_only_urges_refuses_or_asks_somebody_is_accepted(way: str) -> None:
    assert refused(STEP + late() + way + permits.flows("s review done")) == []


def test_a_renewal_that_the_law_deems_granted_is_accepted() -> None:
    body = STEP + late('chengban:limit="renewal"/>') + '<endEvent id="e" name="视为准予延续"/>'
    assert refused(body + permits.flows("s review done", "late e"), RENEWAL) == []


def test_a_limit_whose_source_does_not_say_so_may_not_grant_by_its_effect() -> None:
    body = STEP + late('chengban:limit="renewal"/>') + '<endEvent id="e" name="视为准予延续"/>'
    wrong = {**RENEWAL, "source": DECIDE["source"]}
    assert "limit_approves" in refused(body + permits.flows("s review done", "late e"), wrong)

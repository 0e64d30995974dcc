"""A decision clock with grounds and an extension, a timer bound to it, and a term that outlives its case."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from engine.calendar.clock import Clock
from engine.cases import Cases
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
FIRST = date(2026, 3, 2)
LICENSING = {"law": "行政许可法(2019-04-23)", "article": "第四十二条", "quote": "二十日内作出行政许可决定"}
DECIDE: dict[str, Any] = {
    "id": "decide", "name": "作出许可决定", "amount": 20, "unit": "working_day", "starts": "accepted_on",
    "ends": "decided_on", "covers": ["review"], "yellow": 5, "suspensions": ["听证", "专家评审"],
    "extension": {"amount": 10, "unit": "working_day", "approver": "本行政机关负责人"}, "source": LICENSING,
}  # fmt: skip
RECLAIM: dict[str, Any] = {
    "id": "reclaim", "name": "期满复垦", "amount": 1, "unit": "year", "starts": "term_ended_on",
    "source": {"law": "土地管理法实施条例(2021-07-02)", "article": "第二十条"},
}  # fmt: skip
REVIEW = permits.model(
    '<startEvent id="s"/>'
    '<userTask id="review" name="审核" chengban:post="审核科/经办人" chengban:limit="decide"/>'
    '<boundaryEvent id="late" attachedToRef="review" cancelActivity="false">'
    '<timerEventDefinition id="td" chengban:limit="decide"/></boundaryEvent>'
    '<userTask id="urge" name="督办" chengban:post="审核科/科长"/><endEvent id="e"/><endEvent id="e2"/>'
    + permits.flows("s review e", "late urge e2")
)


def deployed(cases: Cases, *limits: dict[str, Any]) -> None:
    cases.deploy(permits.bundle(REVIEW, list(limits) or [DECIDE, RECLAIM]), CLERK)


def accepted(cases: Cases, on: date = FIRST, **values: Any) -> str:
    """A case under review whose decision clock runs from that day."""
    header = {"section": "审核科", "number": values.pop("number", ""), "title": "临时用地"}
    return cases.start("permit", {"accepted_on": on, **values}, actor=CLERK, header=header).case_id


def clock_of(cases: Cases, case_id: str, limit: str = "decide") -> Clock:
    return cases.view(case_id, lambda view: view.clocks[limit])

"""The statutory clocks of a case: how they stand, their tables of days and ledgers, and what the law lets be done."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from processes import clock_office
from webapp import clocks
from webapp.api.access import caller, expected
from webapp.api.answers import answered
from webapp.api.cases import PLACE as CASE
from webapp.api.cases import seen
from webapp.api.part import part
from webapp.api.schemas.clocks import (
    ClockList,
    ClockWhole,
    ExtendClockBody,
    ResumeClockBody,
    StrikeBody,
    SuspendClockBody,
)
from webapp.api.schemas.common import Answered
from webapp.context import bureau

routes = part("clocks", "期限")
PLACE = f"{CASE}/clocks/<limit>"


@routes.operation("GET", f"{CASE}/clocks", "期限", answers=ClockList)
def list_clocks(case_id: str) -> Any:
    return {"rows": seen(case_id).clocks}


@routes.operation("GET", PLACE, "一个期限：逐日计算表、台账、可以做什么", answers=ClockWhole)
def get_clock(case_id: str, limit: str) -> Any:
    found = clock_office.clock_page(bureau(), caller(), case_id, limit)
    return {
        **asdict(found.view), "days": found.view.days, "may": sorted(found.may), "grounds": found.grounds,
        "held": [{"ground": ground, "since": since} for ground, since in found.held],
        "entered": found.entered, "approver": found.approver, "why_not": found.why_not, "ledger": found.sheet.lines,
    }  # fmt: skip


@routes.operation("GET", f"{PLACE}/sheet", "期限计算单（PDF）", answers=None, media_type="application/pdf")
def get_clock_sheet(case_id: str, limit: str) -> Response:
    return clocks.printed(caller(), case_id, limit)


@routes.operation(
    "POST", f"{PLACE}/suspension", "依法定事由停止计时", scope="work", body=SuspendClockBody, answers=Answered,
    command=True,
)  # fmt: skip
def suspend_clock(body: dict[str, Any], case_id: str, limit: str) -> Any:
    return answered(clock_office.suspend(bureau(), caller(), case_id, limit, body, **expected()))


@routes.operation(
    "POST",
    f"{PLACE}/resumption",
    "恢复计时",
    scope="work",
    body=ResumeClockBody,
    answers=Answered,
    command=True,
)
def resume_clock(body: dict[str, Any], case_id: str, limit: str) -> Any:
    return answered(clock_office.resume(bureau(), caller(), case_id, limit, body, **expected()))


@routes.operation(
    "POST",
    f"{PLACE}/striking",
    "撤销误登的扣除",
    scope="work",
    body=StrikeBody,
    answers=Answered,
    command=True,
)
def strike_suspension(body: dict[str, Any], case_id: str, limit: str) -> Any:
    return answered(clock_office.strike(bureau(), caller(), case_id, limit, body, **expected()))


@routes.operation(
    "POST", f"{PLACE}/extension", "经法定负责人批准延长", scope="work", body=ExtendClockBody, answers=Answered,
    command=True,
)  # fmt: skip
def extend_clock(body: dict[str, Any], case_id: str, limit: str) -> Any:
    data = {**body, "amount": "" if body["amount"] is None else str(body["amount"])}
    return answered(clock_office.extend(bureau(), caller(), case_id, limit, data, **expected()))

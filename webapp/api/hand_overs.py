"""A person's whole desk handed over (离职交接): begun here, worked through by the server, watched until it is done."""

from __future__ import annotations

import secrets
from typing import Any

from processes import handing_over
from processes.handing_over import REST, Progress
from webapp.api.access import caller, idempotency_key
from webapp.api.part import ROOT, part
from webapp.api.schemas.office import (
    DeskShown,
    HandOverBody,
    HandOverList,
    HandOverQuery,
    HandOverShown,
)
from webapp.context import bureau

routes = part("hand_overs", "离职交接")


@routes.operation(
    "GET", "/hand-overs", "本人可以办理的人员最近的交接", answers=HandOverList
)  # fmt: skip
def list_hand_overs() -> Any:
    return {"rows": [shown(one) for one in handing_over.latest(bureau(), caller())]}


@routes.operation(
    "GET", "/hand-overs/desk", "一人名下的待办，按事项和环节", query=HandOverQuery, answers=DeskShown, refusals=(404,)
)  # fmt: skip
def get_desk(asked: dict[str, Any]) -> Any:
    return {"rows": handing_over.preview(bureau(), caller(), asked["person"])}


@routes.operation(
    "POST", "/hand-overs", "开始交接，由系统逐件办理", scope="work", body=HandOverBody, answers=HandOverShown,
    status=201, command=True, refusals=(404, 409),
)  # fmt: skip
def begin_hand_over(body: dict[str, Any]) -> Any:
    to = {REST: body["to"], **{one["step"]: one["to"] for one in body["steps"]}}
    key = idempotency_key() or f"api:{caller()}:{secrets.token_urlsafe(18)}"
    name = handing_over.begin(
        bureau(),
        caller(),
        body["person"],
        {step: one for step, one in to.items() if one},
        body["reason"],
        key=key,
    )
    place = {"Location": f"{ROOT}/hand-overs/{name}"}
    return shown(handing_over.progress(bureau(), caller(), name)), 201, place


@routes.operation("GET", "/hand-overs/<hand_over>", "交接进行到哪里", answers=HandOverShown)
def get_hand_over(hand_over: str) -> Any:
    return shown(handing_over.progress(bureau(), caller(), hand_over))


def shown(one: Progress) -> dict[str, Any]:
    failed = [{"case_id": case_id, "item": item, "error": error} for case_id, item, error in one.failed]
    return {**one._asdict(), "failed": failed}

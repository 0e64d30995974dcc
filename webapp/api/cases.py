"""The whole case: its state, history, diagrams, verification, receipt; notes and cancelling."""

from __future__ import annotations

from typing import Any

from flask import Response

from engine.errors import NotFound
from processes import receipts
from processes.views import CaseView
from webapp.api.access import caller, expected
from webapp.api.answers import answered, etag
from webapp.api.part import part
from webapp.api.schemas.cases import Case, CaseHistory, DiagramList, NoteBody, ReceiptShown, Verification
from webapp.api.schemas.common import Answered, ReasonBody
from webapp.context import bureau

routes = part("cases", "办件")
PLACE = "/cases/<case_id>"


def seen(case_id: str) -> CaseView:
    return bureau().case(caller(), case_id)


@routes.operation("GET", PLACE, "办件", answers=Case, etag=True)
def get_case(case_id: str) -> Any:
    view = seen(case_id)
    revision = view.history[-1].seq if view.history else 0
    can = view.powers
    told = {
        name: getattr(view if hasattr(view, name) else can, name)
        for name in Case().fields
        if name != "revision"
    }
    told["recusable"] = [{"user": user, "name": name} for user, name in can.recusable]
    told["recused"] = [{"name": name, "reason": reason} for name, reason in can.recused]
    return {**told, "revision": revision, "may": sorted(view.may)}, 200, etag(revision)


@routes.operation("GET", f"{PLACE}/history", "办理过程", answers=CaseHistory)
def get_history(case_id: str) -> Any:
    return {"rows": seen(case_id).history}


@routes.operation("GET", f"{PLACE}/diagrams", "流程图及其标记", answers=DiagramList)
def list_diagrams(case_id: str) -> Any:
    return {"rows": seen(case_id).diagrams}


@routes.operation(
    "GET", f"{PLACE}/diagrams/<process>", "流程图的 BPMN 2.0 XML（办件所用的版本）", answers=None,
    media_type="application/xml",
)  # fmt: skip
def get_diagram(case_id: str, process: str) -> Any:
    found = next((one for one in seen(case_id).diagrams if one.process == process), None)
    if found is None:
        raise NotFound("办件没有这个流程图")
    return Response(found.xml, content_type="application/xml; charset=utf-8")


@routes.operation("GET", f"{PLACE}/verification", "重算办件的留痕哈希链", answers=Verification)
def verify_case(case_id: str) -> Any:
    seen(case_id)
    breaks = bureau().verify(case_id)
    return {"intact": not breaks, "breaks": breaks}


@routes.operation("GET", "/verification", "重算全部办件的留痕哈希链", scope="admin", answers=Verification)
def verify_all() -> Any:
    breaks = bureau().verify()
    return {"intact": not breaks, "breaks": breaks}


@routes.operation("GET", f"{PLACE}/receipt", "收件凭证，含进度查询码", answers=ReceiptShown)
def get_receipt(case_id: str) -> Any:
    return receipts.receipt(bureau(), caller(), case_id)


@routes.operation(
    "POST", f"{PLACE}/notes", "添加批注", scope="work", body=NoteBody, answers=Answered,
    status=201, command=True,
)  # fmt: skip
def annotate_case(body: dict[str, Any], case_id: str) -> Any:
    return answered(bureau().annotate(caller(), case_id, body["text"], **expected()))


@routes.operation(
    "POST", f"{PLACE}/cancellation", "取消办件", scope="work", body=ReasonBody, answers=Answered,
    command=True,
)  # fmt: skip
def cancel_case(body: dict[str, Any], case_id: str) -> Any:
    return answered(bureau().cancel(caller(), case_id, body["reason"], **expected()))

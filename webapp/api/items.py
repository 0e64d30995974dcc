"""One step of a case: its form and where it stands, what was filled in checked, and the step done."""

from __future__ import annotations

from typing import Any

from processes import checking, standing
from webapp.api.access import caller, expected
from webapp.api.answers import answered, checked, etag
from webapp.api.part import part
from webapp.api.schemas.common import Answered
from webapp.api.schemas.desk import FormDescription
from webapp.api.schemas.items import (
    Checked,
    CompleteBody,
    CorrectionProposal,
    Item,
    ReturnBody,
    Standing,
    StatesBody,
    WithdrawBody,
)
from webapp.context import bureau

routes = part("items", "环节")
PLACE = "/cases/<case_id>/items/<item>"


@routes.operation("GET", PLACE, "环节：表单、已有的值、可以做什么", answers=Item, etag=True, refusals=(409,))
def get_item(case_id: str, item: str) -> Any:
    view = bureau().item(caller(), case_id, item)
    revision = view.history[-1].seq if view.history else 0
    return {
        "row": view.row, "revision": revision, "step": view.step,
        "form": view.form.describe(view.step) if view.form else {}, "values": view.values, "outcomes": view.outcomes,
        "materials": view.materials, "opinions": view.opinions, "clocks": view.clocks, "may": sorted(view.may),
        "return_targets": view.return_targets,
    }, 200, etag(revision)  # fmt: skip


@routes.operation("GET", f"{PLACE}/form", "环节表单的说明", answers=FormDescription, refusals=(409,))
def get_item_form(case_id: str, item: str) -> Any:
    view = bureau().item(caller(), case_id, item)
    return {"form": view.form.describe(view.step) if view.form else {}}


@routes.operation(
    "GET", f"{PLACE}/standing", "委派、加签、会签的情况和允许的操作", answers=Standing, refusals=(409,)
)
def get_standing(case_id: str, item: str) -> Any:
    found = standing.standing(bureau(), caller(), case_id, item)
    return {**found._asdict(), "allowed": sorted(found.allowed)}


@routes.operation(
    "POST", f"{PLACE}/validation", "按环节表单检查所填内容，不提交", body=CompleteBody, answers=Checked, refusals=(409,)
)  # fmt: skip
def check_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return checked(lambda: checking.check(bureau(), caller(), case_id, item, body["data"]))


@routes.operation(
    "POST", f"{PLACE}/correction-proposal", "按材料状态拟出一次告知的补正内容", body=StatesBody,
    answers=CorrectionProposal, refusals=(409,),
)  # fmt: skip
def propose_correction(body: dict[str, Any], case_id: str, item: str) -> Any:
    return {"text": checking.correction(bureau(), caller(), case_id, item, body["materials"])}


@routes.operation("POST", f"{PLACE}/claim", "签收", scope="work", answers=Answered, command=True)
def claim_item(case_id: str, item: str) -> Any:
    return answered(bureau().claim(caller(), case_id, item, **expected()))


@routes.operation("POST", f"{PLACE}/release", "释放", scope="work", answers=Answered, command=True)
def release_item(case_id: str, item: str) -> Any:
    return answered(bureau().release(caller(), case_id, item, **expected()))


@routes.operation(
    "POST", f"{PLACE}/complete", "办结环节", scope="work", body=CompleteBody, answers=Answered, command=True
)
def complete_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(bureau().complete(caller(), case_id, item, body["data"], **expected()))


@routes.operation(
    "POST", f"{PLACE}/return", "退回已办环节，逐级返回或者直接返回", scope="work", body=ReturnBody, answers=Answered,
    command=True,
)  # fmt: skip
def return_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        bureau().return_to(
            caller(), case_id, item, body["target"], body["reason"], direct=body["mode"] == "direct", **expected()
        )
    )  # fmt: skip


@routes.operation(
    "POST", f"{PLACE}/withdraw", "撤回本人办结的环节", scope="work", body=WithdrawBody, answers=Answered, command=True
)  # fmt: skip
def withdraw_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(bureau().withdraw(caller(), case_id, item, body["reason"], **expected()))

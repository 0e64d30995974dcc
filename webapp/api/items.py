"""One step of a case: its form, and what may be done with it."""

from __future__ import annotations

from typing import Any

from webapp.api.access import caller, idempotency_key, seen_revision
from webapp.api.desk import answered, etag
from webapp.api.part import part
from webapp.api.schemas.common import Answered
from webapp.api.schemas.items import CompleteBody, Item, ReturnBody, WithdrawBody
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


@routes.operation("POST", f"{PLACE}/claim", "签收", scope="work", answers=Answered, command=True)
def claim_item(case_id: str, item: str) -> Any:
    return answered(bureau().claim(caller(), case_id, item, key=idempotency_key(), revision=seen_revision()))


@routes.operation("POST", f"{PLACE}/release", "释放", scope="work", answers=Answered, command=True)
def release_item(case_id: str, item: str) -> Any:
    return answered(
        bureau().release(caller(), case_id, item, key=idempotency_key(), revision=seen_revision())
    )


@routes.operation(
    "POST", f"{PLACE}/complete", "办结环节", scope="work", body=CompleteBody, answers=Answered,
    command=True,
)  # fmt: skip
def complete_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        bureau().complete(
            caller(), case_id, item, body["data"], key=idempotency_key(), revision=seen_revision()
        )
    )


@routes.operation(
    "POST", f"{PLACE}/return", "退回已办环节", scope="work", body=ReturnBody, answers=Answered,
    command=True,
)  # fmt: skip
def return_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        bureau().return_to(
            caller(), case_id, item, body["target"], body["reason"], key=idempotency_key(),
            revision=seen_revision(),
        )
    )  # fmt: skip


@routes.operation(
    "POST", f"{PLACE}/withdraw", "撤回本人办结的环节", scope="work", body=WithdrawBody,
    answers=Answered, command=True,
)  # fmt: skip
def withdraw_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        bureau().withdraw(
            caller(), case_id, item, body["reason"], key=idempotency_key(), revision=seen_revision()
        )
    )

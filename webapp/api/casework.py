"""What is done with a case as a whole: copied, supervised, suspended, resumed, somebody recused."""

from __future__ import annotations

from typing import Any

from engine.errors import NotFound
from processes import case_operations
from webapp.api.access import caller, expected, keyed
from webapp.api.answers import answered
from webapp.api.cases import PLACE, seen
from webapp.api.part import part
from webapp.api.schemas.common import Answered
from webapp.api.schemas.operations import (
    CopyBody,
    OrderList,
    RecuseBody,
    RemarkBody,
    ResumeBody,
    SuperviseBody,
    SuspendBody,
    TextBody,
)
from webapp.context import bureau

routes = part("casework", "办件的操作")


@routes.operation(
    "POST", f"{PLACE}/copies", "抄送", scope="work", body=CopyBody, answers=Answered, status=201, command=True,
    revised=False,
)  # fmt: skip
def copy_case(body: dict[str, Any], case_id: str) -> Any:
    return answered(case_operations.copy(bureau(), caller(), case_id, body["to"], body["text"], **keyed()))


@routes.operation(
    "POST", f"{PLACE}/supervision", "督办", scope="work", body=SuperviseBody, answers=Answered, status=201,
    command=True, revised=False,
)  # fmt: skip
def supervise_case(body: dict[str, Any], case_id: str) -> Any:
    return answered(
        case_operations.supervise(bureau(), caller(), case_id, body["text"], until=body["until"], **keyed())
    )


@routes.operation("GET", f"{PLACE}/supervision", "督办、反馈和办结", answers=OrderList)
def list_orders(case_id: str) -> Any:
    return {"rows": seen(case_id).powers.orders}


@routes.operation(
    "POST", f"{PLACE}/supervision/<order>/answer", "督办反馈；再次反馈代替原来的", scope="work", body=TextBody,
    answers=Answered, command=True, revised=False,
)  # fmt: skip
def answer_order(body: dict[str, Any], case_id: str, order: str) -> Any:
    return answered(
        case_operations.answer(bureau(), caller(), case_id, number(order), body["text"], **keyed())
    )


@routes.operation(
    "POST", f"{PLACE}/supervision/<order>/closing", "督办办结", scope="work", body=RemarkBody, answers=Answered,
    command=True, revised=False,
)  # fmt: skip
def close_order(body: dict[str, Any], case_id: str, order: str) -> Any:
    return answered(
        case_operations.close(bureau(), caller(), case_id, number(order), body["text"], **keyed())
    )


def number(order: str) -> int:
    """Raises NotFound."""
    if not order.isascii() or not order.isdigit() or len(order) > 9:
        raise NotFound("没有这项督办")
    return int(order)


@routes.operation(
    "POST", f"{PLACE}/suspension", "挂起；依法定事由停止计时的期限列在 grounds", scope="work", body=SuspendBody,
    answers=Answered, command=True,
)  # fmt: skip
def suspend_case(body: dict[str, Any], case_id: str) -> Any:
    grounds = {one["limit"]: (one["ground"], one["notice"]) for one in body["grounds"]}
    return answered(
        case_operations.suspend(
            bureau(), caller(), case_id, body["reason"], grounds=grounds, on=body["on"], **expected()
        )
    )


@routes.operation(
    "POST", f"{PLACE}/resumption", "恢复", scope="work", body=ResumeBody, answers=Answered, command=True
)
def resume_case(body: dict[str, Any], case_id: str) -> Any:
    grounds = {one["limit"]: one["ground"] for one in body["grounds"]}
    return answered(
        case_operations.resume(
            bureau(), caller(), case_id, body["reason"], grounds=grounds, on=body["on"], **expected()
        )
    )


@routes.operation(
    "POST", f"{PLACE}/recusals", "回避：本人申请或者由其负责人决定", scope="work", body=RecuseBody,
    answers=Answered, status=201, command=True,
)  # fmt: skip
def recuse_person(body: dict[str, Any], case_id: str) -> Any:
    return answered(
        case_operations.recuse(bureau(), caller(), case_id, body["person"], body["reason"], **expected())
    )

"""Who asks, matters with their forms, receiving an application."""

from __future__ import annotations

from typing import Any

from flask import g

from processes import attachments, checking
from webapp.api.access import caller, idempotency_key
from webapp.api.answers import answered, checked, etag
from webapp.api.part import ROOT, part
from webapp.api.schemas.common import Answered
from webapp.api.schemas.desk import (
    ApplicationBody,
    FormDescription,
    MatterBrief,
    MatterList,
    MattersQuery,
    Me,
    StartBody,
)
from webapp.api.schemas.items import Checked
from webapp.context import bureau

routes = part("desk", "事项和收件")


@routes.operation("GET", "/me", "令牌代表的人员及其范围", answers=Me)
def me() -> Any:
    account = bureau().person(caller())
    return {"user": account.user, "name": account.name, "posts": account.posts, "scopes": g.api_token.scopes}


@routes.operation(
    "GET", "/matters", "已发布的事项", query=MattersQuery, answers=MatterList
)  # fmt: skip
def list_matters(asked: dict[str, Any]) -> Any:
    return {"rows": bureau().matters(caller() if asked["mine"] == "true" else None)}


@routes.operation("GET", "/matters/<matter>", "一个事项", answers=MatterBrief)
def get_matter(matter: str) -> Any:
    return bureau().matter(matter)


@routes.operation("GET", "/matters/<matter>/form", "收件表单的说明", answers=FormDescription)
def get_start_form(matter: str) -> Any:
    bound = bureau().start_form(matter)
    return {"form": bound.form.describe(bound.step)}


@routes.operation(
    "POST", "/matters/<matter>/validation", "按收件表单检查所填内容，不收件", body=ApplicationBody, answers=Checked
)  # fmt: skip
def check_application(body: dict[str, Any], matter: str) -> Any:
    return checked(
        lambda: checking.check_application(bureau(), caller(), matter, body["data"], body["uploads"])
    )


@routes.operation(
    "POST", "/cases", "收件：提交申请，生成办件", scope="work", body=StartBody, answers=Answered,
    status=201, command=True, refusals=(404,),
)  # fmt: skip
def start_case(body: dict[str, Any]) -> Any:
    uploads = attachments.staged(bureau(), caller(), body["matter"], body["uploads"])
    answer = bureau().start(caller(), body["matter"], body["data"], key=idempotency_key(), uploads=uploads)
    place = {"Location": f"{ROOT}/cases/{answer.case_id}", **etag(answer.seq)}
    return answered(answer), 201, place

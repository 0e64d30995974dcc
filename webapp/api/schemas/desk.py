"""Matters with their forms, and the boxes of the inbox."""

from __future__ import annotations

from marshmallow import fields, validate

from webapp.api.schemas.common import PageQuery
from webapp.api.schemas.shape import LIGHTS, Exact, Number, Shape, Text, Words, one_of, said

BOXES = ("todo", "claimable", "done", "started")


class StartBody(Shape):
    matter = said(100, metadata={"description": "事项标识"})
    data = Exact(
        required=True, metadata={"description": "按 /matters/{matter}/form 填写；小数可以写成字符串"}
    )
    uploads = Words(
        said(100), load_default=list, validate=validate.Length(0, 200, error="最多 200 个"),
        metadata={"description": "收件前上传的申请材料：/matters/{matter}/uploads 的答复"},
    )  # fmt: skip


class ApplicationBody(Shape):
    data = Exact(required=True)
    uploads = Words(said(100), load_default=list, validate=validate.Length(0, 200, error="最多 200 个"))


class InboxQuery(PageQuery):
    box = one_of(*BOXES, load_default="todo", metadata={"description": "待办、科室待领、已办、我发起的"})
    matter = said(100, required=False)
    q = said(100, required=False, metadata={"description": "编号、申请人或项目名称中的文字"})


class MattersQuery(Shape):
    mine = one_of("true", "false", load_default="false", metadata={"description": "只列本人可以收件的"})


class Me(Shape):
    user = Text(required=True)
    name = Text(required=True)
    posts = Words(Text(), required=True)
    scopes = Words(Text(), required=True)


class MatterBrief(Shape):
    id = Text(required=True)
    name = Text(required=True)
    section = Text(required=True)


class MatterList(Shape):
    rows = Words(fields.Nested(MatterBrief), required=True)


class FormDescription(Shape):
    form = Exact(required=True, metadata={"description": "字段、结果、规则、材料：见 docs/guide/api.md"})


class InboxRow(Shape):
    case_id = Text(required=True)
    item = Text(required=True)
    element = Text(required=True)
    number = Text(required=True)
    matter = Text(required=True)
    matter_name = Text(required=True)
    title = Text(required=True)
    applicant = Text(required=True)
    step = Text(required=True)
    status = Text(required=True)
    opened_at = fields.AwareDateTime(required=True)
    claimed_by = Text(required=True, allow_none=True)
    claimed_name = Text(required=True)
    due = fields.Date(required=True, allow_none=True)
    days_left = Number(required=True, allow_none=True)
    light = one_of(*LIGHTS, required=True)
    provisional = fields.Boolean(required=True)
    previous = Text(required=True)


class InboxList(Shape):
    rows = Words(fields.Nested(InboxRow), required=True)
    next = Text(required=True, allow_none=True)


class Counts(Shape):
    todo = Number(required=True)
    claimable = Number(required=True)
    done = Number(required=True)
    started = Number(required=True)
    red = Number(required=True)
    yellow = Number(required=True)
    green = Number(required=True)
    grey = Number(required=True)

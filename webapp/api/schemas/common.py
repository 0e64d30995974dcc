"""What comes and goes on every subject: refusals, pages, reasons, what a command did."""

from __future__ import annotations

from marshmallow import fields, validate

from webapp.api.schemas.shape import Number, Shape, Text, Words, said


class Problem(Shape):
    type = Text(required=True, metadata={"description": "urn:chengban:problem:<code>"})
    title = Text(required=True)
    status = Number(required=True)
    detail = Text(required=True)
    fields = fields.Dict(keys=Text(), values=Words(Text()), required=True)  # type: ignore[assignment]
    request_id = Text(required=True)


class ReasonBody(Shape):
    reason = said(2000)


class Answered(Shape):
    case_id = Text(required=True)
    revision = Number(required=True, metadata={"description": "这条命令在留痕中的序号"})
    status = Text(required=True)
    replayed = fields.Boolean(required=True, metadata={"description": "同一 Idempotency-Key 以前用过"})


class PageQuery(Shape):
    limit = Number(
        load_default=20, validate=validate.Range(1, 200, error="应在 {min} 与 {max} 之间"),
        metadata={"description": "每页条数"},
    )  # fmt: skip
    after = said(300, required=False, metadata={"description": "上一页答复中的 next"})

"""The documents (文书) of a case."""

from __future__ import annotations

from marshmallow import fields

from engine.cases.document_commands import MODES
from processes.documents import LONGEST, MEDIA
from webapp.api.schemas.shape import Day, Shape, Text, Words, one_of, said

Given = fields.Dict(
    keys=said(100), values=said(LONGEST, shortest=0), load_default=dict,
    metadata={"description": "asks 中所缺的内容，按页面上的写法"},
)  # fmt: skip


class PapersQuery(Shape):
    item = said(128, required=False, metadata={"description": "只列这个环节的文书"})


class IssueBody(Shape):
    kind = said(100, metadata={"description": "文书名称：possible 中的 kind"})
    values = Given


class PreviewBody(Shape):
    kind = said(100)
    values = Given
    form = one_of(*MEDIA, load_default="pdf")


class ServeBody(Shape):
    mode = one_of(*MODES, required=True)
    on = Day(required=True, metadata={"description": "送达之日"})
    receiver = said(LONGEST, required=False, shortest=0, load_default="")
    receipt = said(
        LONGEST, required=False, shortest=0, load_default="", metadata={"description": "送达回证编号"}
    )
    note = said(LONGEST, required=False, shortest=0, load_default="")


class ServiceShown(Shape):
    mode = Text(required=True)
    on = fields.Date(required=True)
    receiver = Text(required=True)
    receipt = Text(required=True)
    note = Text(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    recorded_by = Text(required=True)


class DocumentShown(Shape):
    document = Text(required=True)
    kind = Text(required=True)
    number = Text(required=True)
    title = Text(required=True)
    files = fields.Dict(keys=Text(), values=Text(), required=True, metadata={"description": "各格式的哈希"})
    issued_at = fields.AwareDateTime(required=True)
    issued_by = Text(required=True)
    voided_at = fields.AwareDateTime(required=True, allow_none=True)
    voided_by = Text(required=True, allow_none=True)
    void_reason = Text(required=True, allow_none=True)
    services = Words(fields.Nested(ServiceShown), required=True)
    may = Words(Text(), required=True, metadata={"description": "void、serve"})


class AskedShown(Shape):
    name = Text(required=True)
    label = Text(required=True)
    kind = Text(required=True)


class PossibleShown(Shape):
    kind = Text(required=True)
    asks = Words(fields.Nested(AskedShown), required=True)
    why_not = Text(required=True, metadata={"description": "现在不能签发的原因；能签发的为空"})
    issued = fields.Boolean(required=True)


class PapersShown(Shape):
    issued = Words(fields.Nested(DocumentShown), required=True)
    possible = Words(fields.Nested(PossibleShown), required=True)
    modes = Words(Text(), required=True, metadata={"description": "送达方式"})

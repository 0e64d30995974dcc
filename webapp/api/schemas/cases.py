"""The whole case."""

from __future__ import annotations

from marshmallow import fields

from processes.trail import STATES
from webapp.api.schemas.clocks import ClockBrief
from webapp.api.schemas.files import FileShown
from webapp.api.schemas.shape import Exact, Number, Shape, Text, Words, one_of, said


class NoteBody(Shape):
    text = said(4000)


class TrailStep(Shape):
    element = Text(required=True)
    name = Text(required=True)
    state = one_of(*STATES, required=True)
    detail = Text(required=True)


class HistoryLine(Shape):
    seq = Number(required=True)
    at = fields.AwareDateTime(required=True)
    by = Text(required=True)
    sentence = Text(required=True)
    text = Text(required=True)
    mark = fields.Boolean(required=True)


class CaseHistory(Shape):
    rows = Words(fields.Nested(HistoryLine), required=True)


class OpenItem(Shape):
    item = Text(required=True)
    step = Text(required=True)
    post = Text(required=True)
    claimed_name = Text(required=True)
    mine = fields.Boolean(required=True)


class CaseFact(Shape):
    label = Text(required=True)
    text = Text(required=True)


class WithdrawableStep(Shape):
    item = Text(required=True)
    step = Text(required=True)
    at = fields.AwareDateTime(required=True)
    until = Words(Text(), required=True, metadata={"description": "下列环节签收之前"})


class UrgeableStep(Shape):
    item = Text(required=True)
    step = Text(required=True)
    holder = Text(required=True)


class PersonNamed(Shape):
    user = Text(required=True)
    name = Text(required=True)


class RecusedShown(Shape):
    name = Text(required=True)
    reason = Text(required=True)


class StoppingShown(Shape):
    limit = Text(required=True)
    name = Text(required=True)
    grounds = Words(Text(), required=True)


class Case(Shape):
    case_id = Text(required=True)
    revision = Number(required=True)
    number = Text(required=True)
    matter = Text(required=True)
    matter_name = Text(required=True)
    title = Text(required=True)
    applicant = Text(required=True)
    status = Text(required=True)
    started_at = fields.AwareDateTime(required=True)
    deployment = Text(required=True)
    items = Words(fields.Nested(OpenItem), required=True)
    steps = Words(fields.Nested(TrailStep), required=True)
    clocks = Words(fields.Nested(ClockBrief), required=True)
    data = Words(fields.Nested(CaseFact), required=True)
    variables = Exact(required=True, metadata={"description": "申请所填的值；小数为字符串"})
    may = Words(Text(), required=True)
    withdrawable = Words(
        fields.Nested(WithdrawableStep), required=True, metadata={"description": "本人可以撤回的环节"}
    )
    suspended = Text(required=True, metadata={"description": "挂起的理由；没有挂起的为空"})
    urgeable = Words(fields.Nested(UrgeableStep), required=True)
    recusable = Words(
        fields.Nested(PersonNamed), required=True, metadata={"description": "可以申请或者决定其回避的人"}
    )
    recused = Words(fields.Nested(RecusedShown), required=True)
    stopping = Words(
        fields.Nested(StoppingShown), required=True, metadata={"description": "挂起时可以停止计时的期限"}
    )
    held = Words(
        fields.Nested(StoppingShown), required=True, metadata={"description": "恢复时可以恢复计时的期限"}
    )


class Diagram(Shape):
    process = Text(required=True)
    name = Text(required=True)
    current = Words(Text(), required=True)
    visited = Words(Text(), required=True)
    taken = Words(Text(), required=True)


class DiagramList(Shape):
    rows = Words(fields.Nested(Diagram), required=True)


class ChainBreak(Shape):
    case_id = Text(required=True)
    seq = Number(required=True)
    reason = Text(required=True)


class Verification(Shape):
    intact = fields.Boolean(required=True)
    breaks = Words(fields.Nested(ChainBreak), required=True)


class ReceiptPaper(Shape):
    name = Text(required=True)
    copies = Number(required=True)
    state = Text(required=True)
    held = fields.Boolean(required=True)
    files = Words(fields.Nested(FileShown), required=True)


class ReceiptShown(Shape):
    case_id = Text(required=True)
    number = Text(required=True)
    code = Text(required=True, metadata={"description": "进度查询码"})
    matter = Text(required=True)
    section = Text(required=True)
    applicant = Text(required=True)
    title = Text(required=True)
    received_on = fields.Date(required=True)
    received_by = Text(required=True)
    papers = Words(fields.Nested(ReceiptPaper), required=True)
    clocks = Words(fields.Nested(ClockBrief), required=True)

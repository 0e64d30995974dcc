"""What is done with a step besides doing it, and with a case as a whole."""

from __future__ import annotations

from marshmallow import fields, validate

from processes.batches import COMMANDS
from processes.batches import MOST as AT_ONCE
from webapp.api.schemas.shape import Day, Exact, Number, Shape, Text, Words, one_of, said

TO = "岗位（科室/岗位）或者用户名"
MOST = 50  # people or posts at once


def people(longest: int = MOST, **named: object) -> Words:
    bound = validate.Length(1, longest, error=f"应有 1 至 {longest} 项")
    return Words(said(200), required=True, validate=bound, metadata={"description": TO}, **named)


class HandOnBody(Shape):
    to = said(200, metadata={"description": TO})
    reason = said(2000)


class SignersBody(Shape):
    signers = people()
    where = one_of(
        "before", "after", "with", required=True, metadata={"description": "前加签、后加签、加入会签"}
    )
    reason = said(2000)


class SignerRemovalBody(Shape):
    reason = said(2000)
    signer = said(
        200, required=False, shortest=0, load_default="",
        metadata={"description": "后加签中尚未轮到的人；缺省为减去本环节这一份"},
    )  # fmt: skip


class SignatureBody(Shape):
    vote = said(40, metadata={"description": "意见，如“同意”"})
    opinion = said(4000, required=False, shortest=0, load_default="")


class TextBody(Shape):
    text = said(2000)


class RemarkBody(Shape):
    text = said(2000, required=False, shortest=0, load_default="")


class OrderShown(Shape):
    seq = Number(required=True, metadata={"description": "督办的序号：反馈和办结时用"})
    at = fields.AwareDateTime(required=True)
    by = Text(required=True)
    to = Words(Text(), required=True)
    until = fields.Date(required=True, allow_none=True)
    text = Text(required=True)
    answer = Text(required=True)
    answered_by = Text(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by = Text(required=True)
    may_answer = fields.Boolean(required=True)
    may_close = fields.Boolean(required=True)


class OrderList(Shape):
    rows = Words(fields.Nested(OrderShown), required=True)


class CopyBody(Shape):
    to = people()
    text = said(2000, required=False, shortest=0, load_default="")


class SuperviseBody(Shape):
    text = said(2000)
    until = Day(required=False, load_default=None, allow_none=True, metadata={"description": "答复期限"})


class GroundToSuspend(Shape):
    limit = said(128, metadata={"description": "期限标识"})
    ground = said(200, metadata={"description": "法定事由：期限的 grounds 之一"})
    notice = said(200, metadata={"description": "告知申请人的文书文号"})


class SuspendBody(Shape):
    reason = said(2000)
    grounds = Words(fields.Nested(GroundToSuspend), load_default=list, validate=validate.Length(0, MOST))
    on = Day(required=False, load_default=None, allow_none=True)


class GroundToResume(Shape):
    limit = said(128, metadata={"description": "期限标识"})
    ground = said(200, metadata={"description": "已经结束的事由"})


class ResumeBody(Shape):
    reason = said(2000)
    grounds = Words(fields.Nested(GroundToResume), load_default=list, validate=validate.Length(0, MOST))
    on = Day(required=False, load_default=None, allow_none=True)


class RecuseBody(Shape):
    person = said(64, metadata={"description": "用户名"})
    reason = said(2000)


class BatchItem(Shape):
    case_id = said(128)
    item = said(128)


class BatchBody(Shape):
    items = Words(
        fields.Nested(BatchItem),
        required=True,
        validate=validate.Length(1, AT_ONCE, error=f"应有 1 至 {AT_ONCE} 件"),
    )
    command = one_of(*COMMANDS, load_default="complete", metadata={"description": "签收、释放、转办、办结"})
    data = Exact(load_default=dict, metadata={"description": "办结：同样填写在每一件上"})
    to = said(200, required=False, shortest=0, load_default="", metadata={"description": f"转办：{TO}"})
    reason = said(2000, required=False, shortest=0, load_default="", metadata={"description": "转办的理由"})


class OneOfMany(Shape):
    case_id = Text(required=True)
    item = Text(required=True)
    error = Text(required=True, metadata={"description": "没有办成的原因；办成的为空"})


class BatchReport(Shape):
    rows = Words(fields.Nested(OneOfMany), required=True)

"""One step of a case."""

from __future__ import annotations

from marshmallow import fields

from webapp.api.schemas.clocks import ClockBrief
from webapp.api.schemas.desk import InboxRow
from webapp.api.schemas.shape import Exact, Number, Shape, Text, Words, one_of, said


class CompleteBody(Shape):
    data = Exact(
        required=True, metadata={"description": "按环节表单填写，办理结果写在 outcomes.name 所指的字段"}
    )


class ReturnBody(Shape):
    target = said(200, metadata={"description": "退回到哪个环节：return_targets 中的 element"})
    reason = said(2000)
    mode = one_of(
        "step", "direct", load_default="step",
        metadata={"description": "step 逐级返回；direct 该环节办完直接回到退回人"},
    )  # fmt: skip


class StatesBody(Shape):
    materials = fields.Dict(
        keys=said(100), values=one_of("收", "缺", "补", "核"), required=True,
        metadata={"description": "材料标识和状态"},
    )  # fmt: skip


class WithdrawBody(Shape):
    reason = said(2000, required=False, shortest=0, load_default="")


class Outcome(Shape):
    name = Text(required=True)
    value = Text(required=True)
    label = Text(required=True)
    next = Text(required=True)


class Material(Shape):
    name = Text(required=True)
    state = Text(required=True)
    light = Text(required=True)
    held = fields.Boolean(required=True)


class EarlierOpinion(Shape):
    step = Text(required=True)
    outcome = Text(required=True)
    text = Text(required=True)
    by = Text(required=True)
    at = fields.AwareDateTime(required=True)


class ReturnTarget(Shape):
    element = Text(required=True)
    name = Text(required=True)


class Item(Shape):
    row = fields.Nested(InboxRow, required=True)
    revision = Number(required=True)
    step = Text(required=True)
    form = Exact(required=True, metadata={"description": "环节表单的说明"})
    values = Exact(required=True, metadata={"description": "本环节可见的值；小数为字符串"})
    outcomes = Words(fields.Nested(Outcome), required=True)
    materials = Words(fields.Nested(Material), required=True)
    opinions = Words(fields.Nested(EarlierOpinion), required=True)
    clocks = Words(fields.Nested(ClockBrief), required=True)
    may = Words(Text(), required=True, metadata={"description": "本人现在可以做什么"})
    return_targets = Words(fields.Nested(ReturnTarget), required=True)


class Checked(Shape):
    valid = fields.Boolean(required=True)
    fields_ = fields.Dict(
        keys=Text(), values=Words(Text()), required=True, data_key="fields", attribute="fields",
        metadata={"description": "各字段的错误；没有的为空"},
    )  # fmt: skip
    values = Exact(required=True, metadata={"description": "将要写入的值；有错误时为空"})


class StandingPart(Shape):
    item = Text(required=True)
    of = Text(required=True)
    kind = Text(required=True)
    signer = Text(required=True)
    holder = Text(required=True, allow_none=True)
    by = Text(required=True, allow_none=True)
    weight = Text(required=True)
    removable = fields.Boolean(required=True)


class StandingVote(Shape):
    signer = Text(required=True)
    user = Text(required=True, allow_none=True)
    vote = fields.Boolean(required=True, allow_none=True, metadata={"description": "null 为弃权"})
    weight = Text(required=True)
    values = Exact(required=True)


class Standing(Shape):
    kind = Text(
        required=True, metadata={"description": "环节自身为空；delegate、before、after、sign 为其一份"}
    )
    by = Text(required=True, allow_none=True)
    waiting = fields.Boolean(required=True, metadata={"description": "正等待受委派人或者加签人"})
    parts = Words(fields.Nested(StandingPart), required=True)
    after = Words(Text(), required=True)
    votes = Words(fields.Nested(StandingVote), required=True)
    proposed = Exact(required=True, metadata={"description": "受委派人交回的内容"})
    signed = Exact(required=True, metadata={"description": "后加签人将要签署的内容"})
    allowed = Words(Text(), required=True, metadata={"description": "设计者允许、现在可以做的操作"})
    holder = Text(required=True, allow_none=True, metadata={"description": "以谁的名义"})
    rule = Text(required=True, metadata={"description": "会签规则"})


class CorrectionProposal(Shape):
    text = Text(required=True, metadata={"description": "按材料状态列出的补正内容，一次告知全部"})

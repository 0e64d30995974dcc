"""One step of a case."""

from __future__ import annotations

from marshmallow import fields

from webapp.api.schemas.clocks import ClockBrief
from webapp.api.schemas.desk import InboxRow
from webapp.api.schemas.shape import Exact, Number, Shape, Text, Words, said


class CompleteBody(Shape):
    data = Exact(
        required=True, metadata={"description": "按环节表单填写，办理结果写在 outcomes.name 所指的字段"}
    )


class ReturnBody(Shape):
    target = said(200, metadata={"description": "退回到哪个环节：return_targets 中的 element"})
    reason = said(2000)


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

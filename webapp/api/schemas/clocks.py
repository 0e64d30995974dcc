"""The statutory clocks of a case, with their tables of days."""

from __future__ import annotations

from marshmallow import fields, validate

from webapp.api.schemas.shape import LIGHTS, Number, Shape, Text, Words, one_of, said


class ClockBrief(Shape):
    id = Text(required=True)
    name = Text(required=True)
    status = Text(required=True)
    light = one_of(*LIGHTS, required=True)
    started_on = fields.Date(required=True, allow_none=True)
    due = fields.Date(required=True, allow_none=True)
    days_left = Number(required=True, allow_none=True)
    used = Number(required=True, allow_none=True)
    left = Number(required=True, allow_none=True)
    amount = Number(required=True)
    unit = Text(required=True)
    budget = Text(required=True)
    provisional = fields.Boolean(required=True)
    source = Text(required=True)
    note = Text(required=True)
    effect = Text(required=True)
    extendable = fields.Boolean(required=True)
    suspended_days = Number(required=True)
    suspended_on = Words(Text(), required=True)
    extended = Words(Text(), required=True)
    promised = Text(required=True)
    promised_due = fields.Date(required=True, allow_none=True)


class ClockDay(Shape):
    date = fields.Date(required=True)
    counted = fields.Boolean(required=True)
    why = Text(required=True)
    count = Number(required=True)


class ClockWithDays(ClockBrief):
    days = Words(fields.Nested(ClockDay), required=True)


class ClockList(Shape):
    rows = Words(fields.Nested(ClockBrief), required=True)


class LedgerLine(Shape):
    at = fields.AwareDateTime(required=True)
    event = Text(required=True)
    on = fields.Date(required=True, allow_none=True)
    due_before = fields.Date(required=True, allow_none=True)
    due_after = fields.Date(required=True, allow_none=True)
    ground = Text(required=True)
    document = Text(required=True)
    reason = Text(required=True)
    who = Text(required=True)
    calendar = Text(required=True)


class HeldGround(Shape):
    ground = Text(required=True)
    since = fields.Date(required=True)


class EnteredShown(Shape):
    key = Text(required=True, metadata={"description": "撤销误登的扣除时用"})
    ground = Text(required=True)
    start = fields.Date(required=True)
    end = fields.Date(required=True, allow_none=True)
    notice = Text(required=True)
    who = Text(required=True)
    may_strike = fields.Boolean(required=True)


class ClockWhole(ClockWithDays):
    may = Words(
        Text(), required=True, metadata={"description": "suspend、resume、extend：依法并且本人可以做的"}
    )
    grounds = Words(Text(), required=True, metadata={"description": "现在可以中止计时的法定事由"})
    held = Words(fields.Nested(HeldGround), required=True, metadata={"description": "可以恢复计时的事由"})
    entered = Words(fields.Nested(EnteredShown), required=True, metadata={"description": "已登记的扣除"})
    approver = Text(required=True, metadata={"description": "有权批准延长的机关负责人"})
    why_not = Text(required=True)
    ledger = Words(fields.Nested(LedgerLine), required=True)


ON = {"description": "日期，如 2026-09-25；以小时计的期限写作 2026-09-25T14:00"}


class SuspendClockBody(Shape):
    ground = said(2000)
    notice = said(2000, metadata={"description": "告知申请人的文书文号"})
    on = said(25, metadata=ON)


class ResumeClockBody(Shape):
    ground = said(2000)
    on = said(25, metadata=ON)


class StrikeBody(Shape):
    suspension = said(200, metadata={"description": "entered 中的 key"})
    reason = said(2000)


class ExtendClockBody(Shape):
    reason = said(2000)
    notice = said(2000, metadata={"description": "告知申请人的文书文号"})
    on = said(25, metadata={"description": "批准之日"})
    amount = Number(
        required=False, load_default=None, allow_none=True,
        validate=validate.Range(1, 999, error="应在 {min} 与 {max} 之间"),
        metadata={"description": "缺省为法律所许的最长"},
    )  # fmt: skip

"""The statutory clocks of a case, with their tables of days."""

from __future__ import annotations

from marshmallow import fields

from webapp.api.schemas.shape import LIGHTS, Number, Shape, Text, Words, one_of


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

"""Subscriptions and what became of each delivery."""

from __future__ import annotations

from marshmallow import fields, validate

from engine.webhooks.events import EVENTS
from webapp.api.schemas.common import PageQuery
from webapp.api.schemas.shape import Number, Shape, Text, Words, one_of, said


class WebhookBody(Shape):
    url = said(500, metadata={"description": "https 网址；不得指向本机或者内部网络"})
    events = Words(
        one_of(*EVENTS),
        required=True,
        validate=validate.Length(1, len(EVENTS), error="至少一种事件，不得重复过多"),
    )
    matter = said(
        100, required=False, shortest=0, load_default="", metadata={"description": "只通知这个事项"}
    )
    secret = said(200, required=False, shortest=16, metadata={"description": "缺省时由系统生成"})


class DeliveriesQuery(PageQuery):
    state = one_of("pending", "delivered", "dead", load_default="dead")


class WebhookShown(Shape):
    webhook = Text(required=True)
    url = Text(required=True)
    events = Words(Text(), required=True)
    matter = Text(required=True)
    created_at = fields.AwareDateTime(required=True)
    created_by = Text(required=True)


class WebhookStanding(WebhookShown):
    dead = Number(required=True, metadata={"description": "未能送达、不再自动发送的通知数"})


class Revived(Shape):
    count = Number(required=True)


class WebhookMade(WebhookShown):
    secret = Text(required=True, metadata={"description": "只显示这一次"})


class WebhookList(Shape):
    rows = Words(fields.Nested(WebhookStanding), required=True)


class DeliveryShown(Shape):
    event_id = Text(required=True)
    event = Text(required=True)
    case_id = Text(required=True)
    state = Text(required=True)
    created_at = fields.AwareDateTime(required=True)
    run_at = fields.AwareDateTime(required=True)
    attempts = Number(required=True)
    status = Number(required=True, allow_none=True)
    error = Text(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    body = Text(required=True, metadata={"description": "发送的正文"})


class DeliveryList(Shape):
    rows = Words(fields.Nested(DeliveryShown), required=True)
    next = Text(required=True, allow_none=True)

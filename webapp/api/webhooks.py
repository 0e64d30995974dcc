"""Webhooks: who is told of events, and what became of each telling."""

from __future__ import annotations

from typing import Any

from engine.webhooks import subscriptions
from webapp.api.access import caller
from webapp.api.part import part
from webapp.api.schemas.webhooks import (
    DeliveriesQuery,
    DeliveryList,
    Revived,
    WebhookBody,
    WebhookList,
    WebhookMade,
    WebhookStanding,
)
from webapp.context import bureau, settings

routes = part("webhooks", "事件通知")
PLACE = "/webhooks/<webhook>"


@routes.operation("GET", "/webhooks", "订阅", scope="admin", answers=WebhookList)
def list_webhooks() -> Any:
    dead = subscriptions.dead(bureau().store)
    return {
        "rows": [
            {**one._asdict(), "dead": dead.get(one.webhook, 0)}
            for one in subscriptions.subscriptions(bureau().store)
        ]
    }


@routes.operation(
    "POST", "/webhooks", "建立订阅", scope="admin", body=WebhookBody, answers=WebhookMade,
    status=201, refusals=(404,),
)  # fmt: skip
def create_webhook(body: dict[str, Any]) -> Any:
    if body["matter"]:
        bureau().matter(body["matter"])
    return subscriptions.subscribe(
        bureau().store, body["url"], body["events"], body["matter"], user=caller(), now=bureau().cases.clock(),
        secret=body.get("secret", ""), plain_http=settings().webhooks_inside,
    )  # fmt: skip


@routes.operation("GET", PLACE, "一个订阅", scope="admin", answers=WebhookStanding)
def get_webhook(webhook: str) -> Any:
    found = subscriptions.subscription(bureau().store, webhook)
    return {**found._asdict(), "dead": subscriptions.dead(bureau().store).get(webhook, 0)}


@routes.operation("DELETE", PLACE, "删除订阅及其通知", scope="admin", answers=None, status=204)
def delete_webhook(webhook: str) -> Any:
    subscriptions.unsubscribe(bureau().store, webhook)
    return "", 204


@routes.operation(
    "GET", f"{PLACE}/deliveries", "通知的结果：缺省为未能送达的", scope="admin", query=DeliveriesQuery,
    answers=DeliveryList,
)  # fmt: skip
def list_deliveries(asked: dict[str, Any], webhook: str) -> Any:
    rows, after = subscriptions.deliveries(
        bureau().store, webhook, asked["state"], asked.get("after"), asked["limit"]
    )
    return {"rows": rows, "next": after}


@routes.operation(
    "POST",
    f"{PLACE}/deliveries/<event_id>/retry",
    "重新发送未能送达的通知",
    scope="admin",
    answers=None,
    status=204,
)
def retry_delivery(webhook: str, event_id: str) -> Any:
    subscriptions.send_again(bureau().store, webhook, event_id, bureau().cases.clock())
    return "", 204


@routes.operation(
    "POST", f"{PLACE}/deliveries/retry", "重新发送全部未能送达的通知", scope="admin", answers=Revived
)
def retry_deliveries(webhook: str) -> Any:
    return {"count": subscriptions.send_all_again(bureau().store, webhook, bureau().cases.clock())}

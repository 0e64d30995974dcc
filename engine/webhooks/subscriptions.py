"""Who is told: subscriptions, and what became of each delivery."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, NotFound
from engine.store import Store, webhooks
from engine.webhooks.events import EVENTS

SECRET_BYTES = 32
MOST = 100  # subscriptions of one bureau
LAST = "~"  # above every moment and id


class Webhook(NamedTuple):
    """`matter` is empty for all; the secret signs, and is shown once, when the subscription is made."""

    webhook: str
    url: str
    secret: str
    events: tuple[str, ...]
    matter: str
    created_at: datetime
    created_by: str


class Delivery(NamedTuple):
    """`state`: pending, delivered, dead. `status` is the last HTTP answer, None where there was none."""

    webhook: str
    event_id: str
    event: str
    case_id: str
    body: str
    state: str
    created_at: datetime
    run_at: datetime
    attempts: int
    status: int | None
    error: str | None
    closed_at: datetime | None


def subscribe(
    store: Store,
    url: str,
    events: Iterable[str],
    matter: str = "",
    *,
    user: str,
    now: datetime,
    secret: str = "",
    plain_http: bool = False,
) -> Webhook:
    """From the next commit on, whoever answers at `url` is told. Raises InvalidInput by field.

    `plain_http` lets `http:` addresses through. Whether the host may be reached is decided at each sending.
    """
    kinds = tuple(dict.fromkeys(events))
    wrong: dict[str, list[str]] = {}
    fault = _wrong_with(url, plain_http=plain_http)
    if fault:
        wrong["url"] = [fault]
    unknown = [kind for kind in kinds if kind not in EVENTS]
    if not kinds or unknown:
        wrong["events"] = [f"没有名为 {kind} 的事件" for kind in unknown] or ["至少选择一种事件"]
    if secret and not (16 <= len(secret) <= 200 and secret.isascii() and secret.isprintable()):
        wrong["secret"] = ["密钥应为 16 至 200 个可见 ASCII 字符"]
    if wrong:
        raise InvalidInput("订阅内容有误", wrong)
    made = Webhook(
        f"w{secrets.token_hex(8)}", url, secret or secrets.token_urlsafe(SECRET_BYTES), kinds, matter, now, user
    )  # fmt: skip
    with store.writing() as transaction:
        if len(transaction.all(webhooks.webhooks, {})) >= MOST:
            raise InvalidInput(f"订阅最多 {MOST} 个，请先删除不用的")
        transaction.add(webhooks.add_webhook, {
            **made._asdict(), "events": " ".join(kinds), "created_at": moment_text(now),
        })  # fmt: skip
    return made


def subscriptions(store: Store) -> list[Webhook]:
    """In order of their making."""
    with store.reading() as transaction:
        return [_webhook(row) for row in transaction.all(webhooks.webhooks, {})]


def subscription(store: Store, webhook: str) -> Webhook:
    """Raises NotFound."""
    with store.reading() as transaction:
        row = transaction.one(webhooks.webhook, {"of_webhook": webhook})
    if row is None:
        raise NotFound("没有这个订阅")
    return _webhook(row)


def unsubscribe(store: Store, webhook: str) -> None:
    """With all its deliveries. Raises NotFound."""
    with store.writing() as transaction:
        if not transaction.run(webhooks.drop_webhook, {"of_webhook": webhook}):
            raise NotFound("没有这个订阅")


def deliveries(
    store: Store, webhook: str, state: str, after: str | None = None, limit: int = 50
) -> tuple[list[Delivery], str | None]:
    """One page, the newest first, and where the next begins. Raises NotFound, InvalidInput."""
    subscription(store, webhook)
    at, bar, event_id = (after or f"{LAST}|{LAST}").partition("|")
    if not bar:
        raise InvalidInput("翻页位置有误，请从第一页重新打开")
    with store.reading() as transaction:
        rows = transaction.all(webhooks.deliveries, {
            "of_webhook": webhook, "of_state": state, "before_at": at, "before_event": event_id, "limit": limit + 1,
        })  # fmt: skip
    found = rows[:limit]
    last = f"{found[-1][6]}|{found[-1][1]}" if len(rows) > limit else None
    return [delivery_of(row) for row in found], last


def send_again(store: Store, webhook: str, event_id: str, now: datetime) -> None:
    """A dead delivery gets all its attempts anew. Raises NotFound where there is no dead one."""
    with store.writing() as transaction:
        given = {"of_webhook": webhook, "of_event": event_id, "run_at": moment_text(now)}
        if not transaction.run(webhooks.revive_delivery, given):
            raise NotFound("没有这个未能送达的通知")


def send_all_again(store: Store, webhook: str, now: datetime) -> int:
    """Every dead delivery gets all its attempts anew; how many. Raises NotFound for an unknown subscription."""
    subscription(store, webhook)
    with store.writing() as transaction:
        return transaction.run(webhooks.revive_all, {"of_webhook": webhook, "run_at": moment_text(now)})


def dead(store: Store) -> dict[str, int]:
    """How many deliveries are dead, by subscription; those with none are left out."""
    with store.reading() as transaction:
        return {str(row[0]): int(row[1]) for row in transaction.all(webhooks.dead_counts, {})}


def delivery_of(row: tuple[object, ...]) -> Delivery:
    found = Delivery(*row)  # type: ignore[arg-type]
    closed = found.closed_at
    return found._replace(
        created_at=moment_of(str(found.created_at)),
        run_at=moment_of(str(found.run_at)),
        closed_at=moment_of(str(closed)) if closed else None,
    )


def _webhook(row: tuple[object, ...]) -> Webhook:
    webhook, url, secret, events, matter, created_at, created_by = map(str, row)
    return Webhook(webhook, url, secret, tuple(events.split()), matter, moment_of(created_at), created_by)


def _wrong_with(url: str, *, plain_http: bool) -> str:
    """What is wrong with the address; empty when nothing is."""
    if len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url:
        return "网址应为不超过 500 个字符的 ASCII 文本，不含空格"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "网址无法识别"
    if parts.scheme != "https" and not (plain_http and parts.scheme == "http"):
        return "网址应以 https:// 开头"
    if not parts.hostname or port == 0:
        return "网址缺少主机名，或者端口有误"
    if parts.username is not None or parts.password is not None:
        return "网址中不得带用户名和口令"
    if parts.fragment:
        return "网址中不得带 # 片段"
    return ""

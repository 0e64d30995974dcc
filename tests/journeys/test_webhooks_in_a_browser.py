"""事件通知 as a browser shows it: a subscription made, what nobody took seen at a desk and on a phone, and sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from playwright.sync_api import Page

from engine.webhooks import sending, subscriptions

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("name", "width", "height"), [("", 1366, 768), ("-phone", 390, 844)])
def test_what_nobody_took_is_seen_and_sent_again(
    desk: Desk, accessible: Callable[[Page], None], name: str, width: int, height: int
) -> None:
    bureau, clock = desk.bureau, desk.clock
    webhook = subscriptions.subscribe(
        bureau.store, "http://127.0.0.1:9/told",
        ["case_started", "item_opened"], user="caixia", now=clock(), plain_http=True,
    ).webhook  # fmt: skip
    bureau.start(
        CLERK, "temporary-land-use", {**APPLICATION, "received_on": "2026-09-21", "materials": HANDED_IN}
    )
    bureau.tick()
    for _ in range(sending.ATTEMPTS):
        sending.send_due(bureau.cases, private=True)
        clock.now += timedelta(hours=13)
    with desk.signed_in("caixia", width=width, height=height) as page:
        page.goto(f"{desk.url}/settings/tokens")
        page.click("text=事件通知")
        accessible(page)
        page.click("text=2 条")
        accessible(page)
        desk.picture(page, f"32-webhook{name}", whole=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("button:has-text('重新发送') >> nth=-1")
        page.wait_for_selector("text=已列入重新发送")
        assert subscriptions.dead(bureau.store) == {webhook: 1}
        page.click("button:has-text('全部重新发送')")
        page.wait_for_selector("text=没有未能送达的通知")
        page.click("summary:has-text('删除订阅')")
        accessible(page)
        page.click("text=确认删除")
        page.wait_for_selector("text=还没有订阅")
    assert subscriptions.subscriptions(bureau.store) == []
    assert desk.complaints == []

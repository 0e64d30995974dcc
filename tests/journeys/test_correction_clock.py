"""Nobody tells the applicant what is missing: after five working days the law accepts, and the page says how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from playwright.sync_api import Page

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

MID_AUTUMN = datetime(2026, 9, 25, 2, tzinfo=UTC)
LAST_INSTANT = datetime(2026, 10, 9, 15, 59, 59, tzinfo=UTC)  # Shanghai's 9 October ends a second later


def test_an_application_left_untouched_is_accepted_as_of_the_day_of_receipt(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    desk.clock.now = MID_AUTUMN
    online = {**APPLICATION, "channel": "网上", "materials": HANDED_IN}
    case = desk.bureau.start(CLERK, "temporary-land-use", online, key="online").case_id
    desk.clock.now = LAST_INSTANT
    desk.bureau.tick()
    assert desk.bureau.case(CLERK, case).clocks[0].status == "running"
    desk.clock.now += timedelta(seconds=1)
    desk.bureau.tick()

    with desk.signed_in(CLERK) as page:
        assert "2026-10-10" in page.inner_text(
            ".head"
        )  # the desk goes by the bureau's clock, not the machine's
        page.goto(f"{desk.url}/cases/{case}")
        page.wait_for_selector(".diagram[data-ready]")
        story = page.inner_text(".story")
        assert "自收到申请材料之日（2026-09-25）起即为受理" in story
        assert "系统" in page.locator(".story li", has_text="即为受理").inner_text()
        correction = page.locator(".clock", has_text="一次告知补正")
        assert "即为受理" in correction.inner_text()
        for one in page.locator(".clock details.fold > summary").all():
            one.click()
        days = correction.locator("table.days").inner_text()
        for named in ("中秋节", "国庆节", "2026-10-09"):
            assert named in days
        decision = page.locator(".clock", has_text="作出许可决定").locator("table.days")
        swapped = decision.locator("tr", has_text="2026-10-10").inner_text()
        assert "调休上班" in swapped
        accessible(page)
        assert "5个工作日 · 已用 5" in correction.inner_text()
        page.evaluate("window.scrollTo(0, 0)")
        desk.picture(page, "correction-clock", whole=True)
    assert desk.bureau.verify() == []

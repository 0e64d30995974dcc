"""Clocks suspended, resumed and extended by keyboard; supervision, messages and the calendar as their people see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from playwright.sync_api import Page

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

HANDLER, LEADER, KEEPER = "wangjian", "huanghe", "luozheng"
SIZES = (("", 1366, 768), ("-phone", 390, 844))
NOTICE = """日期,类型,名称
2027-01-01/2027-01-03,放假,元旦
2027-02-05/2027-02-11,放假,春节
2027-02-20,上班,春节调休上班
"""


def accepted(desk: Desk, number: int, on: str, *, claim: bool = False) -> str:
    """An application received and accepted on that day."""
    desk.clock.now = datetime.fromisoformat(f"{on}T02:00:00+00:00")
    data = {
        **APPLICATION,
        "received_on": on,
        "project_name": f"高铁 3 标段 {number} 号施工便道",
        "materials": HANDED_IN,
    }
    case = str(desk.bureau.start(CLERK, "temporary-land-use", data, key=f"r{number}").case_id)
    row = next(row for row in desk.bureau.inbox(CLERK, "claimable", limit=100).rows if row.case_id == case)
    told = {
        "accept_outcome": "齐全且属本级权限",
        "told_on": on,
        "acceptance_doc_no": f"受理〔2026〕{number}号",
    }
    desk.bureau.complete(CLERK, case, row.item, told, key=f"a{number}")
    if claim:
        row = next(
            row for row in desk.bureau.inbox(HANDLER, "claimable", limit=100).rows if row.case_id == case
        )
        desk.bureau.claim(HANDLER, case, row.item, key=f"c{number}")
    desk.bureau.tick()
    return case


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def tab_to(page: Page, selector: str) -> None:
    """By the keyboard alone, as somebody without a mouse goes."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"the keyboard never reaches {selector}")


def test_a_clock_is_suspended_resumed_and_extended_by_keyboard_alone(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    case = accepted(desk, 1, "2026-09-25", claim=True)
    url = f"{desk.url}/cases/{case}/clocks/decide"
    desk.clock.now = datetime(2026, 9, 28, 2, tzinfo=UTC)
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}")
        tab_to(page, ".clock h3 a")
        page.keyboard.press("Enter")
        page.wait_for_url(url)
        tab_to(page, "#suspend button")
        page.keyboard.press("Enter")  # the notice is missing
        page.wait_for_selector("#suspend-notice-error")
        assert page.get_attribute("#suspend-notice", "aria-invalid") == "true"
        tab_to(page, "#suspend-ground")
        page.keyboard.press("ArrowDown")
        tab_to(page, "#suspend-notice")
        page.keyboard.type("告知〔2026〕3号")
        page.keyboard.press("Enter")
        page.wait_for_selector("#resume")
        assert "扣除时限中" in page.inner_text(".head")
    with desk.signed_in(HANDLER) as page:
        page.goto(url)
        accessible(page)
        desk.picture(page, "20-clock-suspended", whole=True)
        page.goto(f"{desk.url}/cases/{case}")
        page.wait_for_selector(".diagram[data-ready]")
        desk.picture(page, "21-case-suspended")
    desk.clock.now = datetime(2026, 10, 12, 2, tzinfo=UTC)
    with desk.signed_in(HANDLER) as page:
        page.goto(url)
        tab_to(page, "#resume button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".note.good")
        assert "2026-11-06" in page.inner_text(".facts")
    with desk.signed_in(LEADER) as page:
        page.goto(url)
        tab_to(page, "#extend-reason")
        page.keyboard.type("涉及多处权属，须进一步核实。")
        page.keyboard.press("Tab")
        page.keyboard.type("延期〔2026〕1号")
        tab_to(page, "#extend button")
        desk.picture(page, "22-clock-extend")
        accessible(page)
        page.keyboard.press("Enter")
        page.wait_for_selector(".note.good")
        assert "2026-11-20" in page.inner_text(".facts")
    for name, width, height in SIZES:
        with desk.signed_in(HANDLER, width=width, height=height) as page:
            page.goto(url)
            accessible(page)
            assert fits(page)
            desk.picture(page, f"23-clock{name}", whole=True)
            page.goto(f"{desk.url}/cases/{case}")
            page.wait_for_selector(".diagram[data-ready]")
            page.locator(".clock details.fold > summary").first.click()
            accessible(page)
            assert fits(page)
            desk.picture(page, f"24-case-clocks{name}", whole=True)
    assert desk.bureau.verify() == []
    assert desk.elsewhere == []
    assert [one for one in desk.complaints if "422" not in one] == []


def test_supervision_and_messages_at_a_desk_and_on_a_phone(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    for number, day in enumerate(("2026-09-21", "2026-09-21", "2026-09-25", "2026-09-28", "2026-09-30"), 1):
        accepted(desk, number, day, claim=number % 2 == 1)
    desk.clock.now = datetime(2026, 10, 29, 2, tzinfo=UTC)
    desk.bureau.tick()
    for name, width, height in SIZES:
        with desk.signed_in(LEADER, width=width, height=height) as page:
            page.click(".bar >> text=督办")
            assert "已逾期" in page.inner_text("main")
            accessible(page)
            assert fits(page)
            desk.picture(page, f"25-supervision{name}", whole=bool(name))
            page.locator(".lights.four a").nth(1).click()
            page.wait_for_url("**show=3")
            accessible(page)
            desk.picture(page, f"26-supervision-coming{name}", whole=bool(name))
            page.locator(".tally a", has_text="王建国").click()
            page.wait_for_url("**hand=wangjian**")
            assert fits(page)
            page.locator(".rows .title").first.click()
            page.wait_for_url("**/cases/*")
        with desk.signed_in(HANDLER, width=width, height=height) as page:
            assert page.locator(".badge").is_visible()
            page.click(".bar .messages")
            page.wait_for_url("**/messages")
            accessible(page)
            assert fits(page)
            desk.picture(page, f"27-messages{name}")
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(f"{desk.url}/messages")
        page.click("text=本页全部标为已读")
        assert page.locator(".badge").count() == 0
    assert desk.complaints == []


def test_next_years_holidays_are_typed_in_looked_at_and_published(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    case = accepted(desk, 1, "2026-12-15", claim=True)
    for name, width, height in SIZES:
        with desk.signed_in(KEEPER, width=width, height=height) as page:
            page.click(".bar nav >> text=日历")
            assert "暂算" in page.inner_text("main")
            page.fill("#notice-text", NOTICE)
            page.click("button[value=preview]")
            page.wait_for_selector("#notice-source-error")
            accessible(page)
            page.fill("#notice-source", "国务院办公厅关于2027年部分节假日安排的通知（样例）")
            page.fill("#notice-published", "2026-11-05")
            page.fill("#notice-years", "2027")
            page.click("button[value=preview]")
            page.wait_for_selector(".preview")
            accessible(page)
            assert fits(page)
            desk.picture(page, f"28-calendar-preview{name}", whole=True)
            page.click("button[value=keep]")
            page.wait_for_url("**/calendar/versions/*")
            page.click("button[value=publish]")
            page.wait_for_selector(".note.good")
            accessible(page)
            assert fits(page)
            desk.picture(page, f"29-calendar-report{name}")
            if not name:
                assert desk.bureau.case(CLERK, case).number in page.inner_text("main")
    assert desk.bureau.verify() == []
    assert [one for one in desk.complaints if "422" not in one] == []

"""Files, drafts, the receipt and the public page, at a desk and on a phone, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from playwright.sync_api import Page

from processes.receipts import receipt

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

SIZES = (("", 1366, 768), ("-phone", 390, 844))
PDF = {
    "name": "临时用地申请书（盖章扫描件）.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n" + b"0" * 4000,
}
WRONG = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"MZ a program"}
MATTER = "temporary-land-use"


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def tab_to(page: Page, selector: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"the keyboard never reaches {selector}")


def received(desk: Desk, **states: str) -> tuple[str, str]:
    data = {**APPLICATION, "received_on": "2026-09-21", "materials": {**HANDED_IN, **states}}
    case = str(desk.bureau.start(CLERK, MATTER, data).case_id)
    row = next(row for row in desk.bureau.inbox(CLERK, "claimable").rows if row.case_id == case)
    desk.bureau.claim(CLERK, case, row.item)
    return case, row.item


def test_a_file_goes_in_and_out_and_a_draft_saves_itself(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    case, item = received(desk, m2="缺", m4="补")
    url = f"{desk.url}/cases/{case}/items/{item}"
    with desk.signed_in(CLERK) as page:
        page.goto(url)
        assert "请提交：临时使用土地合同" in page.input_value("#f-correction_items")
        page.fill("#f-acceptance_doc_no", "受理〔2026〕5号")
        page.locator("#draft-state", has_text="已自动保存").wait_for()
        page.set_input_files("[name=_upload-materials-m1]", PDF)
        page.set_input_files("[name=_upload-materials-m2]", WRONG)
        page.click("button[value=upload]")
        page.wait_for_selector(".note.bad")
        assert "内容不是 PDF" in page.inner_text(".note.bad")
        assert page.input_value("#f-acceptance_doc_no") == "受理〔2026〕5号"
        with page.expect_download() as download:
            page.click(".shelf .file a")
        assert download.value.suggested_filename == PDF["name"]
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto(f"{desk.url}/inbox")
    for name, width, height in SIZES:
        with desk.signed_in(CLERK, width=width, height=height) as page:
            page.goto(url)
            assert page.input_value("#f-acceptance_doc_no") == "受理〔2026〕5号"
            accessible(page)
            assert fits(page)
            desk.picture(page, f"40-step-files{name}", whole=True)
            page.goto(f"{desk.url}/cases/{case}")
            assert page.locator(".files a").count() == 1
            accessible(page)
            assert fits(page)
            page.goto(f"{desk.url}/counter/{MATTER}")
            accessible(page)
            assert fits(page)
            desk.picture(page, f"41-counter-files{name}", whole=True)
    assert desk.bureau.verify() == []
    assert desk.elsewhere == []
    assert [one for one in desk.complaints if "422" not in one] == []


def test_by_keyboard_alone_and_without_a_script_a_file_is_removed_and_a_draft_saved(desk: Desk) -> None:
    case, item = received(desk)
    with desk.signed_in(CLERK, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}/items/{item}")
        page.set_input_files("[name=_upload-materials-m1]", PDF)
        tab_to(page, "button[value=upload]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".shelf .file")
        tab_to(page, ".shelf .fold summary")
        page.keyboard.press("Enter")
        tab_to(page, "[name=_why-a1]")
        page.keyboard.type("扫描不清")
        tab_to(page, "[name=_remove]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".shelf .gone")
        page.fill("#f-acceptance_doc_no", "受理〔2026〕6号")
        tab_to(page, "button[value=draft]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".note.good")
        assert page.input_value("#f-acceptance_doc_no") == "受理〔2026〕6号"
        assert page.locator("button[value=discard]").count() == 1


def test_a_step_that_somebody_else_did_shows_what_was_typed(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    case, item = received(desk)
    told = {
        "accept_outcome": "齐全且属本级权限",
        "told_on": "2026-09-21",
        "acceptance_doc_no": "受理〔2026〕1号",
    }
    with desk.signed_in(CLERK) as page:
        page.goto(f"{desk.url}/cases/{case}/items/{item}")
        page.fill("#f-refusal_grounds", "这段话不能丢")
        desk.bureau.complete(CLERK, case, item, told, key="elsewhere")
        page.click("button.outcome >> nth=0")
        page.wait_for_selector(".kept")
        assert "这段话不能丢" in page.inner_text(".kept")
        accessible(page)
        desk.picture(page, "42-kept")
    assert [one for one in desk.complaints if "409" not in one] == []


def test_the_receipt_is_printed_and_its_code_opens_the_public_page(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    case, item = received(desk)
    told = {
        "accept_outcome": "齐全且属本级权限",
        "told_on": "2026-09-21",
        "acceptance_doc_no": "受理〔2026〕1号",
    }
    paper = receipt(desk.bureau, CLERK, case)
    for name, width, height in SIZES:
        with desk.signed_in(CLERK, width=width, height=height) as page:
            page.goto(f"{desk.url}/cases/{case}")
            page.click("text=收件凭证")
            page.wait_for_url("**/receipt")
            accessible(page)
            assert fits(page)
            desk.picture(page, f"43-receipt{name}", whole=True)
    desk.bureau.complete(CLERK, case, item, told, key="done")
    for name, width, height in SIZES:
        context = desk.context(width, height, scripts=False)
        page = context.new_page()
        page.goto(f"{desk.url}/progress")
        page.fill("#number", paper.number)
        page.fill("#code", "2222-2222")
        page.keyboard.press("Enter")
        page.wait_for_selector(".note.bad")
        page.fill("#code", paper.code)
        tab_to(page, "button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".stages")
        assert context.cookies() == []
        context.close()
        context = desk.context(width, height)
        page = context.new_page()
        page.goto(f"{desk.url}/progress")
        accessible(page)
        page.fill("#number", paper.number)
        page.fill("#code", paper.code)
        page.keyboard.press("Enter")
        page.wait_for_selector(".stages")
        accessible(page)
        assert fits(page)
        desk.picture(page, f"44-progress{name}", whole=True)
        context.close()
    assert desk.elsewhere == []

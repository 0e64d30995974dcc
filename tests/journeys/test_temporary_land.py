"""A temporary-land application walks from the counter to the licence in a browser, at each step as somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

TODAY = "2026-09-21"
APPLICATION = {
    "applicant_name": "示例铁路建设有限公司",
    "credit_code": "91110000MA00ABCD7M",
    "contact_phone": "13800000000",
    "project_name": "高铁 3 标段 2 号施工便道",
    "use_purpose": "建设项目施工",
    "infrastructure": "false",
    "term_months": "18",
    "area_ha": "1.2460",
    "cultivated_ha": "0.8130",
    "permanent_basic_farmland_ha": "0",
    "ownership": "集体",
    "in_planning_area": "true",
    "in_county": "false",
    "boundary": "3900000.0,39500000.0\n3900100.0,39500000.0\n3900100.0,39500120.0\n3900000.0,39500120.0",
    "compensation_amount": "30000",
    "reclamation_cost": "50000",
    "received_on": TODAY,
    "channel": "窗口",
}
WINDOW = "行政审批科/窗口"
CLERK = "国土空间用途管制科/经办人"
CHIEF = "国土空间用途管制科/科长"
LEADER = "局领导/分管副局长"
OPINIONS = (
    ("耕地保护监督科/经办人", "耕地和永久基本农田意见", {"farmland_opinion_text": "不占永久基本农田，占用耕地 0.8130 公顷，须落实复垦。"}, "出具意见"),
    ("自然资源生态修复科/经办人", "土地复垦方案审查", {"reclaim_opinion_text": "复垦方案报告表编制规范，费用已预存，同意。"}, "通过"),
    ("城乡规划技术科/经办人", "规划意见（规划区内）", {"planning_opinion_text": "不影响近期规划实施，同意。"}, "同意"),
)  # fmt: skip


def fill(page: Page, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        field = page.locator(f"#work [name='{name}'], form.work [name='{name}']").first
        if field.get_attribute("type") == "radio":
            page.check(f"form.work [name='{name}'][value='{value}']")
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def open_step(page: Page, desk: Desk, step: str) -> None:
    """From the section's list to the step's page, claimed."""
    page.goto(f"{desk.url}/inbox?box=claimable")
    page.locator("tr", has_text=step).locator("a.button").first.click()
    page.click("button[value='claim']")


def outcome(page: Page, label: str) -> None:
    page.locator(".outcome", has_text=label).first.click()
    problems = page.locator(".error-summary li, .note.bad").all_inner_texts()
    assert problems == []


def test_temporary_land_from_the_counter_to_the_licence(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    window = desk.holder(WINDOW)
    people = {window}
    with desk.signed_in(window) as page:
        accessible(page)
        page.click("text=新收件")
        accessible(page)
        page.click("text=临时用地审批")
        accessible(page)
        desk.picture(page, "02-counter")
        page.click("text=收件并提交")
        assert page.locator(".error-summary").is_visible()
        assert page.evaluate("document.activeElement.id") == "error-summary"
        accessible(page)
        desk.picture(page, "03-counter-errors")
        fill(page, APPLICATION)
        for choice in page.locator("select[name^='materials-']").all():
            choice.select_option("收")
        page.click("text=收件并提交")
        page.wait_for_selector(".diagram[data-ready]")
        assert "LSYD-2026-0001" in page.inner_text("main")
        accessible(page)
        desk.picture(page, "04-case-received")
        case = page.url
        open_step(page, desk, "受理审查")
        accessible(page)
        desk.picture(page, "05-accept")
        fill(page, {"told_on": TODAY, "acceptance_doc_no": "受理〔2026〕1号"})
        outcome(page, "齐全且属本级权限")

    surveyor = desk.holder(CLERK)
    people.add(surveyor)
    with desk.signed_in(surveyor) as page:
        page.goto(f"{desk.url}/inbox?box=claimable")
        accessible(page)
        open_step(page, desk, "现场踏勘")
        fill(page, {"survey_on": TODAY, "surveyor_1": "李文", "surveyor_2": "李文", "site_opinion": "用地范围与勘测定界一致，地类为旱地，周边无永久性建筑物，具备复垦条件。"})  # fmt: skip
        page.locator(".outcome").first.click()
        assert "两个姓名不能相同" in page.inner_text(".error-summary")
        assert page.input_value("[name='site_opinion']").startswith("用地范围与勘测定界一致")
        accessible(page)
        desk.picture(page, "06-survey")
        fill(page, {"surveyor_2": "赵强"})
        outcome(page, "完成踏勘")

    for post, step, values, label in OPINIONS:
        person = desk.holder(post)
        people.add(person)
        with desk.signed_in(person) as page:
            open_step(page, desk, step)
            fill(page, values)
            outcome(page, label)

    chief = desk.holder(CHIEF)
    people.add(chief)
    with desk.signed_in(chief) as page:
        open_step(page, desk, "业务审核")
        fill(page, {"review_opinion": "各科室意见一致，拟准予。"})
        page.locator("details.fold > summary").first.click()
        accessible(page)
        desk.picture(page, "07-review")
        desk.picture(page, "07-review-whole", whole=True)
        outcome(page, "拟准予")

    leader = desk.holder(LEADER)
    people.add(leader)
    with desk.signed_in(leader) as page:
        open_step(page, desk, "审批决定")
        fill(page, {"decided_on": TODAY})
        accessible(page)
        outcome(page, "准予")

    with desk.signed_in(window) as page:
        open_step(page, desk, "发证送达")
        fill(page, {
            "approval_no": "临地〔2026〕1号", "approval_date": TODAY, "expiry_date": "2028-03-20", "delivered_on": TODAY,
            "tax_notified_on": TODAY, "delivery_mode": "直接送达", "service_record_no": "回证〔2026〕1号",
        })  # fmt: skip
        outcome(page, "已送达")
        page.goto(case)
        page.wait_for_selector(".diagram[data-ready]")
        accessible(page)
        desk.picture(page, "08-case-licence")
        desk.picture(page, "08-case-licence-whole", whole=True)
        story = page.inner_text(".story")
        for said in ("受理审查", "现场踏勘", "耕地和永久基本农田意见", "业务审核", "审批决定", "发证送达"):
            assert said in story
        assert "系统配号和批准信息公开" in page.inner_text(".steps")

    assert len(people) >= 5
    assert desk.elsewhere == []
    assert desk.complaints == [one for one in desk.complaints if "422" in one], desk.complaints
    assert desk.bureau.verify() == []


def receive(desk: Desk, number: int = 1) -> str:
    """An application, received by the bureau itself."""
    data = {**APPLICATION, "materials": {f"m{n}": "收" for n in range(1, 8)}}
    data["project_name"] = f"高铁 3 标段 {number} 号施工便道"
    return str(desk.bureau.start(desk.holder(WINDOW), "temporary-land-use", data, key=f"r{number}").case_id)


def test_the_sign_in_page_and_the_errors_are_accessible(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    page = desk.context().new_page()
    page.goto(f"{desk.url}/signin")
    accessible(page)
    desk.picture(page, "00-sign-in")
    page.goto(f"{desk.url}/nowhere")
    accessible(page)
    assert desk.elsewhere == []


def test_everything_works_without_scripts(desk: Desk) -> None:
    case = receive(desk)
    with desk.signed_in(desk.holder(WINDOW), scripts=False) as page:
        open_step(page, desk, "受理审查")
        fill(page, {"told_on": TODAY, "acceptance_doc_no": "受理〔2026〕1号"})
        outcome(page, "齐全且属本级权限")
        page.goto(f"{desk.url}/cases/{case}")
        assert "现场踏勘" in page.inner_text(".steps")
        assert "环节一览" in page.inner_text("main")


def test_the_inbox_fits_a_desk_and_a_phone(desk: Desk, accessible: Callable[[Page], None]) -> None:
    clerk = desk.holder(WINDOW)
    for number in range(1, 8):
        case = receive(desk, number)
        item = desk.bureau.inbox(clerk, "claimable").rows[0].item
        desk.bureau.claim(clerk, case, item)
    for name, width, height in (("01-inbox", 1366, 768), ("01-inbox-phone", 390, 844)):
        with desk.signed_in(clerk, width=width, height=height) as page:
            accessible(page)
            desk.picture(page, name)
            for path in (
                "/inbox",
                "/counter/temporary-land-use",
                f"/cases/{case}",
                f"/cases/{case}/items/{item}",
            ):
                page.goto(f"{desk.url}{path}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            accessible(page)
            desk.picture(page, f"{name}-step")


def test_a_session_that_expires_while_typing_loses_nothing(desk: Desk) -> None:
    receive(desk)
    with desk.signed_in(desk.holder(WINDOW)) as page:
        open_step(page, desk, "受理审查")
        fill(page, {"told_on": TODAY, "acceptance_doc_no": "受理〔2026〕77号"})
        page.context.clear_cookies()
        page.locator(".outcome").first.click()
        page.wait_for_url("**/signin**")
        page.fill("#user", desk.holder(WINDOW))
        page.fill("#password", "a password of the tests")
        page.click("text=登录 >> nth=-1")
        page.wait_for_url("**/items/*")
        assert page.input_value("[name='acceptance_doc_no']") == "受理〔2026〕77号"
        desk.picture(page, "09-restored")


def test_slash_goes_to_the_search_and_tab_begins_at_the_skip_link(desk: Desk) -> None:
    with desk.signed_in(desk.holder(WINDOW)) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"


def test_turning_pages_and_narrowing_finds_the_rows_of_the_matter(desk: Desk) -> None:
    for number in range(1, 23):
        receive(desk, number)
    with desk.signed_in(desk.holder(WINDOW)) as page:
        page.goto(f"{desk.url}/inbox?box=claimable")
        page.click("a[rel=next]")
        page.wait_for_url("**/inbox?**after=**")
        page.wait_for_function("document.querySelectorAll('.rows tbody tr').length === 2")
        page.click("details.narrow > summary")
        page.select_option("#by-matter", "temporary-land-use")
        page.click("form.narrowing button")
        page.wait_for_url("**matter=temporary-land-use**")
        page.wait_for_function("document.querySelectorAll('.rows tbody tr').length === 20")
        assert "临时用地审批" in page.inner_text(".filters .on")
        assert desk.complaints == []

"""What is done with whole cases, absences and desks, in a browser on both databases: each operation by its people, with
and without scripts, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from playwright.sync_api import Browser, Page

from engine import history
from tests.journeys.conftest import Clock, running

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HANDLER, COLLEAGUE, CHIEF, LEADER, READER = "wangjian", "zhaomin", "chenwei", "huanghe", "caixia"
SIZES = (("", 1366, 768), ("-phone", 390, 844))
Accessible = Callable[[Page], None]


@pytest.fixture
def desk(browser: Browser, tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with running(browser, tmp_path, database_url, Clock()) as opened:
        opened.clock.now = datetime(2026, 9, 28, 2, tzinfo=UTC)
        yield opened


def accepted(desk: Desk, number: int = 1, *, claim: bool = True) -> str:
    """An application that the counter has accepted, in the hands of the handler."""
    data = {**APPLICATION, "project_name": f"高铁 3 标段 {number} 号施工便道", "materials": HANDED_IN}
    case = str(desk.bureau.start(CLERK, "temporary-land-use", data, key=f"r{number}").case_id)
    told = {
        "accept_outcome": "齐全且属本级权限", "told_on": "2026-09-28", "acceptance_doc_no": f"受理〔2026〕{number}号",
    }  # fmt: skip
    desk.bureau.complete(CLERK, case, item_of(desk, case), told, key=f"a{number}")
    if claim:
        desk.bureau.claim(HANDLER, case, item_of(desk, case), key=f"c{number}")
    return case


def item_of(desk: Desk, case: str) -> str:
    return desk.bureau.cases.view(case, lambda view: next(iter(view.state.items)))


def opened(page: Page, command: str) -> str:
    """Unfold an operation of the page; the selector of its form."""
    form = f"#do-{command} form"
    if not page.locator(form).is_visible():
        page.click(f"#do-{command} > summary")
    return form


def looked_at(desk: Desk, user: str, path: str, name: str, accessible: Accessible, fold: str = "") -> None:
    """At a desk and on a phone: axe finds nothing, nothing runs out of the page, and there is a picture."""
    for size, width, height in SIZES:
        with desk.signed_in(user, width=width, height=height) as page:
            page.goto(f"{desk.url}{path}")
            if fold:
                opened(page, fold)
                page.locator(f"#do-{fold}").scroll_into_view_if_needed()
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)
            desk.picture(page, f"{name}{size}", whole=not fold)


def sound(desk: Desk, case: str, *refusals: str) -> None:
    assert desk.bureau.verify(case) == []
    assert history.replay(desk.bureau.cases, case) is None
    assert desk.elsewhere == []
    expected = ("422", *refusals)
    assert [one for one in desk.complaints if not any(code in one for code in expected)] == []


def test_a_case_is_copied_and_the_reader_finds_it_in_a_list_of_copies(
    desk: Desk, accessible: Accessible
) -> None:
    case = accepted(desk)
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "copy")
        page.fill(f"{form} textarea", "涉及保密图件，请阅知")
        page.click(f"{form} button")  # nobody is chosen
        page.wait_for_selector("#copy-to-error")
        assert page.input_value(f"{form} textarea") == "涉及保密图件，请阅知"
        page.select_option("#copy-to", [READER, "耕地保护监督科/科长"])
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
        assert "抄送蔡霞、耕地保护监督科/科长" in page.inner_text(".story")
    looked_at(desk, HANDLER, f"/cases/{case}", "40-case-copy", accessible, "copy")
    with desk.signed_in(READER) as page:
        page.click(".bar .messages")
        page.click("nav.filters >> text=抄送")
        page.wait_for_url("**show=copies")
        accessible(page)
        desk.picture(page, "41-copies")
        page.click(".mail .new a")
        page.wait_for_url(f"**/cases/{case}")
        page.goto(f"{desk.url}/messages?show=copies")
        assert page.locator(".mail .new").count() == 0
    sound(desk, case)


def test_a_step_is_urged_and_its_holder_comes_to_the_case(desk: Desk, accessible: Accessible) -> None:
    case = accepted(desk)
    with desk.signed_in(CLERK) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "urge")
        page.select_option(f"{form} select", item_of(desk, case))
        page.fill(f"{form} textarea", "申请人再次来电，请尽快踏勘")
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
    with desk.signed_in(HANDLER) as page:
        page.click(".bar .messages")
        assert "催办" in page.inner_text(".mail .new")
        page.click(".mail .new a")
        page.wait_for_url(f"**/cases/{case}")
        assert page.locator(".head .primary").is_visible()
        assert page.locator("#do-urge").count() == 0  # his own step
    looked_at(desk, HANDLER, "/messages", "42-messages", accessible)
    sound(desk, case)


def test_a_supervision_is_ordered_answered_and_closed(desk: Desk, accessible: Accessible) -> None:
    case = accepted(desk)
    with desk.signed_in(LEADER) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "supervise")
        page.fill(f"{form} input[type=date]", "2026-09-30")
        page.fill(f"{form} textarea", "请于三日内完成踏勘并报告")
        page.click(f"{form} button")
        page.wait_for_selector(".orders")
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(f"{desk.url}/messages")
        page.click(".mail .new a")
        page.wait_for_url(f"**/cases/{case}")
        page.click(".orders summary")
        page.fill(".orders textarea", "定于明日上午踏勘")
        page.click(".orders button")
        page.wait_for_selector(".orders .said")
    looked_at(desk, LEADER, "/supervision?show=orders", "43-orders", accessible)
    with desk.signed_in(LEADER) as page:
        page.goto(f"{desk.url}/supervision?show=orders")
        page.click(".rows .title")
        page.wait_for_url("**/cases/*")
        page.click(".orders summary >> text=办结这项督办")
        page.click(".orders .operation >> text=办结 >> visible=true")
        page.wait_for_selector(".orders .tag.green")
        accessible(page)
        desk.picture(page, "44-order-closed")
    sound(desk, case)


def test_a_case_is_suspended_with_its_clock_and_goes_on_again(desk: Desk, accessible: Accessible) -> None:
    case = accepted(desk)
    looked_at(desk, CHIEF, f"/cases/{case}", "45-case-suspend", accessible, "suspend")
    with desk.signed_in(CHIEF, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "suspend")
        page.fill(f"{form} textarea", "等待专家评审结论")
        page.select_option("#suspend-ground-decide", "专家评审")
        page.click(f"{form} button")  # the notice is missing
        page.wait_for_selector("#suspend-notice-decide-error")
        page.fill("#suspend-notice-decide", "告知〔2026〕3号")
        page.click(f"{form} button")
        page.wait_for_selector(".standstill")
        assert "扣除时限中" in page.inner_text("aside")
    with desk.signed_in(HANDLER) as page:
        page.goto(f"{desk.url}/cases/{case}")
        assert page.locator("#do-suspend, #do-resume").count() == 0
        accessible(page)
        desk.picture(page, "46-case-suspended")
        page.click(".head .primary")
        page.wait_for_url("**/items/*")
        accessible(page)
    with desk.signed_in(CHIEF) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "resume")
        page.select_option("#resume-ground-decide", "专家评审")
        page.fill(f"{form} textarea", "评审已有结论")
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
        assert page.locator(".standstill").count() == 0
    assert desk.bureau.cases.view(case, lambda view: view.clocks["decide"].state) == "running"
    sound(desk, case)


def test_one_steps_aside_and_his_step_goes_back_to_the_post(desk: Desk, accessible: Accessible) -> None:
    case = accepted(desk)
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "recuse")
        page.fill(f"{form} textarea", "与申请人法定代表人系近亲属")
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
        assert "王建国 已回避" in page.inner_text("main")
        assert page.locator(".head .primary").count() == 0
    with desk.signed_in(COLLEAGUE) as page:
        page.goto(f"{desk.url}/cases/{case}")
        page.click(".head .primary")
        page.wait_for_url("**/items/*")
    looked_at(desk, CHIEF, f"/cases/{case}", "47-case-recused", accessible)
    sound(desk, case)


def test_a_completion_is_taken_back_while_nobody_has_signed_for_what_followed(
    desk: Desk, accessible: Accessible
) -> None:
    case = accepted(desk)
    seen = {"survey_on": "2026-09-28", "surveyor_1": "甲", "surveyor_2": "乙", "site_opinion": "一致"}
    item = item_of(desk, case)
    desk.bureau.complete(HANDLER, case, item, {**seen, "survey_outcome": "完成踏勘"}, key="seen")
    looked_at(desk, HANDLER, f"/cases/{case}", "48-case-withdraw", accessible, f"withdraw-{item}")
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, f"withdraw-{item}")
        assert "签收之前可以撤回" in page.inner_text(form)
        page.fill(f"{form} textarea", "踏勘日期填错")
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
        assert "撤回已办结的“现场踏勘" in page.inner_text(".story")
    sound(desk, case)


def test_a_note_is_added_and_a_case_is_cancelled(desk: Desk) -> None:
    case = accepted(desk)
    with desk.signed_in(CLERK, scripts=False) as page:
        page.goto(f"{desk.url}/cases/{case}")
        form = opened(page, "annotate")
        page.fill(f"{form} textarea", "申请人来电，拟撤回")
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
        form = opened(page, "cancel")
        page.click(f"{form} button")
        page.wait_for_selector("#cancel-reason-error")
        page.fill(f"{form} textarea", "申请人撤回申请")
        page.click(f"{form} button")
        page.wait_for_selector(".note.good")
        assert "已取消" in page.inner_text(".head")
        assert page.locator("#do-cancel, #do-urge, #do-recuse").count() == 0
    sound(desk, case)


def test_an_absence_is_entered_the_deputy_acts_and_both_names_stand_in_the_history(
    desk: Desk, accessible: Accessible
) -> None:
    case = accepted(desk)
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.click(".bar >> text=代理")
        page.fill("#declare-starts", "2026-09-28T14:00")
        page.fill("#declare-ends", "2026-09-28T13:00")
        page.select_option("#declare-deputy", "liufang")
        page.fill("#declare-reason", "年休假")
        page.click("aside button")
        page.wait_for_selector("#declare-ends-error")
        assert page.input_value("#declare-reason") == "年休假"
        page.fill("#declare-ends", "2026-09-30T18:00")
        page.click("aside button")
        page.wait_for_selector(".note.good")
        assert "未开始" in page.inner_text("main")
    desk.clock.now = datetime(2026, 9, 28, 6, 30, tzinfo=UTC)
    with desk.signed_in("liufang") as page:
        page.goto(f"{desk.url}/stand-ins")
        assert "代 王建国" in page.inner_text("main")
        page.goto(f"{desk.url}/cases/{case}")
        page.click(".head .primary")
        page.wait_for_url("**/items/*")
        accessible(page)
    desk.bureau.release("liufang", case, item_of(desk, case), key="for-him")
    with desk.signed_in(HANDLER) as page:
        page.goto(f"{desk.url}/cases/{case}")
        assert "刘芳（代王建国）" in page.inner_text(".story")
        page.goto(f"{desk.url}/stand-ins")
        page.click("text=提前结束")
        page.wait_for_selector(".note.good")
    with desk.signed_in("liufang") as page:
        page.goto(f"{desk.url}/cases/{case}")
        assert page.locator(".head .primary").count() == 0
    looked_at(desk, HANDLER, "/stand-ins", "49-stand-ins", accessible)
    sound(desk, case, "403")  # who stands in no more does not see the case


def test_a_chief_names_the_partner_and_enters_the_absence_of_his_people(
    desk: Desk, accessible: Accessible
) -> None:
    with desk.signed_in(CHIEF) as page:
        page.goto(f"{desk.url}/stand-ins")
        page.select_option(f"#pair-{HANDLER}-partner", COLLEAGUE)
        page.click(f"button[form=pair-{HANDLER}]")
        page.wait_for_selector(".note.good")
        page.select_option("#declare-person", HANDLER)
        page.fill("#declare-starts", "2026-09-28T08:30")
        page.fill("#declare-ends", "2026-09-29T18:00")
        page.fill("#declare-reason", "突发疾病")
        page.click("aside button")
        page.wait_for_selector(".note.good")
        assert "赵敏（AB 角）" in page.inner_text("main")
    looked_at(desk, CHIEF, "/stand-ins", "50-stand-ins-chief", accessible)
    with desk.signed_in(COLLEAGUE) as page:
        page.goto(f"{desk.url}/stand-ins")
        assert "代 王建国" in page.inner_text("main")
    assert desk.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_desk_is_handed_over_in_the_background_while_the_page_says_how_far_it_is(
    desk: Desk, accessible: Accessible, scripts: bool
) -> None:
    cases = [accepted(desk, number) for number in range(1, 5)]
    with desk.signed_in(CHIEF, scripts=scripts) as page:
        page.goto(f"{desk.url}/stand-ins")
        page.click("text=离职交接")
        page.select_option("#who-person", HANDLER)
        page.click("text=查看名下待办")
        page.wait_for_url("**person=wangjian")
        assert "现场踏勘" in page.inner_text("main")
        if scripts:
            accessible(page)
            desk.picture(page, "51-hand-over", whole=True)
        page.select_option("#hand-to", COLLEAGUE)
        page.fill("#hand-reason", "调离本局")
        page.click("text=开始交接")
        page.wait_for_url("**/hand-overs/*")
        if scripts:
            assert "进行中" in page.inner_text("main")
            accessible(page)
        desk.bureau.tick()
        page.wait_for_selector(".tag.green")  # of itself: by polling, or by the refresh of the page
        assert "已交接 4 件" in page.inner_text("main")
        where = page.url.removeprefix(desk.url)
    assert desk.bureau.counts(COLLEAGUE)["todo"] == 4
    if scripts:
        looked_at(desk, CHIEF, where, "52-hand-over-done", accessible)
        looked_at(desk, CHIEF, "/hand-overs", "53-hand-overs", accessible)
    for case in cases:
        sound(desk, case)


def test_a_suspension_entered_by_mistake_is_struck_out(desk: Desk, accessible: Accessible) -> None:
    case = accepted(desk)
    url = f"{desk.url}/cases/{case}/clocks/decide"
    desk.clock.now += timedelta(days=1)
    with desk.signed_in(HANDLER, scripts=False) as page:
        page.goto(url)
        before = page.inner_text(".facts")
        page.select_option("#suspend-ground", "专家评审")
        page.fill("#suspend-notice", "告知〔2026〕3号")
        page.click("#suspend button")
        page.wait_for_selector(".entered")
        page.click(".entered summary")
        page.fill(".entered textarea", "登错办件")
        page.click(".entered button")
        page.wait_for_selector(".note.good")
        assert page.inner_text(".facts") == before
        assert "撤销扣除" in page.inner_text(".ledger")
    with desk.signed_in(HANDLER) as page:
        page.goto(url)
        page.select_option("#suspend-ground", "专家评审")
        page.fill("#suspend-notice", "告知〔2026〕4号")
        page.click("#suspend button")
        page.wait_for_selector(".entered")
    looked_at(desk, CHIEF, f"/cases/{case}/clocks/decide", "54-clock-entered", accessible)
    sound(desk, case)

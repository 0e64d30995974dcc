"""转办、委派、加签、减签、会签、退回、撤回、催办、代理 in a browser, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from engine import history
from processes import stand_in

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

TODAY = "2026-09-21"
CLERK, COLLEAGUE, LAWYER, ARCHIVIST = "zhanghui", "lixiaoyan", "luozheng", "caixia"
HANDLER, SECOND, CHIEF, LEADER = "wangjian", "zhaomin", "chenwei", "huanghe"
APPLICATION = {
    "applicant_name": "示例铁路建设有限公司", "credit_code": "91110000MA00ABCD7M", "contact_phone": "13800000000",
    "project_name": "高铁 3 标段 2 号施工便道", "use_purpose": "建设项目施工", "infrastructure": "false", "term_months": "18",
    "area_ha": "1.2460", "cultivated_ha": "0.8130", "permanent_basic_farmland_ha": "0", "ownership": "集体",
    "in_planning_area": "true", "in_county": "false",
    "boundary": "3900000.0,39500000.0\n3900100.0,39500000.0\n3900100.0,39500120.0\n3900000.0,39500120.0",
    "compensation_amount": "30000", "reclamation_cost": "50000", "received_on": TODAY, "channel": "窗口",
    "materials": {f"m{n}": "收" for n in range(1, 8)},
}  # fmt: skip
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限",
    "told_on": TODAY,
    "acceptance_doc_no": "受理〔2026〕1号",
}
SURVEYED = {"survey_outcome": "完成踏勘", "survey_on": TODAY, "surveyor_1": "甲", "surveyor_2": "乙", "site_opinion": "与图件一致"}  # fmt: skip
BATCH = {
    "batch_name": "2026年度第三批次", "county": "清河县", "illegal_use": "false", "permanent_basic_farmland_ha": "0",
    "in_boundary": "true", "plan_year": "2026", "total_area_ha": "12.5", "agri_ha": "10.2", "cultivated_ha": "6.3",
    "collective_ha": "12.5", "unused_ha": "0.4", "quota_ha": "10.6",
}  # fmt: skip
SIZES = (("", 1366, 768), ("-phone", 390, 844))


def received(desk: Desk, key: str) -> tuple[str, str]:
    """A case at the counter, 受理审查 claimed by its clerk."""
    case = desk.bureau.start(CLERK, "temporary-land-use", APPLICATION, key=key).case_id
    (item,) = opened(desk, case)
    desk.bureau.claim(CLERK, case, item, key=f"{key}-claim")
    return case, item


def at_survey(desk: Desk, key: str) -> tuple[str, str]:
    case, item = received(desk, key)
    desk.bureau.complete(CLERK, case, item, ACCEPTED, key=f"{key}-accepted")
    (item,) = opened(desk, case)
    desk.bureau.claim(HANDLER, case, item, key=f"{key}-survey")
    return case, item


def opened(desk: Desk, case: str) -> dict[str, str]:
    """Element by open work item."""
    return desk.bureau.cases.view(
        case, lambda view: {item: held.element for item, held in view.state.items.items()}
    )


def part_of(desk: Desk, case: str, item: str) -> str:
    return next(one for one in opened(desk, case) if one != item)


def operate(page: Page, command: str, values: Mapping[str, str], *, suffix: str = "") -> None:
    """An operation's form: opened, filled, sent."""
    fold = page.locator(f"#do-{command}{suffix}")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    for name, value in values.items():
        field = fold.locator(f"[name='{name}']").first
        if field.get_attribute("type") == "radio":
            fold.locator(f"[name='{name}'][value='{value}']").check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    fold.locator(f"button[value='{command}']").click()
    page.wait_for_load_state()


def said(page: Page) -> str:
    return page.locator(".note.good").first.inner_text()


def step(desk: Desk, page: Page, case: str, item: str) -> None:
    page.goto(f"{desk.url}/cases/{case}/items/{item}")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def last(desk: Desk, case: str, user: str = CLERK) -> str:
    return desk.bureau.case(user, case).history[-1].sentence


def whole(desk: Desk) -> None:
    """Nothing was asked from elsewhere, no page complained but of what was refused, and every case replays."""
    assert desk.elsewhere == []
    assert [one for one in desk.complaints if "status of 4" not in one] == []
    assert desk.bureau.verify() == []
    for case in desk.bureau.cases.case_ids():
        assert history.replay(desk.bureau.cases, case) is None


def test_a_step_is_claimed_released_handed_on_and_delegated(
    either: Desk, accessible: Callable[[Page], None]
) -> None:
    desk = either
    case, item = received(desk, "one")
    with desk.signed_in(CLERK) as page:
        step(desk, page, case, item)
        operate(page, "release", {})
        assert "已释放" in said(page)
        step(desk, page, case, item)
        page.click("button[value='claim']")
        page.fill("[name='acceptance_doc_no']", "受理〔2026〕8号")
        operate(page, "transfer", {"to": "没有此人", "_reason": "出差"})
        assert "没有人员" in page.locator("#transfer-to-error").inner_text()
        assert page.input_value("#transfer-reason") == "出差"
        assert (
            page.input_value("[name='acceptance_doc_no']") == "受理〔2026〕8号"
        )  # what was typed above stands
        accessible(page)
        desk.picture(page, "71-operation-refused", whole=True)
        operate(page, "delegate", {"to": "李晓燕", "_reason": "请代为核对"})
        assert "已委派李晓燕" in page.inner_text("#waits")
        accessible(page)
        desk.picture(page, "72-delegated", whole=True)
    part = part_of(desk, case, item)
    with desk.signed_in(COLLEAGUE) as page:
        step(desk, page, case, part)
        assert "张慧委派您办理" in page.inner_text("main")
        page.fill("[name='told_on']", TODAY)
        page.fill("[name='acceptance_doc_no']", "受理〔2026〕9号")
        page.locator(".outcome", has_text="齐全").click()
        page.wait_for_url("**/inbox**")
    with desk.signed_in(CLERK) as page:
        step(desk, page, case, item)
        assert "齐全且属本级权限" in page.inner_text("#proposal")
        assert page.input_value("[name='acceptance_doc_no']") == "受理〔2026〕9号"
        operate(page, "transfer", {"to": "李晓燕（lixiaoyan）", "_reason": "调整分工"})
        assert "已转办" in said(page)
    assert last(desk, case) == "将“受理审查”转办给李晓燕"
    with desk.signed_in(COLLEAGUE) as page:
        page.goto(f"{desk.url}/cases/{case}/items/{item}")
        assert page.locator(".outcome").count() > 1
    whole(desk)


def test_signers_are_asked_before_and_after_dropped_urged_and_give_their_opinions(
    either: Desk, accessible: Callable[[Page], None]
) -> None:
    desk = either
    case, item = received(desk, "two")
    with desk.signed_in(CLERK) as page:
        step(desk, page, case, item)
        operate(page, "add_before", {"to": "罗正", "to_2": "政策法规科/经办人", "_reason": "涉及法律适用"})
        assert "正等待前加签人员" in page.inner_text("#waits")
        accessible(page)
        operate(page, "urge", {"_reason": "请今日反馈"}, suffix="1")
        assert "已催办" in said(page)
        operate(page, "remove_signer", {"_reason": "一人即可"}, suffix="2")
        assert "已减签" in said(page)
    assert last(desk, case) == "对“受理审查”减签：政策法规科/经办人"
    advice = part_of(desk, case, item)
    for name, width, height in SIZES:
        with desk.signed_in(LAWYER, width=width, height=height) as page:
            step(desk, page, case, advice)
            accessible(page)
            assert fits(page)
            desk.picture(page, f"73-advice{name}", whole=True)
            if name:
                page.check("[name='vote'][value='不同意']")
                page.click("button[value='sign']")
                assert "请写明意见" in page.inner_text("#sign-opinion-error")
                page.check("[name='vote'][value='同意']")
                page.fill("#sign-opinion", "适用法律正确")
                page.click("button[value='sign']")
                page.wait_for_url("**/inbox**")
    with desk.signed_in(CLERK) as page:
        step(desk, page, case, item)
        assert "适用法律正确" in page.inner_text("aside >> nth=-1")
        operate(page, "add_after", {"to": "蔡霞", "_reason": "存档前复核"})
        assert "后加签" in page.inner_text("#asked >> xpath=..")
        page.fill("[name='told_on']", TODAY)
        page.fill("[name='acceptance_doc_no']", "受理〔2026〕1号")
        page.locator(".outcome", has_text="齐全").click()
        page.wait_for_url("**/inbox**")
    after = part_of(desk, case, item)
    with desk.signed_in(ARCHIVIST) as page:
        step(desk, page, case, after)
        assert "拟办结果" in page.inner_text("main")
        page.check("[name='vote'][value='同意']")
        page.click("button[value='sign']")
        page.wait_for_url("**/inbox**")
    assert set(opened(desk, case).values()) == {"survey"}
    whole(desk)


def test_a_branch_goes_back_straight_and_step_by_step_and_a_completion_is_taken_back(
    either: Desk, accessible: Callable[[Page], None]
) -> None:
    desk = either
    case, item = at_survey(desk, "three")
    with desk.signed_in(HANDLER) as page:
        step(desk, page, case, item)
        for name, value in SURVEYED.items():
            if not name.endswith("outcome"):
                page.fill(f"[name='{name}']", value)
        page.locator(".outcome").first.click()
        page.wait_for_url("**/inbox**")
        page.click("a:has-text('查看或者撤回')")
        page.wait_for_url("**/cases/**")
        operate(page, "withdraw", {"_reason": "漏记一处构筑物"}, suffix=f"-{item}")
        assert last(desk, case) == "撤回已办结的“现场踏勘（两人以上）”"
    (item,) = opened(desk, case)
    desk.bureau.complete(HANDLER, case, item, SURVEYED, key="surveyed again")
    farmland = next(one for one, element in opened(desk, case).items() if element == "farmland_opinion")
    with desk.signed_in("liufang") as page:
        step(desk, page, case, farmland)
        page.click("button[value='claim']")
        operate(page, "return", {"_target": "survey", "_mode": "direct", "_reason": ""})
        assert "请写明退回理由" in page.inner_text("#return-reason-error")
        accessible(page)
        desk.picture(page, "74-return", whole=True)
        operate(page, "return", {"_target": "survey", "_mode": "direct", "_reason": "缺照片"})
        assert "已退回" in said(page)
    errand = next(one for one, element in opened(desk, case).items() if element == "survey")
    with desk.signed_in(HANDLER) as page:
        step(desk, page, case, errand)
        assert "办结后直接返回该环节" in page.inner_text("main")
        page.locator(".outcome").first.click()
        page.wait_for_url("**/inbox**")
    farmland = next(one for one, element in opened(desk, case).items() if element == "farmland_opinion")
    with desk.signed_in("liufang") as page:
        step(desk, page, case, farmland)
        operate(page, "return", {"_target": "survey", "_mode": "step", "_reason": "须重新踏勘"})
        assert "已退回" in said(page)
    assert set(opened(desk, case).values()) == {"survey"}
    whole(desk)


def test_a_chief_hands_on_and_a_stand_in_acts_with_both_names(
    either: Desk, accessible: Callable[[Page], None]
) -> None:
    desk = either
    case, item = at_survey(desk, "four")
    with desk.signed_in(CHIEF) as page:
        page.goto(f"{desk.url}/cases/{case}")
        page.click("a:has-text('转办：')")
        page.wait_for_selector("#transfer-to")
        accessible(page)
        desk.picture(page, "75-hand-on")
        page.fill("#transfer-to", "赵敏")
        page.fill("#transfer-reason", "王建国下乡")
        page.click("button[value='transfer']")
        page.wait_for_url(f"**/cases/{case}")
    now = desk.bureau.cases.clock()
    stand_in.declare(
        desk.bureau, SECOND, SECOND, starts=now, ends=now + timedelta(days=2), deputy=HANDLER, reason="年休假"
    )
    with desk.signed_in(HANDLER) as page:
        step(desk, page, case, item)
        assert "您代 赵敏 办理" in page.inner_text("main")
        accessible(page)
        for name, value in SURVEYED.items():
            if not name.endswith("outcome"):
                page.fill(f"[name='{name}']", value)
        page.locator(".outcome").first.click()
        page.wait_for_url("**/inbox**")
        page.goto(f"{desk.url}/cases/{case}")
        assert "王建国（代赵敏）" in page.inner_text(".story")
    whole(desk)


def test_the_bureau_votes_and_everybody_sees_how_it_stands(
    either: Desk, accessible: Callable[[Page], None]
) -> None:
    desk = either
    bureau = desk.bureau
    case = at_the_meeting(desk)
    votes = {"huanghe": "退回", "chenwei": "通过", "gaopeng": "通过", "luozheng": "退回", "fangyuan": "通过"}
    for user, vote in votes.items():
        item = next(
            one
            for one in opened(desk, case)
            if bureau.cases.view(case, lambda view, one=one: view.item(one))["post"]  # type: ignore[misc]
            in bureau.person(user).may_act_as
        )
        width, height = (390, 844) if user == "luozheng" else (1366, 768)
        with desk.signed_in(user, width=width, height=height) as page:
            step(desk, page, case, item)
            if user in ("luozheng", "fangyuan"):
                accessible(page)
                assert fits(page)
                desk.picture(page, f"76-vote-{user}", whole=True)
            page.fill("[name='meeting_on']", TODAY)
            page.fill("[name='meeting_opinion']", f"{vote}的理由")
            page.locator(".outcome", has_text=vote).first.click()
            page.wait_for_url("**/inbox**")
    assert set(opened(desk, case).values()) == {"gov"}
    assert last(desk, case, HANDLER) == "签署“集体会审”（签署完毕，通过）：通过"
    whole(desk)


def at_the_meeting(desk: Desk) -> str:
    from submissions import submission  # of the tests of processes: what a clerk would fill in

    bureau = desk.bureau
    day = bureau.cases.clock().date()
    form = bureau.start_form("batch-conversion").form
    data = submission(form, "start", None, {}, day, BATCH)
    data["materials"] = {material.id: "收" for material in form.materials}
    case = bureau.start(HANDLER, "batch-conversion", data, key="batch").case_id
    while "meeting" not in opened(desk, case).values():
        item, element = next(iter(opened(desk, case).items()))
        post = bureau.cases.view(case, lambda view, item=item: view.item(item))["post"]  # type: ignore[misc]
        user = next(one for one in bureau.organisation.people if post in bureau.person(one).may_act_as)
        known = bureau.cases.view(case, lambda view, item=item: {**view.variables, **view.variables_at(item)})  # type: ignore[misc]
        steps = bureau.item(user, case, item).form
        assert steps is not None
        outcome = steps.step(element).outcomes[0].value
        bureau.complete(user, case, item, submission(steps, element, outcome, known, day, {}), key=f"b{item}")
    return case


def test_operations_work_without_scripts(either: Desk) -> None:
    desk = either
    case, item = received(desk, "five")
    with desk.signed_in(CLERK, scripts=False) as page:
        step(desk, page, case, item)
        page.locator("#do-transfer summary").click()
        page.fill("#transfer-to", "李晓燕")
        page.fill("#transfer-reason", "出差")
        page.click("#do-transfer button[value='transfer']")
        assert "已转办" in page.inner_text("main")
    assert last(desk, case) == "将“受理审查”转办给李晓燕"

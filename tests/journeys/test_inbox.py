"""The inbox in a browser, on both databases: lists, filters, views, search, many at once, fresh items, phone, no scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

from processes import case_operations, stand_in
from tests.journeys.conftest import Clock, running

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLERK, HANDLER, LEADER = "zhanghui", "wangjian", "huanghe"
APPLICATION: dict[str, Any] = {
    "applicant_name": "示例铁路建设有限公司", "credit_code": "91140000MA0GT9L609", "contact_phone": "0351-6020000",
    "project_name": "高铁 3 标段 2 号施工便道", "use_purpose": "建设项目施工", "infrastructure": "false",
    "term_months": "24", "area_ha": "1.5", "cultivated_ha": "0.5", "permanent_basic_farmland_ha": "0",
    "forest_ha": "0.2", "ownership": "集体", "in_planning_area": "true", "in_county": "false",
    "boundary": "112.5000 37.8000\n112.5010 37.8000\n112.5010 37.8010\n112.5000 37.8010",
    "compensation_amount": "120000", "reclamation_cost": "80000", "received_on": "2026-09-21", "channel": "窗口",
}  # fmt: skip


@pytest.fixture
def desk(browser: Browser, tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with running(browser, tmp_path, database_url, Clock()) as opened:
        yield opened


def start(desk: Desk, applicant: str = "示例铁路建设有限公司", project: str = "施工便道") -> str:
    papers = {one.id: "收" for one in desk.bureau.start_form("temporary-land-use").form.materials}
    data = {**APPLICATION, "applicant_name": applicant, "project_name": project, "materials": papers}
    data["received_on"] = (desk.clock.now + timedelta(hours=8)).date().isoformat()
    return desk.bureau.start(CLERK, "temporary-land-use", data).case_id


def claimed(desk: Desk, case_id: str, user: str = CLERK) -> str:
    item: str = desk.bureau.cases.view(case_id, lambda view: next(iter(view.state.items)))
    desk.bureau.claim(user, case_id, item)
    return item


def numbers(page: Page) -> list[str]:
    return page.locator("table.items .title-cell .sub").all_inner_texts()


@contextmanager
def wide_and_narrow(desk: Desk, user: str) -> Iterator[tuple[Page, Page]]:
    with desk.signed_in(user) as wide, desk.signed_in(user, width=390, height=844) as narrow:
        yield wide, narrow


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_lists_filters_and_a_kept_view(desk: Desk, accessible: Callable[[Page], None]) -> None:
    cases = [
        start(desk, applicant, f"{applicant}便道")
        for applicant in ("市水务集团", "省地质调查院", "市供电公司")
    ]
    claimed(desk, cases[0])
    urged = claimed(desk, cases[1])
    desk.clock.now += timedelta(minutes=5)
    case_operations.urge(desk.bureau, LEADER, cases[1], urged, "请抓紧")
    case_operations.copy(desk.bureau, CLERK, cases[2], [CLERK], "请阅知")
    desk.bureau.tick()
    with wide_and_narrow(desk, CLERK) as (page, phone):
        expect(page.locator("table.items tbody tr")).to_have_count(2)
        accessible(page)
        desk.picture(page, "inbox")
        phone.reload()
        fits(phone)
        accessible(phone)
        desk.picture(phone, "inbox-phone")
        expect(page.locator("table.items")).to_contain_text("催办")
        page.click("text=紧急")
        assert numbers(page) == ["LSYD-2026-0002"]
        page.click(".chip.on")
        page.click(".lights .green a")
        expect(page.locator("table.items tbody tr")).to_have_count(2)
        page.click(".lights .green a")
        page.click(".filters >> text=未签收")
        expect(page.locator("table.items tbody tr")).to_have_count(1)
        page.click("text=筛选条件")
        page.fill("#by-q", "没有这样的")
        page.select_option("#by-claimed", "any")
        page.click("form.narrowing button")
        expect(page.locator(".empty")).to_contain_text("没有符合条件的办件")
        accessible(page)
        page.click(".chip.on >> text=含“没有这样的”")
        expect(page.locator("table.items tbody tr")).to_have_count(3)
        page.click("text=新到的在前")
        assert "order=received" in page.url
        assert "claimed=any" in page.url
        assert numbers(page)[0] == "LSYD-2026-0003"
        page.click("text=保存为视图")
        page.fill("#view-name", "全部在手")
        page.click(".keeping button >> text=保存")
        expect(page.locator("h1")).to_have_text("全部在手")
        expect(page.locator(".side")).to_contain_text("全部在手")
        page.click("text=管理视图")
        page.click("text=打开待办时用此视图")
        page.goto(f"{desk.url}/inbox")
        expect(page.locator("h1")).to_have_text("全部在手")
        page.click("text=管理视图")
        page.fill("#view-name", "我的全部")
        page.click("text=改名")
        expect(page.locator("h1")).to_have_text("我的全部")
        page.click("text=管理视图")
        accessible(page)
        page.click(".keeping button >> text=删除")
        expect(page.locator("h1")).to_have_text("待办")
        for box in ("claimable", "done", "started", "copies"):
            page.goto(f"{desk.url}/inbox?box={box}")
            accessible(page)
            fits(page)
    assert desk.complaints == []
    assert desk.elsewhere == []


def test_pages_forward_and_back_keep_the_filter(desk: Desk) -> None:
    for number in range(23):
        start(desk, project=f"便道{number}")
    with desk.signed_in(CLERK, scripts=False) as page:
        page.goto(f"{desk.url}/inbox?box=claimable&matter=temporary-land-use&order=number")
        first = numbers(page)
        assert len(first) == 20
        page.click("a[rel=next]")
        assert numbers(page) == ["LSYD-2026-0021", "LSYD-2026-0022", "LSYD-2026-0023"]
        assert "matter=temporary-land-use" in page.url
        page.click("a[rel=prev]")
        assert numbers(page) == first
        expect(page.locator("a[rel=prev]")).to_have_count(0)


def test_a_search_shows_where_the_words_stand_and_leaks_nothing(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    start(desk, "市供电公司", "220 kV 送出线路塔基 <b>甲</b>")
    start(desk, "市水务集团", "南干线检修道")
    desk.bureau.tick()
    with wide_and_narrow(desk, CLERK) as (page, phone):
        page.fill("#search", "送出线路")
        page.press("#search", "Enter")
        expect(page.locator(".hits li")).to_have_count(1)
        assert page.locator(".hits mark").first.inner_text() == "送出线路"
        expect(page.locator(".hits")).to_contain_text("<b>甲</b>")
        accessible(page)
        desk.picture(page, "search")
        phone.goto(f"{desk.url}/search?q=LSYD-2026-0002")
        expect(phone.locator(".hits li")).to_have_count(1)
        expect(phone.locator(".hits")).to_contain_text("编号相符")
        fits(phone)
        desk.picture(phone, "search-phone")
        page.fill("#words", "没有这样的词")
        page.click(".searching button")
        expect(page.locator(".empty")).to_contain_text("没有查到")
    stranger = desk.holder("矿产权管理科/经办人")
    with desk.signed_in(stranger) as page:
        for words in ("送出线路", "LSYD-2026-0001", "市供电公司"):
            page.goto(f"{desk.url}/search?q={words}")
            expect(page.locator(".hits li")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_many_are_claimed_done_given_back_and_handed_on_at_once(
    desk: Desk, accessible: Callable[[Page], None], scripts: bool
) -> None:
    for number in range(4):
        start(desk, project=f"便道{number}")
    with desk.signed_in(CLERK, scripts=scripts) as page:
        page.goto(f"{desk.url}/inbox?box=claimable")
        page.click("text=批量办理所选")
        expect(page.locator(".note")).to_contain_text("请先勾选")
        for place in range(3):
            page.locator("input[name=item]").nth(place).check()
        page.click("text=批量办理所选")
        expect(page.locator("h1")).to_have_text("批量办理")
        if scripts:
            accessible(page)
            desk.picture(page, "batch")
        page.click("text=全部签收")
        expect(page.locator(".note.good")).to_contain_text("已办理 3 件")
        desk.picture(page, "batch-result")
        page.goto(f"{desk.url}/inbox")
        for place in range(3):
            page.locator("input[name=item]").nth(place).check()
        page.click("text=批量办理所选")
        page.click("button[value=transfer]")
        expect(page.locator("#batch-reason-error")).to_contain_text("请写明理由")
        other = next(
            one for one in desk.bureau.organisation.people.values()
            if "行政审批科" in {post.partition("/")[0] for post in one.posts} and one.user != CLERK
        )  # fmt: skip
        page.select_option("#batch-to", other.user)
        page.click("button[value=transfer]")
        page.fill("#batch-reason", "本周外出")
        assert page.input_value("#batch-to") == other.user
        page.click("button[value=transfer]")
        expect(page.locator(".note")).to_contain_text("已办理 3 件")
        assert len(desk.bureau.inbox(other.user, "todo").rows) == 3


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_many_are_given_back_and_completed_at_once(desk: Desk, scripts: bool) -> None:
    cases = [start(desk, project=f"便道{number}") for number in range(3)]
    for case_id in cases:
        claimed(desk, case_id)

    def chosen(box: str) -> None:
        page.goto(f"{desk.url}/inbox?box={box}")
        for place in range(3):
            page.locator("input[name=item]").nth(place).check()
        page.click("text=批量办理所选")

    with desk.signed_in(CLERK, scripts=scripts) as page:
        chosen("todo")
        page.click("text=全部释放")
        expect(page.locator(".note.good")).to_contain_text("已办理 3 件")
        assert desk.bureau.inbox(CLERK, "todo").rows == []
        chosen("claimable")
        page.fill("[name=told_on]", desk.clock.now.date().isoformat())
        page.fill("[name=acceptance_doc_no]", "受理〔2026〕1号")
        page.click("button[name=accept_outcome][value=齐全且属本级权限]")
        expect(page.locator(".note.good")).to_contain_text("已办理 3 件")
    assert {row.case_id for row in desk.bureau.inbox(CLERK, "done").rows} == set(cases)
    for case_id in cases:
        assert desk.bureau.cases.view(case_id, lambda view: view.variables["acceptance_result"]) == "accepted"


def test_what_is_new_is_told_without_moving_a_row(desk: Desk) -> None:
    claimed(desk, start(desk, project="旧的"))
    with desk.signed_in(CLERK) as page:
        before = numbers(page)
        desk.clock.now += timedelta(minutes=3)
        claimed(desk, start(desk, project="新的"))
        url = page.get_attribute("#news", "hx-get")
        assert url is not None
        answer = page.request.get(desk.url + url)
        assert "1 条新待办，点击刷新" in answer.text()
        again = page.request.get(desk.url + url, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status == 304
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(page.locator("#news")).to_contain_text("1 条新待办，点击刷新")
        expect(page.locator("#count-todo")).to_have_text("2")
        assert numbers(page) == before
        page.click("#news a")
        assert len(numbers(page)) == 2
        expect(page.locator("#news")).to_have_text("")
    assert desk.complaints == []


def test_a_deputy_finds_the_items_of_whom_he_stands_in_for(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    claimed(desk, start(desk, project="本人的"))
    now = desk.clock.now
    stand_in.declare(
        desk.bureau, CLERK, CLERK, starts=now, ends=now + timedelta(days=3), reason="出差", deputy=HANDLER
    )
    with desk.signed_in(HANDLER) as page:
        expect(page.locator("table.items tbody tr")).to_have_count(1)
        expect(page.locator("table.items .tag.blue")).to_contain_text("代")
        page.click(".side >> text=办理")
        assert "behalf=" in page.url
        expect(page.locator("table.items tbody tr")).to_have_count(1)
        accessible(page)

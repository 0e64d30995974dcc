"""组织和权限 in a browser: a newcomer is added, signs in, changes the password, gets a post, works, is disabled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from processes import people
from processes.people import Newcomer

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser
CHANGED = "Lan-tian-2026"
PAPERS = {f"m{number}": "收" for number in range(1, 8)}
APPLICATION = {
    "applicant_name": "示例铁路建设有限公司", "credit_code": "91110000MA00ABCD7M", "contact_phone": "13800000000",
    "project_name": "高铁 3 标段 2 号施工便道", "use_purpose": "建设项目施工", "infrastructure": "false", "term_months": "18",
    "area_ha": "1.2460", "cultivated_ha": "0", "permanent_basic_farmland_ha": "0", "ownership": "集体",
    "in_planning_area": "false", "in_county": "false",
    "boundary": "3900000.0,39500000.0\n3900100.0,39500000.0\n3900100.0,39500100.0\n3900000.0,39500100.0",
    "compensation_amount": "30000", "reclamation_cost": "50000", "received_on": "2026-09-21", "channel": "窗口",
}  # fmt: skip


def enter(desk: Desk, page: Page, user: str, password: str) -> None:
    page.goto(f"{desk.url}/signin")
    page.fill("#user", user)
    page.fill("#password", password)
    page.click("main form button.primary")


def looked_at(desk: Desk, page: Page, accessible: Callable[[Page], None], name: str, width: int) -> None:
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    desk.picture(page, name, whole=True)


@pytest.mark.parametrize(("size", "width", "height"), [("", 1366, 768), ("-phone", 390, 844)])
def test_a_newcomer_comes_to_work_and_goes(
    desk: Desk, accessible: Callable[[Page], None], size: str, width: int, height: int
) -> None:
    with desk.signed_in("caixia", width=width, height=height) as admin:
        admin.goto(f"{desk.url}/admin/people")
        looked_at(desk, admin, accessible, f"41-people{size}", width)
        admin.click("summary:has-text('新增人员')")
        admin.fill("#add-user", "lina")
        admin.fill("#add-name", "李娜")
        admin.fill("#add-reason", "新录用")
        admin.click("form.operation button:has-text('新增人员')")
        secret = admin.inner_text("#secret")
        looked_at(desk, admin, accessible, f"42-newcomer{size}", width)

        context = desk.context(width, height)
        page = context.new_page()
        enter(desk, page, "lina", secret)
        page.wait_for_url("**/settings/password")
        looked_at(desk, page, accessible, f"43-password{size}", width)
        page.fill("#pw-current", secret)
        page.fill("#pw-new", "lina1234")
        page.fill("#pw-again", "lina1234")
        page.click("main button:has-text('修改口令')")
        page.wait_for_selector("text=口令不能含用户名或者姓名")
        accessible(page)
        for name, word in (("current", secret), ("new", CHANGED), ("again", CHANGED)):
            page.fill(f"#pw-{name}", word)
        page.click("main button:has-text('修改口令')")
        page.wait_for_url("**/inbox")

        case_id = desk.bureau.start(
            "zhanghui", "temporary-land-use", {**APPLICATION, "materials": PAPERS}, key="first"
        ).case_id
        page.goto(f"{desk.url}/cases/{case_id}")
        page.wait_for_selector("text=您没有查阅此办件的权限")

        admin.goto(f"{desk.url}/admin/people/lina")
        admin.click("summary:has-text('任岗或者改起止日期')")
        admin.select_option("#appoint-post", "行政审批科/窗口")
        admin.fill("#appoint-reason", "任岗")
        admin.click("form.operation button:has-text('任岗')")
        admin.wait_for_selector("td:has-text('行政审批科/窗口'), th:has-text('行政审批科/窗口')")
        looked_at(desk, admin, accessible, f"44-person{size}", width)

        page.goto(f"{desk.url}/cases/{case_id}")
        page.wait_for_selector("h1")
        assert page.locator("text=您没有查阅此办件的权限").count() == 0
        page.goto(f"{desk.url}/inbox?box=claimable")
        page.wait_for_selector("text=高铁 3 标段")
        page.goto(f"{desk.url}/settings/sessions")
        looked_at(desk, page, accessible, f"45-sessions{size}", width)

        admin.click("summary:has-text('停用账号')")
        admin.fill("#disable-reason", "调离")
        admin.click("form.operation button:has-text('停用账号')")
        admin.wait_for_selector("h1 + .tag:has-text('停用')")
        page.goto(f"{desk.url}/inbox")
        page.wait_for_url("**/signin**")
        enter(desk, page, "lina", CHANGED)
        page.wait_for_selector("text=用户名或口令不正确")
        context.close()

        for path, name in (("sections", "46-sections"), ("sections/land_use_control", "47-section"), ("ledger", "48-ledger"), ("people/import", "49-import")):  # fmt: skip
            admin.goto(f"{desk.url}/admin/{path}")
            looked_at(desk, admin, accessible, f"{name}{size}", width)
    assert desk.elsewhere == []
    assert [
        one for one in desk.complaints if "403" not in one and "401" not in one and "422" not in one
    ] == []


def test_a_file_with_faults_is_told_by_line_and_then_taken(
    desk: Desk, accessible: Callable[[Page], None]
) -> None:
    people.add(desk.bureau, "caixia", [Newcomer("lina", "李娜")], "在先")
    with desk.signed_in("caixia") as page:
        page.goto(f"{desk.url}/admin/people/import")
        for text, sees in (
            ("用户名,姓名,岗位\nlina,李娜,没有/岗位\n", "用户名“lina”已经使用"),
            ("用户名,姓名,岗位\nwufei,吴飞,土地利用科/经办人\n", "将导入 1 人"),
        ):
            file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8")}
            page.set_input_files("#check-file", files=[file])  # type: ignore[list-item]
            page.click("button:has-text('检查文件')")
            page.wait_for_selector(f"text={sees}")
            accessible(page)
        page.fill("#import-reason", "年度招录")
        page.click("button:has-text('导入') >> nth=0")
        page.wait_for_selector("text=已导入 1 人")
        accessible(page)
    assert "wufei" in desk.bureau.accounts.names()

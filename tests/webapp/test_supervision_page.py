from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from flask.testing import FlaskClient

from processes import case_operations, clock_office
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

LEADER, CHIEF, OTHER_CHIEF, HANDLER = "huanghe", "chenwei", "gaopeng", "wangjian"
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限", "told_on": "2026-09-25", "acceptance_doc_no": "受理〔2026〕1号",
}  # fmt: skip


def number(page: str, label: str) -> int:
    found = re.search(rf"{label}.*?<b>([\d,]+)</b>", page, re.DOTALL)
    assert found, label
    return int(found[1])


@pytest.fixture
def overdue(bureau: Bureau, clock: Callable[[], datetime]) -> list[str]:
    """Two accepted cases whose decision clocks end on 29 October; the handler has claimed one of them."""
    cases = []
    for key in ("one", "two"):
        case = bureau.start(
            CLERK, "temporary-land-use", {**APPLICATION, "materials": HANDED_IN}, key=key
        ).case_id
        row = next(row for row in bureau.inbox(CLERK, "claimable").rows if row.case_id == case)
        bureau.complete(CLERK, case, row.item, ACCEPTED, key=f"{key}-accepted")
        cases.append(case)
    row = next(row for row in bureau.inbox(HANDLER, "claimable").rows if row.case_id == cases[0])
    bureau.claim(HANDLER, cases[0], row.item, key="mine")
    bureau.tick()
    clock.now = datetime(2026, 10, 26, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    bureau.tick()
    return cases


def test_what_will_be_overdue_if_nothing_moves_is_counted_before_it_is(
    signed: Callable[[str], FlaskClient], overdue: list[str], clock: Callable[[], datetime], bureau: Bureau
) -> None:
    leader = signed(LEADER)
    page = leader.get("/supervision").get_data(as_text=True)
    assert number(page, "已逾期") == 0
    assert number(page, "三个工作日内将逾期") == 2
    shown = leader.get("/supervision?show=3").get_data(as_text=True)
    assert all(f"/cases/{case}/clocks/decide" in shown for case in overdue)
    clock.now = datetime(2026, 10, 30, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    bureau.tick()
    page = leader.get("/supervision").get_data(as_text=True)
    assert number(page, "已逾期") == 2
    assert number(page, "十个工作日内将逾期") == 0
    assert "已逾期 · 逾期 1 个工作日" in page


def test_a_person_a_section_and_a_light_lead_to_their_cases(
    signed: Callable[[str], FlaskClient], overdue: list[str]
) -> None:
    leader = signed(LEADER)
    mine = leader.get(f"/supervision?show=10&hand={HANDLER}").get_data(as_text=True)
    assert f"/cases/{overdue[0]}" in mine
    assert f"/cases/{overdue[1]}" not in mine
    section = leader.get("/supervision?show=10&section=国土空间用途管制科").get_data(as_text=True)
    assert f"/cases/{overdue[1]}" in section
    other = leader.get("/supervision?show=10&section=矿产权管理科").get_data(as_text=True)
    assert f"/cases/{overdue[0]}/" not in other
    assert f"/cases/{overdue[0]}" in leader.get("/supervision?show=10&light=yellow").get_data(as_text=True)
    assert f"/cases/{overdue[0]}/" not in leader.get("/supervision?show=10&light=green").get_data(
        as_text=True
    )


def test_a_chief_supervises_the_own_section_and_no_other(
    signed: Callable[[str], FlaskClient], overdue: list[str]
) -> None:
    own = signed(CHIEF).get("/supervision?show=10").get_data(as_text=True)
    assert all(f"/cases/{case}" in own for case in overdue)
    other = signed(OTHER_CHIEF)
    page = other.get("/supervision?show=10").get_data(as_text=True)
    assert all(case not in page for case in overdue)
    assert "王建国" not in page.replace("王建国</strong>", "")
    assert other.get("/supervision?show=10&section=国土空间用途管制科").status_code == 403


@pytest.mark.parametrize("user", [CLERK, HANDLER])
def test_clerks_neither_see_the_way_to_supervision_nor_the_page(
    signed: Callable[[str], FlaskClient], user: str
) -> None:
    client = signed(user)
    assert "/supervision" not in client.get("/inbox").get_data(as_text=True)
    assert client.get("/supervision").status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("show=7", 404),
        ("show=x", 404),
        ("light=purple", 404),
        ("after=x", 200),
        ("after=a|b|c", 200),
        ("hand=%27", 200),
    ],
)
def test_an_odd_query_never_breaks_supervision(
    signed: Callable[[str], FlaskClient], query: str, status: int
) -> None:
    assert signed(LEADER).get(f"/supervision?{query}").status_code == status


def test_whoever_is_not_signed_in_is_asked_to(client: FlaskClient) -> None:
    for path in ("/supervision", "/messages", "/calendar", "/calendar/versions/x", "/cases/x/clocks/decide"):
        assert client.get(path).status_code == 303


def test_the_count_of_suspended_clocks_leads_to_their_list(
    signed: Callable[[str], FlaskClient], overdue: list[str], bureau: Bureau
) -> None:
    held = {"ground": "专家评审", "notice": "告知〔2026〕3号", "on": "2026-09-28"}
    clock_office.suspend(bureau, HANDLER, overdue[0], "decide", held, key="held-1")
    bureau.tick()
    leader = signed(LEADER)
    page = leader.get("/supervision").get_data(as_text=True)
    found = re.search(r'href="(/supervision\?show=suspended&amp;section=[^"]+)">1<', page)
    assert found
    shown = leader.get(found[1].replace("&amp;", "&")).get_data(as_text=True)
    assert f"/cases/{overdue[0]}/clocks/decide" in shown
    assert f"/cases/{overdue[1]}/clocks/decide" not in shown
    assert ("专家评审" in shown, "2026-09-28" in shown) == (True, True)
    running = leader.get("/supervision?show=running").get_data(as_text=True)
    assert f"/cases/{overdue[1]}/clocks/decide" in running
    other = signed(OTHER_CHIEF)
    assert f"/cases/{overdue[0]}/" not in other.get("/supervision?show=suspended").get_data(as_text=True)
    assert other.get("/supervision?show=suspended&section=国土空间用途管制科").status_code == 403
    assert signed(CLERK).get("/supervision?show=suspended").status_code == 403


def test_orders_of_supervision_are_listed_until_they_are_closed(
    signed: Callable[[str], FlaskClient], overdue: list[str], bureau: Bureau, clock: Callable[[], datetime]
) -> None:
    for number, case_id in enumerate(overdue):
        case_operations.supervise(
            bureau,
            LEADER,
            case_id,
            f"请于本周内办结 {number}",
            until=date(2026, 10, 27),
            key=f"order-{number}",
        )
    order = bureau.case(LEADER, overdue[0]).powers.orders[0].seq
    case_operations.answer(bureau, HANDLER, overdue[0], order, "明日踏勘")
    clock.now = datetime(2026, 10, 28, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    leader, chief = signed(LEADER), signed(CHIEF)
    for page in (one.get("/supervision?show=orders").get_data(as_text=True) for one in (leader, chief)):
        assert ("请于本周内办结 0" in page, "王建国：明日踏勘" in page, "逾期未反馈" in page) == (
            True,
            True,
            True,
        )
    case_operations.close(bureau, LEADER, overdue[0], order)
    assert "请于本周内办结 0" not in leader.get("/supervision?show=orders").get_data(as_text=True)
    assert "请于本周内办结 0" in leader.get("/supervision?show=orders&closed=1").get_data(as_text=True)
    assert "请于本周内办结" not in signed(OTHER_CHIEF).get("/supervision?show=orders").get_data(as_text=True)
    assert leader.get("/supervision?show=orders&after=x|y|z").status_code == 200

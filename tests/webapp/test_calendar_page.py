from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from applications import APPLICATION, CLERK, HANDED_IN, key_in, token_in
from flask.testing import FlaskClient

from processes.bureau import Bureau

pytestmark = pytest.mark.slow

KEEPER = "luozheng"  # 政策法规科/科长
NOTICE = {
    "source": "国务院办公厅关于2027年部分节假日安排的通知（样例）", "published": "2026-11-05", "years": "2027", "version": "",
    "text": "日期,类型,名称\n2027-01-01/2027-01-03,放假,元旦\n2027-02-05/2027-02-11,放假,春节\n2027-02-20,上班,春节调休上班\n",
}  # fmt: skip
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限", "told_on": "2026-12-15", "acceptance_doc_no": "受理〔2026〕9号",
}  # fmt: skip


def send(client: FlaskClient, command: str, data: dict[str, Any], path: str = "/calendar") -> Any:
    page = client.get("/calendar").get_data(as_text=True)
    return client.post(
        path, data={"csrf_token": token_in(page), "_key": "k" * 20, "_command": command, **data},
        content_type="multipart/form-data",
    )  # fmt: skip


@pytest.fixture
def provisional(bureau: Bureau, clock: Callable[[], datetime]) -> str:
    """A decision clock that runs over New Year's Day 2027, whose holidays nobody has announced."""
    clock.now = datetime(2026, 12, 15, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    data = {**APPLICATION, "received_on": "2026-12-15", "materials": HANDED_IN}
    case = str(bureau.start(CLERK, "temporary-land-use", data, key="winter").case_id)
    row = next(row for row in bureau.inbox(CLERK, "claimable").rows if row.case_id == case)
    bureau.complete(CLERK, case, row.item, ACCEPTED, key="accepted")
    bureau.tick()
    return case


def test_a_due_date_in_an_unpublished_year_is_called_provisional_wherever_it_stands(
    signed: Callable[[str], FlaskClient], provisional: str, bureau: Bureau, clock: Callable[[], datetime]
) -> None:
    handler, leader = signed("wangjian"), signed("huanghe")
    clock.now = datetime(2026, 12, 31, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    bureau.tick()
    for client, path in (
        (handler, "/inbox?box=claimable"), (handler, f"/cases/{provisional}"),
        (handler, f"/cases/{provisional}/clocks/decide"), (leader, "/supervision?show=10"), (leader, "/calendar"),
    ):  # fmt: skip
        assert "暂算" in client.get(path).get_data(as_text=True), path


def test_a_notice_is_looked_at_kept_published_and_reports_what_it_moved(
    signed: Callable[[str], FlaskClient], provisional: str, bureau: Bureau
) -> None:
    keeper = signed(KEEPER)
    before = next(one.due for one in bureau.case(CLERK, provisional).clocks if one.id == "decide")
    looked = send(keeper, "preview", NOTICE)
    page = looked.get_data(as_text=True)
    assert looked.status_code == 200
    assert "2027-02-05" in page
    assert "春节调休上班" in page
    assert "2027-02-05/2027-02-11" in page  # what was typed stands there still
    kept = send(keeper, "keep", NOTICE)
    assert kept.status_code == 303
    draft = keeper.get(kept.location).get_data(as_text=True)
    assert "草案" in draft
    assert next(one.due for one in bureau.case(CLERK, provisional).clocks if one.id == "decide") == before
    published = send(keeper, "publish", {}, kept.location)
    assert published.status_code == 303
    report = keeper.get(kept.location).get_data(as_text=True)
    assert f"/cases/{provisional}/clocks/decide" in report
    clock = next(one for one in bureau.case(CLERK, provisional).clocks if one.id == "decide")
    assert not clock.provisional
    assert bureau.verify() == []


def test_the_notice_may_come_as_a_file(signed: Callable[[str], FlaskClient]) -> None:
    keeper = signed(KEEPER)
    file = (io.BytesIO("\ufeff2027-10-01/2027-10-07,放假,国庆节\n".encode()), "2027.csv")
    page = send(keeper, "preview", {**NOTICE, "text": "", "file": file}).get_data(as_text=True)
    assert "2027-10-07" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": ""}, "请填写通知的名称和文号"),
        ({"published": "soon"}, "日期应写作"),
        ({"years": "next"}, "请填写年份"),
        ({"text": ""}, "请粘贴放假安排"),
        ({"text": "2027-02-30,放假,"}, "日期“2027-02-30”应为"),
        ({"text": "2027-02-05,休息,"}, "类型“休息”应为"),
        ({"text": "2028-02-05,放假,"}, "不在通知安排的年份"),
        ({"text": "{"}, "JSON 无法读取"),
        ({"file": (io.BytesIO(b"\xff\xfe\x00"), "x.csv")}, "UTF-8"),
        ({"file": (io.BytesIO(b"x" * 300_000), "x.csv")}, "256 KB"),
    ],
)
def test_a_faulty_notice_is_refused_by_its_line_and_kept_on_the_page(
    signed: Callable[[str], FlaskClient], change: dict[str, Any], said: str
) -> None:
    answer = send(signed(KEEPER), "preview", {**NOTICE, **change})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    if "source" not in change:
        assert NOTICE["source"] in page


@pytest.mark.parametrize("command", ["preview", "keep"])
def test_others_look_at_the_calendar_and_leave_it_as_it_is(
    signed: Callable[[str], FlaskClient], command: str
) -> None:
    clerk = signed(CLERK)
    page = clerk.get("/calendar").get_data(as_text=True)
    assert "录入放假通知" not in page
    assert send(clerk, command, NOTICE).status_code == 403
    seed = re.search(r"/calendar/versions/[^\"]+", page)
    assert seed
    assert send(clerk, "publish", {}, seed[0]).status_code == 403


def test_a_version_that_is_not_there_is_not_found(signed: Callable[[str], FlaskClient]) -> None:
    keeper = signed(KEEPER)
    assert keeper.get("/calendar/versions/nope").status_code == 404
    assert send(keeper, "publish", {}, "/calendar/versions/nope").status_code == 404
    assert send(keeper, "burn", NOTICE).status_code == 400


def test_a_name_that_is_taken_is_said_at_its_field(signed: Callable[[str], FlaskClient]) -> None:
    keeper = signed(KEEPER)
    named = {**NOTICE, "version": "cn-2027"}
    assert send(keeper, "keep", named).status_code == 303
    again = send(keeper, "keep", named)
    assert again.status_code == 422
    assert "已被使用" in again.get_data(as_text=True)
    assert key_in(again.get_data(as_text=True))

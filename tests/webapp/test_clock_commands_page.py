from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from applications import CLERK, key_in, token_in
from flask.testing import FlaskClient

from processes.bureau import Bureau

pytestmark = pytest.mark.slow

HANDLER, CHIEF, LEADER, STRANGER = "wangjian", "chenwei", "huanghe", "liufang"
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限", "told_on": "2026-09-25", "acceptance_doc_no": "受理〔2026〕1号",
}  # fmt: skip
SUSPEND = {"_command": "suspend", "ground": "专家评审", "notice": "告知〔2026〕3号", "on": "2026-09-28"}
EXTEND = {
    "_command": "extend", "amount": "10", "reason": "案情复杂", "notice": "延期〔2026〕1号", "on": "2026-09-28",
}  # fmt: skip


@pytest.fixture
def clock_url(bureau: Bureau, case_id: str, item: str, clock: Callable[[], datetime]) -> str:
    """The decision clock of an accepted application, on the Tuesday after Mid-Autumn."""
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="accepted")
    clock.now = datetime(2026, 9, 29, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    return f"/cases/{case_id}/clocks/decide"


def send(client: FlaskClient, url: str, data: dict[str, str]) -> tuple[int, str]:
    page = client.get(url).get_data(as_text=True)
    key = key_in(page) if 'name="_key"' in page else "a-key-of-a-forger"
    form = page if "csrf_token" in page else client.get("/messages").get_data(as_text=True)
    given = {"csrf_token": token_in(form), "_key": key, **data}
    answer = client.post(url, data=given)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_clock_is_suspended_and_resumed_and_gives_back_what_was_left(
    signed: Callable[[str], FlaskClient], clock_url: str, clock: Callable[[], datetime]
) -> None:
    handler = signed(HANDLER)
    assert "2026-10-29" in handler.get(clock_url).get_data(as_text=True)
    assert send(handler, clock_url, SUSPEND)[0] == 303
    page = handler.get(clock_url).get_data(as_text=True)
    assert "扣除时限中" in page
    assert "告知〔2026〕3号" in page
    clock.now = datetime(2026, 10, 12, 2, tzinfo=UTC)  # type: ignore[attr-defined]
    resumed = {"_command": "resume", "ground": "专家评审", "on": "2026-10-12"}
    assert send(handler, clock_url, resumed)[0] == 303
    page = handler.get(clock_url).get_data(as_text=True)
    assert "扣除时限结束" in page
    assert "2026-11-06" in page  # 19 of 20 working days were left, counted from 13 October


def test_an_extension_is_the_head_of_the_bureaus_alone(
    signed: Callable[[str], FlaskClient], clock_url: str
) -> None:
    handler, leader = signed(HANDLER), signed(LEADER)
    assert 'value="extend"' not in handler.get(clock_url).get_data(as_text=True)
    assert send(handler, clock_url, EXTEND)[0] == 403
    assert send(leader, clock_url, EXTEND)[0] == 303
    page = leader.get(clock_url).get_data(as_text=True)
    assert "2026-11-12" in page
    assert "案情复杂" in page
    status, page = send(leader, clock_url, EXTEND)
    assert (status, "已经用完" in page) == (409, True)


@pytest.mark.parametrize("user", [STRANGER, CLERK])
def test_whoever_has_no_part_in_the_case_changes_no_clock(
    signed: Callable[[str], FlaskClient], clock_url: str, user: str
) -> None:
    client = signed(user)
    page = client.get(clock_url).get_data(as_text=True)
    assert "变动这项期限" not in page
    assert send(client, clock_url, SUSPEND)[0] == 403
    assert "扣除时限中" not in client.get(clock_url).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"notice": " "}, 422, "请填写告知申请人的文书文号"),
        ({"ground": ""}, 422, "请选择法定事由"),
        ({"ground": "领导出差"}, 409, "不是期限“作出许可决定”可以中止的法定事由"),
        ({"on": "2026-09-30"}, 422, "不能晚于今天"),
        ({"on": "昨天"}, 422, "日期应写作"),
        ({"on": "2026-09-01"}, 409, "早于"),
        ({"_command": "resume"}, 409, "没有因“专家评审”中止"),
        ({"_command": "nonsense"}, 400, "无法识别"),
    ],
)
def test_what_the_law_does_not_allow_is_said_and_what_was_typed_is_kept(
    signed: Callable[[str], FlaskClient], clock_url: str, change: dict[str, str], status: int, said: str
) -> None:
    got, page = send(signed(HANDLER), clock_url, {**SUSPEND, **change})
    assert got == status
    assert said in page
    if status != 400 and change.get("notice") is None and "_command" not in change:
        assert "告知〔2026〕3号" in page


def test_the_same_page_sent_twice_changes_the_clock_once(
    signed: Callable[[str], FlaskClient], clock_url: str, bureau: Bureau, case_id: str
) -> None:
    handler = signed(HANDLER)
    page = handler.get(clock_url).get_data(as_text=True)
    data = {"csrf_token": token_in(page), "_key": key_in(page), **SUSPEND}
    assert [handler.post(clock_url, data=data).status_code for _ in range(2)] == [303, 303]
    assert sum("扣除时限" in line.sentence for line in bureau.case(CLERK, case_id).history) == 1
    assert bureau.verify(case_id) == []


@pytest.mark.parametrize("limit", ["nope", "deliver", "%00"])
def test_a_clock_that_has_not_started_is_not_found(
    signed: Callable[[str], FlaskClient], clock_url: str, limit: str
) -> None:
    assert signed(HANDLER).get(clock_url.replace("decide", limit)).status_code == 404


def test_a_command_without_the_csrf_token_changes_no_clock(
    signed: Callable[[str], FlaskClient], clock_url: str
) -> None:
    handler = signed(HANDLER)
    assert handler.post(clock_url, data={"_key": "k" * 20, **SUSPEND}).status_code == 400


def test_the_case_page_tells_budget_use_and_article_and_leads_to_clock_and_sheet(
    signed: Callable[[str], FlaskClient], clock_url: str, case_id: str
) -> None:
    page = signed(HANDLER).get(f"/cases/{case_id}").get_data(as_text=True)
    assert "20个工作日" in page
    assert "《行政许可法》第四十二条" in page
    assert "(2019-04-23)" not in page
    assert f'href="{clock_url}"' in page
    assert f'href="{clock_url}.pdf"' in page


def test_a_suspension_entered_by_mistake_is_struck_out_by_who_entered_it_or_the_chief(
    signed: Callable[[str], FlaskClient], bureau: Bureau, clock_url: str, case_id: str
) -> None:
    handler, chief, stranger = signed(HANDLER), signed(CHIEF), signed("zhaomin")
    before = bureau.cases.view(case_id, lambda view: view.clocks["decide"])
    assert send(handler, clock_url, SUSPEND)[0] == 303
    page = handler.get(clock_url).get_data(as_text=True)
    assert ("登记的扣除" in page, 'value="strike"' in page) == (True, True)
    assert 'value="strike"' not in stranger.get(clock_url).get_data(as_text=True)
    struck = {"_command": "strike", "suspension": "专家评审|2026-09-28", "reason": "登错办件"}
    assert send(stranger, clock_url, struck)[0] == 403
    status, page = send(handler, clock_url, {**struck, "reason": " "})
    assert (status, "请写明撤销的理由" in page) == (422, True)
    assert send(handler, clock_url, {**struck, "suspension": "听证|2026-09-28"})[0] == 404
    assert send(chief, clock_url, struck)[0] == 303
    assert bureau.cases.view(case_id, lambda view: view.clocks["decide"]) == before
    page = handler.get(clock_url).get_data(as_text=True)
    assert ("撤销扣除" in page, "登错办件" in page, "登记的扣除" in page) == (True, True, False)
    assert "撤销误登的扣除（专家评审，2026-09-28）" in handler.get(f"/cases/{case_id}").get_data(as_text=True)
    assert send(handler, clock_url, SUSPEND)[0] == 303  # the right one, of the same day
    assert bureau.verify(case_id) == []

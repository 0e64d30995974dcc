from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from applications import APPLICATION, APPLICATION_FORM, CLERK, key_in, sign_in, token_in
from flask import Flask
from flask.testing import FlaskClient

from processes.bureau import Bureau

pytestmark = pytest.mark.slow

COUNTER = "/counter/temporary-land-use"
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限",
    "told_on": "2026-09-25",
    "acceptance_doc_no": "受理〔2026〕1号",
}


def hidden(page: str) -> dict[str, str]:
    return {"csrf_token": token_in(page), "_key": key_in(page)}


def at(case_id: str, item: str) -> str:
    return f"/cases/{case_id}/items/{item}"


def test_the_counter_receives_an_application_and_it_gets_a_number(clerk: FlaskClient) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    answer = clerk.post(COUNTER, data={**hidden(page), **APPLICATION_FORM})
    assert answer.status_code == 303
    case = clerk.get(answer.location).get_data(as_text=True)
    assert "LSYD-2026-0001" in case
    assert "示例铁路建设有限公司" in case
    assert "受理审查" in case


def test_a_double_click_at_the_counter_begins_one_case(clerk: FlaskClient, bureau: Bureau) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    data = {**hidden(page), **APPLICATION_FORM}
    first, second = clerk.post(COUNTER, data=data), clerk.post(COUNTER, data=data)
    assert first.location == second.location
    assert bureau.counts(CLERK)["started"] == 1


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(clerk: FlaskClient) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    data = {
        **hidden(page),
        **APPLICATION,
        "term_months": "36",
        "area_ha": "很大",
        "project_name": '<b>"便道"</b>',
    }
    answer = clerk.post(COUNTER, data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-area_ha-error"' in page
    assert 'value="很大"' in page
    assert "<b>" not in page
    assert html.escape('<b>"便道"</b>').replace("&quot;", "&#34;") in page


def test_unknown_fields_are_refused_by_name(clerk: FlaskClient) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    answer = clerk.post(COUNTER, data={**hidden(page), **APPLICATION_FORM, "approved": "true"})
    assert answer.status_code == 422
    assert "没有“approved”这个字段" in answer.get_data(as_text=True)


def test_fields_of_another_step_are_refused(clerk: FlaskClient, case_id: str, item: str) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    answer = clerk.post(at(case_id, item), data={**hidden(page), **ACCEPTED, "decided_on": "2026-09-25"})
    assert answer.status_code == 422
    assert "本环节不能填写" in answer.get_data(as_text=True)


def test_a_step_shows_its_form_the_clock_with_its_article_and_the_buttons_with_what_follows(
    clerk: FlaskClient, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert 'name="told_on"' in page
    assert 'name="decided_on"' not in page
    assert "一次告知补正" in page
    assert "第三十二条" in page
    assert "逐日计算表" in page
    assert 'name="accept_outcome" value="齐全且属本级权限"' in page
    assert "下一步：" in page


def test_completing_a_step_moves_the_case_on(
    clerk: FlaskClient, case_id: str, item: str, bureau: Bureau
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    answer = clerk.post(at(case_id, item), data={**hidden(page), **ACCEPTED})
    assert answer.status_code == 303, re.findall(r'class="error"[^>]*>([^<]+)', answer.get_data(as_text=True))
    assert "现场踏勘" in clerk.get(f"/cases/{case_id}").get_data(as_text=True)


def test_completing_twice_with_one_key_has_one_effect(
    clerk: FlaskClient, case_id: str, item: str, bureau: Bureau
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    data = {**hidden(page), **ACCEPTED}
    assert [clerk.post(at(case_id, item), data=data).status_code for _ in range(2)] == [303, 303]
    told = [line for line in bureau.case(CLERK, case_id).history if "办结“受理审查”" in line.sentence]
    assert len(told) == 1


def test_completing_a_closed_step_gets_a_clear_answer(clerk: FlaskClient, case_id: str, item: str) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    clerk.post(at(case_id, item), data={**hidden(page), **ACCEPTED})
    again = clerk.post(at(case_id, item), data={**hidden(page), "_key": "another-key-0123", **ACCEPTED})
    assert again.status_code == 409
    assert "已办结" in again.get_data(as_text=True)


def test_another_posts_step_is_neither_shown_nor_done(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, item: str
) -> None:
    other = signed(holder(bureau, "国土空间用途管制科/经办人"))
    seen = other.get(at(case_id, item))
    assert seen.status_code == 403
    assert "told_on" not in seen.get_data(as_text=True)
    page = other.get("/inbox").get_data(as_text=True)
    done = other.post(at(case_id, item), data={"csrf_token": token_in(page), "_key": "k" * 20, **ACCEPTED})
    assert done.status_code == 403
    assert "受理审查" in [one.step for one in bureau.case(CLERK, case_id).items]


def test_a_colleague_is_told_who_was_faster(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, item: str
) -> None:
    colleague = signed("lixiaoyan")
    page = colleague.get("/inbox").get_data(as_text=True)
    answer = colleague.post(
        at(case_id, item), data={"csrf_token": token_in(page), "_key": "k" * 20, "_command": "claim"}
    )
    assert answer.status_code == 409
    assert "已由他人签收" in answer.get_data(as_text=True)


def test_a_step_is_claimed_and_released(clerk: FlaskClient, bureau: Bureau, case_id: str) -> None:
    item = bureau.inbox(CLERK, "claimable").rows[0].item
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert 'value="claim"' in page
    assert clerk.post(at(case_id, item), data={**hidden(page), "_command": "claim"}).status_code == 303
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert bureau.counts(CLERK)["todo"] == 1
    assert clerk.post(at(case_id, item), data={**hidden(page), "_command": "release"}).status_code == 303
    assert bureau.counts(CLERK)["todo"] == 0


def test_returning_needs_a_reason_and_a_target(
    signed: Callable[[str], FlaskClient], clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="done")
    surveyor = holder(bureau, "国土空间用途管制科/经办人")
    survey = bureau.inbox(surveyor, "claimable").rows[0].item
    bureau.claim(surveyor, case_id, survey)
    desk = signed(surveyor)
    page = desk.get(at(case_id, survey)).get_data(as_text=True)
    command = {**hidden(page), "_command": "return", "_target": "accept"}
    refused = desk.post(at(case_id, survey), data=command)
    assert refused.status_code == 422
    assert "理由" in refused.get_data(as_text=True)
    if 'name="_target"' in page:
        returned = desk.post(at(case_id, survey), data={**command, "_reason": "材料缺页"})
        assert returned.status_code == 303
        assert "材料缺页" in desk.get(f"/cases/{case_id}").get_data(as_text=True)


def test_one_takes_back_what_nobody_has_begun(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, item: str
) -> None:
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="done")
    surveyor = holder(bureau, "国土空间用途管制科/经办人")
    survey = bureau.inbox(surveyor, "claimable").rows[0].item
    seen = {"survey_on": "2026-09-25", "surveyor_1": "甲", "surveyor_2": "乙", "site_opinion": "一致"}
    bureau.complete(surveyor, case_id, survey, {**seen, "survey_outcome": "完成踏勘"}, key="seen")
    desk = signed(surveyor)
    page = desk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert 'value="withdraw"' in page
    command = {**hidden(page), "_command": "withdraw", "_item": survey, "_reason": "日期填错"}
    answer = desk.post(f"/cases/{case_id}", data=command)
    assert answer.status_code == 303
    assert "现场踏勘（两人以上）" in [one.step for one in bureau.case(CLERK, case_id).items]
    assert "日期填错" in desk.get(f"/cases/{case_id}").get_data(as_text=True)


def test_a_note_and_a_cancellation_stand_in_the_history(clerk: FlaskClient, case_id: str) -> None:
    page = clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    noted = clerk.post(
        f"/cases/{case_id}", data={**hidden(page), "_command": "annotate", "_text": "已电话核实"}
    )
    assert noted.status_code == 303
    without = clerk.post(f"/cases/{case_id}", data={**hidden(page), "_key": "z" * 20, "_command": "cancel"})
    assert without.status_code == 422
    cancelled = clerk.post(
        f"/cases/{case_id}",
        data={**hidden(page), "_key": "y" * 20, "_command": "cancel", "_reason": "申请人撤回申请"},
    )
    assert cancelled.status_code == 303
    page = clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "已电话核实" in page
    assert "申请人撤回申请" in page
    assert "已取消" in page


@pytest.mark.parametrize(
    "data", [{"_command": "delete"}, {"_key": ""}, {"_key": "x" * 500}, {"_command": "complete\x00"}]
)
def test_an_odd_command_is_refused(clerk: FlaskClient, case_id: str, item: str, data: dict[str, str]) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert clerk.post(at(case_id, item), data={**hidden(page), **data}).status_code == 400


def test_an_expired_session_asks_again_and_gives_back_what_was_typed(
    app: Flask, clerk: FlaskClient, case_id: str, item: str, bureau: Bureau
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    expire(app)
    typed = {
        **hidden(page),
        "told_on": "2026-09-25",
        "acceptance_doc_no": "受理〔2026〕7号",
        "accept_outcome": "需补正",
    }
    asked = clerk.post(at(case_id, item), data=typed)
    assert asked.status_code == 303
    assert asked.location.startswith("/signin?next=")
    assert "原样恢复" in clerk.get(asked.location).get_data(as_text=True)
    page = clerk.get("/signin").get_data(as_text=True)
    back = clerk.post(
        asked.location,
        data={"csrf_token": token_in(page), "user": CLERK, "password": "a password of the tests"},
    )
    assert back.location == at(case_id, item)
    page = clerk.get(back.location).get_data(as_text=True)
    assert "受理〔2026〕7号" in page
    assert "尚未提交" in page
    assert "受理审查" in [one.step for one in bureau.case(CLERK, case_id).items]


def test_what_was_typed_is_not_given_to_somebody_else(
    app: Flask, clerk: FlaskClient, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    expire(app)
    clerk.post(at(case_id, item), data={**hidden(page), "acceptance_doc_no": "受理〔2026〕7号"})
    sign_in(clerk, "lixiaoyan")
    assert "受理〔2026〕7号" not in clerk.get(at(case_id, item)).get_data(as_text=True)


def test_a_lost_cookie_on_our_own_page_loses_nothing_either(clerk: FlaskClient, client: FlaskClient) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    asked = client.post(
        COUNTER, data={**hidden(page), **APPLICATION_FORM}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert asked.status_code == 303
    sign_in(client)
    assert "高铁 3 标段 2 号施工便道" in client.get(COUNTER).get_data(as_text=True)


def test_untouched_for_five_working_days_it_counts_as_accepted_and_the_page_says_why(
    clerk: FlaskClient, bureau: Bureau, case_id: str, clock: Callable[[], datetime]
) -> None:
    """行政许可法 第三十二条: received on 2026-09-25, a holiday; holidays and swapped days lie between."""
    for day in range(26, 31):
        clock.now = datetime(2026, 9, day, 17, tzinfo=UTC)  # type: ignore[attr-defined]
        bureau.tick()
    for day in range(1, 20):
        clock.now = datetime(2026, 10, day, 17, tzinfo=UTC)  # type: ignore[attr-defined]
        bureau.tick()
    page = clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "2026-09-25" in page
    assert "起即为受理" in page
    assert "现场踏勘" in page


def test_the_diagram_is_served_to_people_of_the_bureau_only(
    clerk: FlaskClient, client: FlaskClient, case_id: str
) -> None:
    path = f"/cases/{case_id}/diagrams/temporary_land_use.bpmn"
    answer = clerk.get(path)
    assert answer.content_type == "application/xml"
    assert b"bpmndi:BPMNDiagram" in answer.data
    assert client.get(path).status_code == 303
    assert clerk.get(f"/cases/{case_id}/diagrams/nope.bpmn").status_code == 404


def test_the_inbox_is_searched_and_filtered(clerk: FlaskClient, case_id: str, item: str) -> None:
    found = clerk.get("/inbox?q=示例铁路").get_data(as_text=True)
    assert "LSYD-2026-0001" in found
    assert "LSYD-2026-0001" not in clerk.get("/inbox?q=没有这个").get_data(as_text=True)
    assert "LSYD-2026-0001" in clerk.get("/inbox?matter=temporary-land-use").get_data(as_text=True)
    assert "LSYD-2026-0001" in clerk.get("/inbox?box=started").get_data(as_text=True)


def test_lists_longer_than_a_page_are_turned_by_key(clerk: FlaskClient, bureau: Bureau) -> None:
    for number in range(25):
        bureau.start(CLERK, "temporary-land-use", APPLICATION, key=f"n{number}")
    first = clerk.get("/inbox?box=claimable").get_data(as_text=True)
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = clerk.get(html.unescape(onward[1])).get_data(as_text=True)
    numbers = re.findall(r"LSYD-2026-\d{4}</span>", first), re.findall(r"LSYD-2026-\d{4}</span>", second)
    assert (len(numbers[0]), len(numbers[1])) == (20, 5)
    assert len({*numbers[0], *numbers[1]}) == 25


def holder(bureau: Bureau, post: str) -> str:
    """Somebody who holds the post."""
    return next(person.user for person in bureau.organisation.people.values() if post in person.posts)


def expire(app: Flask) -> None:
    """As if three hours had passed since the last request."""
    sessions = app.extensions["chengban"].sessions
    before = sessions._now
    sessions._now = lambda: before() + timedelta(hours=3)

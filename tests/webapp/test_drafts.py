"""What was typed is never lost: saved as it is typed, restored, kept when somebody was faster or the session is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from applications import CLERK, PASSWORD, key_in, token_in
from flask import Flask
from flask.testing import FlaskClient

from processes import drafts
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

TYPED = {"told_on": "2026-09-25", "acceptance_doc_no": "受理〔2026〕9号", "refusal_grounds": "<b>未定</b>"}
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限",
    "told_on": "2026-09-25",
    "acceptance_doc_no": "受理〔2026〕1号",
}


def hidden(page: str) -> dict[str, str]:
    return {"csrf_token": token_in(page), "_key": key_in(page)}


def at(case_id: str, item: str) -> str:
    return f"/cases/{case_id}/items/{item}"


def test_a_draft_is_saved_restored_with_its_time_and_gone_with_the_step(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    saved = clerk.post(f"{at(case_id, item)}/draft", data={**hidden(page), **TYPED})
    assert saved.status_code == 200
    assert "10:00" in saved.get_json()["message"]
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert "已恢复 2026-09-25 10:00 保存的草稿" in page
    assert "受理〔2026〕9号" in page
    assert "&lt;b&gt;未定&lt;/b&gt;" in page
    assert clerk.post(at(case_id, item), data={**hidden(page), **ACCEPTED}).status_code == 303
    assert drafts.find(bureau, CLERK, case_id, item) is None


def test_a_draft_keeps_no_token_key_or_command(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    clerk.post(f"{at(case_id, item)}/draft", data={**hidden(page), **TYPED, "_command": "complete"})
    found = drafts.find(bureau, CLERK, case_id, item)
    assert found is not None
    assert found.fields == {name: [value] for name, value in TYPED.items()}


def test_the_button_saves_and_discards_without_a_script(clerk: FlaskClient, case_id: str, item: str) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert "放弃草稿" not in page
    saved = clerk.post(at(case_id, item), data={**hidden(page), **TYPED, "_command": "draft"})
    assert saved.status_code == 303
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert "受理〔2026〕9号" in page
    assert "放弃草稿" in page
    clerk.post(at(case_id, item), data={**hidden(page), **TYPED, "_command": "discard"})
    assert "受理〔2026〕9号" not in clerk.get(at(case_id, item)).get_data(as_text=True)


def test_the_counter_has_drafts_too(clerk: FlaskClient, signed: Callable[[str], FlaskClient]) -> None:
    counter = "/counter/temporary-land-use"
    page = clerk.get(counter).get_data(as_text=True)
    data = {**hidden(page), "project_name": "半张申请", "materials-m2": "缺"}
    assert clerk.post(f"{counter}/draft", data=data).status_code == 200
    page = clerk.get(counter).get_data(as_text=True)
    assert "半张申请" in page
    assert "半张申请" not in signed("lixiaoyan").get(counter).get_data(as_text=True)


def test_when_somebody_else_completed_the_step_what_was_typed_is_kept_and_shown(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="in another window")
    answer = clerk.post(at(case_id, item), data={**hidden(page), **TYPED, "accept_outcome": "需补正"})
    told = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "已办结" in told
    assert "受理通知书文号" in told
    assert "受理〔2026〕9号" in told
    assert "需补正" in told
    again = clerk.get(at(case_id, item))
    assert again.status_code == 409
    assert "受理〔2026〕9号" in again.get_data(as_text=True)


def test_when_a_colleague_took_the_step_what_was_typed_is_kept_and_shown(
    clerk: FlaskClient, signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str
) -> None:
    item = next(row.item for row in bureau.inbox(CLERK, "claimable").rows if row.case_id == case_id)
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    bureau.claim("lixiaoyan", case_id, item)
    answer = clerk.post(at(case_id, item), data={**hidden(page), **TYPED, **ACCEPTED})
    assert answer.status_code == 409
    assert "已由他人签收" in answer.get_data(as_text=True)
    assert "受理〔2026〕1号" in answer.get_data(as_text=True)


def test_saving_after_the_step_moved_on_says_so_and_saves(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="in another window")
    answer = clerk.post(f"{at(case_id, item)}/draft", data={**hidden(page), **TYPED})
    assert answer.status_code == 409
    assert "草稿已保存" in answer.get_json()["message"]
    assert drafts.find(bureau, CLERK, case_id, item) is not None


def test_after_the_session_the_draft_is_not_taken_and_the_last_one_stands(
    app: Flask, clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    clerk.post(f"{at(case_id, item)}/draft", data={**hidden(page), **TYPED})
    app.extensions["chengban"].sessions.end_others(CLERK)
    late = clerk.post(f"{at(case_id, item)}/draft", data={**hidden(page), **TYPED, "told_on": "2026-09-26"})
    assert late.status_code == 401
    assert "登录已过期" in late.get_json()["message"]
    page = clerk.get("/signin").get_data(as_text=True)
    clerk.post("/signin", data={"csrf_token": token_in(page), "user": CLERK, "password": PASSWORD})
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    assert "受理〔2026〕9号" in page
    assert 'value="2026-09-25"' in page


def test_nobody_saves_a_draft_for_a_step_that_is_not_theirs(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, item: str
) -> None:
    other = signed("luozheng")
    page = other.get("/inbox").get_data(as_text=True)
    data = {"csrf_token": token_in(page), **TYPED}
    assert other.post(f"{at(case_id, item)}/draft", data=data).status_code == 403
    assert other.post(f"{at(case_id, 'i99')}/draft", data=data).status_code == 404
    assert drafts.find(bureau, "luozheng", case_id, item) is None


def test_a_draft_without_the_pages_token_is_refused(clerk: FlaskClient, case_id: str, item: str) -> None:
    assert clerk.post(f"{at(case_id, item)}/draft", data=TYPED).status_code == 400

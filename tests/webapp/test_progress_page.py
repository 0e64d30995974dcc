"""The public progress page: number and code, no sign-in, no cookie, no person; and the receipt that bears the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from applications import CLERK
from flask.testing import FlaskClient

from processes.bureau import Bureau
from processes.receipts import receipt
from webapp import create_app
from webapp.settings import Settings

pytestmark = pytest.mark.slow

ACCEPTED = {
    "accept_outcome": "齐全且属本级权限",
    "told_on": "2026-09-25",
    "acceptance_doc_no": "受理〔2026〕1号",
}


def asked(client: FlaskClient, number: str, code: str) -> tuple[int, str]:
    answer = client.post("/progress", data={"number": number, "code": code})
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.get_data(as_text=True)


def test_number_and_code_show_what_is_public_and_nothing_else(
    client: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    bureau.annotate(CLERK, case_id, "内部批注不公开")
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="done")
    told = receipt(bureau, CLERK, case_id)
    first = client.get("/progress")
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    status, page = asked(client, told.number, told.code.lower())
    assert status == 200
    for shown in ("LSYD-2026-0001", "临时用地审批", "受理审查", "现场踏勘", "2026-09-25", "应当作出决定之日"):
        assert shown in page
    people = [account.name for account in bureau.organisation.people.values()]
    secret = [*people, "示例铁路建设有限公司", "便道", "13800000000", "内部批注", "受理〔2026〕1号", case_id]
    assert [one for one in secret if one in page] == []


def test_wrong_number_and_wrong_code_get_the_same_answer(
    client: FlaskClient, bureau: Bureau, case_id: str
) -> None:
    told = receipt(bureau, CLERK, case_id)
    wrong_code = asked(client, told.number, "22222222")
    wrong_number = asked(client, "LSYD-2026-9999", told.code)
    assert wrong_code[0] == wrong_number[0] == 404
    assert wrong_code[1].replace(told.number, "") == wrong_number[1].replace("LSYD-2026-9999", "")
    assert asked(client, "", "")[0] == 422


def test_guessing_is_slowed_down(bureau: Bureau, settings: Settings, case_id: str) -> None:
    client = create_app(replace(settings, progress_queries="3 per minute"), bureau).test_client()
    told = receipt(bureau, CLERK, case_id)
    answers = [
        client.post(
            "/progress", data={"number": told.number, "code": f"2222222{n}"},
            environ_base={"REMOTE_ADDR": f"10.0.0.{n}"},
        ).status_code
        for n in range(6)
    ]  # fmt: skip
    assert answers[-1] == 429


def test_every_case_has_a_code_of_its_own_without_letters_that_look_alike(
    bureau: Bureau, case_id: str
) -> None:
    code = receipt(bureau, CLERK, case_id).code
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", code)
    assert receipt(bureau, CLERK, case_id).code == code


def test_the_receipt_names_number_code_papers_and_first_dates(
    clerk: FlaskClient, case_id: str, bureau: Bureau
) -> None:
    page = clerk.get(f"/cases/{case_id}/receipt").get_data(as_text=True)
    for shown in ("收件凭证", "LSYD-2026-0001", "临时用地申请书", "已收", "一次告知补正", "/progress"):
        assert shown in page
    assert receipt(bureau, CLERK, case_id).code in page
    assert f"/cases/{case_id}/receipt" in clerk.get(f"/cases/{case_id}").get_data(as_text=True)


def test_the_receipt_with_its_code_is_for_the_counter_alone(
    signed: Callable[[str], FlaskClient], client: FlaskClient, case_id: str
) -> None:
    assert signed("luozheng").get(f"/cases/{case_id}/receipt").status_code == 403
    assert client.get(f"/cases/{case_id}/receipt").status_code in (302, 303)
    assert signed(CLERK).get("/cases/0000/receipt").status_code == 404

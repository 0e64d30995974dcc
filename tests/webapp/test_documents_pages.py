"""Documents in the browser: panel, preview, issue, download, void, service, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from applications import key_in, token_in
from flask.testing import FlaskClient
from pypdf import PdfReader

from engine.cases.documents import content_hash, documents
from processes.bureau import Bureau

pytestmark = pytest.mark.slow


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def posted(client: FlaskClient, url: str, at: str, **data: str):
    page = client.get(at).get_data(as_text=True)
    return client.post(url, data={"csrf_token": token_in(page), "_key": key_in(page), **data})


def issued(clerk: FlaskClient, case_id: str, kind: str = "受理通知书") -> None:
    at = f"/cases/{case_id}/documents/new/{kind}"
    assert posted(clerk, at, at, _command="issue").status_code == 303


def test_the_step_offers_the_documents_it_names_and_the_case_all(
    clerk: FlaskClient, case_id: str, item: str
) -> None:
    step = clerk.get(f"/cases/{case_id}/items/{item}").get_data(as_text=True)
    assert "制作：受理通知书" in step
    assert "制作：不予受理决定书" in step
    assert "制作：送达回证" not in step
    case = clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "制作：送达回证" in case


def test_a_preview_is_a_pdf_marked_as_such_and_takes_no_number(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    at = f"/cases/{case_id}/documents/new/受理通知书"
    answer = posted(clerk, at, at, _command="pdf")
    assert answer.content_type == "application/pdf"
    assert "预览" in text_of(answer.data)
    assert "〔2026〕" not in text_of(answer.data)
    word = posted(clerk, at, at, _command="docx")
    assert word.headers["Content-Disposition"].startswith("attachment")
    assert word.data[:2] == b"PK"
    assert documents(bureau.store, case_id) == []


def test_an_issued_document_is_downloaded_byte_for_byte(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    issued(clerk, case_id)
    (found,) = documents(bureau.store, case_id)
    answer = clerk.get(f"/cases/{case_id}/documents/d1.pdf")
    assert content_hash(answer.data) == found.files["pdf"]
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "晋自然资临受〔2026〕1号" in text_of(answer.data)
    assert "示例铁路建设有限公司" in text_of(answer.data)
    assert clerk.get(f"/cases/{case_id}/documents/d1.html").status_code == 404


def test_what_is_missing_is_told_beside_the_field_and_what_was_typed_stays(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    at = f"/cases/{case_id}/documents/new/补正告知书"
    answer = posted(clerk, at, at, _command="issue")
    assert answer.status_code == 422
    assert "请填写需要补正的全部内容" in answer.get_data(as_text=True)
    assert posted(clerk, at, at, _command="issue", correction_items="土地权属材料未盖章").status_code == 303
    assert documents(bureau.store, case_id)[0].values == {"correction_items": "土地权属材料未盖章"}
    assert "土地权属材料未盖章" in text_of(clerk.get(f"/cases/{case_id}/documents/d1.pdf").data)


def test_a_licence_is_not_issued_before_the_decision(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, item: str
) -> None:
    client = signed("zhanghui")
    at = f"/cases/{case_id}/documents/new/临时用地批准书"
    answer = posted(client, at, at, _command="issue", expiry_date="2027-09-24")
    assert answer.status_code == 409
    assert "尚未作出准予的决定" in answer.get_data(as_text=True)
    assert documents(bureau.store, case_id) == []


def test_service_and_voiding_are_recorded_and_a_slip_is_told(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    issued(clerk, case_id)
    page, at = f"/cases/{case_id}/documents", f"/cases/{case_id}/documents/d1"
    wrong = posted(clerk, at, page, _command="serve", mode="留置", on="2026-09-25", receiver="王某")
    assert wrong.status_code == 422
    assert "拒收事由" in wrong.get_data(as_text=True)
    assert (
        posted(clerk, at, page, _command="serve", mode="直接", on="2026-09-25", receiver="王某").status_code
        == 303
    )
    assert posted(clerk, at, page, _command="void", _reason="").status_code == 422
    assert posted(clerk, at, page, _command="void", _reason="名称有误").status_code == 303
    (found,) = documents(bureau.store, case_id)
    assert (found.services[0].mode, found.void_reason) == ("直接", "名称有误")
    shown = clerk.get(page).get_data(as_text=True)
    assert "已作废" in shown
    assert "名称有误" in shown
    history = clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "签发《受理通知书》（晋自然资临受〔2026〕1号）" in history


def test_another_section_neither_sees_nor_makes_nor_voids_nor_serves(
    signed: Callable[[str], FlaskClient], clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    issued(clerk, case_id)
    other = signed("songping")  # 矿产权管理科
    for address in ("documents", "documents/d1.pdf"):
        assert other.get(f"/cases/{case_id}/{address}").status_code == 403
    token = token_in(other.get("/inbox").get_data(as_text=True))
    assert other.get(f"/cases/{case_id}/documents/new/受理通知书").status_code == 403
    for url, data in (
        (f"/cases/{case_id}/documents/new/受理通知书", {"_command": "issue"}),
        (f"/cases/{case_id}/documents/new/受理通知书", {"_command": "pdf"}),
        (f"/cases/{case_id}/documents/d1", {"_command": "void", "_reason": "x"}),
        (
            f"/cases/{case_id}/documents/d1",
            {"_command": "serve", "mode": "直接", "on": "2026-09-25", "receiver": "x"},
        ),
    ):
        answer = other.post(url, data={"csrf_token": token, "_key": "k" * 20, **data})
        assert answer.status_code == 403
    assert documents(bureau.store, case_id)[0].voided_at is None
    assert clerk.get("/cases/none/documents/d1.pdf").status_code == 404

"""Files of materials: in at the counter and at a step, out to whoever has to do with the case, and to nobody else."""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from applications import APPLICATION_FORM, CLERK, HANDED_IN, key_in, token_in
from flask import Flask
from flask.testing import FlaskClient
from papers import PDF, PNG, bomb, docx

from engine import history
from engine.history.replay import replay
from engine.store.vault import SETTLED, Vault
from processes import attachments, drafts
from processes.bureau import Bureau
from webapp.settings import Settings

pytestmark = pytest.mark.slow

COUNTER = "/counter/temporary-land-use"
TOO_MUCH = 3 * 1024 * 1024


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url="",
        folder=tmp_path,
        secret_key="k" * 40,
        sign_ins="1000 per minute",
        file_bytes=TOO_MUCH - 1,
    )


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault(settings.folder / "files")


def hidden(page: str) -> dict[str, str]:
    return {"csrf_token": token_in(page), "_key": key_in(page)}


def at(case_id: str, item: str) -> str:
    return f"/cases/{case_id}/items/{item}"


def send(
    client: FlaskClient, url: str, name: str, content: bytes, field: str = "materials-m1", **more: Any
) -> Any:
    page = client.get(url).get_data(as_text=True)
    data = {**hidden(page), "_command": "upload", f"_upload-{field}": (io.BytesIO(content), name), **more}
    return client.post(url, data=data, content_type="multipart/form-data")


def test_a_file_comes_in_at_a_step_and_goes_out_as_it_came(
    clerk: FlaskClient, bureau: Bureau, vault: Vault, case_id: str, item: str
) -> None:
    answer = send(clerk, at(case_id, item), "临时用地申请书.pdf", PDF, told_on="2026-09-25")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "临时用地申请书.pdf" in page
    assert 'value="2026-09-25"' in page  # what was typed beside it stays
    link = re.search(rf'href="(/cases/{case_id}/files/a1)"', page)
    assert link
    got = clerk.get(link[1])
    assert got.get_data() == PDF
    assert got.headers["Content-Disposition"].startswith("attachment; filename")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    digest = hashlib.sha256(PDF).hexdigest()
    entry = list(history.entries(bureau.store, case_id))[-1]
    assert (entry.command, entry.data["hash"]) == ("AttachFile", f"sha256:{digest}")
    assert (vault.folder / digest[:2] / digest).read_bytes() == PDF
    assert bureau.verify(case_id) == []
    assert replay(bureau.cases, case_id) is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("申请书.pdf", b"MZ a program", "内容不是 PDF"),
        ("申请书.html", b"<script>alert(1)</script>", "类型不能接收"),
        ("图.svg", b"<svg onload='alert(1)'/>", "类型不能接收"),
        ("空.pdf", b"", "空文件"),
        ("大.pdf", b"%PDF-" + b"\0" * TOO_MUCH, "超过"),
        ("打包.docx", bomb(), "内容不是 DOCX"),
    ],
)
def test_a_hostile_file_is_refused_in_words_and_leaves_no_trace_in_the_case(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str, name: str, content: bytes, said: str
) -> None:
    before = bureau.cases.view(case_id, lambda view: view.row()["revision"])
    answer = send(clerk, at(case_id, item), name, content, told_on="2026-09-25")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert 'value="2026-09-25"' in page
    assert bureau.cases.view(case_id, lambda view: view.row()["revision"]) == before
    assert attachments.files(bureau, CLERK, case_id) == []


def test_a_name_with_a_path_is_a_name(
    clerk: FlaskClient, bureau: Bureau, settings: Settings, case_id: str, item: str
) -> None:
    assert send(clerk, at(case_id, item), "../../../../secret-key.pdf", PDF).status_code == 200
    (found,) = attachments.files(bureau, CLERK, case_id)
    assert found.name == "secret-key.pdf"
    assert "secret-key.pdf" not in [file.name for file in settings.folder.rglob("*")]


def test_an_archive_that_would_swell_to_gigabytes_is_kept_and_never_unpacked(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    begun = time.monotonic()
    assert send(clerk, at(case_id, item), "范围.zip", bomb()).status_code == 200
    assert time.monotonic() - begun < 2
    (found,) = attachments.files(bureau, CLERK, case_id)
    assert found.size == len(bomb())
    assert clerk.get(f"/cases/{case_id}/files/{found.attachment}").get_data() == bomb()


def test_neither_way_holds_a_file_in_memory(
    app: Flask, clerk: FlaskClient, bureau: Bureau, vault: Vault, case_id: str, item: str, tmp_path: Path
) -> None:
    big = tmp_path / "big.pdf"
    size = 40 * 1024 * 1024
    with big.open("wb") as stream:
        stream.write(PDF)
        stream.truncate(size)
    tracemalloc.start()
    with big.open("rb") as stream:
        added = attachments.attach(
            bureau, vault, CLERK, case_id, item, "materials-m1", "大.pdf", stream, most=size
        )
    url = f"/cases/{case_id}/files/{added}"
    with clerk.get(url, buffered=False) as answer:
        got = sum(len(piece) for piece in answer.iter_encoded())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got == size
    assert peak < 12 * 1024 * 1024


def test_a_request_is_written_to_the_disk_as_it_comes(
    app: Flask, clerk: FlaskClient, case_id: str, item: str, bureau: Bureau
) -> None:
    from webapp.uploads import Bounded

    seen = []
    real = Bounded.rollover

    def watched(self: Bounded) -> None:
        seen.append(self.tell())
        real(self)

    Bounded.rollover = watched  # type: ignore[method-assign]
    try:
        assert send(clerk, at(case_id, item), "图.png", PNG + b"\0" * 1_000_000).status_code == 200
    finally:
        Bounded.rollover = real  # type: ignore[method-assign]
    assert seen
    assert max(seen) < 512 * 1024


def test_a_file_is_shown_to_those_who_have_to_do_with_the_case_alone(
    signed: Callable[[str], FlaskClient],
    client: FlaskClient,
    clerk: FlaskClient,
    bureau: Bureau,
    case_id: str,
    item: str,
) -> None:
    send(clerk, at(case_id, item), "申请书.pdf", PDF)
    url = f"/cases/{case_id}/files/a1"
    assert client.get(url).status_code == 302 or client.get(url).status_code == 303
    stranger = signed("luozheng")
    refused = stranger.get(url)
    assert refused.status_code == 403
    assert PDF not in refused.get_data()
    assert "申请书.pdf" not in stranger.get(f"/cases/{case_id}").get_data(as_text=True).replace(
        "上传附件“申请书.pdf”", ""
    )
    assert clerk.get(f"/cases/{case_id}/files/a9").status_code == 404
    assert clerk.get("/cases/0000/files/a1").status_code == 404
    other = bureau.start(CLERK, "temporary-land-use", {**APPLICATION_DATA}, key="second").case_id
    assert clerk.get(f"/cases/{other}/files/a1").status_code == 404


APPLICATION_DATA = {
    **{name: value for name, value in APPLICATION_FORM.items() if not name.startswith("materials-")},
    "materials": HANDED_IN,
}


def test_only_whoever_does_the_step_attaches_and_only_where_the_step_allows(
    signed: Callable[[str], FlaskClient], clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    colleague = signed("lixiaoyan")
    page = colleague.get("/inbox").get_data(as_text=True)
    data = {"csrf_token": token_in(page), "_key": "k" * 20, "_command": "upload"}
    answer = colleague.post(
        at(case_id, item),
        data={**data, "_upload-materials-m1": (io.BytesIO(PDF), "a.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 409
    assert send(clerk, at(case_id, item), "a.pdf", PDF, field="materials-m99").status_code == 403
    assert send(clerk, at(case_id, item), "a.pdf", PDF, field="decided_on").status_code == 403
    assert attachments.files(bureau, CLERK, case_id) == []


def test_removing_needs_a_reason_and_keeps_the_record(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = send(clerk, at(case_id, item), "申请书.pdf", PDF).get_data(as_text=True)
    without = clerk.post(at(case_id, item), data={**hidden(page), "_remove": "a1"})
    assert without.status_code == 422
    assert "理由" in without.get_data(as_text=True)
    page = without.get_data(as_text=True)
    gone = clerk.post(at(case_id, item), data={**hidden(page), "_remove": "a1", "_why-a1": "扫描不清"})
    assert gone.status_code == 200
    assert "已移除" in gone.get_data(as_text=True)
    (found,) = attachments.files(bureau, CLERK, case_id)
    assert found.remove_reason == "扫描不清"
    assert clerk.get(f"/cases/{case_id}/files/a1").get_data() == PDF
    assert "扫描不清" in clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert replay(bureau.cases, case_id) is None


def test_sending_the_same_page_twice_attaches_once(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = clerk.get(at(case_id, item)).get_data(as_text=True)
    for _ in range(2):
        data = {
            **hidden(page), "_command": "upload", "_upload-materials-m2": (io.BytesIO(docx()), "合同.docx"),
        }  # fmt: skip
        assert clerk.post(at(case_id, item), data=data, content_type="multipart/form-data").status_code == 200
    assert len(attachments.files(bureau, CLERK, case_id)) == 1


def test_files_at_the_counter_wait_for_their_case_and_come_into_it_with_its_first_commit(
    clerk: FlaskClient, bureau: Bureau
) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    data = {**hidden(page), **APPLICATION_FORM, "term_months": "100", "materials-m1": ""}
    answer = clerk.post(
        COUNTER,
        data={**data, "_upload-materials-m1": (io.BytesIO(PDF), "申请书.pdf")},
        content_type="multipart/form-data",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    kept = re.search(r'name="_file" value="([^"]+)" checked', page)
    assert kept
    assert re.search(r'name="materials-m1".*?<option value="收" selected>', page, re.DOTALL)
    answer = clerk.post(COUNTER, data={**hidden(page), **APPLICATION_FORM, "_file": kept[1]})
    assert answer.status_code == 303
    case_id = answer.location.rpartition("/")[2]
    (found,) = attachments.files(bureau, CLERK, case_id)
    assert (found.attachment, found.name, found.field) == ("a1", "申请书.pdf", "materials-m1")
    assert clerk.get(f"/cases/{case_id}/files/a1").get_data() == PDF
    assert attachments.staged(bureau, CLERK, "temporary-land-use", [kept[1]]) == []
    assert bureau.verify(case_id) == []
    assert replay(bureau.cases, case_id) is None


def test_of_what_is_secret_neither_file_nor_draft_is_kept(
    clerk: FlaskClient, bureau: Bureau, settings: Settings
) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    data = {**hidden(page), "project_name": "某工程", "classified": "true"}
    answer = clerk.post(
        COUNTER,
        data={**data, "_command": "upload", "_upload-materials-m1": (io.BytesIO(PDF), "密件.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "不得录入" in answer.get_data(as_text=True)
    assert not (settings.folder / "files").exists()
    assert clerk.post(f"{COUNTER}/draft", data=data).status_code == 400
    assert drafts.find(bureau, CLERK, "", "temporary-land-use") is None


def test_a_waiting_file_of_somebody_else_does_not_come_along(
    clerk: FlaskClient, bureau: Bureau, vault: Vault
) -> None:
    other = attachments.stage(
        bureau,
        vault,
        "lixiaoyan",
        "temporary-land-use",
        "materials-m1",
        "别人的.pdf",
        io.BytesIO(PDF),
        most=1000,
    )
    page = clerk.get(COUNTER).get_data(as_text=True)
    answer = clerk.post(COUNTER, data={**hidden(page), **APPLICATION_FORM, "_file": other})
    assert attachments.files(bureau, CLERK, answer.location.rpartition("/")[2]) == []


def test_files_of_strangers_are_not_even_written_down(
    client: FlaskClient, settings: Settings, case_id: str, item: str
) -> None:
    client.get("/signin")
    data = {"_command": "upload", "_upload-materials-m1": (io.BytesIO(PDF), "a.pdf")}
    assert client.post(at(case_id, item), data=data, content_type="multipart/form-data").status_code in (
        303,
        400,
    )
    assert not (settings.folder / "files").exists()


def test_what_nothing_names_is_swept_after_a_day_and_what_is_named_stays(
    clerk: FlaskClient, bureau: Bureau, vault: Vault, case_id: str, item: str
) -> None:
    send(clerk, at(case_id, item), "申请书.pdf", PDF)
    orphan = vault.keep(io.BytesIO(b"nobody names this"), 100)
    assert attachments.sweep(bureau, vault) == 0
    long_ago = time.time() - SETTLED - 60
    for file in vault.folder.glob("??/*"):
        os.utime(file, (long_ago, long_ago))
    assert attachments.sweep(bureau, vault) == 1
    assert not vault.place(orphan.hash).exists()
    assert clerk.get(f"/cases/{case_id}/files/a1").get_data() == PDF
    assert vault.intact(f"sha256:{hashlib.sha256(PDF).hexdigest()}")


def test_the_notice_of_corrections_is_proposed_from_the_materials_that_are_missing(
    clerk: FlaskClient, bureau: Bureau
) -> None:
    states = {**HANDED_IN, "m2": "缺", "m4": "补"}
    case = bureau.start(CLERK, "temporary-land-use", {**APPLICATION_DATA, "materials": states}).case_id
    item = next(row.item for row in bureau.inbox(CLERK, "claimable").rows if row.case_id == case)
    page = clerk.get(at(case, item)).get_data(as_text=True)
    assert "1. 请提交：临时使用土地合同（1 份）\n2. 请补正：土地复垦方案报告表（1 份）" in page
    marked = {f"materials-{paper}": "收" for paper in states} | {"materials-m7": "缺"}
    page = clerk.post(at(case, item), data={**hidden(page), **marked, "_command": "propose"}).get_data(
        as_text=True
    )
    assert "1. 请提交：土地利用现状照片（1 份）</textarea>" in page

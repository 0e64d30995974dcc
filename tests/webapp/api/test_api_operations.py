"""What is done by the API besides doing a step: what comes of it, seen by the others; refusals; files whole and in part."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from applications import CLERK, HANDED_IN
from papers import PDF, bomb

from processes import handing_over, tokens
from processes.bureau import Bureau
from tests.webapp.api.refusals import refused
from tests.webapp.api.world import ACCEPTED, APPLIED
from webapp import create_app
from webapp.settings import Settings

pytestmark = pytest.mark.slow

COLLEAGUE, CHIEF, LEADER = "lixiaoyan", "sunlei", "huanghe"


@pytest.fixture
def place(case_id: str, item: str) -> str:
    return f"/cases/{case_id}/items/{item}"


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.json


def upload(caller: Any, path: str, field: str, name: str, content: bytes, **headers: str) -> Any:
    return caller.client.post(
        f"/api/v1{path}", data={"field": field, "file": (io.BytesIO(content), name)},
        headers={"Authorization": f"Bearer {caller.secret}", **headers},
    )  # fmt: skip


def test_what_is_delegated_comes_back_with_what_the_other_proposes(
    call: Any, calling: Callable[..., Any], place: str
) -> None:
    colleague = calling(COLLEAGUE)
    done(call("POST", f"{place}/delegation", {"to": COLLEAGUE, "reason": "请代拟"}))
    waiting = done(call("GET", f"{place}/standing"))
    assert (waiting["waiting"], [part["kind"] for part in waiting["parts"]]) == (True, ["delegate"])
    part = place.rpartition("/")[0] + "/" + waiting["parts"][0]["item"]
    refused(call("POST", f"{place}/complete", {"data": ACCEPTED}), 409, "refused")
    done(colleague("POST", f"{part}/complete", {"data": ACCEPTED}))
    back = done(call("GET", f"{place}/standing"))
    assert (back["waiting"], back["proposed"]["accept_outcome"]) == (False, ACCEPTED["accept_outcome"])
    done(call("POST", f"{place}/complete", {"data": ACCEPTED}))


def test_signers_before_and_after_are_asked_taken_back_and_sign(
    call: Any, calling: Callable[..., Any], place: str
) -> None:
    asked = {"signers": [COLLEAGUE, CHIEF], "where": "before", "reason": "请先核"}
    done(call("POST", f"{place}/signers", asked, Idempotency_Key="signers-1"), 201)
    assert done(call("POST", f"{place}/signers", asked, Idempotency_Key="signers-1"), 201)["replayed"] is True
    parts = {part["signer"]: part["item"] for part in done(call("GET", f"{place}/standing"))["parts"]}
    above = place.rpartition("/")[0]
    done(call("POST", f"{above}/{parts[CHIEF]}/signers/removal", {"reason": "不必了"}))
    refused(calling(CHIEF)("POST", f"{above}/{parts[CHIEF]}/signature", {"vote": "同意"}), 409, "item_closed")
    refused(call("POST", f"{above}/{parts[COLLEAGUE]}/signature", {"vote": "同意"}), 403, "not_permitted")
    done(calling(COLLEAGUE)("POST", f"{above}/{parts[COLLEAGUE]}/signature", {"vote": "同意"}))
    assert done(call("GET", f"{place}/standing"))["parts"] == []
    wrong = refused(call("POST", f"{place}/signers", {**asked, "signers": []}), 422, "invalid_input")
    assert "signers" in wrong["fields"]
    nobody = {**asked, "signers": ["nobody"], "where": "after"}
    assert "to" in refused(call("POST", f"{place}/signers", nobody), 422, "invalid_input")["fields"]


def test_an_operation_on_an_old_revision_is_refused_whoever_was_faster(
    call: Any, calling: Callable[..., Any], case_id: str, place: str
) -> None:
    seen = call("GET", place).headers["ETag"]
    done(calling(COLLEAGUE)("POST", f"/cases/{case_id}/notes", {"text": "先看"}), 201)
    handed = {"to": COLLEAGUE, "reason": "出差"}
    refused(call("POST", f"{place}/transfer", handed, If_Match=seen), 412, "stale")
    refused(
        calling(LEADER)("POST", f"/cases/{case_id}/suspension", {"reason": "诉讼"}, If_Match=seen),
        412,
        "stale",
    )
    now = call("GET", place).headers["ETag"]
    done(call("POST", f"{place}/transfer", handed, If_Match=now))
    assert done(calling(COLLEAGUE)("GET", "/inbox"))["rows"][0]["item"] == place.rpartition("/")[2]


def test_a_suspended_case_goes_on_after_it_is_resumed_and_says_so(
    call: Any, calling: Callable[..., Any], case_id: str, place: str
) -> None:
    leader = calling(LEADER)
    refused(call("POST", f"/cases/{case_id}/suspension", {"reason": "诉讼"}), 403, "not_permitted")
    missing = {
        "reason": "诉讼", "grounds": [{"limit": "correct-notice", "ground": "听证", "notice": "告1号"}]
    }  # fmt: skip
    assert (
        "on"
        in refused(leader("POST", f"/cases/{case_id}/suspension", missing), 422, "invalid_input")["fields"]
    )
    done(leader("POST", f"/cases/{case_id}/suspension", {"reason": "等待诉讼"}))
    assert done(leader("GET", f"/cases/{case_id}"))["suspended"] == "等待诉讼"
    refused(call("POST", f"{place}/complete", {"data": ACCEPTED}), 409, "refused")
    done(leader("POST", f"/cases/{case_id}/resumption", {"reason": "判决生效"}))
    done(call("POST", f"{place}/complete", {"data": ACCEPTED}))


def test_a_supervised_case_is_answered_and_closed_and_the_messages_tell(
    call: Any, calling: Callable[..., Any], bureau: Bureau, case_id: str, place: str
) -> None:
    leader = calling(LEADER)
    order = done(
        leader("POST", f"/cases/{case_id}/supervision", {"text": "限期办结", "until": "2026-09-30"}), 201
    )["revision"]
    done(leader("POST", f"/cases/{case_id}/copies", {"to": [CLERK], "text": "请阅"}), 201)
    bureau.tick()
    unread = done(call("GET", "/messages/unread"))
    assert unread["messages"] >= 2
    first = done(call("GET", "/messages?limit=1"))
    second = done(call("GET", f"/messages?limit=1&after={first['next'].replace('|', '%7C')}"))
    told = {first["rows"][0]["warning"], second["rows"][0]["warning"]}
    assert told == {"copy", "supervise"}
    copies = done(call("GET", "/messages?copies=true"))["rows"]
    assert [row["text"] for row in copies] == ["请阅"]
    assert call("POST", "/messages/read", {"notices": [copies[0]["notice"]]}).status_code == 204
    assert done(call("GET", "/messages/unread"))["messages"] == unread["messages"] - 1
    refused(call("GET", "/messages?after=x"), 422, "invalid_input")
    refused(call("POST", "/messages/read", {"notices": ["nothing"]}), 404, "not_found")
    path = f"/cases/{case_id}/supervision/{order}"
    refused(calling("liufang")("POST", f"{path}/answer", {"text": "代答"}), 403, "not_permitted")
    done(call("POST", f"{path}/answer", {"text": "已通知申请人"}))
    done(leader("POST", f"{path}/closing", {}))
    shown = done(call("GET", f"/cases/{case_id}/supervision"))["rows"][0]
    assert (shown["answer"], shown["closed_by"]) == ("已通知申请人", "黄河")
    refused(leader("POST", f"/cases/{case_id}/supervision/x/closing", {}), 404, "not_found")


def test_many_are_done_at_once_and_each_says_what_became_of_it(
    call: Any, calling: Callable[..., Any]
) -> None:
    for number in range(3):
        done(call("POST", "/cases", APPLIED, Idempotency_Key=f"application-{number}"), 201)
    rows = done(call("GET", "/inbox?box=claimable"))["rows"]
    items = [{"case_id": row["case_id"], "item": row["item"]} for row in rows]
    taken = items[1]
    done(calling(COLLEAGUE)("POST", f"/cases/{taken['case_id']}/items/{taken['item']}/claim"))
    body = {"items": [*items, {"case_id": "nothing", "item": "i1"}], "data": ACCEPTED}
    report = done(call("POST", "/batches", body, Idempotency_Key="batch-one"))["rows"]
    failed = [one["case_id"] for one in report if one["error"]]
    assert failed == [taken["case_id"], "nothing"]
    assert done(call("POST", "/batches", body, Idempotency_Key="batch-one"))["rows"] == report
    assert done(call("GET", "/inbox/counts"))["done"] == 2


def test_whoever_stands_in_finds_and_does_the_work_of_the_absent(
    call: Any, calling: Callable[..., Any], clock: Any, case_id: str, place: str
) -> None:
    deputy = calling("liufang")
    refused(deputy("GET", place), 403, "not_permitted")
    away = {
        "starts": "2026-09-25T10:30:00+08:00", "ends": "2026-09-26T18:00:00+08:00", "deputy": "liufang",
        "reason": "年休假",
    }  # fmt: skip
    made = done(call("POST", "/absences", away), 201)
    wrong = refused(call("POST", "/absences", {**away, "deputy": CLERK}), 422, "invalid_input")
    assert wrong["fields"].keys() & {"deputy", "starts"}
    refused(call("POST", "/absences", {**away, "starts": "yesterday"}), 422, "invalid_input")
    refused(deputy("GET", f"/absences?user={CLERK}"), 403, "not_permitted")
    clock.now += timedelta(hours=1)
    assert done(deputy("GET", "/stand-ins"))["rows"] == [{"user": CLERK, "scope": []}]
    assert [row["behalf"] for row in done(deputy("GET", "/inbox?behalf=zhanghui"))["rows"]] == [CLERK]
    done(deputy("POST", f"{place}/release"))
    assert "代" in done(call("GET", f"/cases/{case_id}/history"))["rows"][-1]["by"]
    refused(calling(COLLEAGUE)("DELETE", f"/absences/{made['absence']}"), 403, "not_permitted")
    assert call("DELETE", f"/absences/{made['absence']}").status_code == 204
    refused(call("DELETE", "/absences/zhanghui:2026"), 404, "not_found")
    clock.now += timedelta(seconds=1)
    assert done(deputy("GET", "/stand-ins"))["rows"] == []


def test_a_desk_is_handed_over_and_the_hand_over_watched(
    call: Any, calling: Callable[..., Any], bureau: Bureau, place: str
) -> None:
    chief = calling(CHIEF)
    assert [row["items"] for row in done(chief("GET", f"/hand-overs/desk?person={CLERK}"))["rows"]] == [1]
    body = {"person": CLERK, "to": COLLEAGUE, "reason": "调离"}
    refused(call("POST", "/hand-overs", body), 403, "not_permitted")
    begun = done(chief("POST", "/hand-overs", body, Idempotency_Key="hand-over"), 201)
    again = done(chief("POST", "/hand-overs", body, Idempotency_Key="hand-over"), 201)
    assert (begun["hand_over"], begun["ended_at"]) == (again["hand_over"], None)
    refused(chief("POST", "/hand-overs", body, Idempotency_Key="another-key"), 409, "refused")
    while handing_over.work(bureau):
        pass
    ended = done(chief("GET", f"/hand-overs/{begun['hand_over']}"))
    assert (ended["done"], ended["failed"], ended["ended_at"] is None) == (1, [], False)
    assert done(chief("GET", "/hand-overs"))["rows"][0]["to"] == ["李晓燕"]
    assert done(calling(COLLEAGUE)("GET", "/inbox/counts"))["todo"] == 1


def test_a_draft_is_one_for_pages_and_programs_and_nobody_elses(
    call: Any, calling: Callable[..., Any], clerk: Any, place: str
) -> None:
    fields = {"told_on": ["2026-09-24"], "acceptance_doc_no": ["受〔2026〕草稿"]}
    done(call("PUT", f"{place}/draft", {"fields": fields}))
    assert "受〔2026〕草稿" in clerk.get(place).get_data(as_text=True)
    assert done(call("GET", f"{place}/draft"))["fields"] == fields
    refused(calling(COLLEAGUE)("GET", f"{place}/draft"), 404, "not_found")
    refused(calling("liufang")("PUT", f"{place}/draft", {"fields": fields}), 403, "not_permitted")
    assert call("DELETE", f"{place}/draft").status_code == 204
    refused(call("GET", f"{place}/draft"), 404, "not_found")


def test_a_file_comes_whole_in_part_or_not_at_all_and_is_removed_with_a_reason(
    call: Any, calling: Callable[..., Any], case_id: str, place: str
) -> None:
    content = PDF + b"%" * 5000
    made = upload(call, f"{place}/files", "materials-m1", "申请书 一.pdf", content)
    assert made.status_code == 201
    path = f"/cases/{case_id}/files/{made.json['attachment']}"
    assert made.headers["Location"].endswith(path)
    whole = call("GET", path)
    assert whole.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert whole.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''" in whole.headers["Content-Disposition"]
    part = call("GET", path, Range="bytes=5-9")
    assert (part.status_code, part.data) == (206, content[5:10])
    assert part.headers["Content-Range"] == f"bytes 5-9/{len(content)}"
    same = call("GET", path, If_None_Match=whole.headers["ETag"])
    assert (same.status_code, same.data) == (304, b"")
    refused(call("GET", path, Range="bytes=900000-"), 416, "range_not_satisfiable")
    refused(calling("linsen")("GET", path), 403, "not_permitted")
    again = upload(call, f"{place}/files", "materials-m1", "申请书 一.pdf", content)
    assert again.json["attachment"] == made.json["attachment"]
    refused(
        call("POST", f"{place}/files/{made.json['attachment']}/removal", {"reason": " "}),
        422,
        "invalid_input",
    )
    done(call("POST", f"{place}/files/{made.json['attachment']}/removal", {"reason": "传错"}))
    assert done(call("GET", f"/cases/{case_id}/files"))["rows"][0]["remove_reason"] == "传错"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"field": "materials-m1"}, 422),
        ({"field": "materials-m1", "file": (io.BytesIO(b"MZ\x90"), "run.exe")}, 422),
        ({"field": "materials-m1", "file": (io.BytesIO(bomb()), "bomb.docx")}, 422),
        ({"field": "materials-m99", "file": (io.BytesIO(PDF), "a.pdf")}, 403),
        ({"field": ["materials-m1", "materials-m2"], "file": (io.BytesIO(PDF), "a.pdf")}, 422),
    ],
    ids=["none", "program", "bomb", "no such material", "two fields"],
)
def test_a_file_that_will_not_do_is_refused_in_words(
    call: Any, place: str, data: dict[str, Any], status: int
) -> None:
    answer = call.client.post(
        f"/api/v1{place}/files", data=data, content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {call.secret}"},
    )  # fmt: skip
    refused(answer, status, "invalid_input" if status == 422 else "not_permitted")


def test_an_upload_without_a_good_token_is_kept_nowhere(call: Any, settings: Settings, place: str) -> None:
    answer = call.client.post(
        f"/api/v1{place}/files", data={"field": "materials-m1", "file": (io.BytesIO(PDF), "a.pdf")},
        headers={"Authorization": "Bearer wrong"},
    )  # fmt: skip
    refused(answer, 401, "unauthorized")
    as_json = call("POST", f"{place}/files", {"field": "materials-m1"})
    refused(as_json, 415, "unsupported_media_type")
    kept = [one for one in (settings.folder / "files").rglob("*") if one.is_file()]
    assert kept == []


def test_a_file_beyond_the_bound_is_refused(bureau: Bureau, settings: Settings, place: str) -> None:
    app = create_app(replace(settings, file_bytes=1000), bureau)
    _made, secret = tokens.create(bureau, CLERK, "大", ["work"])
    answer = app.test_client().post(
        f"/api/v1{place}/files", data={"field": "materials-m1", "file": (io.BytesIO(PDF + b"x" * 2000), "a.pdf")},
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert "超过" in refused(answer, 409, "refused")["detail"]


def test_what_was_checked_is_what_completing_says(call: Any, place: str) -> None:
    wrong = {
        "accept_outcome": "齐全且属本级权限",
        "told_on": "2026-09-24",
        "materials": {**HANDED_IN, "m1": "缺"},
    }
    checked = done(call("POST", f"{place}/validation", {"data": wrong}))
    assert (checked["valid"], checked["values"]) == (False, {})
    said = refused(call("POST", f"{place}/complete", {"data": wrong}), 422, "invalid_form")
    assert said["fields"] == checked["fields"]
    good = done(call("POST", f"{place}/validation", {"data": ACCEPTED}))
    assert (good["valid"], good["values"]["told_on"]) == (True, "2026-09-25")
    done(call("POST", f"{place}/complete", {"data": ACCEPTED}))


def test_which_days_count_and_who_is_who(call: Any) -> None:
    days = done(call("GET", "/calendar/days?first=2026-09-24&last=2026-09-28"))["rows"]
    assert [day["working"] for day in days] == [True, False, False, False, True]
    refused(call("GET", "/calendar/days?first=2026-09-24&last=2029-09-24"), 422, "invalid_input")
    refused(call("GET", "/calendar/days?first=2026-09-24"), 422, "invalid_input")
    people = done(call("GET", "/people?section=行政审批科"))["rows"]
    assert {CLERK, COLLEAGUE, CHIEF} == {one["user"] for one in people}
    assert "行政审批科/窗口" in done(call("GET", "/posts"))["rows"]
    assert done(call("GET", "/calendar"))["versions"]


def test_many_are_claimed_handed_on_and_given_back(
    call: Any, calling: Callable[..., Any], case_id: str
) -> None:
    row = done(call("GET", "/inbox?box=claimable"))["rows"][0]
    items = [{"case_id": row["case_id"], "item": row["item"]}]

    def batch(caller: Any, **body: Any) -> list[str]:
        return [one["error"] for one in done(caller("POST", "/batches", {"items": items, **body}))["rows"]]

    assert batch(call, command="claim") == [""]
    wrong = refused(call("POST", "/batches", {"items": items, "command": "transfer"}), 422, "invalid_input")
    assert wrong["fields"].keys() == {"to", "reason"}
    assert batch(call, command="transfer", to=COLLEAGUE, reason="出差") == [""]
    assert batch(call, command="release") != [""]
    assert batch(calling(COLLEAGUE), command="release") == [""]


def test_filters_kept_under_a_name_are_those_of_the_inbox_and_of_the_page(
    call: Any, calling: Callable[..., Any], clerk: Any
) -> None:
    filters = {"light": "red", "due": "3", "urgent": "true", "q": "便道", "since": "2026-09-01"}
    kept = done(call("PUT", "/views", {"name": "急 件", "box": "todo", "filters": filters}))
    assert {name: kept["filters"][name] for name in filters} == filters
    assert "急 件" in clerk.get("/inbox").get_data(as_text=True)
    assert call("PUT", "/views/first", {"name": "急 件"}).status_code == 204
    assert call("PATCH", "/views", {"name": "急 件", "new": "红灯"}).status_code == 204
    assert [(one["name"], one["first"]) for one in done(call("GET", "/views"))["rows"]] == [("红灯", True)]
    assert done(calling(COLLEAGUE)("GET", "/views"))["rows"] == []
    assert call("DELETE", "/views?name=红灯").status_code == 204
    refused(call("DELETE", "/views?name=红灯"), 404, "not_found")


def test_cases_are_found_by_their_words_and_by_those_alone_who_may_open_them(
    call: Any, calling: Callable[..., Any], case_id: str
) -> None:
    found = done(call("GET", "/cases?q=施工便道"))["rows"]
    assert [one["case_id"] for one in found] == [case_id]
    assert any(piece["found"] for line in found[0]["lines"] for piece in line["pieces"]) or found[0]["title"]
    assert done(call("GET", f"/cases?q={found[0]['number']}"))["rows"][0]["exact"] is True
    assert done(calling("songping")("GET", "/cases?q=施工便道"))["rows"] == []
    refused(call("GET", "/cases"), 422, "invalid_input")
    refused(call("GET", "/cases?q=x&after=y"), 422, "invalid_input")

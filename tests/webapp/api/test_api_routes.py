"""Every route of the API as a clerk's program uses it, and every way in which it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from applications import APPLICATION, CLERK, sign_in, token_in
from flask import Flask

from processes import tokens
from processes.bureau import Bureau
from tests.webapp.api.refusals import refused
from tests.webapp.api.world import ACCEPTED, APPLIED, SURVEYED
from webapp import create_app
from webapp.settings import Settings

pytestmark = pytest.mark.slow


def test_an_application_goes_from_counter_to_the_next_step(call: Any) -> None:
    form = call("GET", "/matters/temporary-land-use/form").json["form"]
    assert {"area_ha", "applicant_name"} <= {field["name"] for field in form["fields"]}
    made = call("POST", "/cases", APPLIED, Idempotency_Key="application-1")
    assert made.status_code == 201
    case_id = made.json["case_id"]
    assert made.headers["Location"].endswith(f"/api/v1/cases/{case_id}")
    again = call("POST", "/cases", APPLIED, Idempotency_Key="application-1")
    assert again.json == {**made.json, "replayed": True}
    row = call("GET", "/inbox?box=claimable").json["rows"][0]
    place = f"/cases/{case_id}/items/{row['item']}"
    assert call("POST", f"{place}/claim").status_code == 200
    item = call("GET", place)
    assert item.json["values"]["area_ha"] == "1.2460"
    assert "complete" in item.json["may"]
    assert {one["value"] for one in item.json["outcomes"]} >= {"齐全且属本级权限"}
    done = call("POST", f"{place}/complete", {"data": ACCEPTED}, If_Match=item.headers["ETag"])
    assert done.status_code == 200, done.json
    refused(call("POST", f"{place}/complete", {"data": ACCEPTED}), 409, "item_closed")
    refused(call("GET", place), 409, "item_closed")
    assert call("GET", "/inbox?box=done").json["rows"][0]["case_id"] == case_id
    assert call("GET", "/inbox/counts").json["done"] == 1
    refused(
        call("POST", f"{place}/withdraw", {"reason": "写错了"}), 409, "refused"
    )  # its clocks have moved on


def test_a_number_with_a_point_stays_the_number_that_was_written(call: Any, bureau: Bureau) -> None:
    data = {**APPLIED["data"], "area_ha": 0}  # type: ignore[dict-item]
    text = __import__("json").dumps({**APPLIED, "data": data}).replace('"area_ha": 0', '"area_ha": 1.2460')
    answer = call.client.post(
        "/api/v1/cases", data=text, content_type="application/json",
        headers={"Authorization": f"Bearer {call.secret}"},
    )  # fmt: skip
    case = call("GET", f"/cases/{answer.json['case_id']}").json
    assert case["variables"]["area_ha"] == "1.2460"


def test_a_case_is_shown_with_history_clocks_days_and_diagrams(call: Any, case_id: str, item: str) -> None:
    place = f"/cases/{case_id}"
    case = call("GET", place)
    assert case.headers["ETag"] == f'"{case.json["revision"]}"'
    assert case.json["items"][0]["item"] == item
    lines = call("GET", f"{place}/history").json["rows"]
    assert [line["seq"] for line in lines] == list(range(1, case.json["revision"] + 1))
    clocks = call("GET", f"{place}/clocks").json["rows"]
    clock = call("GET", f"{place}/clocks/{clocks[0]['id']}").json
    assert clock["days"][0].keys() == {"date", "counted", "why", "count"}
    refused(call("GET", f"{place}/clocks/nothing"), 404, "not_found")
    drawn = call("GET", f"{place}/diagrams").json["rows"]
    assert drawn[0]["current"]
    xml = call("GET", f"{place}/diagrams/{drawn[0]['process']}")
    assert xml.content_type.startswith("application/xml")
    assert b"definitions" in xml.data
    refused(call("GET", f"{place}/diagrams/nothing"), 404, "not_found")
    assert call("GET", f"{place}/verification").json == {"intact": True, "breaks": []}


def test_release_return_note_and_cancel(call: Any, case_id: str, item: str) -> None:
    place = f"/cases/{case_id}"
    assert call("POST", f"{place}/items/{item}/release").status_code == 200
    refused(
        call("POST", f"{place}/items/{item}/return", {"target": "nothing", "reason": "改"}), 409, "refused"
    )
    assert call("POST", f"{place}/notes", {"text": "请核对面积"}).status_code == 201
    assert call("GET", f"{place}/history").json["rows"][-1]["text"] == "请核对面积"
    assert call("POST", f"{place}/cancellation", {"reason": "申请人撤回"}).status_code == 200
    assert call("GET", place).json["status"] == "cancelled"
    refused(call("POST", f"{place}/items/{item}/claim"), 409, "item_closed")


def claimed(caller: Any, case_id: str) -> str:
    """The path of the step that the caller's post may do next, claimed."""
    rows = caller("GET", "/inbox?box=claimable").json["rows"]
    item = next(row["item"] for row in rows if row["case_id"] == case_id)
    assert caller("POST", f"/cases/{case_id}/items/{item}/claim").status_code == 200
    return f"/cases/{case_id}/items/{item}"


def test_a_step_is_withdrawn_and_returned_to(
    call: Any, calling: Callable[..., Any], case_id: str, item: str
) -> None:
    call("POST", f"/cases/{case_id}/items/{item}/complete", {"data": ACCEPTED})
    officer, colleague = calling("wangjian"), calling("liufang")
    survey = claimed(officer, case_id)
    assert officer("POST", f"{survey}/complete", {"data": SURVEYED}).status_code == 200
    withdrawable = officer("GET", f"/cases/{case_id}").json["withdrawable"]
    assert [survey.rpartition("/")[2]] == [one["item"] for one in withdrawable]
    refused(colleague("POST", f"{survey}/withdraw", {"reason": "不是我的"}), 403, "not_permitted")
    assert officer("POST", f"{survey}/withdraw", {"reason": "漏写"}).status_code == 200
    survey = claimed(officer, case_id)
    assert officer("POST", f"{survey}/complete", {"data": SURVEYED}).status_code == 200
    opinion = claimed(colleague, case_id)
    target = colleague("GET", opinion).json["return_targets"][0]["element"]
    assert target == "survey"
    assert (
        "reason"
        in refused(colleague("POST", f"{opinion}/return", {"target": target}), 422, "invalid_input")["fields"]
    )
    refused(colleague("POST", f"{opinion}/return", {"target": target, "reason": " "}), 422, "invalid_input")
    assert colleague("POST", f"{opinion}/return", {"target": target, "reason": "未附照片"}).status_code == 200


def test_pages_of_the_inbox_follow_by_key_and_narrow_by_matter_and_words(call: Any) -> None:
    for number in range(3):
        call("POST", "/cases", APPLIED, Idempotency_Key=f"application-{number}")
    first = call("GET", "/inbox?box=started&limit=2").json
    second = call("GET", "/inbox?box=started&limit=2&after=" + first["next"].replace("|", "%7C")).json
    seen = [row["case_id"] for row in first["rows"] + second["rows"]]
    assert len(set(seen)) == 3
    assert second["next"] is None
    assert call("GET", "/inbox?box=started&matter=batch-conversion").json["rows"] == []
    assert len(call("GET", "/inbox?box=started&q=施工便道").json["rows"]) == 3
    refused(call("GET", "/inbox?after=x"), 422, "invalid_input")
    assert "box" in refused(call("GET", "/inbox?box=all"), 422, "invalid_input")["fields"]
    assert "limit" in refused(call("GET", "/inbox?limit=100000"), 422, "invalid_input")["fields"]


def test_without_a_good_token_nothing_is_told(app: Flask, call: Any, bureau: Bureau, clock: Any) -> None:
    client = app.test_client()
    refused(client.get("/api/v1/me"), 401, "unauthorized")
    for header in ("Bearer wrong", "Basic eDp5", "Bearer", f"Bearer {call.secret}x"):
        answer = client.get("/api/v1/me", headers={"Authorization": header})
        refused(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    sign_in(client)
    refused(client.get("/api/v1/me"), 401, "unauthorized")  # a session is no token
    assert call("GET", "/me").json["user"] == CLERK
    tokens.revoke(bureau, tokens.of_user(bureau, CLERK)[0].token)
    refused(call("GET", "/me"), 401, "unauthorized")


def test_a_token_ends_by_itself(call: Any, clock: Any) -> None:
    from datetime import timedelta

    clock.now += timedelta(days=90)
    refused(call("GET", "/me"), 401, "unauthorized")


def test_what_does_not_exist_and_what_is_others(
    call: Any, calling: Callable[..., Any], case_id: str, item: str
) -> None:
    for path in ("/cases/nothing", "/matters/nothing", "/matters/nothing/form", "/nowhere", "/cases/a%00b"):
        refused(call("GET", path), 404, "not_found")
    refused(call("GET", f"/cases/{case_id}/items/i999"), 404, "not_found")
    refused(call("POST", "/cases", {"matter": "nothing", "data": {}}), 404, "not_found")
    stranger = calling("maliang")
    refused(stranger("GET", f"/cases/{case_id}/items/{item}"), 403, "not_permitted")
    refused(stranger("POST", f"/cases/{case_id}/items/{item}/claim"), 403, "not_permitted")
    refused(stranger("POST", f"/cases/{case_id}/cancellation", {"reason": "x"}), 403, "not_permitted")
    refused(stranger("POST", "/cases", APPLIED), 403, "not_permitted")
    colleague = calling("lixiaoyan")
    refused(
        colleague("POST", f"/cases/{case_id}/items/{item}/complete", {"data": ACCEPTED}), 409, "item_taken"
    )


def test_wrong_fields_are_named(call: Any, case_id: str, item: str) -> None:
    wrong = {**APPLIED, "data": {**APPLICATION, "area_ha": "many", "surprise": 1}}
    fields = refused(call("POST", "/cases", wrong), 422, "invalid_form")["fields"]
    assert {"area_ha", "surprise"} <= fields.keys()
    assert fields["area_ha"][0].startswith("临时用地面积")
    fields = refused(call("POST", f"/cases/{case_id}/notes", {"words": "x"}), 422, "invalid_input")["fields"]
    assert fields == {"text": ["必填"], "words": ["没有这个字段"]}
    refused(call("POST", f"/cases/{case_id}/notes", {"text": "   "}), 422, "invalid_input")
    refused(call("POST", f"/cases/{case_id}/notes", ["x"]), 422, "invalid_input")


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_request"),
        (b'{"text": NaN}', "application/json", 400, "bad_request"),
        (b'{"text": 1e99999999999999999999}', "application/json", 400, "bad_request"),
        (b'{"text": "a\\u0000b"}', "application/json", 400, "bad_request"),
        (b'{"text": "\\ud800"}', "application/json", 400, "bad_request"),
        (b"[" * 100_000, "application/json", 400, "bad_request"),
        (b'{"text": ' + b"[" * 100 + b"]" * 100 + b"}", "application/json", 400, "bad_request"),
        (b"\xff", "application/json", 400, "bad_request"),
        (b"", "application/json", 400, "bad_request"),
        (b"text=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"text": "' + b"x" * 10_000_000 + b'"}', "application/json", 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_read(
    call: Any, case_id: str, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = call.client.post(
        f"/api/v1/cases/{case_id}/notes", data=body, content_type=kind,
        headers={"Authorization": f"Bearer {call.secret}"},
    )  # fmt: skip
    refused(answer, status, code)


def test_a_command_on_an_old_revision_is_refused_and_its_repetition_is_not(call: Any, case_id: str) -> None:
    place = f"/cases/{case_id}/notes"
    seen = call("GET", f"/cases/{case_id}").headers["ETag"]
    first = call("POST", place, {"text": "一"}, If_Match=seen, Idempotency_Key="note-one")
    assert first.status_code == 201
    refused(call("POST", place, {"text": "二"}, If_Match=seen, Idempotency_Key="note-two"), 412, "stale")
    again = call("POST", place, {"text": "一"}, If_Match=seen, Idempotency_Key="note-one")
    assert again.json == {**first.json, "replayed": True}
    assert call("POST", place, {"text": "三"}, If_Match="*").status_code == 201
    assert (
        "If-Match"
        in refused(call("POST", place, {"text": "四"}, If_Match="old"), 422, "invalid_input")["fields"]
    )
    for key in ("short", "with blank in it", "键" * 8):
        answer = call("POST", place, {"text": "五"}, Idempotency_Key=key.encode().decode("latin-1"))
        assert "Idempotency-Key" in refused(answer, 422, "invalid_input")["fields"]


def test_the_same_key_of_two_people_is_two_keys(call: Any, calling: Callable[..., Any], case_id: str) -> None:
    place = f"/cases/{case_id}/notes"
    mine = call("POST", place, {"text": "我的"}, Idempotency_Key="the-same-key")
    theirs = calling("lixiaoyan")("POST", place, {"text": "你的"}, Idempotency_Key="the-same-key")
    assert theirs.json["revision"] == mine.json["revision"] + 1


def test_too_many_calls_are_told_to_wait(bureau: Bureau, settings: Settings) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, api_calls="3 per minute"), bureau)
    _made, secret = tokens.create(bureau, CLERK, "快", ["read"])
    headers = {"Authorization": f"Bearer {secret}"}
    answers = [app.test_client().get("/api/v1/me", headers=headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    refused(answers[3], 429, "too_many_requests")
    assert answers[3].headers["Retry-After"] == "60"


def test_a_method_that_an_address_has_not(call: Any) -> None:
    answer = call("DELETE", "/me")
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


CHECKS_ALONE = (
    "validation",
    "correction-proposal",
    "preview",
)  # these write nothing, though they are sent a body


def needed(method: str, path: str) -> str:
    """Reading reads, writing works, and what tells of every section's cases is the administrator's."""
    if path.startswith("/webhooks") or path == "/verification":
        return "admin"
    return "read" if method == "GET" or path.rpartition("/")[2] in CHECKS_ALONE else "work"


@pytest.mark.parametrize("scope", ["read", "work", "admin"])
def test_each_route_asks_for_its_scope(
    app: Flask, calling: Callable[..., Any], case_id: str, item: str, scope: str
) -> None:
    caller = calling("caixia", scope)
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]
    assert len(paths) > 60
    for path, methods in paths.items():
        place = re.sub(r"{\w+}", "x", path.replace("{case_id}", case_id).replace("{item}", item))
        for method in methods:
            answer = caller(method.upper(), place.removeprefix("/api/v1"))
            lacking = answer.status_code == 403 and "令牌没有" in answer.json["detail"]
            expected = needed(method.upper(), path.removeprefix("/api/v1"))
            assert lacking == (expected != scope), (method, path, answer.status_code)


def test_the_admin_scope_is_for_its_post_alone(bureau: Bureau, calling: Callable[..., Any]) -> None:
    from engine.errors import NotPermitted

    with pytest.raises(NotPermitted):
        tokens.create(bureau, CLERK, "太大", ["admin"])
    assert calling("caixia", "admin")("GET", "/verification").json["intact"] is True


def test_a_token_is_made_and_revoked_on_its_page(app: Flask, clerk: Any) -> None:
    page = clerk.get("/settings/tokens").get_data(as_text=True)
    assert 'value="admin"' not in page
    form = {"csrf_token": token_in(page), "_command": "create", "name": "报表", "scope": "read", "days": "30"}
    made = clerk.post("/settings/tokens", data=form).get_data(as_text=True)
    found = re.search(r'<code id="secret">(cb_[\w-]{43})</code>', made)
    assert found
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert app.test_client().get("/api/v1/me", headers=headers).json["scopes"] == ["read"]
    again = clerk.get("/settings/tokens").get_data(as_text=True)
    assert found[1] not in again
    token = re.search(r'name="token" value="(t\w+)"', again)
    assert token
    clerk.post(
        "/settings/tokens", data={"csrf_token": token_in(again), "_command": "revoke", "token": token[1]}
    )
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 401
    wrong = clerk.post("/settings/tokens", data={**form, "name": "", "days": "9999"})
    assert wrong.status_code == 422
    assert "366" in wrong.get_data(as_text=True)
    other = {"csrf_token": token_in(again), "_command": "create", "name": "x", "scope": "admin", "days": "1"}
    assert clerk.post("/settings/tokens", data=other).status_code == 403


def test_nobody_revokes_anothers_token(bureau: Bureau, clerk: Any) -> None:
    made, _secret = tokens.create(bureau, "caixia", "别人的", ["read"])
    page = clerk.get("/settings/tokens").get_data(as_text=True)
    form = {"csrf_token": token_in(page), "_command": "revoke", "token": made.token}
    assert clerk.post("/settings/tokens", data=form).status_code == 404
    assert tokens.of_user(bureau, "caixia")[0].revoked_at is None


def test_the_document_page_needs_nothing_from_elsewhere(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "https://" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert " style=" not in page
    for name in ("complete_item", "schema-Problem"):
        assert f'id="{name}"' in page


def test_the_document_is_openapi_3_1_and_names_each_shape_once(
    bureau: Bureau, settings: Settings, recwarn: pytest.WarningsRecorder
) -> None:
    recwarn.clear()
    document = create_app(settings, bureau).test_client().get("/api/v1/openapi.json").json
    assert not [one for one in recwarn if "schema" in str(one.message)]
    assert document["openapi"] == "3.1.0"
    shapes = document["components"]["schemas"]
    assert not any(name[-1].isdigit() for name in shapes)
    for shape in shapes.values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **shape})
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert referred <= shapes.keys()


def test_every_operation_says_in_chinese_what_it_does_and_who_may(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    found = [one for methods in document["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in found}) == len(found) > 90
    for one in found:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in one["summary"]), one["operationId"]
        assert {"401", "403", "429"} <= one["responses"].keys()
        assert one["security"] == [{"token": []}]
        assert re.fullmatch("令牌须有范围：(read|work|admin)", one["description"])
        for status, answer in one["responses"].items():
            kind = {"application/problem+json"} if status >= "4" else set(answer.get("content", {}))
            assert set(answer.get("content", {})) == kind

from __future__ import annotations

import pytest
from applications import APPLICATION, key_in, token_in
from flask import Flask
from flask.testing import FlaskClient

from processes.bureau import Bureau

pytestmark = pytest.mark.slow

COUNTER = "/counter/temporary-land-use"


def test_every_answer_forbids_inline_and_foreign_code(client: FlaskClient) -> None:
    for path in ("/signin", "/nowhere", "/healthz", "/static/icon.svg"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_page_carries_inline_code_or_foreign_addresses(clerk: FlaskClient, case_id: str) -> None:
    for path in ("/signin", "/inbox", "/counter", COUNTER, f"/cases/{case_id}"):
        page = clerk.get(path, follow_redirects=True).get_data(as_text=True)
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page
        assert "https://" not in page
        assert page.count("<script") == page.count('<script type="module" src="/static/')


@pytest.mark.parametrize("path", ["/signout", COUNTER, "/cases/x", "/cases/x/items/i1"])
def test_a_command_without_the_csrf_token_is_refused(clerk: FlaskClient, path: str) -> None:
    answer = clerk.post(path, data={"_key": "k" * 20, **APPLICATION})
    assert answer.status_code == 400
    assert "安全标记" in answer.get_data(as_text=True)


def test_a_stranger_from_another_site_is_refused_and_nothing_is_kept(client: FlaskClient) -> None:
    answer = client.post(COUNTER, data=APPLICATION, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400


def test_the_csrf_token_is_taken_from_the_header_too(clerk: FlaskClient) -> None:
    token = token_in(clerk.get("/inbox").get_data(as_text=True))
    assert clerk.post("/signout", headers={"X-CSRFToken": token}).status_code == 303


def test_ten_megabytes_of_text_get_a_clear_answer(clerk: FlaskClient) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    big = {
        "csrf_token": token_in(page),
        "_key": key_in(page),
        **APPLICATION,
        "project_name": "地" * 3_500_000,
    }
    answer = clerk.post(COUNTER, data=big)
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.get_data(as_text=True)


def test_ten_megabytes_in_many_parts_get_the_same_answer(clerk: FlaskClient) -> None:
    page = clerk.get(COUNTER).get_data(as_text=True)
    big = {"csrf_token": token_in(page), "_key": key_in(page), "project_name": "x" * 10_000_000}
    answer = clerk.post(COUNTER, data=big, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_a_body_over_the_bound_is_not_read(clerk: FlaskClient) -> None:
    answer = clerk.post(COUNTER, data=b"x", headers={"Content-Length": str(10**12)})
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/cases/nope",
        "/cases/nope/items/i1",
        "/counter/nope",
        "/inbox?box=nope",
        "/cases/%00",
        "/%2e%2e/etc",
    ],
)
def test_what_is_not_there_is_said_in_chinese_with_a_number(clerk: FlaskClient, path: str) -> None:
    answer = clerk.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "没有找到" in page
    assert "404-" in page


@pytest.mark.parametrize(
    "query", ["after=x", "after=%00", "after=" + "9" * 5000, "q=%25%27%22", "q=" + "长" * 900, "matter=%27"]
)
def test_an_odd_query_never_breaks_the_inbox(clerk: FlaskClient, query: str) -> None:
    for box in ("todo", "claimable", "done", "started"):
        assert clerk.get(f"/inbox?box={box}&{query}").status_code in (200, 400)


def test_an_error_inside_shows_a_number_and_nothing_else(
    capsys: pytest.CaptureFixture[str], app: Flask
) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("SELECT password FROM account")

    answer = app.test_client().get("/broken")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "SELECT" not in page
    assert "Traceback" not in page
    assert "500-" in page
    number = page.split("500-")[1].split("<")[0]
    assert number in capsys.readouterr().err


def test_figures_go_to_this_machine_only(client: FlaskClient) -> None:
    assert "chengban_http_requests_total" in client.get("/metrics").get_data(as_text=True)
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.8"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.8"}).status_code == 404


def test_health_says_so_when_the_database_is_gone(client: FlaskClient, bureau: Bureau) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_pages_about_cases_are_not_kept_by_caches(clerk: FlaskClient) -> None:
    assert clerk.get("/inbox").headers["Cache-Control"] == "no-store"


def test_a_part_of_a_page_that_is_refused_takes_the_whole_page(
    clerk: FlaskClient, client: FlaskClient
) -> None:
    refused = clerk.get("/cases/nope", headers={"HX-Request": "true"})
    assert refused.status_code == 404
    assert refused.headers["HX-Retarget"] == "#main"
    asked = client.get("/inbox", headers={"HX-Request": "true"})
    assert asked.headers["HX-Redirect"].startswith("/signin")

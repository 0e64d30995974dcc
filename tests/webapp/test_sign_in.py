from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from applications import CLERK, PASSWORD, sign_in, token_in
from flask import Flask
from flask.testing import FlaskClient

from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings


def test_the_right_password_opens_the_inbox(client: FlaskClient) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/inbox")
    page = client.get("/inbox").get_data(as_text=True)
    assert "张慧" in page
    assert "待办" in page


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (CLERK, "wrong"),
        ("nobody", PASSWORD),
        (CLERK, ""),
        ("", PASSWORD),
        ("' or 1=1 --", "x"),
        ("a" * 9999, "b" * 9999),
        ("\x00", "\x00"),
    ],
)
def test_a_wrong_user_and_a_wrong_password_get_the_same_answer(
    client: FlaskClient, user: str, password: str
) -> None:
    answer = sign_in(client, user, password)
    assert answer.status_code == 401
    assert "用户名或口令不正确" in answer.get_data(as_text=True)
    assert client.get("/inbox").status_code == 303


@pytest.mark.parametrize(
    "path", ["/inbox", "/counter", "/counter/temporary-land-use", "/cases/x", "/cases/x/items/i1", "/"]
)
def test_every_page_asks_to_sign_in_first(client: FlaskClient, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.request.path == "/signin"


def test_signing_out_ends_the_session_at_the_server(app: Flask, clerk: FlaskClient) -> None:
    stolen = clerk.get_cookie("chengban")
    assert stolen
    page = clerk.get("/inbox").get_data(as_text=True)
    assert clerk.post("/signout", data={"csrf_token": token_in(page)}).status_code == 303
    other = app.test_client()
    other.set_cookie("chengban", stolen.value)
    assert other.get("/inbox").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "\\/elsewhere.example",
        " //elsewhere.example",
        "///elsewhere.example",
        "/\n/elsewhere.example",
    ],
)
def test_signing_in_never_leads_elsewhere(client: FlaskClient, target: str) -> None:
    page = client.get("/signin").get_data(as_text=True)
    answer = client.post(
        "/signin",
        query_string={"next": target},
        data={"csrf_token": token_in(page), "user": CLERK, "password": PASSWORD},
    )
    assert answer.location == "/inbox"


def test_trying_passwords_is_slowed_down(bureau: Bureau, settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, sign_ins="3 per minute"), bureau)
    client = app.test_client()
    answers = [sign_in(client, "someone", "wrong").status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]
    assert "操作过于频繁" in sign_in(client, "someone", "wrong").get_data(as_text=True)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_only_a_demo_installation_shows_its_people(bureau: Bureau, settings: Settings) -> None:
    plain = create_app(settings, bureau).test_client().get("/signin").get_data(as_text=True)
    assert "演示人员" not in plain
    demo = create_app(dataclasses.replace(settings, demo_password="shown"), bureau)
    page = demo.test_client().get("/signin").get_data(as_text=True)
    assert "张慧" in page
    assert "shown" in page


def test_a_forged_cookie_signs_nobody_in(signed: Callable[[str], FlaskClient], app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("chengban", "eyJfdXNlcl9pZCI6InpoYW5naHVpIn0.aaaa.bbbb")
    assert client.get("/inbox").status_code == 303

"""The administrator's pages, one's own password and sessions; what is refused there, and what a lock does."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from applications import CLERK, PASSWORD, key_in, sign_in, token_in
from flask import Flask
from flask.testing import FlaskClient

from processes import ledger
from processes.accounts import TRIES
from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings

pytestmark = pytest.mark.slow
ADMIN = "caixia"


@pytest.fixture
def admin(signed: Callable[[str], FlaskClient]) -> FlaskClient:
    return signed(ADMIN)


def send(client: FlaskClient, path: str, command: str, **data: object) -> tuple[int, str]:
    page = client.get(path).get_data(as_text=True)
    given = {
        "csrf_token": token_in(page), "_key": key_in(page), "_command": command, "_reason": "测试变更", **data,
    }  # fmt: skip
    answer = client.post(path, data=given)
    return answer.status_code, answer.get_data(as_text=True)


def newcomer(admin: FlaskClient, user: str = "lina", **data: object) -> str:
    status, page = send(admin, "/admin/people", "add", user=user, name="李娜", **data)
    assert status == 200
    found = re.search(r'<code id="secret">([^<]+)</code>', page)
    assert found
    return found[1]


def test_a_newcomer_must_change_the_password_before_anything_else(app: Flask, admin: FlaskClient) -> None:
    secret = newcomer(admin, post="土地利用科/经办人")
    client = app.test_client()
    assert sign_in(client, "lina", secret).status_code == 303
    for path in ("/inbox", "/counter", "/settings/sessions", "/settings/tokens"):
        assert client.get(path).location == "/settings/password"
    page = client.get("/settings/password").get_data(as_text=True)
    told = {"csrf_token": token_in(page), "current": secret, "new": "Lan-tian-2026", "again": "Lan-tian-2026"}
    assert client.post("/messages", data=told).location == "/settings/password"
    weak = client.post("/settings/password", data={**told, "new": "lina-2026X", "again": "lina-2026X"})
    assert weak.status_code == 422
    assert "口令不能含用户名或者姓名" in weak.get_data(as_text=True)
    assert client.post("/settings/password", data=told).location == "/inbox"
    assert client.get("/inbox").status_code == 200
    assert secret not in admin.get("/admin/people/lina").get_data(as_text=True)


def test_changing_the_password_ends_every_other_session(app: Flask, clerk: FlaskClient) -> None:
    other = app.test_client()
    assert sign_in(other).status_code == 303
    before = clerk.get_cookie("chengban")
    page = clerk.get("/settings/password").get_data(as_text=True)
    told = {
        "csrf_token": token_in(page),
        "current": PASSWORD,
        "new": "Lan-tian-2026",
        "again": "Lan-tian-2026",
    }
    assert clerk.post("/settings/password", data=told).status_code == 303
    assert clerk.get("/inbox").status_code == 200
    assert other.get("/inbox").status_code == 303
    assert before is not None
    stale = app.test_client()
    stale.set_cookie("chengban", before.value)
    assert stale.get("/inbox").status_code == 303


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(
    app: Flask, clerk: FlaskClient, signed: Callable[[str], FlaskClient]
) -> None:
    phone, stranger = app.test_client(), signed("songping")
    sign_in(phone, headers={"User-Agent": "a phone"})
    page = clerk.get("/settings/sessions").get_data(as_text=True)
    assert "a phone" in page
    assert page.count('name="session"') == 1
    named = re.findall(r'name="session" value="([^"]+)"', page)[0]
    token = token_in(stranger.get("/settings/sessions").get_data(as_text=True))
    given = {"csrf_token": token, "_command": "end", "session": named}
    stranger.post("/settings/sessions", data=given)
    assert phone.get("/inbox").status_code == 200
    clerk.post("/settings/sessions", data={**given, "csrf_token": token_in(page)})
    assert phone.get("/inbox").status_code == 303
    assert clerk.get("/inbox").status_code == 200


def test_who_is_disabled_is_out_at_once(
    bureau: Bureau, settings: Settings, admin: FlaskClient, signed: Callable[[str], FlaskClient]
) -> None:
    person = signed("linsen")
    other_process = create_app(settings, bureau).test_client()
    assert sign_in(other_process, "linsen").status_code == 303
    status, _page = send(admin, "/admin/people/linsen", "disable")
    assert status == 303
    assert person.get("/inbox").status_code == 303
    assert other_process.get("/inbox").status_code == 303
    assert sign_in(person, "linsen").status_code == 401


def test_who_has_work_in_hand_is_not_disabled_without_a_word(
    bureau: Bureau, admin: FlaskClient, item: str
) -> None:
    page = admin.get(f"/admin/people/{CLERK}").get_data(as_text=True)
    assert f"/hand-over?person={CLERK}" in page or f"person={CLERK}" in page
    status, page = send(admin, f"/admin/people/{CLERK}", "disable")
    assert status == 409
    assert "名下还有 1 件待办，请先办理离职交接" in page
    assert bureau.person(CLERK).user == CLERK
    status, _page = send(admin, f"/admin/people/{CLERK}", "disable", anyway="1")
    assert status == 303


def test_the_last_administrator_stays(admin: FlaskClient) -> None:
    for command in ("disable", "grant"):
        status, page = send(admin, f"/admin/people/{ADMIN}", command)
        assert status == 409
        assert "最后一个系统管理员" in page


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(admin: FlaskClient) -> None:
    status, page = send(admin, "/admin/people", "add", user="Li Na", name="李娜", _reason="")
    assert status == 422
    assert 'value="Li Na"' in page
    assert "add-user-error" in page
    status, page = send(
        admin, "/admin/people/linsen", "appoint", post="土地利用科/经办人", starts="2026-10-09", ends="2026-10-08"
    )  # fmt: skip
    assert status == 422
    assert "结束日期不能早于开始日期" in page


def test_people_come_from_a_file_after_a_look(bureau: Bureau, admin: FlaskClient) -> None:
    page = admin.get("/admin/people/import").get_data(as_text=True)

    def given(command: str, text: str) -> dict[str, object]:
        return {
            "csrf_token": token_in(page), "_key": key_in(page), "_command": command, "_reason": "招录",
            "file": (io.BytesIO(text.encode("gb18030")), "people.csv"),
        }  # fmt: skip

    wrong = admin.post(
        "/admin/people/import", data=given("import", "用户名,姓名,岗位\nlina,李娜,没有/岗位\n")
    )
    assert wrong.status_code == 422
    assert "没有岗位“没有/岗位”" in wrong.get_data(as_text=True)
    text = "用户名,姓名,岗位\nlina,李娜,土地利用科/经办人\nwufei,吴飞,\n"
    looked = admin.post("/admin/people/import", data=given("check", text)).get_data(as_text=True)
    assert "将导入 2 人" in looked
    assert "lina" not in bureau.accounts.names()
    done = admin.post("/admin/people/import", data=given("import", text)).get_data(as_text=True)
    secrets = re.findall(r"<td><code>([^<]+)</code></td>", done)
    assert bureau.authenticate("lina", secrets[0]) is not None
    assert bureau.authenticate("wufei", secrets[1]) is not None


def test_a_section_is_added_and_a_needed_one_is_not_closed(admin: FlaskClient) -> None:
    status, _page = send(
        admin, "/admin/sections", "add", slug="marine", name="海洋管理科", full_name="海洋管理科"
    )
    assert status == 303
    assert send(admin, "/admin/sections/marine", "add_post", post="经办人")[0] == 303
    assert "海洋管理科/经办人" in admin.get("/admin/people").get_data(as_text=True)
    status, page = send(admin, "/admin/sections/land_use_control", "close")
    assert status == 409
    assert "国土空间用途管制科" in page
    status, page = send(admin, "/admin/sections/finance", "close_post", post="采购岗")
    assert status == 303
    assert send(admin, "/admin/sections/marine", "close")[0] == 303


def test_the_ledger_shows_who_changed_what_from_what_to_what_and_why(
    bureau: Bureau, admin: FlaskClient, signed: Callable[[str], FlaskClient]
) -> None:
    send(admin, "/admin/people/linsen", "rename", name="林深")
    page = signed("jiangtao").get("/admin/ledger").get_data(as_text=True)
    for word in ("人员更名", "<del>林森</del>", "<ins>林深</ins>", "测试变更", "蔡霞"):
        assert word in page
    assert ledger.lines(bureau, ADMIN)[0][0].actor == ADMIN


@pytest.mark.parametrize("user", [CLERK, "huanghe", "sunlei", "jiangtao"])
@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/admin/people", "add"), ("/admin/people/linsen", "disable"), ("/admin/people/linsen", "reset"),
        ("/admin/people/import", "check"), ("/admin/sections", "add"), ("/admin/sections/finance", "close"),
    ],
)  # fmt: skip
def test_nobody_else_administers(
    signed: Callable[[str], FlaskClient], bureau: Bureau, user: str, path: str, command: str
) -> None:
    client = signed(user)
    assert client.get(path).status_code == 403
    token = token_in(client.get("/inbox").get_data(as_text=True))
    given = {
        "csrf_token": token, "_key": "k" * 20, "_command": command, "_reason": "x", "user": "lina", "name": "李娜",
        "slug": "new", "text": "用户名,姓名\na,b",
    }  # fmt: skip
    assert client.post(path, data=given).status_code == 403
    assert bureau.person("linsen").user == "linsen"


def test_wrong_passwords_lock_the_name_and_the_page_says_so(client: FlaskClient) -> None:
    for user in ("linsen", "nobody"):
        for _ in range(TRIES):
            assert sign_in(client, user, "wrong").status_code == 401
        answer = sign_in(client, user)
        assert answer.status_code == 429
        assert "连续输错口令次数过多" in answer.get_data(as_text=True)


def test_the_pace_is_kept_by_all_processes_of_a_folder(bureau: Bureau, settings: Settings) -> None:
    import dataclasses

    slow = dataclasses.replace(settings, sign_ins="4 per minute")
    clients = [create_app(slow, bureau).test_client() for _ in range(2)]
    answers = [sign_in(clients[place % 2], f"n{place}", "wrong").status_code for place in range(6)]
    assert answers == [401, 401, 401, 401, 429, 429]


def test_a_session_begun_before_signing_in_is_not_the_one_after(app: Flask) -> None:
    client = app.test_client()
    client.get("/signin")
    planted = client.get_cookie("chengban")
    assert planted is not None
    sign_in(client)
    victim = client.get_cookie("chengban")
    assert victim is not None
    assert victim.value != planted.value
    attacker = app.test_client()
    attacker.set_cookie("chengban", planted.value)
    assert attacker.get("/inbox").status_code == 303


def test_cookies_are_for_https_alone_where_the_desk_is(bureau: Bureau, settings: Settings) -> None:
    import dataclasses

    app = create_app(dataclasses.replace(settings, secure_cookies=True), bureau)
    client = app.test_client()
    page = client.get("/signin", base_url="https://desk.test").get_data(as_text=True)
    answer = client.post(
        "/signin", base_url="https://desk.test", headers={"Referer": "https://desk.test/signin"},
        data={"csrf_token": token_in(page), "user": CLERK, "password": PASSWORD},
    )  # fmt: skip
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie

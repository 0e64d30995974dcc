"""事件通知 in the browser: subscriptions made, what is dead seen and sent again, and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from applications import CLERK, token_in
from flask import Flask
from flask.testing import FlaskClient

from engine.store import Store
from engine.webhooks import sending, subscriptions
from processes.bureau import Bureau

pytestmark = pytest.mark.slow
AT = "/settings/webhooks"


@pytest.fixture
def admin(signed: Callable[[str], FlaskClient]) -> FlaskClient:
    return signed("caixia")


def posted(client: FlaskClient, at: str, **data: Any) -> Any:
    page = client.get(at if at.count("/") > 2 else AT).get_data(as_text=True)
    return client.post(at, data={"csrf_token": token_in(page), **data})


def subscribed(bureau: Bureau, user: str = "caixia") -> str:
    return subscriptions.subscribe(
        bureau.store, "http://127.0.0.1:9/", ["case_annotated"], user=user, now=bureau.cases.clock(), plain_http=True
    ).webhook  # fmt: skip


def died(bureau: Bureau, clock: Any, case_id: str, count: int) -> None:
    for number in range(count):
        bureau.annotate(CLERK, case_id, f"告知{number}")
    while bureau.tick():
        pass
    for _ in range(sending.ATTEMPTS):
        sending.send_due(bureau.cases, private=True, limit=50)
        clock.now += timedelta(hours=13)


def dead(store: Store, webhook: str) -> int:
    return subscriptions.dead(store).get(webhook, 0)


def test_the_administrator_subscribes_and_is_shown_the_secret_once(
    admin: FlaskClient, bureau: Bureau
) -> None:
    assert "还没有订阅" in admin.get(AT).get_data(as_text=True)
    form = {"_command": "create", "url": "https://example.org/told", "event": ["case_started", "item_urged"]}
    made = posted(admin, AT, **form).get_data(as_text=True)
    found = re.search(r'<code id="secret">([\w-]{43})</code>', made)
    assert found
    again = admin.get(AT).get_data(as_text=True)
    assert found[1] not in again
    assert "https://example.org/told" in again
    assert "收件、催办" in again
    wrong = posted(admin, AT, **{**form, "url": "ftp://example.org/", "event": []})
    assert wrong.status_code == 422
    assert "https://" in wrong.get_data(as_text=True)
    assert "至少选择一种事件" in wrong.get_data(as_text=True)
    assert len(subscriptions.subscriptions(bureau.store)) == 1


def test_what_is_dead_is_seen_page_by_page_and_sent_again_one_by_one_or_all_at_once(
    signed: Callable[[str], FlaskClient], bureau: Bureau, clock: Any, case_id: str
) -> None:
    webhook = subscribed(bureau)
    died(bureau, clock, case_id, 21)
    admin = signed("caixia")
    assert "21 条" in admin.get(AT).get_data(as_text=True)
    at = f"{AT}/{webhook}"
    page = admin.get(at).get_data(as_text=True)
    assert page.count('value="retry"') == 20
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    second = admin.get(following[1].replace("&amp;", "&")).get_data(as_text=True)
    assert second.count('value="retry"') == 1
    event = re.search(r'name="event" value="([^"]+)"', page)
    assert event
    assert posted(admin, at, _command="retry", event=event[1]).status_code == 303
    assert dead(bureau.store, webhook) == 20
    assert posted(admin, at, _command="retry", event=event[1]).status_code == 404
    assert posted(admin, at, _command="retry-all").status_code == 303
    assert dead(bureau.store, webhook) == 0
    assert 'value="retry' not in admin.get(f"{at}?state=pending").get_data(as_text=True)
    assert admin.get(f"{at}?state=lost").status_code == 404


def test_others_see_and_change_only_what_they_made(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, clock: Any
) -> None:
    clerk, theirs = signed(CLERK), subscribed(bureau)
    assert clerk.get(AT).status_code == 403
    assert clerk.get(f"{AT}/{theirs}").status_code == 403
    mine = subscribed(bureau, CLERK)  # made while he was administrator
    page = clerk.get(AT).get_data(as_text=True)
    assert f"{AT}/{mine}" in page
    assert f"{AT}/{theirs}" not in page
    assert "建立订阅" not in page
    token = token_in(page)
    for at, command in ((AT, "create"), (f"{AT}/{theirs}", "retry-all"), (f"{AT}/{theirs}", "delete")):
        answer = clerk.post(at, data={"csrf_token": token, "_command": command})
        assert answer.status_code == 403, at
    assert clerk.post(f"{AT}/{mine}", data={"csrf_token": token, "_command": "nothing"}).status_code == 400
    assert clerk.post(f"{AT}/{mine}", data={"csrf_token": token, "_command": "delete"}).status_code == 303
    assert [one.webhook for one in subscriptions.subscriptions(bureau.store)] == [theirs]


def test_strangers_are_asked_to_sign_in(app: Flask) -> None:
    assert app.test_client().get(AT).status_code == 303

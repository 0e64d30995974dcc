"""Webhooks through the API: who may subscribe, to where, and what is seen of deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from applications import CLERK

from engine.webhooks.sending import send_due
from processes import tokens
from processes.bureau import Bureau
from webapp import create_app
from webapp.serving import notify
from webapp.settings import Settings

pytestmark = pytest.mark.slow  # `make test-fast` goes without

SUBSCRIPTION = {"url": "https://example.org/told", "events": ["case_started", "case_annotated"]}


@pytest.fixture
def admin(calling: Callable[..., Any]) -> Any:
    return calling("caixia", "admin")


def test_a_subscription_is_made_shown_without_its_secret_and_deleted(admin: Any) -> None:
    made = admin("POST", "/webhooks", SUBSCRIPTION)
    assert made.status_code == 201
    assert len(made.json["secret"]) >= 43
    place = f"/webhooks/{made.json['webhook']}"
    shown = admin("GET", place).json
    assert shown == {"dead": 0, **{name: value for name, value in made.json.items() if name != "secret"}}
    assert admin("GET", "/webhooks").json["rows"] == [shown]
    assert admin("DELETE", place).status_code == 204
    assert admin("GET", place).status_code == 404
    assert admin("DELETE", place).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://example.org:99999/",
        "https://[::1",
        "https://例子.org/",
        "https://example.org/a b",
    ],
)
def test_an_address_that_will_not_do_is_named(admin: Any, url: str) -> None:
    answer = admin("POST", "/webhooks", {**SUBSCRIPTION, "url": url})
    assert answer.status_code == 422
    assert "url" in answer.json["fields"]


def test_unknown_events_and_matters_are_refused(admin: Any) -> None:
    answer = admin("POST", "/webhooks", {**SUBSCRIPTION, "events": ["everything"]})
    assert answer.status_code == 422
    assert admin("POST", "/webhooks", {**SUBSCRIPTION, "events": []}).status_code == 422
    assert admin("POST", "/webhooks", {**SUBSCRIPTION, "matter": "nothing"}).status_code == 404


def test_what_could_not_be_sent_is_seen_and_sent_again(
    bureau: Bureau, settings: Settings, clock: Any, case_id: str
) -> None:
    from datetime import timedelta

    app = create_app(replace(settings, webhooks_inside=True), bureau)
    headers = {"Authorization": f"Bearer {tokens.create(bureau, 'caixia', '管理', ['admin'])[1]}"}
    client = app.test_client()
    # Port 9 (discard) of this machine: nobody listens.
    body = {**SUBSCRIPTION, "url": "http://127.0.0.1:9/"}
    webhook = client.post("/api/v1/webhooks", json=body, headers=headers).json["webhook"]
    bureau.annotate(CLERK, case_id, "告知")
    bureau.tick()
    for _attempt in range(10):
        assert send_due(bureau.cases, private=True) == 1
        assert send_due(bureau.cases, private=True) == 0  # not before its time
        clock.now += timedelta(hours=13)
    place = f"/api/v1/webhooks/{webhook}/deliveries"
    row = client.get(place, headers=headers).json["rows"][0]
    assert (row["event"], row["state"], row["attempts"], row["status"]) == (
        "case_annotated",
        "dead",
        10,
        None,
    )
    assert "ConnectionRefused" in row["error"]
    again = f"{place}/{row['event_id']}/retry"
    assert client.post(again, headers=headers).status_code == 204
    assert client.post(again, headers=headers).status_code == 404
    assert client.get(f"{place}?state=pending", headers=headers).json["rows"][0]["attempts"] == 0
    assert client.post(f"{place}/retry", headers=headers).json == {"count": 0}
    assert client.get("/api/v1/webhooks", headers=headers).json["rows"][0]["dead"] == 0


def test_the_server_itself_sends_and_never_inside_unless_set(
    bureau: Bureau, settings: Settings, case_id: str
) -> None:
    app = create_app(replace(settings, webhooks_inside=True), bureau)
    headers = {"Authorization": f"Bearer {tokens.create(bureau, 'caixia', '管理', ['admin'])[1]}"}
    client = app.test_client()
    body = {**SUBSCRIPTION, "url": "http://127.0.0.1:9/"}
    webhook = client.post("/api/v1/webhooks", json=body, headers=headers).json["webhook"]
    bureau.annotate(CLERK, case_id, "告知")
    bureau.tick()
    assert notify(bureau, False) == 1
    row = client.get(f"/api/v1/webhooks/{webhook}/deliveries?state=pending", headers=headers).json["rows"][0]
    assert row["error"] == "网址指向本机或者内部网络，不予发送"

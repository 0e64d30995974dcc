"""What receivers get: signed, once an event whoever dies in between, in bounded time, never inside the house."""

from __future__ import annotations

import hashlib
import hmac
import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from engine import due
from engine.cases import Actor, Cases
from engine.errors import NotFound
from engine.kernel.commands import (
    AddSigners,
    Annotate,
    AttachFile,
    ClaimItem,
    CopyCase,
    RecusePerson,
    RemoveFile,
    ResumeCase,
    SuperviseCase,
    SuspendCase,
    TransferItem,
    UrgeItem,
)
from engine.store import Store
from engine.webhooks import sending
from engine.webhooks.sending import NotReachable, post, send_due
from engine.webhooks.subscriptions import (
    dead,
    deliveries,
    send_all_again,
    subscribe,
    subscriptions,
    unsubscribe,
)
from tests.engine.cases import permits

pytestmark = pytest.mark.slow

CLERK = Actor("zhanghui", "张慧")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 9, 25, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Receiver:
    """A server on loopback that keeps what it was told and answers with `statuses` in turn, the last for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses = [200]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                status = outer.statuses.pop(0) if len(outer.statuses) > 1 else outer.statuses[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{outer.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *given: object) -> None:
                return None

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    made = Cases(store, clock=clock)
    made.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    return made


def begin(cases: Cases) -> str:
    header = {"matter": "permit", "number": "许-1", "title": "示例", "applicant": "某人"}
    return cases.start("permit", {"amount": 5}, actor=CLERK, header=header).case_id


def listen(cases: Cases, url: str, *events: str, matter: str = "") -> Any:
    return subscribe(
        cases.store, url, events or ("case_started", "case_annotated"), matter, user="caixia", now=cases.clock(),
        plain_http=True,
    )  # fmt: skip


def test_without_subscriptions_nothing_is_announced(cases: Cases, receiver: Receiver) -> None:
    case_id = begin(cases)
    listen(cases, receiver.url)
    assert due.run_once(cases, {}) == 0
    cases.submit(case_id, Annotate("一"), actor=CLERK)
    assert due.run_once(cases, {}) == 1


def test_a_receiver_is_told_and_can_check_the_signature(cases: Cases, receiver: Receiver) -> None:
    webhook = listen(cases, receiver.url)
    case_id = begin(cases)
    due.run_once(cases, {})
    assert send_due(cases, private=True) == 1
    headers, body = receiver.got[0]
    signed = headers["Chengban-Timestamp"].encode() + b"." + body
    expected = hmac.new(webhook.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Chengban-Signature"] == f"sha256={expected}"
    assert headers["Chengban-Event"] == "case_started"
    told = json.loads(body)
    assert told["id"] == headers["Chengban-Event-Id"] == f"{case_id}.1.0"
    assert told["case"] == {"case_id": case_id, "number": "许-1", "matter": "permit"}
    assert "某人" not in body.decode()
    assert send_due(cases, private=True) == 0


def test_only_the_events_and_the_matter_asked_for_are_told(cases: Cases, receiver: Receiver) -> None:
    listen(cases, receiver.url, "case_annotated")
    listen(cases, receiver.url, "case_annotated", matter="another")
    case_id = begin(cases)
    cases.submit(case_id, Annotate("一"), actor=CLERK)
    while due.run_once(cases, {}):
        pass
    while send_due(cases, private=True):
        pass
    assert [headers["Chengban-Event"] for headers, _body in receiver.got] == ["case_annotated"]


def test_a_refusal_is_tried_again_with_growing_pauses(cases: Cases, receiver: Receiver, clock: Clock) -> None:
    webhook = listen(cases, receiver.url)
    receiver.statuses = [500, 302, 200]
    begin(cases)
    due.run_once(cases, {})
    assert send_due(cases, private=True) == 1
    clock.now += timedelta(seconds=9)
    assert send_due(cases, private=True) == 0
    clock.now += timedelta(seconds=1)
    assert send_due(cases, private=True) == 1  # the redirect is not followed: it counts as a failure
    assert len(receiver.got) == 2
    clock.now += timedelta(seconds=39)
    assert send_due(cases, private=True) == 0
    clock.now += timedelta(seconds=1)
    assert send_due(cases, private=True) == 1
    assert len({headers["Chengban-Event-Id"] for headers, _body in receiver.got}) == 1
    rows, _after = deliveries(cases.store, webhook.webhook, "delivered")
    assert [(row.attempts, row.status) for row in rows] == [(3, 200)]


def test_the_outbox_done_twice_makes_one_delivery(cases: Cases, receiver: Receiver) -> None:
    from engine.cases.correspondence import JobRow, run_outbox
    from engine.store import queries

    webhook = listen(cases, receiver.url)
    begin(cases)
    taken = {"now": "9999", "until": "2026-01-01T00:00:00.000000Z", "limit": 5}
    row = JobRow(*cases.run(lambda tx: tx.all(queries.claim_jobs, taken))[0])
    run_outbox(cases, row)
    run_outbox(cases, row)
    assert due.run_once(cases, {}) == 0
    assert len(deliveries(cases.store, webhook.webhook, "pending")[0]) == 1


def _send_and_die(url: str, moment: datetime, told: Any) -> None:
    """A worker that dies after the receiver has the event and before that is on record."""
    sent = sending.send

    def send_then_die(*given: Any, **named: Any) -> Any:
        sent(*given, **named)
        told.set()
        os.kill(os.getpid(), signal.SIGKILL)

    sending.send = send_then_die  # type: ignore[assignment]
    send_due(Cases(Store.open(url), clock=lambda: moment), private=True)


def test_an_event_whose_worker_was_killed_comes_again_under_its_id(
    cases: Cases, receiver: Receiver, clock: Clock
) -> None:
    webhook = listen(cases, receiver.url)
    begin(cases)
    due.run_once(cases, {})
    spawned = multiprocessing.get_context("spawn")
    told = spawned.Event()
    worker = spawned.Process(target=_send_and_die, args=(cases.store.address, clock.now, told))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert len(receiver.got) == 1
    assert send_due(cases, private=True) == 0  # its lease runs
    clock.now += timedelta(seconds=61)
    assert send_due(cases, private=True) == 1
    clock.now += timedelta(days=1)
    assert send_due(cases, private=True) == 0
    assert len(receiver.got) == 2
    assert len({headers["Chengban-Event-Id"] for headers, _body in receiver.got}) == 1
    assert len(deliveries(cases.store, webhook.webhook, "delivered")[0]) == 1


def test_unsubscribing_takes_the_deliveries_along(cases: Cases, receiver: Receiver) -> None:
    webhook = listen(cases, receiver.url)
    begin(cases)
    due.run_once(cases, {})
    unsubscribe(cases.store, webhook.webhook)
    assert send_due(cases, private=True) == 0
    assert subscriptions(cases.store) == []
    assert receiver.got == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1",
     "2130706433", "0x7f.1"],
)  # fmt: skip
def test_nothing_is_sent_into_the_house(host: str, receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    with pytest.raises(NotReachable):
        post(f"http://{host}:{port}/", b"{}", {})
    assert receiver.got == []


def test_who_drips_byte_by_byte_is_cut_off() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _address = listening.accept()
        try:
            while True:
                connection.sendall(b"H")
                time.sleep(0.05)
        except OSError:
            connection.close()

    threading.Thread(target=drip, daemon=True).start()
    begun = time.monotonic()
    with pytest.raises(Exception):  # noqa: B017 - whichever of the client's errors comes first
        post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {}, private=True, seconds=0.6)
    assert time.monotonic() - begun < 3
    listening.close()


def test_what_is_done_with_steps_and_cases_is_told_without_what_was_said(
    cases: Cases, receiver: Receiver
) -> None:
    asked = (
        "item_claimed", "item_transferred", "part_opened", "item_urged", "case_copied", "case_supervised",
        "supervision_answered", "supervision_closed", "case_suspended", "case_resumed", "person_recused", "file_attached",
        "file_removed", "item_withdrawn",
    )  # fmt: skip
    listen(cases, receiver.url, *asked)
    case_id = begin(cases)
    secret = "不宜外传"
    for command in (
        ClaimItem("i1", "zhanghui"),
        TransferItem("i1", "user:lixiaoyan", secret, "zhanghui"),
        AddSigners("i1", ("user:wangjian",), "before", secret, "lixiaoyan"),
        UrgeItem("i1", "user:lixiaoyan", secret, "zhanghui"),
        CopyCase(("user:wangjian",), secret, "zhanghui"),
        SuperviseCase(("user:lixiaoyan",), secret, "zhanghui"),
        SuspendCase(secret),
        ResumeCase(secret),
        RecusePerson("wangjian", secret),
        AttachFile("a1", "materials-m1", f"{secret}.pdf", "application/pdf", 3, "sha256:" + "0" * 64),
        RemoveFile("a1", secret),
    ):
        cases.submit(case_id, command, actor=CLERK)
    while due.run_once(cases, {}) or send_due(cases, private=True):
        pass
    bodies = [json.loads(body) for _, body in receiver.got]
    told = {body["event"] for body in bodies}
    assert told == set(asked) - {"supervision_answered", "supervision_closed", "item_withdrawn"}
    assert secret not in "".join(body.decode() for _, body in receiver.got)
    part = next(body for body in bodies if body["event"] == "part_opened")
    assert (part["about"]["of"], part["about"]["kind"]) == ("i1", "before")
    file = next(body for body in bodies if body["event"] == "file_attached")
    assert file["about"] == {"attachment": "a1", "field": "materials-m1"}


def test_all_that_is_dead_is_counted_and_sent_again_at_once(
    cases: Cases, receiver: Receiver, clock: Clock
) -> None:
    receiver.statuses = [500]
    webhook = listen(cases, receiver.url).webhook
    case_id = begin(cases)
    cases.submit(case_id, Annotate("x"), actor=CLERK)
    due.run_once(cases, {})
    for _ in range(sending.ATTEMPTS):
        send_due(cases, private=True)
        clock.now += timedelta(hours=13)
    assert dead(cases.store) == {webhook: 2}
    assert send_all_again(cases.store, webhook, clock()) == 2
    assert dead(cases.store) == {}
    receiver.statuses = [200]
    assert send_due(cases, private=True) == 2
    with pytest.raises(NotFound):
        send_all_again(cases.store, "w0", clock())

"""Kill -9 of the server under web traffic, and of workers at their timers, at random points, on both databases.

What a clerk's browser was told is there, what it was not told it asks again under the same key: each has happened
once. `CHENGBAN_KILLS` sets the number of kills a database, 200 unless told (`make soak` asks for 2,000).
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine import due, history
from engine.calendar.period import SHANGHAI
from engine.store import Store
from processes.bureau import Bureau
from tests.benchmarks.desk import Client, found
from tests.benchmarks.journey import CLERK, MATTER, PASSWORD, item_of
from tests.engine.cases import permits
from tests.processes.bureau_world import APPLICATION

KILLS = int(os.environ.get("CHENGBAN_KILLS", "200"))
BROWSERS = 3
ROOT = Path(__file__).parents[2]
QUICK = permits.TIMER.replace(b"PT1H", b"PT0.02S")


class Nursery:
    """Forks victims on demand; see `nursery`."""

    def __init__(self, url: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("nursery.py")), url, str(folder)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def bring_up(self, words: str) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        return int(self._answer())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def kill(group: int) -> None:
    """At once, with all its children; only then may the next one have its port."""
    for _ in range(1000):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
            time.sleep(0.002)
            continue
        return
    raise AssertionError(f"process group {group} would not die")


def up(folder: Path, server: int) -> None:
    for _ in range(6000):
        if (folder / f"up-{server}").exists():
            return
        time.sleep(0.005)
    raise AssertionError("the server does not come up")


class Browser(threading.Thread):
    """A clerk who receives applications and completes their first step, and asks again until answered."""

    def __init__(self, address: str, stop: threading.Event, bureau: Bureau, papers: dict[str, str]) -> None:
        super().__init__()
        self._client = Client(address)
        self._end = stop
        self._bureau = bureau
        self._today = datetime.now(SHANGHAI).date().isoformat()
        self._application = {**APPLICATION, "received_on": self._today} | {
            f"materials-{paper}": held for paper, held in papers.items()
        }
        self.told: list[tuple[str, str]] = []
        self.asked_again = 0
        self.signed_in = threading.Event()
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._sign_in():
                time.sleep(0.05)
            self.signed_in.set()
            while not self._end.is_set():
                self._one_case()
        except BaseException as error:  # told to the test, which raises it
            self.trouble = error

    def _sign_in(self) -> bool:
        try:
            self._client.sign_in(CLERK, PASSWORD)
            _, page = self._client.ask(f"/counter/{MATTER}")
            self._token = found("csrf_token", page)
        except OSError:
            return False
        return True

    def _one_case(self) -> None:
        place = self._insist(f"/counter/{MATTER}", self._application)
        case_id = place.rpartition("/")[2]
        item = item_of(self._bureau, case_id, "accept")
        step = {
            "accept_outcome": "齐全且属本级权限",
            "told_on": self._today,
            "acceptance_doc_no": "受〔2026〕1号",
        }
        self._insist(f"/cases/{case_id}/items/{item}", step)
        self.told.append((case_id, item))

    def _insist(self, path: str, form: dict[str, str]) -> str:
        sent = {**form, "csrf_token": self._token, "_key": secrets.token_urlsafe(12)}
        while True:
            try:
                status, place = self._client.send(path, sent)
            except OSError:
                self.asked_again += 1
                time.sleep(0.01)
                continue
            assert status == 303, (path, status)
            return place


@pytest.fixture
def bureau(store: Store) -> Iterator[Bureau]:
    opened = Bureau.open(store.address)
    opened.prepare(demo=True, password=PASSWORD)
    opened.cases.deploy(permits.bundle(QUICK), permits.CLERK)
    yield opened
    opened.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.slow
def test_killed_servers_and_workers_lose_nothing_and_do_nothing_twice(
    store: Store, bureau: Bureau, tmp_path: Path
) -> None:
    began = time.monotonic()
    seed = random.randrange(10**6)
    print(f"seed {seed}, {KILLS} kills")
    chance = random.Random(seed)
    port, stop = free_port(), threading.Event()
    papers = {material.id: "收" for material in bureau.start_form(MATTER).form.materials}
    browsers = [Browser(f"http://127.0.0.1:{port}", stop, bureau, papers) for _ in range(BROWSERS)]
    nursery = Nursery(store.address, tmp_path)
    waiting: list[str] = []
    server = nursery.bring_up(f"server {port}")
    try:
        for browser in browsers:
            browser.start()
        for browser in browsers:
            browser.signed_in.wait(60)
        print(f"ready after {time.monotonic() - began:.0f} s")
        for number in range(KILLS // 2):
            boots = chance.random() < 0.2  # one in five dies while it boots
            if not boots:
                up(tmp_path, server)
            server_dies = time.monotonic() + chance.uniform(0.0, 0.4)
            worker = nursery.bring_up("worker")
            for _ in range(3):
                waiting.append(
                    bureau.cases.start(
                        "permit", {}, actor=permits.CLERK, key=f"{number}.{len(waiting)}"
                    ).case_id
                )
            time.sleep(chance.uniform(0.0, 0.08))
            kill(worker)
            time.sleep(max(0.0, server_dies - time.monotonic()))
            kill(server)
            server = nursery.bring_up(f"server {port}")
        stop.set()
        for browser in browsers:
            browser.join(60)
    finally:
        stop.set()
        kill(server)
        nursery.close()
    print(f"killed after {time.monotonic() - began:.0f} s")
    for browser in browsers:
        assert browser.trouble is None, browser.trouble
    hold(bureau, waiting, browsers)


def hold(bureau: Bureau, waiting: list[str], browsers: list[Browser]) -> None:
    """To what was promised. Leases of the dead end within minutes; a worker five minutes later finishes the rest."""
    store = bureau.store
    later = Bureau.open(store.address, clock=lambda: datetime.now(UTC) + timedelta(minutes=5))
    while due.run_once(later.cases, {}):
        pass
    told = [place for browser in browsers for place in browser.told]
    print(f"{len(told)} cases by web, {sum(each.asked_again for each in browsers)} requests asked again,"
          f" {len(waiting)} timers")  # fmt: skip
    assert len(told) >= KILLS // 4
    assert history.verify(store) == []
    assert set(later.cases.case_ids()) == {case_id for case_id, _ in told} | set(waiting)
    for case_id in waiting:
        events = Counter(event.event for event in history.events(store, case_id))
        assert (events["timer_set"], events["timer_fired"], events["item_opened"]) == (1, 1, 1)
        assert history.replay(later.cases, case_id) is None
    for case_id, item in told:
        commands = Counter(entry.command for entry in history.entries(store, case_id))
        assert commands == {"StartCase": 1, "CompleteItem": 1}, (case_id, commands)
        done = [
            event.data["item"] for event in history.events(store, case_id) if event.event == "item_completed"
        ]
        assert done == [item]
        assert history.replay(later.cases, case_id) is None
    numbers = [
        row["number"] for row in (bureau.cases.view(case_id, lambda view: view.row()) for case_id, _ in told)
    ]
    assert sorted(int(number.rpartition("-")[2]) for number in numbers) == list(range(1, len(numbers) + 1))
    later.close()

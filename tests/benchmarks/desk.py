"""HTTP: a clerk completes steps at a served desk (`chengban run`), signed in, with CSRF token and form."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from engine.calendar.period import SHANGHAI
from processes.bureau import Bureau
from tests.benchmarks.journey import CLERK, PASSWORD, STEPS, begin, item_of

ROOT = Path(__file__).parents[2]


@contextmanager
def served(url: str, folder: Path) -> Iterator[str]:
    """The address of a server on the database `url`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "CHENGBAN_DATABASE_URL": url, "CHENGBAN_FOLDER": str(folder)}
    server = subprocess.Popen(
        [sys.executable, "-c", "from webapp.cli import main; main()", "run", "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/signin", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(30)


class Client:
    """One browser's worth of cookies; a connection a request."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _Stay()
        )

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page."""
        status, _, page = self._answer(path, form)
        return status, page

    def send(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Status, and where the answer points."""
        status, place, _ = self._answer(path, form)
        return status, place

    def _answer(self, path: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        """Raises OSError when the server goes away meanwhile."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            try:
                answer = self._opener.open(self._address + path, data, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error

    def sign_in(self, user: str, password: str) -> None:
        _, page = self.ask("/signin")
        status, _ = self.ask(
            "/signin", {"csrf_token": found("csrf_token", page), "user": user, "password": password}
        )
        assert status == 303, status


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: object) -> None:
        return None


def found(name: str, page: str) -> str:
    value = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert value, f"{name} is not on the page: {page[:2000]}"
    return value[1]


def measure(url: str, folder: Path, count: int) -> float:
    """p95 in milliseconds from sending a completed form to its answer, one client. The server lives today."""
    _, element, outcome, data = STEPS[0]
    today = datetime.now(SHANGHAI).date().isoformat()
    bureau = Bureau.open(url)
    try:
        cases = [begin(bureau, received_on=today) for _ in range(count + count // 10)]
        items = [(case_id, item_of(bureau, case_id, element)) for case_id in cases]
    finally:
        bureau.close()
    times: list[float] = []
    with served(url, folder) as address:
        client = Client(address)
        client.sign_in(CLERK, PASSWORD)
        for case_id, item in items:
            path = f"/cases/{case_id}/items/{item}"
            _, page = client.ask(path)
            form = {
                "csrf_token": found("csrf_token", page), "_key": found("_key", page),
                f"{element}_outcome": outcome, **data, "told_on": today,
            }  # fmt: skip
            begun = time.perf_counter()
            status, _ = client.ask(path, form)
            times.append(time.perf_counter() - begun)
            assert status == 303, status
    return sorted(times[count // 10 :])[int(count * 0.95)] * 1000

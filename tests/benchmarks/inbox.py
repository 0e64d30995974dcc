"""One clerk's page among a bureau's open items: whole, narrowed, ordered; and words found among all cases."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from engine import search, worklist
from engine.store import Store
from engine.store import search as index
from engine.store.database import Query
from engine.store.search import Reach
from engine.worklist import Filters, Source

CLERKS = 500
POSTS = 200
PER_CASE = 10
MATTERS, STEPS = 20, 12
NOW = datetime(2027, 2, 1, tzinfo=UTC)
# Names are put together from these, so that some words are common and most are not.
CHARACTERS = "晋太原阳泉临汾运城长治朔州忻吕梁大同中市县区镇村河山川谷坪庄堡寺桥关口店营沟梁峪岭煤铁铜石油气电水路隧光风能源开发建设"


def fill(store: Store, items: int) -> None:
    """Half of them claimed by one of 500 clerks, half to be claimed by one of 200 posts; written by the database."""
    number = "CAST(n.n AS TEXT)"
    series = (
        f"SELECT generate_series(CAST(1 AS BIGINT), {items}) AS n"
        if store.postgres
        else f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {items}) SELECT n FROM s"
    )
    cases = series.replace(str(items), str(max(items // PER_CASE, 1)))
    padded = "lpad({0}, {1}, '0')" if store.postgres else "printf('%0{1}d', {0})"

    def digits(value: str, width: int) -> str:
        return padded.format(f"CAST({value} AS TEXT)", width)

    def day(case: str, year: int, hour: int) -> str:
        """A day of the year that the case's number gives, twenty-eight to a month."""
        month = digits(f"({case} * 7 / 28) % 12 + 1", 2)
        return f"'{year}-' || {month} || '-' || {digits(f'({case} * 7) % 28 + 1', 2)} || 'T{hour}\\:00\\:00.000000Z'"

    def name(case: str, *steps: int) -> str:
        return " || ".join(
            f"substr('{CHARACTERS}', CAST(({case} * {step} / {place + 1}) % {len(CHARACTERS)} + 1 AS INTEGER), 1)"
            for place, step in enumerate(steps)
        )

    place = f"((n.n - 1) / {PER_CASE} + 1)"
    case_of = "'b' || " + digits(place, 9)
    applicant, title = (
        name(place, 7, 11, 13) + " || '公司'",
        name(place, 17, 19, 23, 29) + " || '项目临时用地'",
    )
    matter, serial = f"'m' || CAST({place} % {MATTERS} AS TEXT)", f"'LSYD-2026-' || {digits(place, 6)}"
    claimed = "n.n % 2 = 0"
    here = {
        "case": [part.replace(place, "n.n") for part in (case_of, matter, serial, title, applicant)],
        "item": [case_of, matter, serial, title, applicant],
    }
    with store.writing() as transaction:
        for statement in (
            "INSERT INTO deployment VALUES ('bench', 900000, '', '')",
            'INSERT INTO "case" (case_id, process, deployment, matter, section, number, title, applicant, header, status,'
            " started_at, started_by, ended_at) SELECT {}, 'p', 'bench', {}, '', {}, {}, {}, '{{}}', 'running', ".format(
                *here["case"]
            )
            + f"{day('n.n', 2026, 10)}, 'u' || CAST(n.n % {CLERKS} AS TEXT), NULL FROM ({cases}) n",
            "INSERT INTO case_state (case_id, revision, head_hash, steps, due, deployment, state, clocks) SELECT case_id, 0, '',"
            " '{}', '', 'bench', '{}', '{}' FROM \"case\" WHERE deployment = 'bench'",
            "INSERT INTO work_item (case_id, item, process, element, name, post, state, due, opened_at, claimed_by,"
            f" matter, number, title, applicant) SELECT {case_of}, 'i' || {number}, 'p', 'e' || CAST(n.n * 7 % {STEPS} AS TEXT),"
            f" '审核', 'post' || CAST(n.n % {POSTS} AS TEXT), CASE WHEN {claimed} THEN 'claimed' ELSE 'open' END,"
            f" {day(place, 2027, 16)}, {day(f'({place} + n.n)', 2026, 11)}, CASE WHEN {claimed} THEN 'u' ||"
            f" CAST(n.n / 2 % {CLERKS} AS TEXT) END, "
            "{1}, {2}, {3}, {4}".format(*here["item"])
            + f" FROM ({series}) n",
            "INSERT INTO limit_run (case_id, limit_id, name, state, due, provisional, calendar, warned, yellow_at, red_at,"
            f" section, data) SELECT {here['case'][0]}, 'decide', '决定', 'running', {day('n.n', 2027, 16)},"
            f" {'false' if store.postgres else '0'}, '', '', {day('(n.n + 47)', 2027, 16)},"
            f" {day('n.n', 2027, 16)}, '', '{{}}' FROM ({cases}) n",
        ):
            transaction.add(Query(text(statement)), {})
    _index(store)
    # As autovacuum leaves a table that has been there for a while.
    with store.reading() as transaction:
        transaction.run(Query(text("VACUUM ANALYZE" if store.postgres else "ANALYZE")), {})


def _index(store: Store) -> None:
    """Every case with the words of its header, as its start writes them."""
    with store.reading() as transaction:
        headers = transaction.all(
            Query(
                text(
                    "SELECT case_id, number, applicant, title FROM \"case\" WHERE deployment = 'bench' ORDER BY 1"
                )
            ),
            {},
        )
    for first in range(0, len(headers), 5000):
        with store.writing() as transaction:
            for case_id, *header in headers[first : first + 5000]:
                index.add(transaction, case_id, index.header(*header))


def measure(store: Store) -> dict[str, float]:
    """p95 in milliseconds of a random clerk's page, by box and by what narrows or orders it."""
    chance = random.Random(1)
    found: dict[str, list[float]] = {}

    def timed(what: str, work: Callable[..., object], *given: object, **named: object) -> None:
        begun = time.perf_counter()
        work(*given, **named)
        found.setdefault(what, []).append(time.perf_counter() - begun)

    for _ in range(200):
        user = f"u{chance.randrange(CLERKS)}"
        posts = [f"post{2 * chance.randrange(POSTS // 2) + 1}" for _ in range(3)]
        held = [Source("held", user), Source("held", f"u{chance.randrange(CLERKS)}", ("m3", "m4"))]
        free = [Source("free", post) for post in posts]
        after = chance.choice([None, (f"2027-{chance.randrange(1, 13):02d}-11T16:00:00.000000Z", "b", "i")])
        for box in ("todo", "claimable"):
            timed(box, worklist.inbox, store, user, posts, box, after)
        timed("counts", worklist.counts, store, user, posts)
        timed("lights", worklist.lights, store, held, NOW)
        narrowed = chance.choice([
            Filters(matter=f"m{chance.randrange(MATTERS)}"), Filters(element=f"e{chance.randrange(STEPS)}"),
            Filters(matter=f"m{chance.randrange(MATTERS)}", element=f"e{chance.randrange(STEPS)}"),
            Filters(matter="nothing"), Filters(due_until=NOW + timedelta(days=7)),
            Filters(since=datetime(2026, 6, 1, tzinfo=UTC), until=datetime(2026, 6, 9, tzinfo=UTC)),
            Filters(addressees=(f"user:{user}", *posts)),
        ])  # fmt: skip
        timed("todo narrowed", worklist.page, store, held, filters=narrowed, now=NOW)
        timed("claimable narrowed", worklist.page, store, free, filters=narrowed, now=NOW)
        light = Filters(light=chance.choice(["red", "yellow", "green", "grey"]))
        timed("todo by light", worklist.page, store, held, filters=light, now=NOW)
        timed("claimable by light", worklist.page, store, free, filters=light, now=NOW)
        words = Filters(words=chance.choice(["临时用地", f"lsyd-2026-{chance.randrange(99999):06d}", "太原"]))
        timed("todo by words", worklist.page, store, held, filters=words)
        timed("claimable by words", worklist.page, store, free, filters=words)
        sought = chance.choice([
            f"LSYD-2026-{chance.randrange(99999):06d}", f"lsyd-2026-{chance.randrange(999):03d}",
            "".join(chance.choices(CHARACTERS, k=2)), chance.choice(CHARACTERS), "临时用地", "太原 项目",
        ])  # fmt: skip
        everything, own = Reach(everything=True), Reach(users=(user,), posts=tuple(posts))
        timed("search", search.find, store, sought, everything)
        timed("search of one's own", search.find, store, sought, own)
        order = chance.choice(["received", "number"])
        timed("todo ordered", worklist.page, store, held, order=order)
        timed("claimable ordered", worklist.page, store, free, order=order)
        timed("fresh", worklist.count, store, held + free, filters=Filters(fresh=NOW))
    return {what: sorted(times)[int(len(times) * 0.95)] * 1000 for what, times in found.items()}

"""A new calendar version over many open clocks: `python -m tests.benchmarks.recomputation [clocks]`.

Nine of ten clocks cross the days that the notice names, the others are due before. Each is a case of its own with a
chain, an open step and a timer, copied from two that were begun through the door.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from engine import history
from engine.calendar.notice import read_csv
from engine.cases import Cases
from engine.cases.journal import entry_hash
from engine.recomputation import publish_calendar
from engine.store import Store, queries, tables
from engine.store.database import Query
from tests.engine.cases.permits import CLERK, Clock
from tests.engine.cases.running_clocks import accepted, deployed

NOW = datetime(2026, 12, 15, 2, tzinfo=UTC)
NOTICE = "2027-01-01/2027-01-03,放假,元旦\n2027-02-05/2027-02-11,放假,春节\n2027-01-30,上班,春节调休上班\n"
COPIED = (
    (tables.case, queries.add_case), (tables.case_state, queries.add_state), (tables.entry, queries.add_entry),
    (tables.work_item, queries.add_items),
    (tables.timer, queries.add_timers),
    (tables.limit_run, queries.put_limit_run),
)  # fmt: skip


def copied(store: Store, case_id: str, numbers: range) -> None:
    """Further cases like that one; the chain of each holds."""
    found: list[tuple[Query, Mapping[str, Any]]] = []
    with store.reading() as transaction:
        for table, query in COPIED:
            rows = transaction.all(
                Query(select(table).where(table.c.case_id == bindparam("of_case"))), {"of_case": case_id}
            )
            found += [(query, dict(zip(table.columns.keys(), row, strict=True))) for row in rows]
    entry = next(row for query, row in found if query is queries.add_entry)
    with store.writing() as transaction:
        for number in numbers:
            name = f"{number:08x}{case_id[8:]}"
            head = entry_hash([name, *list(entry.values())[1:-1]])
            for query, row in found:
                changes = {"hash": head} if query is queries.add_entry else {"head_hash": head}
                new = {**row, "case_id": name}
                transaction.add(query, {**new, **{key: changes[key] for key in changes if key in new}})


def measure(store: Store, clocks: int) -> tuple[float, int]:
    """Seconds from the publication to the last clock, and how many moved."""
    store.migrate()
    cases = Cases(store, clock=Clock(NOW))
    cases.calendars.prepare(NOW)
    deployed(cases)
    crossing = clocks * 9 // 10
    copied(store, accepted(cases, date(2026, 12, 14)), range(1, crossing))
    copied(store, accepted(cases, date(2026, 11, 16)), range(crossing, clocks))
    notice = read_csv(NOTICE, source="通知", published=date(2026, 11, 20), years=[2027])
    calendar = notice.applied_to(cases.calendar, "2027-1")
    began = time.perf_counter()
    moved = publish_calendar(cases, calendar, CLERK)
    seconds = time.perf_counter() - began
    if len(moved) != crossing:
        raise AssertionError(f"moved {len(moved)} of {crossing}")
    for case_id in {line.case_id for line in moved[:: max(1, len(moved) // 50)]}:
        if history.verify(store, case_id) or history.replay(cases, case_id):
            raise AssertionError(f"the chain of {case_id} is broken")
    return seconds, len(moved)


def main() -> None:
    clocks = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with (
        tempfile.TemporaryDirectory(prefix="chengban-bench-") as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        seconds, moved = measure(store, clocks)
    print(
        f"SQLite: {clocks:,} open clocks under a new calendar, {moved:,} moved: {seconds:.1f} s (target < 60 s)"
    )
    sys.exit(seconds >= 60)


if __name__ == "__main__":
    main()

"""Entries as written, and the events within them, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from engine.codec import loads, moment_of
from engine.store import Store, queries

PAGE = 500


class Entry(NamedTuple):
    """One command: what it was told (`data`), what it did (`effects`, plain data with `event`), its link in the chain.

    `at` is aware UTC; `deployment` is set where the case got its version; `status` is the case's after it; `clocks` are the lines that it
    wrote into the ledger of the statutory clocks, as `engine.calendar.run.ClockEvent` has them.
    """

    case_id: str
    seq: int
    at: datetime
    actor: str
    actor_name: str
    on_behalf_of: str | None
    key: str | None
    deployment: str | None
    command: str
    data: Mapping[str, Any]
    effects: list[dict[str, Any]]
    status: str
    clocks: list[dict[str, Any]]
    prev_hash: str
    hash: str


class Event(NamedTuple):
    """One effect. `seq` counts the events of the case from 1, `entry` names the entry it belongs to."""

    seq: int
    entry: int
    at: datetime
    event: str
    element: str
    actor: str
    data: Mapping[str, Any]


def rows(store: Store, case_id: str) -> Iterator[tuple[Any, ...]]:
    """The stored columns, untouched, in order of their number."""
    after = -(2**31)
    while True:
        with store.reading() as transaction:
            page = transaction.all(
                queries.entries_of_case, {"of_case": case_id, "after_seq": after, "limit": PAGE}
            )
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][1]


def entries(store: Store, case_id: str) -> Iterator[Entry]:
    """Every entry of a case; nothing for an unknown case."""
    for row in rows(store, case_id):
        found = list(row)
        found[2] = moment_of(row[2])
        found[9] = loads(row[9])
        found[10] = loads(row[10])
        found[12] = loads(row[12]) if row[12] else []
        yield Entry(*found)


def events(store: Store, case_id: str) -> list[Event]:
    """What happened, in order."""
    found: list[Event] = []
    for entry in entries(store, case_id):
        for effect in entry.effects:
            found.append(
                Event(
                    len(found) + 1,
                    entry.seq,
                    entry.at,
                    effect["event"],
                    effect.get("element", ""),
                    entry.actor,
                    effect,
                )
            )
    return found

"""Verification of the chains: recompute every hash from the bytes stored, and hold the head against the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.cases.journal import ALGORITHMS, entry_hash
from engine.errors import NotFound
from engine.history.entries import rows
from engine.store import Store, queries

PAGE = 1000


class Break(NamedTuple):
    """Where a chain no longer holds: `seq` is the entry's number, 0 for the case as a whole."""

    case_id: str
    seq: int
    reason: str


def verify(store: Store, case_id: str | None = None) -> list[Break]:
    """All breaks of one case, or of every case. Raises NotFound for a case that has neither row nor entry."""
    if case_id is not None:
        found = _chain(store, case_id)
        if found is None:
            raise NotFound(f"没有办件 {case_id}")
        return found
    breaks: list[Break] = []
    for each in _all(store):
        breaks.extend(_chain(store, each) or ())
    return breaks


def _all(store: Store) -> Iterator[str]:
    after = ""
    while True:
        with store.reading() as transaction:
            page = transaction.all(queries.chains, {"after_case": after, "limit": PAGE})
        for row in page:
            yield row[0]
        if len(page) < PAGE:
            return
        after = page[-1][0]


def _chain(store: Store, case_id: str) -> list[Break] | None:
    # Entries may be written while we read: the head before must be among them, the head after bounds them.
    head = _head(store, case_id)
    breaks: list[Break] = []
    expected, previous, last = 1, "", 0
    at_head = None
    for row in rows(store, case_id):
        seq = row[1]
        if seq != expected:
            missing = f"第 {expected} 号留痕缺失" if seq > expected else f"第 {seq} 号留痕编号不连续"
            breaks.append(Break(case_id, min(seq, expected), missing))
        if not _whole(row):
            breaks.append(Break(case_id, seq, "留痕内容与其散列值不符"))
        elif row[13] != previous and seq == expected:
            breaks.append(Break(case_id, seq, "留痕没有接在前一条之后"))
        if head is not None and seq == head[0]:
            at_head = row[14]
        previous, expected, last = row[14], seq + 1, seq
    if head is None:
        return [*breaks, Break(case_id, last, "留痕所属的办件不存在")] if last else None
    if head[0] is None:
        return [*breaks, Break(case_id, 0, "办件的状态缺失")]
    if last < head[0]:
        breaks.append(Break(case_id, last + 1, "末尾的留痕缺失"))
    elif at_head != head[1]:
        breaks.append(Break(case_id, head[0], "办件登记的链头与末条留痕不符"))
    if last > head[0] and last > (_head(store, case_id) or head)[0]:
        breaks.append(Break(case_id, head[0] + 1, "留痕多于办件登记的条数"))
    return breaks


def _head(store: Store, case_id: str) -> tuple[Any, ...] | None:
    """Number and hash of the last entry as the case's state has them; None twice where it has no state."""
    with store.reading() as transaction:
        return transaction.one(queries.chain_head, {"of_case": case_id})


def _whole(row: tuple[Any, ...]) -> bool:
    algorithm = str(row[14]).partition(":")[0]
    return algorithm in ALGORITHMS and entry_hash(row[:14], algorithm) == row[14]

"""Within `remembering` a thread reads nothing twice, through one connection, until it writes."""

from __future__ import annotations

import threading

from sqlalchemy import bindparam, func, insert, select

from engine.store import Store, tables
from engine.store.database import Query

SEAL = tables.seal.c
COUNT = Query(select(func.count()).select_from(tables.seal))
ADD = Query(insert(tables.seal).values({column.name: bindparam(column.name) for column in SEAL}))
FIND = Query(select(SEAL.day).where(SEAL.day == bindparam("of_day")))


def save(store: Store, day: str) -> None:
    with store.writing() as transaction:
        transaction.add(ADD, {"day": day, "heads": 0, "prev_hash": "", "hash": day, "sealed_at": day})


def elsewhere(work: object) -> None:
    other = threading.Thread(target=work)  # type: ignore[arg-type]
    other.start()
    other.join()


def count(store: Store) -> int:
    with store.reading() as transaction:
        row = transaction.one(COUNT, {})
    assert row is not None
    return int(row[0])


def test_what_was_read_is_not_read_again_within_the_block(store: Store) -> None:
    with store.remembering():
        assert count(store) == 0
        elsewhere(lambda: save(store, "i1"))
        assert count(store) == 0
    assert count(store) == 1


def test_another_question_is_answered_by_the_database(store: Store) -> None:
    with store.remembering(), store.reading() as transaction:
        assert transaction.one(FIND, {"of_day": "2026-09-25"}) is None
        elsewhere(lambda: save(store, "2026-09-26"))
        assert transaction.one(FIND, {"of_day": "2026-09-26"}) == ("2026-09-26",)


def test_after_its_own_write_a_thread_reads_anew(store: Store) -> None:
    with store.remembering():
        assert count(store) == 0
        save(store, "i1")
        assert count(store) == 1
        elsewhere(lambda: save(store, "i2"))
        assert count(store) == 2


def test_another_thread_remembers_nothing_of_it(store: Store) -> None:
    found: list[int] = []
    with store.remembering():
        assert count(store) == 0
        elsewhere(lambda: save(store, "i1"))
        elsewhere(lambda: found.append(count(store)))
    assert found == [1]


def test_a_row_given_twice_is_not_changed_by_whoever_had_it_first(store: Store) -> None:
    save(store, "i1")
    every = Query(select(SEAL.day))
    with store.remembering(), store.reading() as transaction:
        transaction.all(every, {}).clear()
        assert transaction.all(every, {}) == [("i1",)]


def test_all_reads_of_the_block_share_one_connection(store: Store) -> None:
    engine = store._database.engine
    with store.remembering(), store.reading(), store.reading():
        assert engine.pool.checkedout() == 1  # type: ignore[attr-defined]

"""The store on both databases: migrations, transactions, what is raised."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.errors import ChengbanError
from engine.store import Conflict, Duplicate, Store, queries
from engine.store.database import Query
from engine.store.tables import metadata

KEY = {"key": "k", "case_id": "", "seq": 0, "at": "2026-09-25T00:00:00.000000Z"}


def test_migrations_give_the_tables_of_the_program(store: Store) -> None:
    with sqlalchemy.create_engine(store.address).connect() as connection:
        # The index of the search is of each database's own kind, and no table of the program.
        own = {
            "compare_type": True,
            "include_name": lambda name, *_: not str(name).startswith("search_index"),
        }
        context = MigrationContext.configure(connection, opts=own)
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(ChengbanError, match="mysql"):
        Store.open("mysql+pymysql://localhost/x")


def test_every_query_compiles_on_both_databases() -> None:
    named = [query for query in vars(queries).values() if isinstance(query, Query)]
    assert len(named) > 50
    for query in named:
        assert query.sqlite
        assert query.postgres


def test_a_failing_block_leaves_nothing_behind(store: Store) -> None:
    def fail_after_writing() -> None:
        with store.writing() as transaction:
            transaction.add(queries.add_key, KEY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    with store.reading() as transaction:
        assert transaction.one(queries.answered_without_case, {"key": "k"}) is None


def test_the_same_row_twice_is_a_duplicate(store: Store) -> None:
    with store.writing() as transaction:
        transaction.add(queries.add_key, KEY)
    with pytest.raises(Duplicate), store.writing() as transaction:
        transaction.add(queries.add_key, KEY)
    with store.writing() as transaction:
        assert transaction.one(queries.answered_without_case, {"key": "k"}) == ("", 0)


def test_a_row_of_a_case_that_is_not_there_is_refused(store: Store) -> None:
    row = {
        "case_id": "x",
        "subscription": "s1",
        "kind": "message",
        "name": "m",
        "element": "e",
        "keys": "{}",
        "key_names": "[]",
        "key_digest": "",
    }
    with pytest.raises(ChengbanError) as caught, store.writing() as transaction:
        transaction.add(queries.add_subscriptions, row)
    assert not isinstance(caught.value, Conflict)


def test_numbers_of_a_series_have_neither_gap_nor_double_under_sixteen_threads(store: Store) -> None:
    barrier = threading.Barrier(16)

    def take(_: int) -> list[int]:
        barrier.wait()
        found = []
        for _ in range(5):
            with store.writing() as transaction:
                row = transaction.one(queries.next_number, {"series": "LSYD", "year": 2026})
                assert row is not None
                found.append(row[0])
        return found

    with ThreadPoolExecutor(16) as pool:
        numbers = [number for taken in pool.map(take, range(16)) for number in taken]
    assert sorted(numbers) == list(range(1, 81))


def test_an_in_memory_store_is_one_for_all_threads() -> None:
    with Store.open("sqlite://") as store:
        store.migrate()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: _put(store, number), range(20)))
        with store.reading() as transaction:
            assert all(transaction.one(queries.answered_without_case, {"key": f"k{n}"}) for n in range(20))


def _put(store: Store, number: int) -> None:
    with store.writing() as transaction:
        transaction.add(queries.add_key, {**KEY, "key": f"k{number}"})

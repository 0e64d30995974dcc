"""The floor: what one commit costs through the same driver and settings, with nothing but two statements in it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, insert, text, update

from engine.store import Store
from engine.store.database import Query

_floor = Table("bench_floor", MetaData(), Column("id", Integer), Column("data", Text))
_insert = Query(insert(_floor).values(id=bindparam("id"), data=bindparam("data")))
_update = Query(update(_floor).where(_floor.c.id == bindparam("of_id")).values(data=bindparam("data")))
DATA = "x" * 500


class Floor:
    """One INSERT and one UPDATE by key a commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._number = 0
        with store.writing() as transaction:
            for statement in (
                "CREATE TABLE bench_floor (id INTEGER PRIMARY KEY, data TEXT)",
                "INSERT INTO bench_floor VALUES (-1, '')",
            ):
                transaction.add(Query(text(statement)), {})

    def commit(self) -> None:
        self._number += 1
        with self._store.writing() as transaction:
            transaction.add(_insert, {"id": self._number, "data": DATA})
            transaction.add(_update, {"of_id": -1, "data": f"{self._number}{DATA}"})

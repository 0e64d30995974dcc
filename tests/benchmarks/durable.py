"""Commits a second: the floor of the driver, and a whole step above it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, insert, text, update

from engine.cases import Cases
from engine.kernel.commands import CompleteItem
from engine.store import Store
from engine.store.database import Query
from tests.engine.cases.permits import CLERK, ENDLESS, bundle

_floor = Table("bench_floor", MetaData(), Column("id", Integer), Column("data", Text))
_insert = Query(insert(_floor).values(id=bindparam("id"), data=bindparam("data")))
_update = Query(update(_floor).where(_floor.c.id == bindparam("of_id")).values(data=bindparam("data")))


def rate(work: Callable[[int], object], count: int) -> float:
    """Calls a second, after a tenth as many to warm up."""
    warm = count // 10
    for number in range(warm):
        work(number)
    begun = time.perf_counter()
    for number in range(warm, count):
        work(number)
    return (count - warm) / (time.perf_counter() - begun)


def floor(store: Store, count: int) -> float:
    """One INSERT and one UPDATE by key a commit, through the same driver and settings."""
    with store.writing() as transaction:
        for statement in (
            "CREATE TABLE bench_floor (id INTEGER PRIMARY KEY, data TEXT)",
            "INSERT INTO bench_floor VALUES (-1, '')",
        ):
            transaction.add(Query(text(statement)), {})
    data = "x" * 500

    def work(number: int) -> None:
        with store.writing() as transaction:
            transaction.add(_insert, {"id": number, "data": data})
            transaction.add(_update, {"of_id": -1, "data": f"{number}{data}"})

    return rate(work, count)


def complete(store: Store, count: int) -> float:
    """A loop of one user task: kernel, entry with hash, projections, state."""
    cases = Cases(store)
    cases.deploy(bundle(ENDLESS), CLERK)
    case_id = cases.start("permit", {"金额": 1, "事项": "临时用地"}, actor=CLERK).case_id

    def work(number: int) -> Any:
        command = CompleteItem(f"i{number + 1}", {"意见": "同意", "轮次": number}, CLERK.user)
        return cases.submit(case_id, command, actor=CLERK, key=f"k{number}")

    return rate(work, count)

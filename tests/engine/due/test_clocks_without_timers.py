"""A limit that no timer of the diagram waits for runs out all the same, at its moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine import due, history
from engine.cases import Cases
from engine.codec import loads
from engine.kernel.commands import SetVariables
from engine.store import Store, queries
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock

END = datetime(
    2026, 10, 9, 16, 0, tzinfo=UTC
)  # the end of the fifth working day after 2026-09-25 in Shanghai


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    found = Cases(store, clock=clock)
    found.deploy(permits.bundle(permits.TWO_STEPS, permits.CORRECTION), CLERK)
    return found


def begun(cases: Cases) -> str:
    return cases.start("permit", {"received_on": date(2026, 9, 25)}, actor=CLERK).case_id


def run_of(cases: Cases, case_id: str) -> tuple[str, list[str]]:
    with cases.store.reading() as transaction:
        runs: list[Any] = transaction.all(queries.limit_runs_of_case, {"of_case": case_id})
        ledger = transaction.all(queries.ledger_of_case, {"of_case": case_id})
    return runs[0][3], [line["event"] for row in ledger for line in loads(row[2])]


def test_a_clock_without_a_timer_expires_at_its_due_moment_and_once(cases: Cases, clock: Clock) -> None:
    case_id = begun(cases)
    assert due.next_moment(cases) == END
    clock.now = END - timedelta(seconds=1)
    assert due.run_once(cases, {}) == 0
    clock.now = END
    assert due.run_once(cases, {}) == 1
    assert due.run_once(cases, {}) == 0
    assert run_of(cases, case_id) == ("expired", ["started", "expired"])
    assert due.next_moment(cases) is None
    assert [entry.command for entry in history.entries(cases.store, case_id)] == ["StartCase", "ExpireClock"]
    assert history.verify(cases.store) == []


def test_sixteen_workers_let_each_clock_expire_once(cases: Cases, clock: Clock) -> None:
    found = [begun(cases) for _ in range(10)]
    clock.now = END
    with ThreadPoolExecutor(16) as pool:
        done = sum(pool.map(lambda _: due.run_once(cases, {}), range(16)))
    assert done == len(found)
    assert all(run_of(cases, case_id) == ("expired", ["started", "expired"]) for case_id in found)


def test_an_act_done_in_time_and_registered_after_the_expiry_meets_the_clock(
    cases: Cases, clock: Clock
) -> None:
    case_id = begun(cases)
    clock.now = END + timedelta(days=1)
    due.run_once(cases, {})
    cases.submit(case_id, SetVariables({"corrected_on": date(2026, 10, 9)}), actor=CLERK)
    assert run_of(cases, case_id) == ("met", ["started", "expired", "met"])


def test_a_timer_of_the_diagram_that_waits_for_the_limit_does_it_alone(store: Store, clock: Clock) -> None:
    cases = Cases(store, clock=clock)
    cases.deploy(permits.bundle(permits.LIMITED, permits.CORRECTION), CLERK)
    case_id = begun(cases)
    clock.now = END
    assert due.run_once(cases, {}) == 1
    assert [entry.command for entry in history.entries(store, case_id)] == ["StartCase", "FireTimer"]

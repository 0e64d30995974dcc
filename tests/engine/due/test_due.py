"""Timers and jobs are done once, whoever does them and whoever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from engine import due, history
from engine.cases import Cases
from engine.codec import moment_text
from engine.errors import BpmnError
from engine.store import Store, queries
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    return Cases(store, clock=clock)


def fired(cases: Cases) -> list[int]:
    return [
        sum(event.event == "timer_fired" for event in history.events(cases.store, case_id))
        for case_id in cases.case_ids()
    ]


def test_a_timer_fires_when_it_is_due_and_once(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(permits.TIMER), CLERK)
    cases.start("permit", {}, actor=CLERK)
    assert due.run_once(cases, {}) == 0
    clock.advance(timedelta(hours=1))
    assert due.run_once(cases, {}) == 1
    assert due.run_once(cases, {}) == 0
    assert fired(cases) == [1]


def test_many_workers_fire_each_timer_once(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(permits.TIMER), CLERK)
    for _ in range(40):
        cases.start("permit", {}, actor=CLERK)
    clock.advance(timedelta(hours=2))
    with ThreadPoolExecutor(6) as pool:
        claimed = sum(pool.map(lambda _: due.Worker(cases, {}, limit=5).tick(), range(6)))
    assert claimed == 40
    assert fired(cases) == [1] * 40
    assert history.verify(cases.store) == []


def test_a_claim_of_a_worker_that_died_comes_back_when_its_lease_ends(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(permits.TIMER), CLERK)
    cases.start("permit", {}, actor=CLERK)
    clock.advance(timedelta(hours=1))
    taken = {"now": moment_text(clock()), "until": moment_text(clock() + due.LEASE), "limit": 5}
    assert len(cases.run(lambda transaction: transaction.all(queries.claim_timers, taken))) == 1
    assert due.run_once(cases, {}) == 0
    clock.advance(due.LEASE)
    assert due.run_once(cases, {}) == 1
    assert fired(cases) == [1]


def test_a_job_brings_its_updates_back(cases: Cases) -> None:
    cases.deploy(permits.bundle(permits.JOB), CLERK)
    case_id = cases.start("permit", {"编号": "甲"}, actor=CLERK).case_id
    seen: list[dict[str, Any]] = []

    def notify(values: dict[str, Any]) -> dict[str, Any]:
        seen.append(values)
        return {"已通知": True}

    assert due.run_once(cases, {"notify": notify}) == 1
    assert due.run_once(cases, {"notify": notify}) == 0
    assert len(seen) == 1
    assert seen[0]["编号"] == "甲"
    assert seen[0]["idempotency_key"]
    assert cases.view(case_id, lambda view: view.variables["已通知"]) is True


def test_a_failing_job_backs_off_and_becomes_an_incident_that_can_be_retried(
    cases: Cases, clock: Clock
) -> None:
    from engine.kernel.commands import ResolveIncident

    cases.deploy(permits.bundle(permits.JOB), CLERK)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    calls: list[object] = []

    def fail(values: dict[str, Any]) -> None:
        calls.append(clock())
        raise OSError("对方系统无应答")

    for _ in range(200):
        due.run_once(cases, {"notify": fail})
        clock.advance(timedelta(seconds=1))
    assert len(calls) == due.RETRIES
    assert cases.view(case_id, lambda view: view.row())["status"] == "failed"
    assert (
        cases.view(case_id, lambda view: next(iter(view.state.incidents.values())).message)
        == "对方系统无应答"
    )
    cases.submit(case_id, ResolveIncident("n1"), actor=CLERK)
    assert due.run_once(cases, {"notify": lambda values: {}}) == 1
    assert cases.view(case_id, lambda view: view.row())["status"] == "running"
    assert history.verify(cases.store) == []


def test_a_business_error_of_a_handler_goes_to_the_diagram(cases: Cases) -> None:
    cases.deploy(permits.bundle(permits.JOB), CLERK)
    case_id = cases.start("permit", {}, actor=CLERK).case_id

    def refuse(values: dict[str, Any]) -> None:
        raise BpmnError("no-such-land")

    due.run_once(cases, {"notify": refuse})
    assert cases.view(case_id, lambda view: view.row())["status"] == "error_event"
    assert due.run_once(cases, {"notify": refuse}) == 0

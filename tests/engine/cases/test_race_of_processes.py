"""Sixteen processes, as of sixteen machines, at the same items."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from engine import history
from engine.cases import Cases
from engine.store import Store
from tests.engine.cases import permits, racer
from tests.engine.cases.permits import CLERK

CLIENTS, CASES = 16, 12


@pytest.mark.slow
def test_of_sixteen_processes_one_claims_and_completes_and_the_others_are_told_why_not(store: Store) -> None:
    cases = Cases(store)
    cases.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    case_ids = [cases.start("permit", {}, actor=CLERK).case_id for _ in range(CASES)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.cases.racer"])
    barrier = context.Barrier(CLIENTS)
    with ProcessPoolExecutor(CLIENTS, context, racer.prepare, (barrier,)) as pool:
        asked = [pool.submit(racer.race, store.address, number, case_ids) for number in range(CLIENTS)]
        told = [each.result(120) for each in asked]
    for place, case_id in enumerate(case_ids):
        claims = Counter(answers[place][0] for answers in told)
        assert claims["done"] == 1
        assert set(claims) <= {"done", "ItemTaken"}
        completions = Counter(answers[place][1] for answers in told)
        assert completions["done"] == 1
        assert set(completions) <= {"done", "ItemTaken", "ItemClosed"}
        winner = next(number for number, answers in enumerate(told) if answers[place][0] == "done")
        assert told[winner][place][1] == "done"
        entries = list(history.entries(store, case_id))
        assert [entry.command for entry in entries] == ["StartCase", "ClaimItem", "CompleteItem"]
        assert {entry.actor for entry in entries[1:]} == {f"u{winner}"}
    assert history.verify(store) == []

"""Processes that a timer begins: each round one case, whoever ticks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine import due, history
from engine.cases import Cases
from engine.store import Store
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, START, Clock


def began_by(timer: str) -> bytes:
    return permits.model(
        f'<startEvent id="s"><timerEventDefinition id="td">{timer}</timerEventDefinition></startEvent>'
        '<userTask id="after" name="月度检查" chengban:post="窗口/经办人"/><endEvent id="e"/>'
        + permits.flows("s after e")
    )


def expression(tag: str, text: str) -> str:
    return f'<{tag} xsi:type="tFormalExpression">{text}</{tag}>'


THRICE = began_by(expression("timeCycle", "R3/PT1H"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    return Cases(store, clock=clock)


def test_a_cycle_begins_as_many_cases_as_it_says(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(THRICE), CLERK)
    for hour in range(1, 6):
        assert due.run_once(cases, {}) == 0
        clock.now = START + timedelta(hours=hour)
        assert due.run_once(cases, {}) == (1 if hour <= 3 else 0)
        assert len(cases.case_ids()) == min(hour, 3)
    assert due.next_moment(cases) is None
    assert history.verify(cases.store) == []


def test_rounds_missed_while_nobody_ticked_are_made_up_for(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(THRICE), CLERK)
    clock.advance(timedelta(days=1))
    assert [due.run_once(cases, {}) for _ in range(4)] == [1, 1, 1, 0]
    assert len(cases.case_ids()) == 3


def test_a_duration_begins_one_case(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(began_by(expression("timeDuration", "P1D"))), CLERK)
    clock.advance(timedelta(days=1))
    assert due.run_once(cases, {}) == 1
    clock.advance(timedelta(days=9))
    assert due.run_once(cases, {}) == 0
    assert len(cases.case_ids()) == 1


def test_workers_that_tick_together_begin_each_round_once(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(THRICE), CLERK)
    for hour in range(1, 4):
        clock.now = START + timedelta(hours=hour)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: due.run_once(cases, {}), range(8)))
        assert len(cases.case_ids()) == hour


def test_a_new_version_takes_the_timer_over(cases: Cases, clock: Clock) -> None:
    cases.deploy(permits.bundle(THRICE), CLERK)
    cases.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    clock.advance(timedelta(days=1))
    assert due.run_once(cases, {}) == 0
    assert cases.case_ids() == []

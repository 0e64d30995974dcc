"""A timer bound to a statutory clock fires once, within a tick of its due moment, with four workers that race for it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from engine import due, history
from engine.cases import Cases
from engine.kernel.commands import ExtendClock, ResumeClock, SuspendClock
from engine.store import Store
from tests.engine.cases.permits import CLERK, Clock
from tests.engine.cases.running_clocks import MONDAY, accepted, clock_of, deployed

WORKERS = 4
TICK = 0.05  # seconds


def fired(cases: Cases, case_id: str) -> int:
    return sum(event.event == "timer_fired" for event in history.events(cases.store, case_id))


def test_four_workers_fire_each_clock_s_timer_once_within_a_tick(store: Store, database_url: str) -> None:
    clock = Clock(MONDAY)
    cases = Cases(store, clock=clock)
    deployed(cases)
    on_time = [accepted(cases) for _ in range(12)]
    held = [accepted(cases) for _ in range(4)]
    longer = [accepted(cases) for _ in range(4)]
    for case_id in held:
        cases.submit(case_id, SuspendClock("decide", "听证", "告1号", date(2026, 3, 4)), actor=CLERK)
        cases.submit(case_id, ResumeClock("decide", "听证", date(2026, 3, 5)), actor=CLERK)
    for case_id in longer:
        cases.submit(
            case_id, ExtendClock("decide", "本行政机关负责人", "复杂", "延1号", date(2026, 3, 5)), actor=CLERK
        )
    stop = threading.Event()

    def work() -> None:
        with Store.open(database_url) as own:
            worker = due.Worker(Cases(own, clock=clock), {}, limit=3)
            while not stop.is_set():
                worker.tick()
                time.sleep(TICK)

    def all_fired(case_ids: list[str]) -> bool:
        ends = time.monotonic() + 20  # the machine may be slow; the clock that counts does not move meanwhile
        while time.monotonic() < ends:
            if all(clock_of(cases, case_id).state == "expired" for case_id in case_ids):
                return True
            time.sleep(TICK)
        return False

    at = datetime(2026, 3, 30, 16, tzinfo=UTC)
    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(work) for _ in range(WORKERS)]
        try:
            clock.now = at - timedelta(microseconds=1)
            time.sleep(4 * TICK)
            assert [fired(cases, case_id) for case_id in on_time] == [0] * 12
            clock.now = at
            assert all_fired(on_time)
            assert [fired(cases, case_id) for case_id in held + longer] == [0] * 8
            clock.now = datetime(2026, 3, 31, 16, tzinfo=UTC)
            assert all_fired(held)
            clock.now = datetime(2026, 4, 14, 16, tzinfo=UTC)
            assert all_fired(longer)
            time.sleep(4 * TICK)
        finally:
            stop.set()
        for each in workers:
            each.result()
    assert [fired(cases, case_id) for case_id in on_time + held + longer] == [1] * 20
    assert all(clock_of(cases, case_id).ended == at for case_id in on_time)
    assert history.verify(store) == []
    assert [history.replay(cases, case_id) for case_id in (on_time[0], held[0], longer[0])] == [None] * 3

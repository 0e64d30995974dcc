"""Kill -9 at random points: nothing promised is lost, nothing is done twice, all chains verify.

`CHENGBAN_KILLS` sets the number of kills a database (5 unless told).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine import due, history
from engine.cases import Cases
from engine.store import Store
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK

KILLS = int(os.environ.get("CHENGBAN_KILLS", "5"))
ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(store: Store) -> None:
    quick = permits.TIMER.replace(b"PT1H", b"PT0.02S")
    Cases(store).deploy(permits.bundle(quick), CLERK)
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    promised: list[str] = []
    for _ in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.due.killed_worker", store.address],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.01, 0.25))
        worker.send_signal(signal.SIGKILL)
        # The last line may be cut in half by the kill.
        promised += [line for line in worker.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        worker.wait()
    later = Cases(store, clock=lambda: datetime.now(UTC) + timedelta(minutes=5))
    while due.run_once(later, {}):
        pass
    assert history.verify(store) == []
    known = set(later.case_ids())
    assert {line.split()[1] for line in promised if line.startswith("started")} <= known
    assert len(known) >= KILLS
    for case_id in known:
        events = Counter(event.event for event in history.events(store, case_id))
        assert events["timer_set"] == events["timer_fired"] == 1
        assert events["item_opened"] == 1
        assert events["item_completed"] <= 1
        assert history.replay(later, case_id) is None
    for line in promised:
        if line.startswith("completed"):
            events = Counter(event.event for event in history.events(store, line.split()[1]))
            assert events["item_completed"] == 1

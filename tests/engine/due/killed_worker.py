"""A worker process for the test that kills it: starts cases, completes items and fires timers until it is killed."""

from __future__ import annotations

import sys
import uuid

from engine import due
from engine.cases import Cases
from engine.errors import Refused
from engine.kernel.commands import CompleteItem
from engine.store import Store
from tests.engine.cases.permits import CLERK


def main(url: str) -> None:
    cases = Cases(Store.open(url))
    print("ready", flush=True)
    while True:
        key = uuid.uuid4().hex
        answer = cases.start("permit", {}, actor=CLERK, key=key)
        print(f"started {answer.case_id}", flush=True)
        for _ in range(3):
            due.run_once(cases, {}, limit=3)
        for case_id in cases.case_ids()[-3:]:
            items = cases.view(case_id, lambda view: list(view.state.items))
            for item in items:
                try:
                    cases.submit(case_id, CompleteItem(item), actor=CLERK)
                    print(f"completed {case_id} {item}", flush=True)
                except Refused:
                    pass


if __name__ == "__main__":
    main(sys.argv[1])

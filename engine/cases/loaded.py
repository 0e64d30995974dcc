"""A case in memory as its last command left it, kept while this process is likely to need it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.calendar.clock import Clocks
from engine.codec import loads
from engine.kernel.state import State


class Loaded(NamedTuple):
    """`steps` are the names of the open work items by id; `due` the earliest due moment as text."""

    revision: int
    deployment: str
    state: State
    clocks: Clocks
    head_hash: str
    process: str
    header: Mapping[str, str]
    steps: Mapping[str, str]
    due: str


class Recent:
    """The cases last touched. An entry is used only when its revision is the database's: another process may
    have gone on in between."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._cases: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, case_id: str, revision: int) -> Loaded | None:
        found = self._cases.get(case_id)
        return found if found is not None and found.revision == revision else None

    def put(self, case_id: str, loaded: Loaded) -> None:
        with self._lock:
            self._cases[case_id] = loaded
            self._cases.move_to_end(case_id)
            if len(self._cases) > self._size:
                self._cases.popitem(last=False)


def decoded(row: tuple[Any, ...]) -> Loaded:
    revision, deployment, state, clocks, head_hash, process, matter, number, title, applicant, steps, due = (
        row
    )
    header = {"matter": matter, "number": number, "title": title, "applicant": applicant}
    return Loaded(
        revision, deployment, State.from_json(state), Clocks.from_json(clocks), head_hash, process, header,
        loads(steps), due,
    )  # fmt: skip


def status_of(state: State) -> str:
    """`failed` is a running case with an open incident."""
    return "failed" if state.status == "running" and state.incidents else state.status

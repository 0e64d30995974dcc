"""One of the processes that issue papers of the same kind at once, each in a case of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cases import Actor, Cases
from engine.cases.documents import Draft, issue
from engine.store import Store

SERIES = "晋自然资临〔{year}〕{seq}号"
_start: Any = None


def prepare(start: Any) -> None:
    global _start
    _start = start


def paper(draft: Draft, number: str) -> Mapping[str, bytes]:
    return {"pdf": f"{draft.kind} {number}".encode()}


def race(url: str, number: int, case_id: str, rounds: int) -> list[str]:
    """The numbers it was given, or the names of what was raised."""
    told = []
    with Store.open(url) as store:
        cases = Cases(store)
        for turn in range(rounds):
            _start.wait(60)
            try:
                answer = issue(
                    cases, case_id, lambda view: Draft("临时用地批准书", "批准书", SERIES, None), paper,
                    actor=Actor(f"u{number}"), key=f"{number}:{turn}",
                )  # fmt: skip
                told.append(str(answer.effects[0].number))  # type: ignore[union-attr]
            except Exception as error:
                told.append(type(error).__name__)
    return told

"""One of the processes that race: its own connections, its own memory, the same items."""

from __future__ import annotations

from typing import Any

from engine.cases import Actor, Cases
from engine.kernel.commands import ClaimItem, Command, CompleteItem
from engine.store import Store

_start: Any = None


def prepare(start: Any) -> None:
    """`start` is the barrier that all wait at before each command."""
    global _start
    _start = start


def race(url: str, number: int, case_ids: list[str]) -> list[tuple[str, str]]:
    """What it was told of claiming and of completing the first item of each case."""
    user = f"u{number}"
    told = []
    with Store.open(url) as store:
        cases = Cases(store)
        for case_id in case_ids:
            told.append(
                (
                    _told(cases, case_id, ClaimItem("i1", user), user),
                    _told(cases, case_id, CompleteItem("i1", {"by": user}, user), user),
                )
            )
    return told


def _told(cases: Cases, case_id: str, command: Command, user: str) -> str:
    _start.wait(60)
    try:
        cases.submit(case_id, command, actor=Actor(user), key=f"{user}:{type(command).__name__}")
    except Exception as error:
        return type(error).__name__
    return "done"

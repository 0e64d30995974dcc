"""办件进度查询: what anybody with the number and the code of a case is told. No person, no opinion, nothing typed."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.calendar.period import day_of
from engine.cases.actor import CaseView as Looking
from engine.cases.reception import LENGTH
from engine.codec import moment_of
from engine.history.entries import Entry, entries
from engine.store import query_codes as statements
from processes.clocks import due_on

if TYPE_CHECKING:
    from processes.bureau import Bureau
    from processes.desk import Desk

DECISION = "decide"


class Stage(NamedTuple):
    """`on` is the day it was done, None for one under way."""

    name: str
    on: date | None


@dataclass(frozen=True)
class Progress:
    """Days are days in Asia/Shanghai; None where it has not come to that."""

    number: str
    matter: str
    status: str
    received_on: date | None
    accepted_on: date | None
    decision_due: date | None
    suspended: bool
    provisional: bool
    decided_on: date | None
    ended_on: date | None
    stages: tuple[Stage, ...]


def progress(bureau: Bureau, number: str, code: str) -> Progress | None:
    """None where number and code do not belong together; which of the two is wrong is not told."""
    number, code = number.strip()[:64], _plain(code)
    with bureau.store.reading() as transaction:
        row = transaction.one(statements.case_by_number, {"of_number": number})
    kept = str(row[1]) if row is not None else "-" * LENGTH
    if not hmac.compare_digest(kept.encode(), code.encode()) or row is None:
        return None
    case_id = str(row[0])
    journal = list(entries(bureau.store, case_id))
    return bureau.cases.view(case_id, lambda view: _told(view, bureau.desk(view.deployment), journal))


def _plain(code: str) -> str:
    """As people copy it from paper: full width, in small letters, with blanks and dashes."""
    text = unicodedata.normalize("NFKC", code[:64]).upper()
    return "".join(one for one in text if one.isalnum())[: 2 * LENGTH]


def _told(view: Looking, desk: Desk, journal: Iterable[Entry]) -> Progress:
    row, values = view.row(), view.variables
    clock = view.clocks[DECISION] if DECISION in view.clocks else None  # noqa: SIM401 - Clocks is no mapping
    runs = clock is not None and clock.state in ("running", "suspended") and clock.due is not None
    ended = row["ended_at"]
    return Progress(
        number=view.header["number"],
        matter=desk.matter.name,
        status=row["status"],
        received_on=_day(values.get("received_on")) or day_of(moment_of(row["started_at"])),
        accepted_on=_day(values.get("accepted_on")),
        decision_due=due_on(clock.due) if runs and clock is not None and clock.due is not None else None,
        suspended=clock is not None and clock.state == "suspended",
        provisional=clock is not None and runs and clock.provisional,
        decided_on=_day(values.get("decided_on")),
        ended_on=day_of(moment_of(ended)) if ended else None,
        stages=_stages(view, desk, journal),
    )


def _stages(view: Looking, desk: Desk, journal: Iterable[Entry]) -> tuple[Stage, ...]:
    """Each once, by the day it was last done, then those under way."""
    opened: dict[str, tuple[str, str]] = {}
    done: dict[str, date] = {}
    for entry in journal:
        for effect in entry.effects:
            if effect["event"] == "item_opened":
                opened[effect["item"]] = (effect["process"], effect["element"])
            elif effect["event"] == "item_completed" and effect["item"] in opened:
                name = desk.name_of(*opened[effect["item"]])
                done.pop(name, None)
                done[name] = day_of(entry.at)
    now = dict.fromkeys(desk.name_of(*opened[item]) for item in view.state.items if item in opened)
    return tuple(
        [Stage(name, on) for name, on in done.items() if name not in now]
        + [Stage(name, None) for name in now]
    )


def _day(value: Any) -> date | None:
    return day_of(value) if isinstance(value, date) else None

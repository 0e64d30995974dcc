"""Replay: the commands of a case executed anew on the same version, effects, state and clocks held against the record."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from engine.calendar.clock import NO_CLOCKS, Clocks
from engine.calendar.limit import Limits
from engine.calendar.period import SHANGHAI
from engine.calendar.working import WorkingCalendar
from engine.cases import Actor, Cases
from engine.cases.attachment_commands import attachment_effects
from engine.cases.clock_commands import changed, told
from engine.cases.clocks import advanced
from engine.cases.document_commands import document_effects
from engine.cases.journal import effects_text
from engine.codec import loads, moment_of
from engine.errors import ChengbanError, NotFound
from engine.feel import Environment
from engine.history.entries import rows
from engine.kernel import Net, State, apply
from engine.kernel import effects as e
from engine.kernel.commands import (
    ATTACHMENT_COMMANDS,
    CLOCK_COMMANDS,
    DOCUMENT_COMMANDS,
    Command,
    FireTimer,
    from_data,
)
from engine.kernel.effects import Effect
from engine.store import queries


class Difference(NamedTuple):
    """The first place where the record and its replay part. `place`: entry, effect, state or clocks."""

    case_id: str
    seq: int
    place: str
    recorded: Any
    replayed: Any


class _Played:
    """A case as far as its commands have been executed anew."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.clocks = NO_CLOCKS
        self._limit_of_timer: dict[str, str] = {}

    def play(
        self,
        net: Net,
        limits: Limits,
        command: Command,
        at: datetime,
        calendar: WorkingCalendar,
        actor: Actor,
    ) -> tuple[Effect, ...]:
        """Raises what the command raises."""
        if isinstance(command, CLOCK_COMMANDS):
            self.clocks, lines = changed(limits, self.clocks, command, at, calendar, actor.user)
            return told(self.clocks, lines)
        if isinstance(command, DOCUMENT_COMMANDS):
            return document_effects(command)
        if isinstance(command, ATTACHMENT_COMMANDS):
            return attachment_effects(command)
        expired = self._limit_of_timer.get(command.timer) if isinstance(command, FireTimer) else None
        environment = Environment(now=at.astimezone(SHANGHAI), working_calendar=calendar)
        outcome = apply(net, self.state, command, at, environment=environment)
        self.state = outcome.state
        self.clocks, _ = advanced(
            calendar, limits, self.clocks, command, outcome.effects, at, actor, expired=expired
        )
        for effect in outcome.effects:
            if type(effect) is e.TimerSet and effect.limit is not None:
                self._limit_of_timer[effect.timer] = effect.limit
        return outcome.effects


def replay(cases: Cases, case_id: str) -> Difference | None:
    """None when all is as recorded. Raises NotFound."""
    played = _Played()
    deployment = ""
    reckoned_by = _calendars(cases, case_id)
    for row in rows(cases.store, case_id):
        seq, at, effects = row[1], moment_of(row[2]), row[10]
        deployment = row[7] or deployment
        data = loads(row[9])
        data.pop("header", None)
        command = from_data({**data, "command": row[8]})
        version = reckoned_by.get(seq)
        calendar = cases.calendars.version(version) if version else cases.calendars.at(at)
        executable = cases.executable(deployment)
        try:
            again = effects_text(
                played.play(executable.net, executable.limits, command, at, calendar, Actor(row[3], row[4], row[5]))
            )  # fmt: skip
        except ChengbanError as refused:
            return Difference(case_id, seq, "entry", row[8], str(refused))
        if not _same(again, effects):
            return _first_difference(case_id, seq, json.loads(effects), json.loads(again))
    if played.state is None:
        raise NotFound(f"没有办件 {case_id}")
    with cases.store.reading() as transaction:
        stored = transaction.one(queries.load_case, {"of_case": case_id})
    if stored is not None and not _same(stored[2], played.state.to_json()):
        return Difference(
            case_id, stored[0], "state", json.loads(stored[2]), json.loads(played.state.to_json())
        )
    if stored is not None and Clocks.from_json(stored[3]) != played.clocks:
        return Difference(case_id, stored[0], "clocks", json.loads(stored[3]), played.clocks.to_json())
    return None


def _calendars(cases: Cases, case_id: str) -> dict[int, str]:
    """The calendar version that each entry's clocks were reckoned by; an entry that moved none is not in it."""
    with cases.store.reading() as transaction:
        rows = transaction.all(queries.ledger_of_case, {"of_case": case_id})
    return {seq: loads(clocks)[-1]["calendar"] for seq, _at, clocks in rows}


def _same(recorded: str, replayed: str) -> bool:
    """As values: a command's data are stored with their keys in order, and were not always given so."""
    return recorded == replayed or json.loads(recorded) == json.loads(replayed)


def _first_difference(case_id: str, seq: int, recorded: list[Any], replayed: list[Any]) -> Difference:
    length = max(len(recorded), len(replayed))
    padded = zip(
        recorded + [None] * (length - len(recorded)),
        replayed + [None] * (length - len(replayed)),
        strict=True,
    )
    for number, (before, after) in enumerate(padded):
        if before != after:
            return Difference(case_id, seq, f"effect {number}", before, after)
    return Difference(case_id, seq, "effect", recorded, replayed)

"""Replay: the commands of a case executed anew on the same version, effects and state held against the record."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from engine.calendar.period import SHANGHAI
from engine.cases import Cases
from engine.cases.journal import effects_text
from engine.codec import loads, moment_of
from engine.errors import ChengbanError, NotFound
from engine.feel import Environment
from engine.history.entries import rows
from engine.kernel import State, apply
from engine.kernel.commands import from_data
from engine.store import queries


class Difference(NamedTuple):
    """The first place where the record and its replay part. `place`: entry, effect or state."""

    case_id: str
    seq: int
    place: str
    recorded: Any
    replayed: Any


def replay(cases: Cases, case_id: str) -> Difference | None:
    """None when all is as recorded. Raises NotFound."""
    state: State | None = None
    deployment = ""
    for row in rows(cases.store, case_id):
        seq, at, effects = row[1], moment_of(row[2]), row[10]
        deployment = row[7] or deployment
        data = loads(row[9])
        data.pop("header", None)
        command = from_data({**data, "command": row[8]})
        environment = Environment(now=at.astimezone(SHANGHAI), working_calendar=cases.calendar)
        try:
            outcome = apply(cases.executable(deployment).net, state, command, at, environment=environment)
        except ChengbanError as refused:
            return Difference(case_id, seq, "entry", row[8], str(refused))
        again = effects_text(outcome.effects)
        if again != effects:
            return _first_difference(case_id, seq, json.loads(effects), json.loads(again))
        state = outcome.state
    if state is None:
        raise NotFound(f"没有办件 {case_id}")
    with cases.store.reading() as transaction:
        stored = transaction.one(queries.load_case, {"of_case": case_id})
    if stored is not None and stored[2] != state.to_json():
        return Difference(case_id, stored[0], "state", json.loads(stored[2]), json.loads(state.to_json()))
    return None


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

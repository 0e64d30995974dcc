"""An entry of the journal and its hash.

The hash is over the UTF-8 bytes of the JSON array (no spaces, text unescaped) of the entry's columns in their
order without the hash itself: `[case_id, seq, at, actor, actor_name, on_behalf_of, key, deployment, command,
data, effects, status, clocks, prev_hash]`, each exactly as stored. `prev_hash` of a case's first entry is empty. The stored
hash carries its algorithm in front (`sha256:…`, `sm3:…`), so that anyone can recompute a chain with the tools at
hand, and that a change of the setting does not break the chains begun before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from engine.calendar.run import ClockEvent
from engine.cases.actor import Actor
from engine.codec import dumps, loads
from engine.kernel import effects as effect_types
from engine.kernel.commands import Command
from engine.kernel.effects import Effect

COLUMNS = (
    "case_id", "seq", "at", "actor", "actor_name", "on_behalf_of", "key", "deployment", "command", "data",
    "effects", "status", "clocks", "prev_hash", "hash",
)  # fmt: skip
ALGORITHMS = ("sha256", "sm3")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_EFFECTS: dict[str, type[Any]] = {
    kind._field_defaults["event"]: kind
    for kind in vars(effect_types).values()
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_field_defaults")
    and "event" in kind._field_defaults
}  # fmt: skip


def entry_hash(columns: Iterable[Any], algorithm: str = "sha256") -> str:
    """`columns` as `COLUMNS` names them, without the last."""
    try:
        text = orjson.dumps(list(columns))
    except TypeError:  # lone surrogates: the same text, slower
        text = _encode(list(columns)).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(text) if algorithm == "sha256" else hashlib.new(algorithm, text)
    return f"{algorithm}:{digest.hexdigest()}"


def new_entry(
    algorithm: str,
    case_id: str,
    seq: int,
    at: str,
    actor: Actor,
    key: str | None,
    deployment: str | None,
    command: Command,
    data: str,
    effects: tuple[Effect, ...],
    status: str,
    prev_hash: str,
    lines: Sequence[ClockEvent] = (),
) -> dict[str, Any]:
    """By column, its hash included. `lines`: what the command wrote into the ledger of the clocks."""
    entry = {
        "case_id": case_id, "seq": seq, "at": at, "actor": actor.user, "actor_name": actor.name,
        "on_behalf_of": actor.on_behalf_of, "key": key, "deployment": deployment,
        "command": type(command).__name__, "data": data, "effects": effects_text(effects), "status": status,
        "clocks": dumps([line._asdict() for line in lines]) if lines else None, "prev_hash": prev_hash,
    }  # fmt: skip
    entry["hash"] = entry_hash(entry.values(), algorithm)
    return entry


def effects_text(effects: Iterable[Effect]) -> str:
    return dumps([effect._asdict() for effect in effects])


def effects_of(text: str) -> tuple[Effect, ...]:
    """What `effects_text` wrote. Raises KeyError, TypeError for effects this program does not know."""
    return tuple(effect_of(data) for data in loads(text))


def effect_of(data: Mapping[str, Any]) -> Effect:
    found: Effect = _EFFECTS[data["event"]](**data)
    return found

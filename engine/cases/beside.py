"""The entry of a command that stands beside the process: papers and files leave state and clocks as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cases.actor import Actor, Answer
from engine.cases.journal import new_entry
from engine.cases.loaded import Loaded, status_of
from engine.codec import dumps
from engine.kernel.commands import Command
from engine.kernel.effects import Effect
from engine.store import Transaction, queries
from engine.store.database import Conflict

if TYPE_CHECKING:
    from engine.cases.cases import Cases


def record(
    cases: Cases,
    transaction: Transaction,
    case_id: str,
    loaded: Loaded,
    command: Command,
    effects: tuple[Effect, ...],
    *,
    actor: Actor,
    key: str | None,
    at: str,
) -> Answer:
    """Journal it as the case's next entry. Raises Conflict when the case has gone on in the meantime."""
    seq, status = loaded.revision + 1, status_of(loaded.state)
    data = dumps(command._asdict(), canonical=True)
    entry = new_entry(
        cases.hash_name, case_id, seq, at, actor, key, None, command, data, effects, status, loaded.head_hash
    )
    transaction.add(queries.add_entry, entry)
    saved = transaction.run(queries.save_head, {
        "of_case": case_id, "read_revision": loaded.revision, "revision": seq, "head_hash": entry["hash"],
    })  # fmt: skip
    if saved != 1:
        raise Conflict()
    transaction.touched.append((case_id, loaded._replace(revision=seq, head_hash=entry["hash"])))
    return Answer(case_id, seq, effects, status)

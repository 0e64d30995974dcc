"""Attachment commands: a file comes into a case, or no longer counts. The journal has its hash.

The kernel has no part in them, and state and clocks of the case stay as they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from engine.cases import beside
from engine.cases.actor import Actor, Answer
from engine.cases.loaded import Loaded
from engine.codec import moment_text
from engine.errors import InvalidInput, NotFound, Refused
from engine.kernel.commands import AttachFile, AttachmentCommand, RemoveFile
from engine.kernel.effects import Effect, FileAttached, FileRemoved
from engine.store import Transaction
from engine.store import attachments as statements

if TYPE_CHECKING:
    from engine.cases.cases import Cases


def attachment_effects(command: AttachmentCommand) -> tuple[Effect, ...]:
    """What the journal says of the command: all that it did stands in its own words."""
    match command:
        case AttachFile(attachment, field, name, _, _, digest):
            return (FileAttached(attachment, field, name, digest),)
        case RemoveFile(attachment):
            return (FileRemoved(attachment),)


def execute(
    cases: Cases,
    transaction: Transaction,
    case_id: str,
    loaded: Loaded,
    command: AttachmentCommand,
    *,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> Answer:
    """Carry out, journal and project one of them. Raises NotFound, Refused, InvalidInput (nothing is written then)."""
    at = moment_text(now)
    match command:
        case AttachFile():
            transaction.add(statements.add_attachment, {
                "case_id": case_id, **command._asdict(), "added_at": at, "added_by": actor.user,
                "removed_at": None, "removed_by": None, "remove_reason": None,
            })  # fmt: skip
        case RemoveFile(attachment, reason):
            if not reason.strip():
                raise InvalidInput("移除附件须写明理由", {"reason": ["请写明移除的理由"]})
            of_case = {"of_case": case_id, "of_attachment": attachment}
            if transaction.one(statements.attachment_of_case, of_case) is None:
                raise NotFound("办件中没有这份附件")
            removed = {"removed_at": at, "removed_by": actor.user, "remove_reason": reason}
            if transaction.run(statements.remove_attachment, {**of_case, **removed}) != 1:
                raise Refused("这份附件已经移除")
    return beside.record(
        cases, transaction, case_id, loaded, command, attachment_effects(command), actor=actor, key=key, at=at
    )

"""Document commands: a paper issued, voided, served. The journal has the hash of what was issued.

The kernel has no part in them, and the state and the clocks of the case stay as they are: a paper may be voided or
served after its case has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.calendar.period import day_of
from engine.cases import beside
from engine.cases.actor import Actor, Answer
from engine.cases.loaded import Loaded
from engine.codec import dumps, moment_of, moment_text
from engine.errors import InvalidInput, NotFound, Refused
from engine.kernel.commands import DocumentCommand, IssueDocument, RecordService, VoidDocument
from engine.kernel.effects import DocumentIssued, DocumentServed, DocumentVoided, Effect
from engine.store import Transaction, tables
from engine.store import documents as statements

if TYPE_CHECKING:
    from engine.cases.cases import Cases

MODES = ("直接", "电子", "邮寄", "留置", "公告")
_COLUMNS = tuple(tables.document.columns.keys())


def document_effects(command: DocumentCommand) -> tuple[Effect, ...]:
    """What the journal says of the command: all that it did stands in its own words."""
    match command:
        case IssueDocument(document, kind, title, _, number, files):
            return (DocumentIssued(document, kind, number, title, dict(files)),)
        case VoidDocument(document):
            return (DocumentVoided(document),)
        case RecordService(document, mode, on):
            return (DocumentServed(document, mode, on),)


def execute(
    cases: Cases,
    transaction: Transaction,
    case_id: str,
    loaded: Loaded,
    command: DocumentCommand,
    *,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> Answer:
    """Carry out, journal and project one of them. Raises NotFound, Refused, InvalidInput (nothing is written then)."""
    seq, at = loaded.revision + 1, moment_text(now)
    match command:
        case IssueDocument():
            _issue(transaction, case_id, command, actor, at)
        case VoidDocument(document, reason):
            if not reason.strip():
                raise InvalidInput("作废文书须写明理由", {"reason": ["请写明作废的理由"]})
            _standing(transaction, case_id, document)
            transaction.add(statements.void_document, {
                "of_case": case_id, "of_document": document, "voided_at": at, "voided_by": actor.user,
                "void_reason": reason,
            })  # fmt: skip
        case RecordService():
            _serve(transaction, case_id, command, actor, seq, now)
    return beside.record(
        cases, transaction, case_id, loaded, command, document_effects(command), actor=actor, key=key, at=at
    )


def _issue(transaction: Transaction, case_id: str, command: IssueDocument, actor: Actor, at: str) -> None:
    if not command.files:
        raise Refused("文书没有内容，不能签发")
    for digest in command.files.values():
        if transaction.one(statements.has_content, {"of_hash": digest}) is None:
            raise Refused("文书的内容没有保存，不能签发")
    transaction.add(statements.add_document, {
        "case_id": case_id, "document": command.document, "kind": command.kind, "series": command.series, "number": command.number,
        "title": command.title, "files": dumps(dict(command.files)), "given": dumps(dict(command.values)),
        "issued_at": at, "issued_by": actor.user, "voided_at": None, "voided_by": None, "void_reason": None,
    })  # fmt: skip


def _serve(
    transaction: Transaction, case_id: str, command: RecordService, actor: Actor, seq: int, now: datetime
) -> None:
    row = _standing(transaction, case_id, command.document)
    wrong = {}
    if command.mode not in MODES:
        wrong["mode"] = [f"送达方式应为{'、'.join(MODES)}之一"]
    if not isinstance(command.on, date) or isinstance(command.on, datetime) or command.on > day_of(now):
        wrong["on"] = ["送达之日应为不晚于今天的日期"]
    elif command.on.isoformat() < day_of(moment_of(row["issued_at"])).isoformat():
        wrong["on"] = ["送达之日不能早于签发之日"]
    if wrong:
        raise InvalidInput("送达情况填写有误，没有登记", wrong)
    transaction.add(statements.add_service, {
        "case_id": case_id, "document": command.document, "seq": seq, "mode": command.mode,
        "served_on": command.on.isoformat(), "receiver": command.receiver, "receipt": command.receipt,
        "note": command.note, "recorded_at": moment_text(now), "recorded_by": actor.user,
    })  # fmt: skip


def _standing(transaction: Transaction, case_id: str, document: str) -> Mapping[str, Any]:
    """The row of a document that has not been voided."""
    row = transaction.one(statements.document_of_case, {"of_case": case_id, "of_document": document})
    if row is None:
        raise NotFound("办件中没有这份文书")
    found = dict(zip(_COLUMNS, row, strict=True))
    if found["voided_at"] is not None:
        raise Refused("这份文书已经作废")
    return found

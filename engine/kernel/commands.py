"""Commands: everything that can happen to a case. Imperative names, plain data, JSON in and out.

A command says *what*; who, on whose behalf, when and under which idempotency key stand in the journal entry
(`engine.cases`). `values` are variables: JSON-like with Decimal, date, time, datetime (aware), timedelta,
`YearsAndMonths`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple


class StartCase(NamedTuple):
    """Start a process by its none start event, or by `start_event` when a message, signal or timer began it."""

    process: str
    values: Mapping[str, Any] = {}
    start_event: str | None = None
    message: str | None = None
    keys: Mapping[str, Any] = {}


class ClaimItem(NamedTuple):
    item: str
    user: str


class ReleaseItem(NamedTuple):
    item: str
    user: str


class CompleteItem(NamedTuple):
    """`user` None is the system (sandbox, tests); a user may complete an item that nobody else has claimed."""

    item: str
    values: Mapping[str, Any] = {}
    user: str | None = None


class ReturnTo(NamedTuple):
    """From an open item back to a user task that was completed before; `reason` is required.

    `mode`: `step` (the case goes on from there step by step) | `direct` (straight back to the returner; nothing
    else moves meanwhile).
    """

    item: str
    target: str
    reason: str
    user: str | None = None
    values: Mapping[str, Any] = {}
    mode: str = "step"


class WithdrawItem(NamedTuple):
    """Take one's own completion back while what it opened has not been begun (no item claimed or completed)."""

    item: str
    user: str | None = None
    reason: str = ""


class CancelCase(NamedTuple):
    reason: str


class DeliverMessage(NamedTuple):
    """`subscription` is the one the shell found; `keys` are recorded as they came."""

    subscription: str
    message: str
    keys: Mapping[str, Any] = {}
    values: Mapping[str, Any] = {}


class DeliverSignal(NamedTuple):
    """To every subscription of this case on that signal."""

    signal: str
    values: Mapping[str, Any] = {}


class FireTimer(NamedTuple):
    timer: str


class FinishJob(NamedTuple):
    job: str
    values: Mapping[str, Any] = {}


class ThrowJobError(NamedTuple):
    """A handler threw a business error: find its catcher from the job's element outwards."""

    job: str
    code: str
    message: str = ""
    values: Mapping[str, Any] = {}


class FailJob(NamedTuple):
    """A handler is out of retries: an incident."""

    job: str
    message: str


class ResolveIncident(NamedTuple):
    """`action`: retry | skip. `values` are assigned first (edit and retry)."""

    incident: str
    action: str = "retry"
    values: Mapping[str, Any] = {}
    reason: str = ""


class SetVariables(NamedTuple):
    """Data that reaches the case from outside a step, e.g. a date of service registered afterwards."""

    values: Mapping[str, Any]
    reason: str = ""


class Annotate(NamedTuple):
    text: str
    item: str | None = None


# -- on who does what; a signer or addressee is a post, or a user as `user:<name>` ---------------------------------


class TransferItem(NamedTuple):
    """转办. `user` is the holder; None where whoever may move other people's work does it."""

    item: str
    to: str
    reason: str
    user: str | None = None


class DelegateItem(NamedTuple):
    """委派: it comes back to `user` when the other is done."""

    item: str
    to: str
    reason: str
    user: str


class AddSigners(NamedTuple):
    """加签. `where`: before | after (the holder signs) | with (one more voter of a signing)."""

    item: str
    signers: tuple[str, ...]
    where: str
    reason: str
    user: str


class RemoveSigner(NamedTuple):
    """减签: `item` is the open part to drop; or, with `signer`, the item after which that signer was to sign."""

    item: str
    reason: str
    user: str
    signer: str = ""


class CopyCase(NamedTuple):
    """抄送."""

    to: tuple[str, ...]
    text: str
    user: str


class UrgeItem(NamedTuple):
    """催办: `to` is who has the item, as the shell knows."""

    item: str
    to: str
    text: str
    user: str


class SuperviseCase(NamedTuple):
    """督办: `to` answers by the day `until`."""

    to: tuple[str, ...]
    text: str
    user: str
    until: date | None = None


class AnswerSupervision(NamedTuple):
    """反馈 on the order that the entry `order` gave; `to` is who gave it, as the shell knows."""

    order: int
    to: str
    text: str
    user: str


class CloseSupervision(NamedTuple):
    """督办办结, with what whoever ordered it says of the answer."""

    order: int
    text: str
    user: str


class SuspendCase(NamedTuple):
    """挂起: nobody's step goes on. `running` names the limits that go on all the same, as the shell found them."""

    reason: str
    running: tuple[str, ...] = ()


class ResumeCase(NamedTuple):
    reason: str


class RecusePerson(NamedTuple):
    """回避: `user` acts no more in this case."""

    user: str
    reason: str


OPERATION_COMMANDS: tuple[type[Any], ...] = (
    TransferItem, DelegateItem, AddSigners, RemoveSigner, CopyCase, UrgeItem, SuperviseCase,
    AnswerSupervision, CloseSupervision, SuspendCase, ResumeCase, RecusePerson,
)  # fmt: skip

# -- on the statutory clocks; carried out by `engine.cases`, the kernel has no part in them -----------------------


class SuspendClock(NamedTuple):
    """Stop a limit's clock on a ground that its law lists; `notice` names the written notice to the applicant."""

    limit: str
    ground: str
    notice: str
    on: date | datetime


class ResumeClock(NamedTuple):
    limit: str
    ground: str
    on: date | datetime


class StrikeSuspension(NamedTuple):
    """Take back a suspension that was entered by mistake: that on `ground` from `start`, as it stands in the clock."""

    limit: str
    ground: str
    start: date | datetime
    reason: str


class ExtendClock(NamedTuple):
    """`approver` as the law names the office; `amount` None is the most that the law allows."""

    limit: str
    approver: str
    reason: str
    notice: str
    on: date | datetime
    amount: int | None = None


class CancelClock(NamedTuple):
    limit: str
    reason: str


class ResetClock(NamedTuple):
    """Begin the limit anew from `on`, where its law says so."""

    limit: str
    on: date | datetime
    reason: str


class ExpireClock(NamedTuple):
    """The limit has run out, and no timer of the diagram waits for it."""

    limit: str


class RecomputeClocks(NamedTuple):
    """Bring every open clock of the case under that calendar version."""

    calendar: str


ClockCommand = (
    SuspendClock
    | ResumeClock
    | StrikeSuspension
    | ExtendClock
    | CancelClock
    | ResetClock
    | ExpireClock
    | RecomputeClocks
)
CLOCK_COMMANDS: tuple[type[Any], ...] = (
    SuspendClock, ResumeClock, StrikeSuspension, ExtendClock, CancelClock, ResetClock, ExpireClock, RecomputeClocks,
)  # fmt: skip

# -- on the documents of a case; carried out by `engine.cases.documents`, the kernel has no part in them -----------


class IssueDocument(NamedTuple):
    """`number` was taken from `series` in the same transaction, empty where the kind has none. `files` name the hash of
    each form (`pdf`, `docx`) of the paper; `values` are what was given for it beside the case's own."""

    document: str
    kind: str
    title: str
    series: str
    number: str
    files: Mapping[str, str]
    values: Mapping[str, Any] = {}


class VoidDocument(NamedTuple):
    """The number stays taken; `reason` is required."""

    document: str
    reason: str


class RecordService(NamedTuple):
    """送达. `mode`: 直接 | 电子 | 邮寄 | 留置 | 公告; `on` the day (Shanghai) of service, `receiver` who signed or took it,
    `receipt` the number of the 送达回证, `note` what else is to be on record (refusal, witnesses)."""

    document: str
    mode: str
    on: date
    receiver: str = ""
    receipt: str = ""
    note: str = ""


DocumentCommand = IssueDocument | VoidDocument | RecordService
DOCUMENT_COMMANDS: tuple[type[Any], ...] = (IssueDocument, VoidDocument, RecordService)

# -- on the files of a case; carried out by `engine.cases.attachment_commands`, the kernel has no part in them -----


class AttachFile(NamedTuple):
    """The content of `hash` (`sha256:…`) is in the vault before this is journaled. `field`: a file field of the form, or
    `materials-<id>`; `item` the step at which it was handed in, None with the application. `size` in bytes."""

    attachment: str
    field: str
    name: str
    media_type: str
    size: int
    hash: str
    item: str | None = None


class RemoveFile(NamedTuple):
    """It no longer counts; record and content stay. `reason` is required."""

    attachment: str
    reason: str
    item: str | None = None


AttachmentCommand = AttachFile | RemoveFile
ATTACHMENT_COMMANDS: tuple[type[Any], ...] = (AttachFile, RemoveFile)

Command = (
    StartCase
    | ClaimItem
    | ReleaseItem
    | CompleteItem
    | ReturnTo
    | WithdrawItem
    | CancelCase
    | DeliverMessage
    | DeliverSignal
    | FireTimer
    | FinishJob
    | ThrowJobError
    | FailJob
    | ResolveIncident
    | SetVariables
    | Annotate
    | TransferItem
    | DelegateItem
    | AddSigners
    | RemoveSigner
    | CopyCase
    | UrgeItem
    | SuperviseCase
    | AnswerSupervision
    | CloseSupervision
    | SuspendCase
    | ResumeCase
    | RecusePerson
    | ClockCommand
    | DocumentCommand
    | AttachmentCommand
)
COMMANDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        StartCase, ClaimItem, ReleaseItem, CompleteItem, ReturnTo, WithdrawItem, CancelCase, DeliverMessage,
        DeliverSignal, FireTimer, FinishJob, ThrowJobError, FailJob, ResolveIncident, SetVariables, Annotate,
        *OPERATION_COMMANDS, *CLOCK_COMMANDS, *DOCUMENT_COMMANDS, *ATTACHMENT_COMMANDS,
    )
}  # fmt: skip


def to_data(command: Command) -> dict[str, Any]:
    """`{"command": name, …fields}`: what the journal keeps."""
    return {"command": type(command).__name__, **command._asdict()}


def from_data(data: Mapping[str, Any]) -> Command:
    """The inverse of `to_data`; unknown names and fields raise KeyError and TypeError."""
    fields = dict(data)
    kind: type[Any] = COMMANDS[fields.pop("command")]
    command: Command = kind(**fields)
    return command

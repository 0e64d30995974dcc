"""Commands: everything that can happen to a case. Imperative names, plain data, JSON in and out.

A command says *what*; who, on whose behalf, when and under which idempotency key stand in the journal entry
(`engine.cases`). `values` are variables: JSON-like with Decimal, date, time, datetime (aware), timedelta,
`YearsAndMonths`.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    """From an open item back to a user task that was completed before; `reason` is required."""

    item: str
    target: str
    reason: str
    user: str | None = None
    values: Mapping[str, Any] = {}


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
)
COMMANDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        StartCase, ClaimItem, ReleaseItem, CompleteItem, ReturnTo, WithdrawItem, CancelCase, DeliverMessage,
        DeliverSignal, FireTimer, FinishJob, ThrowJobError, FailJob, ResolveIncident, SetVariables, Annotate,
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

"""Effects: what a command did, in order. Subject and past participle; plain data that the journal keeps.

The shell projects them (work items, timers, jobs, subscriptions, the case row) and never reads the state.
`element` is the BPMN id (inside called processes too: `process` says which), `token` and `scope` are counters
of the state. `instance` tells multi-instance and call nesting apart: ids are unique within a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple


class CaseStarted(NamedTuple):
    process: str
    event: str = "case_started"


class CaseEnded(NamedTuple):
    """`status`: completed | terminated | error_event | cancelled."""

    status: str
    reason: str = ""
    event: str = "case_ended"


class ElementEntered(NamedTuple):
    process: str
    element: str
    token: int
    scope: int
    event: str = "element_entered"


class ElementCompleted(NamedTuple):
    process: str
    element: str
    token: int
    scope: int
    event: str = "element_completed"


class ElementCancelled(NamedTuple):
    process: str
    element: str
    token: int
    scope: int
    event: str = "element_cancelled"


class ElementFailed(NamedTuple):
    """An incident stands here, or a BPMN error left the element."""

    process: str
    element: str
    token: int
    scope: int
    code: str
    message: str
    event: str = "element_failed"


class FlowTaken(NamedTuple):
    process: str
    flow: str
    event: str = "flow_taken"


class VariablesWritten(NamedTuple):
    """`values` as they now stand in scope `scope` (1 is the case's own)."""

    scope: int
    values: Mapping[str, Any]
    element: str = ""
    event: str = "variables_written"


class ItemOpened(NamedTuple):
    """A work item. `post` is evaluated; `form`, `limit` as the diagram says; `item` is its id within the case."""

    item: str
    process: str
    element: str
    name: str
    token: int
    scope: int
    post: str | None = None
    form: str | None = None
    limit: str | None = None
    event: str = "item_opened"


class ItemClaimed(NamedTuple):
    item: str
    user: str
    event: str = "item_claimed"


class ItemReleased(NamedTuple):
    item: str
    user: str
    event: str = "item_released"


class ItemCompleted(NamedTuple):
    item: str
    element: str
    user: str | None
    event: str = "item_completed"


class ItemCancelled(NamedTuple):
    """`reason`: interrupted | returned | withdrawn | cancelled | terminated."""

    item: str
    element: str
    reason: str
    event: str = "item_cancelled"


class ItemReturned(NamedTuple):
    item: str
    element: str
    target: str
    reason: str
    user: str | None
    event: str = "item_returned"


class ItemWithdrawn(NamedTuple):
    item: str
    element: str
    user: str | None
    reason: str
    event: str = "item_withdrawn"


class TimerSet(NamedTuple):
    """`due` is an aware UTC moment; None when `limit` names a statutory limit: the shell takes the clock's due."""

    timer: str
    element: str
    due: datetime | None
    limit: str | None = None
    event: str = "timer_set"


class TimerFired(NamedTuple):
    timer: str
    element: str
    event: str = "timer_fired"


class TimerCancelled(NamedTuple):
    timer: str
    element: str
    event: str = "timer_cancelled"


class JobRequested(NamedTuple):
    job: str
    process: str
    element: str
    handler: str
    values: Mapping[str, Any]
    event: str = "job_requested"


class JobFinished(NamedTuple):
    job: str
    element: str
    event: str = "job_finished"


class JobCancelled(NamedTuple):
    job: str
    element: str
    event: str = "job_cancelled"


class MessageAwaited(NamedTuple):
    """`keys`: correlation property name -> value; a delivery must agree in each. Empty: by name alone."""

    subscription: str
    element: str
    message: str
    keys: Mapping[str, Any]
    event: str = "message_awaited"


class SignalAwaited(NamedTuple):
    subscription: str
    element: str
    signal: str
    event: str = "signal_awaited"


class SubscriptionClosed(NamedTuple):
    subscription: str
    element: str
    event: str = "subscription_closed"


class MessageReceived(NamedTuple):
    subscription: str
    element: str
    message: str
    event: str = "message_received"


class MessageThrown(NamedTuple):
    """The shell delivers it after the commit: to one subscriber, to a start, or keeps it for its time to live."""

    element: str
    message: str
    keys: Mapping[str, Any]
    values: Mapping[str, Any]
    event: str = "message_thrown"


class SignalThrown(NamedTuple):
    """Catchers in this case were served within the command; the shell tells all other cases and starts."""

    element: str
    signal: str
    values: Mapping[str, Any]
    event: str = "signal_thrown"


class ErrorThrown(NamedTuple):
    """`caught_by` is None when nothing caught it: the case ends as error_event."""

    element: str
    code: str
    caught_by: str | None
    event: str = "error_thrown"


class EscalationThrown(NamedTuple):
    element: str
    code: str
    caught_by: str | None
    event: str = "escalation_thrown"


class IncidentRaised(NamedTuple):
    incident: str
    process: str
    element: str
    code: str
    message: str
    event: str = "incident_raised"


class IncidentResolved(NamedTuple):
    incident: str
    element: str
    action: str
    event: str = "incident_resolved"


class WritesCollided(NamedTuple):
    """Two parallel branches wrote one variable: the later write stands."""

    variable: str
    element: str
    before: Any
    after: Any
    event: str = "writes_collided"


class Annotated(NamedTuple):
    text: str
    item: str | None
    event: str = "annotated"


class ItemTransferred(NamedTuple):
    """`to` is a post, or a user as `user:<name>`; `before` who had claimed it."""

    item: str
    element: str
    to: str
    before: str | None
    event: str = "item_transferred"


class PartOpened(NamedTuple):
    """The item opened just before is part of `of`: another item, or a signing. `kind`: delegate | before | after |
    sign."""

    item: str
    of: str
    kind: str
    signer: str
    by: str | None
    event: str = "part_opened"


class ItemSetAside(NamedTuple):
    """It waits for its parts."""

    item: str
    event: str = "item_set_aside"


class ItemResumed(NamedTuple):
    """Its parts are done: it is its holder's again."""

    item: str
    user: str | None
    event: str = "item_resumed"


class SignersAwaited(NamedTuple):
    """Those who will sign after the item."""

    item: str
    signers: tuple[str, ...]
    event: str = "signers_awaited"


class VoteCast(NamedTuple):
    """`vote` None is an abstention."""

    signing: str
    signer: str
    user: str | None
    vote: bool | None
    weight: Decimal
    event: str = "vote_cast"


class SigningDecided(NamedTuple):
    signing: str
    element: str
    passed: bool
    event: str = "signing_decided"


class CaseCopied(NamedTuple):
    to: tuple[str, ...]
    text: str
    by: str
    event: str = "case_copied"


class ItemUrged(NamedTuple):
    item: str
    element: str
    to: str
    text: str
    by: str
    event: str = "item_urged"


class CaseSupervised(NamedTuple):
    to: tuple[str, ...]
    text: str
    by: str
    until: date | None
    event: str = "case_supervised"


class SupervisionAnswered(NamedTuple):
    order: int
    to: str
    text: str
    by: str
    event: str = "supervision_answered"


class SupervisionClosed(NamedTuple):
    order: int
    text: str
    by: str
    event: str = "supervision_closed"


class CaseSuspended(NamedTuple):
    """`running`: the limits that the law does not stop, and that run on."""

    reason: str
    running: tuple[str, ...]
    event: str = "case_suspended"


class CaseResumed(NamedTuple):
    reason: str
    event: str = "case_resumed"


class PersonRecused(NamedTuple):
    user: str
    reason: str
    event: str = "person_recused"


class ClockChanged(NamedTuple):
    """A clock command's line in the ledger. `change`: suspended | resumed | struck | extended | cancelled | restarted | expired
    | recomputed.

    `state` and `due` (aware UTC) as they now stand; `calendar` is the version that they were reckoned by.
    """

    limit: str
    change: str
    state: str
    due_before: datetime | None
    due: datetime | None
    provisional: bool
    calendar: str
    event: str = "clock_changed"


class DocumentIssued(NamedTuple):
    """`files` as in the command: the hash of each form of the paper."""

    document: str
    kind: str
    number: str
    title: str
    files: Mapping[str, str]
    event: str = "document_issued"


class DocumentVoided(NamedTuple):
    document: str
    event: str = "document_voided"


class DocumentServed(NamedTuple):
    document: str
    mode: str
    on: date
    event: str = "document_served"


class FileAttached(NamedTuple):
    attachment: str
    field: str
    name: str
    hash: str
    event: str = "file_attached"


class FileRemoved(NamedTuple):
    attachment: str
    event: str = "file_removed"


Effect = (
    CaseStarted
    | CaseEnded
    | ElementEntered
    | ElementCompleted
    | ElementCancelled
    | ElementFailed
    | FlowTaken
    | VariablesWritten
    | ItemOpened
    | ItemClaimed
    | ItemReleased
    | ItemCompleted
    | ItemCancelled
    | ItemReturned
    | ItemWithdrawn
    | TimerSet
    | TimerFired
    | TimerCancelled
    | JobRequested
    | JobFinished
    | JobCancelled
    | MessageAwaited
    | SignalAwaited
    | SubscriptionClosed
    | MessageReceived
    | MessageThrown
    | SignalThrown
    | ErrorThrown
    | EscalationThrown
    | IncidentRaised
    | IncidentResolved
    | WritesCollided
    | Annotated
    | ItemTransferred
    | PartOpened
    | ItemSetAside
    | ItemResumed
    | SignersAwaited
    | VoteCast
    | SigningDecided
    | CaseCopied
    | ItemUrged
    | CaseSupervised
    | SupervisionAnswered
    | SupervisionClosed
    | CaseSuspended
    | CaseResumed
    | PersonRecused
    | ClockChanged
    | DocumentIssued
    | DocumentVoided
    | DocumentServed
    | FileAttached
    | FileRemoved
)


def to_data(effect: Effect) -> dict[str, Any]:
    """The fields by name, `event` among them: what the journal keeps."""
    return effect._asdict()

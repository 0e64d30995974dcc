"""What the desk shows: a row of a list, a step's page, a case's page. Plain data, decided on the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from forms.form import Form
from processes.case_powers import Powers, Withdrawable
from processes.clocks import ClockView
from processes.narrative import Line
from processes.step_state import StepState


@dataclass(frozen=True)
class Row:
    """A line of the inbox. `due` is a day in Shanghai, `days_left` in the unit of the limit that is due first."""

    case_id: str
    item: str
    element: str
    number: str
    matter: str
    matter_name: str
    title: str
    applicant: str
    step: str
    status: str
    opened_at: datetime
    claimed_by: str | None
    claimed_name: str
    due: date | None
    days_left: int | None
    light: str
    provisional: bool
    previous: str = ""
    # A limit that stands still; urge | supervise; for whom the reader acts; whether it may be done with others at once.
    stopped: str = ""
    urged: str = ""
    behalf: str = ""
    behalf_name: str = ""
    through_name: str = ""
    batch: bool = False
    closed_at: datetime | None = None


class InboxPage(NamedTuple):
    """`next` goes into the next call as `after`; None on the last page. `previous` likewise, with `back`."""

    rows: list[Row]
    next: str | None
    previous: str | None = None


class Choice(NamedTuple):
    """A button: its value under `name` decides the outcome; `next` names what follows."""

    name: str
    value: str
    label: str
    next: str


class MaterialView(NamedTuple):
    name: str
    state: str
    light: str
    held: bool


class Opinion(NamedTuple):
    """What an earlier step wrote."""

    step: str
    outcome: str
    text: str
    by: str
    at: datetime


class Place(NamedTuple):
    """A step to go back to, or a step of the trail (`state`: done | now | open | deemed | lapsed)."""

    element: str
    name: str
    state: str = ""
    detail: str = ""


class Open(NamedTuple):
    """An open step of a case; `mine` when the viewer may act on it, `hands` when he may hand it to somebody else."""

    item: str
    step: str
    post: str
    claimed_name: str
    mine: bool
    hands: bool = False


class Drawn(NamedTuple):
    """One process as pinned: its diagram, where tokens are, what was visited, which flows were taken."""

    process: str
    name: str
    xml: str
    current: tuple[str, ...]
    visited: tuple[str, ...]
    taken: tuple[str, ...]


class Fact(NamedTuple):
    label: str
    text: str


@dataclass(frozen=True)
class ItemView:
    """A step's page for one person. `form` is None for whoever may not act: the step's form is not theirs to see."""

    row: Row
    form: Form | None
    step: str
    values: Mapping[str, Any]
    outcomes: Sequence[Choice]
    materials: Sequence[MaterialView]
    clocks: Sequence[ClockView]
    opinions: Sequence[Opinion]
    history: Sequence[Line]
    may: frozenset[str]
    return_targets: Sequence[Place]
    trail: Sequence[Place] = ()
    post: str = ""
    state: StepState = field(default_factory=StepState)
    facts: Sequence[Fact] = ()


@dataclass(frozen=True)
class CaseView:
    """A case's page."""

    case_id: str
    number: str
    matter: str
    matter_name: str
    title: str
    applicant: str
    status: str
    started_at: datetime
    deployment: str
    items: Sequence[Open]
    diagrams: Sequence[Drawn] = field(repr=False)
    steps: Sequence[Place] = ()
    history: Sequence[Line] = ()
    clocks: Sequence[ClockView] = ()
    data: Sequence[Fact] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    may: frozenset[str] = frozenset()
    withdrawable: Sequence[Withdrawable] = ()
    powers: Powers = field(default_factory=Powers)
    verified: bool | None = None


@dataclass(frozen=True)
class StepForm:
    """A form bound to the one step it is used at."""

    form: Form
    step: str

    def render(
        self, _step: str | None, values: Mapping[str, Any], errors: Mapping[str, Any], **more: Any
    ) -> Any:
        """The inside of a `<form>` for the bound step."""
        return self.form.render(self.step, values, errors, **more)

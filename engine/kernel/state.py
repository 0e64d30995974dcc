"""The state of one case: a marking, never a history. Plain data, JSON in and out without loss.

Tokens and scopes share one counter, so that a number names one of them; a token's `local` variables are
addressed by the token's number. Records are copied on the first write of a command (`owner`): the state that a
command was given stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from engine import codec

Record = dict[str, Any]
"""A completed activity that can be compensated: `e` element, `p` process, `s` snapshot of the variables it saw,
`v` variables of its scope, `n` records within it. Keys are short because they stay in the state."""


class Item(NamedTuple):
    """An open work item."""

    item: str
    token: int
    process: str
    element: str
    user: str | None = None


class Timer(NamedTuple):
    """`owner` is the token or scope that waits, `node` the event. `left` None repeats without end."""

    timer: str
    owner: int
    node: str
    which: int
    due: datetime | None
    cycle: str | None = None
    left: int | None = None


class Job(NamedTuple):
    job: str
    token: int
    element: str


class Subscription(NamedTuple):
    """`kind`: message | signal | condition; `true` is a condition's last value."""

    subscription: str
    kind: str
    owner: int
    node: str
    which: int
    name: str
    true: bool = False


class Incident(NamedTuple):
    """`step` is the operation to repeat, with its argument; token 0: the whole command was given up."""

    incident: str
    token: int
    process: str
    element: str
    code: str
    message: str
    step: str = ""
    argument: Any = None


class Part(NamedTuple):
    """An open work item that is part of another, or of a signing: `of` names that one. `kind`: delegate | before |
    after | sign. `signer` is a post, or a user as `user:<name>`; `by` who asked for it, None where the diagram does."""

    item: str
    of: str
    kind: str
    signer: str
    by: str | None = None
    weight: Decimal = Decimal(1)
    veto: bool = False


class Round(NamedTuple):
    """A work item with parts: `open` of them are under way, `after` (signer, by) come once it is done itself.

    `signed`: it is, and `values`, `user` wait for the signers after it. Before that `values` are what a delegate
    handed in, for the delegator to confirm.
    """

    item: str
    open: int = 0
    after: tuple[tuple[str, str | None], ...] = ()
    signed: bool = False
    values: Mapping[str, Any] = {}
    user: str | None = None


class Signing(NamedTuple):
    """A step that several sign. `votes`: [signer, user, vote, weight, veto, values] in the order of signing."""

    signing: str
    token: int
    votes: list[list[Any]]


class Undo(NamedTuple):
    """What taking a completion back needs: where it was, and what must not have moved since."""

    item: str
    element: str
    scope: int
    user: str | None
    tokens: tuple[int, ...]
    before: Mapping[str, Mapping[str, Any]]


class Token:
    """Sits at a node. `phase` 1: the element is entered. `index`: number among the instances, -1: no instance."""

    __slots__ = (
        "children",
        "data",
        "flow",
        "id",
        "index",
        "local",
        "node",
        "owner",
        "phase",
        "scope",
        "waits",
    )

    def __init__(self, owner: object, number: int, node: str, scope: int, flow: str = "") -> None:
        self.owner = owner
        self.id = number
        self.node = node
        self.scope = scope
        self.flow = flow
        self.phase = 0
        self.index = -1
        self.local: dict[str, Any] | None = None
        self.waits: list[str] = []
        self.children: list[int] = []
        self.data: dict[str, Any] | None = None

    def copy(self, owner: object) -> Token:
        other = Token(owner, self.id, self.node, self.scope, self.flow)
        other.phase = self.phase
        other.index = self.index
        other.local = dict(self.local) if self.local is not None else None
        other.waits = self.waits[:]
        other.children = self.children[:]
        other.data = dict(self.data) if self.data is not None else None
        return other

    def to_data(self) -> list[Any]:
        row = [self.id, self.node, self.scope, self.flow, self.phase, self.index]
        return [*row, *_trim([self.waits or 0, self.local, self.data])]

    @classmethod
    def from_data(cls, row: list[Any]) -> Token:
        token = cls(None, row[0], row[1], row[2], row[3])
        token.phase, token.index = row[4], row[5]
        rest: list[Any] = row[6:] + [None] * (9 - len(row))
        token.waits, token.local, token.data = rest[0] or [], rest[1] or None, rest[2] or None
        return token


class Scope:
    """`kind`: process | call | sub | event | adhoc | multi | compensation. `token` is the one that waits for it."""

    __slots__ = (
        "data", "done", "element", "id", "kind", "owner", "process", "records", "snapshot", "token", "tokens",
        "variables", "waits", "writers",
    )  # fmt: skip

    def __init__(self, owner: object, number: int, kind: str, element: str, process: str, token: int) -> None:
        self.owner = owner
        self.id = number
        self.kind = kind
        self.element = element
        self.process = process
        self.token = token
        self.variables: dict[str, Any] = {}
        self.tokens: dict[int, None] = {}
        self.waits: list[str] = []
        self.records: list[Record] = []
        self.done: list[str] = []
        self.data: dict[str, Any] = {}
        self.snapshot: dict[str, Any] | None = None
        self.writers: dict[str, int] = {}

    def copy(self, owner: object) -> Scope:
        other = Scope(owner, self.id, self.kind, self.element, self.process, self.token)
        other.variables = self.variables.copy()
        other.tokens = self.tokens.copy()
        other.waits = self.waits[:]
        other.records = self.records[:]
        other.done = self.done[:]
        other.data = self.data.copy()
        other.snapshot = self.snapshot.copy() if self.snapshot is not None else None
        other.writers = self.writers.copy()
        return other

    def to_data(self) -> list[Any]:
        row = [self.id, self.kind, self.element, self.process, self.token, self.variables]
        rest = [self.waits, self.records, self.done, self.data, self.snapshot, self.writers]
        return [*row, *_trim([part or 0 for part in rest])]

    @classmethod
    def from_data(cls, row: list[Any]) -> Scope:
        scope = cls(None, row[0], row[1], row[2], row[3], row[4])
        scope.variables = row[5]
        rest: list[Any] = row[6:] + [None] * (12 - len(row))
        waits, records, done, data, snapshot, writers = rest
        scope.waits, scope.records, scope.done = waits or [], records or [], done or []
        scope.data, scope.snapshot, scope.writers = data or {}, snapshot or None, writers or {}
        return scope


def _trim(parts: list[Any]) -> list[Any]:
    while parts and not parts[-1]:
        parts.pop()
    return parts


class State:
    """One case. `status`: running | completed | terminated | error_event | cancelled."""

    __slots__ = (
        "counters", "incidents", "items", "jobs", "parts", "process", "recused", "rounds", "scopes", "signings",
        "status", "subscriptions", "suspended", "timers", "tokens", "undo",
    )  # fmt: skip

    def __init__(self, process: str) -> None:
        self.process = process
        self.status = "running"
        self.counters: dict[str, int] = {}
        self.tokens: dict[int, Token] = {}
        self.scopes: dict[int, Scope] = {}
        self.items: dict[str, Item] = {}
        self.timers: dict[str, Timer] = {}
        self.jobs: dict[str, Job] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.incidents: dict[str, Incident] = {}
        self.undo: dict[str, Undo] = {}
        self.parts: dict[str, Part] = {}
        self.rounds: dict[str, Round] = {}
        self.signings: dict[str, Signing] = {}
        self.suspended = ""  # why the case rests; empty: it does not
        self.recused: dict[str, str] = {}  # who must not act in this case, and why

    def copy(self) -> State:
        """A copy whose records are still shared; `Run` copies those that it writes."""
        other = State(self.process)
        other.status = self.status
        other.counters = self.counters.copy()
        other.tokens = self.tokens.copy()
        other.scopes = self.scopes.copy()
        other.items = self.items.copy()
        other.timers = self.timers.copy()
        other.jobs = self.jobs.copy()
        other.subscriptions = self.subscriptions.copy()
        other.incidents = self.incidents.copy()
        other.undo = self.undo.copy()
        other.parts = self.parts.copy()
        other.rounds = self.rounds.copy()
        other.signings = self.signings.copy()
        other.suspended = self.suspended
        other.recused = self.recused.copy()
        return other

    @property
    def variables(self) -> dict[str, Any]:
        """The case's own variables (scope 1)."""
        scope = self.scopes.get(1)
        return scope.variables if scope else {}

    def variables_at(self, item_id: str) -> dict[str, Any]:
        """What a work item sees; the innermost scope wins. Raises KeyError when the item is not open."""
        return visible(self, self.items[item_id].token)

    def variables_for(self, subscription_id: str) -> dict[str, Any]:
        """What a subscriber sees. Raises KeyError when the subscription is closed."""
        return visible(self, self.subscriptions[subscription_id].owner)

    def positions(self) -> list[tuple[str, str]]:
        """(process, element) of every token, each place once, in order of arrival."""
        places = ((self.scopes[token.scope].process, token.node) for token in self.tokens.values())
        return list(dict.fromkeys(places))

    def to_json(self) -> str:
        """Everything, compact; `from_json` gives it back."""
        data: dict[str, Any] = {
            "v": 1,
            "process": self.process,
            "status": self.status,
            "n": self.counters,
            "tokens": [token.to_data() for token in self.tokens.values()],
            "scopes": [scope.to_data() for scope in self.scopes.values()],
        }
        tables: dict[str, dict[str, Any]] = {
            "items": self.items, "timers": self.timers, "jobs": self.jobs, "subs": self.subscriptions,
            "incidents": self.incidents, "undo": self.undo, "parts": self.parts, "rounds": self.rounds,
            "signings": self.signings,
        }  # fmt: skip
        for name, table in tables.items():
            if table:
                data[name] = [list(row) for row in table.values()]
        if self.suspended:
            data["suspended"] = self.suspended
        if self.recused:
            data["recused"] = self.recused
        return codec.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> State:
        """A fresh state. Raises KeyError, ValueError on text that `to_json` did not write."""
        data = codec.loads(text)
        state = cls(data["process"])
        state.status = data["status"]
        state.counters = data["n"]
        for row in data["scopes"]:
            state.scopes[row[0]] = Scope.from_data(row)
        for row in data["tokens"]:
            token = state.tokens[row[0]] = Token.from_data(row)
            state.scopes[token.scope].tokens[token.id] = None
        for scope in state.scopes.values():
            if scope.token:
                state.tokens[scope.token].children.append(scope.id)
        state.items = {row[0]: Item(*row) for row in data.get("items", ())}
        state.timers = {row[0]: Timer(*row) for row in data.get("timers", ())}
        state.jobs = {row[0]: Job(*row) for row in data.get("jobs", ())}
        state.subscriptions = {row[0]: Subscription(*row) for row in data.get("subs", ())}
        state.incidents = {row[0]: Incident(*row) for row in data.get("incidents", ())}
        state.undo = {
            row[0]: Undo(row[0], row[1], row[2], row[3], tuple(row[4]), row[5])
            for row in data.get("undo", ())
        }
        state.parts = {row[0]: Part(*row) for row in data.get("parts", ())}
        state.rounds = {
            row[0]: Round(row[0], int(row[1]), tuple((who, by) for who, by in row[2]), *row[3:])
            for row in data.get("rounds", ())
        }
        state.signings = {row[0]: Signing(*row) for row in data.get("signings", ())}
        state.suspended, state.recused = data.get("suspended", ""), data.get("recused", {})
        return state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]


def layers(state: State, number: int) -> list[dict[str, Any]]:
    """The variables that token or scope `number` sees, innermost first. A called process sees only its own."""
    found: list[dict[str, Any]] = []
    token = state.tokens.get(number)
    while True:
        if token is not None:
            if token.local:
                found.append(token.local)
            number = token.scope
        scope = state.scopes[number]
        if scope.snapshot:
            found.append(scope.snapshot)
        if scope.variables:
            found.append(scope.variables)
        if scope.kind in ("process", "call") or not scope.token:
            return found
        token = state.tokens[scope.token]


def visible(state: State, number: int) -> dict[str, Any]:
    """All variables that token or scope `number` sees, in one dict; the innermost wins."""
    merged: dict[str, Any] = {}
    for layer in reversed(layers(state, number)):
        merged.update(layer)
    return merged

"""The compiled form of a bundle: what the interpreter walks. Built by `compile_net`, never changed after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.model import bpmn

if TYPE_CHECKING:
    from engine.errors import Fault
    from engine.feel import Expression
    from engine.kernel.run import Run
    from engine.kernel.state import Token

Behaviour = Callable[["Run", "Token", "Node"], None]


class StartTrigger(NamedTuple):
    """What begins a case from outside. `name` is the message's or signal's, else empty."""

    process: str
    element: str
    kind: str  # message | signal | timer | condition
    name: str
    definition: bpmn.EventDefinition | None


@dataclass(slots=True, eq=False)
class Flow:
    """A sequence flow. `condition` None always holds."""

    id: str
    source: str
    target: Node
    condition: Expression | None = None


@dataclass(slots=True, eq=False)
class Trigger:
    """One event definition, compiled. `name`: message or signal name, error or escalation code, link name,
    target of a compensation; empty where the definition names nothing (catches all, broadcasts)."""

    kind: str
    index: int
    name: str = ""
    expression: Expression | None = None
    text: str = ""
    measure: str = ""  # of a timer: date | duration | cycle | limit
    wait: bool = True
    handler: str | None = None
    message: bpmn.Message | None = None


@dataclass(slots=True, eq=False)
class Transfer:
    """One data association, compiled."""

    sources: tuple[str, ...]
    target: str | None
    transformation: Expression | None
    assignments: tuple[tuple[Expression, str], ...]


@dataclass(slots=True, eq=False)
class Node:
    """One flow node. `enter` runs when a token arrives, `execute` when an activity's work begins."""

    id: str
    model: bpmn.Node
    process: ProcessNet
    body: Body
    enter: Behaviour
    execute: Behaviour
    outgoing: list[Flow] = field(default_factory=list)
    incoming: tuple[str, ...] = ()
    default: Flow | None = None
    simple: Flow | None = None  # the only outgoing flow, when it has no condition
    is_activity: bool = False
    plain: bool = True  # an activity without loop, data, boundary events or quantities
    boundaries: list[Node] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    interrupting: bool = True
    parallel: bool = False
    inner: Body | None = None
    inputs: list[Transfer] = field(default_factory=list)
    outputs: list[Transfer] = field(default_factory=list)
    carried: frozenset[str] = frozenset()  # names of data inputs and outputs: never targets of a write
    properties: tuple[str, ...] = ()
    needed: tuple[frozenset[str], ...] = ()  # input sets: one of them must be there before work begins
    handler: Node | None = None  # compensation handler
    expressions: dict[str, Expression] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    behaviors: list[tuple[Expression, list[Trigger], list[Transfer]]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Body:
    """The contents of a process or sub-process."""

    element: str
    nodes: dict[str, Node] = field(default_factory=dict)
    starts: list[Node] = field(default_factory=list)
    event_subprocesses: list[Node] = field(default_factory=list)
    data: tuple[str, ...] = ()
    # per joining gateway: node id -> bits of the incoming flows that the node can still reach
    upstream: dict[str, dict[str, int]] = field(default_factory=dict)
    successors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    compensation: Node | None = None  # the event sub-process with a compensation start


@dataclass(slots=True, eq=False)
class ProcessNet:
    """One process. `nodes` holds every node of every level by id."""

    id: str
    model: bpmn.Process
    file: bpmn.Definitions
    body: Body
    nodes: dict[str, Node] = field(default_factory=dict)
    correlations: list[tuple[str, frozenset[str], Expression]] = field(default_factory=list)
    paths: dict[str, list[tuple[str, Expression]]] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)  # correlation key → its properties' names


@dataclass(slots=True, eq=False)
class Net:
    """All processes of a bundle. Immutable after `compile_net`; safe to share between threads."""

    processes: dict[str, ProcessNet] = field(default_factory=dict)
    decisions: Mapping[str, Any] = field(default_factory=dict)
    services: frozenset[str] = frozenset()  # those of `decisions` that are decision services
    warnings: list[Fault] = field(default_factory=list)
    starts: Sequence[StartTrigger] = ()

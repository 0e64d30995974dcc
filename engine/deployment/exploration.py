"""Exploration: every way that a process can go, on the pure kernel, within bounds.

From each state that was reached every enabled move is tried: each open item with each valuation worth trying, the
timers that are due first, each message, signal, job (done, or failed with an error that somebody catches) and
changed variable. States that behave alike are visited once, breadth first, so that the first way to a state is
the shortest. Nothing is stored, no clock runs: it stands where the last timer was due.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from engine.deployment.marking import canonical
from engine.deployment.valuations import START, Valuations, Values, supplies, valuations
from engine.errors import ChengbanError
from engine.kernel import Bounds, Net, State, apply, commands, effects
from engine.kernel.net import Node


class Move(NamedTuple):
    """One thing that happens, told by elements instead of a state's counters.

    `kind`: start | complete | job | job_error | timer | message | signal | change. `which` counts among the open
    ones of the same element, `name` is the message's, signal's or error's.
    """

    kind: str
    process: str
    element: str
    which: int = 0
    values: Values = ()
    name: str = ""


@dataclass(slots=True, eq=False)
class Step:
    """A move from `before` and where it led. `fresh` is False when a like state had been reached already."""

    move: Move
    before: Step | None
    state: State
    effects: tuple[effects.Effect, ...]
    now: datetime
    key: str
    depth: int
    fresh: bool = True

    def path(self) -> list[Step]:
        """From the start to here."""
        steps: list[Step] = []
        step: Step | None = self
        while step is not None:
            steps.append(step)
            step = step.before
        return steps[::-1]

    @property
    def stuck(self) -> bool:
        return bool(self.state.incidents)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far to look: `states` that differ, `moves` from the start, `tries` in all."""

    states: int = 2_000
    moves: int = 60
    tries: int = 12_000


@dataclass(slots=True)
class Exploration:
    """What was found. `elements` and `flows` are (process, id) ever entered or taken; `complete`: nothing was cut."""

    process: str
    steps: list[Step] = field(default_factory=list)
    elements: set[tuple[str, str]] = field(default_factory=set)
    flows: set[tuple[str, str]] = field(default_factory=set)
    successors: dict[str, set[str]] = field(default_factory=dict)
    complete: bool = True
    opaque: frozenset[str] = frozenset()
    """Variables of the process from whose conditions no values could be derived."""

    def paths(self) -> Iterator[list[Step]]:
        """A set of paths that takes every step that was found, the longest ones first where they share a way."""
        covered: set[int] = set()
        for step in sorted(self.steps, key=lambda each: -each.depth):
            if id(step) not in covered:
                path = step.path()
                covered.update(id(each) for each in path)
                yield path


BOUNDS = Bounds(moves=20_000, instances=2_000)


def explore(
    net: Net, process: str, *, reach: Reach | None = None, choices: Valuations | None = None
) -> Exploration:
    """Explore one process of a net. `choices` as `valuations(net)` gives them, computed once for many processes.

    Raises NotFound and InvalidInput when the process cannot begin at all.
    """
    return _Explorer(net, process, reach or Reach(), choices or valuations(net)).run()


class _Explorer:
    def __init__(self, net: Net, process: str, reach: Reach, choices: Valuations) -> None:
        self.net = net
        self.reach = reach
        self.choices = choices
        opaque = frozenset(name for owner, name in choices.opaque if owner == process)
        self.found = Exploration(process, opaque=opaque)
        self.known: set[str] = set()
        self.queue: deque[Step] = deque()

    def run(self) -> Exploration:
        for move, command in beginnings(self.net, self.found.process, self.choices):
            self._take(None, move, command)
        while self.queue:
            step = self.queue.popleft()
            if step.depth >= self.reach.moves or len(self.found.steps) >= self.reach.tries:
                self.found.complete = False
                continue
            for move, command in enabled(self.net, step.state, self.choices):
                self._take(step, move, command)
        return self.found

    def _take(self, before: Step | None, move: Move, command: commands.Command) -> None:
        step = follow(self.net, before, move, command, self.choices)
        if step is None:
            return
        step.fresh = step.key not in self.known
        self.found.steps.append(step)
        if before is not None:
            self.found.successors.setdefault(before.key, set()).add(step.key)
        for effect in step.effects:
            if isinstance(effect, effects.ElementEntered):
                self.found.elements.add((effect.process, effect.element))
            elif isinstance(effect, effects.FlowTaken):
                self.found.flows.add((effect.process, effect.flow))
        if step.fresh:
            if len(self.known) >= self.reach.states:
                self.found.complete = False
                return
            self.known.add(step.key)
            if step.state.status == "running" and _alive(step.state):
                self.queue.append(step)


def beginnings(net: Net, process: str, choices: Valuations) -> Iterator[tuple[Move, commands.Command]]:
    """Every way to begin a case of the process: by its none start event, else by each event that begins one."""
    starts = [each for each in net.starts if each.process == process]
    for values in choices.at(process, ""):
        if net.processes[process].body.starts or not starts:
            yield Move("start", process, "", values=values), commands.StartCase(process, dict(values))
            continue
        for start in starts:
            move = Move("start", process, start.element, values=values, name=start.name)
            yield move, commands.StartCase(process, dict(values), start.element, start.name or None)


def follow(
    net: Net, before: Step | None, move: Move, command: commands.Command, choices: Valuations
) -> Step | None:
    """Make one move on the kernel; None when it is refused, or an error that nobody would catch.

    Raises NotFound and InvalidInput when the process cannot begin.
    """
    now = before.now if before else START
    if before is not None and isinstance(command, commands.FireTimer):
        now = max(now, before.state.timers[command.timer].due or now)
    try:
        outcome = apply(net, before.state if before else None, command, now, bounds=BOUNDS)
    except ChengbanError:
        if before is None:
            raise
        return None
    if move.kind == "job_error" and not _caught(outcome.effects):
        return None
    key = canonical(outcome.state, choices.live)
    return Step(move, before, outcome.state, outcome.effects, now, key, before.depth + 1 if before else 1)


def _alive(state: State) -> bool:
    """An endless automatic loop leaves nothing that could go on."""
    return all(incident.code != "bounds" for incident in state.incidents.values())


def _caught(happened: tuple[effects.Effect, ...]) -> bool:
    return any(isinstance(each, effects.ErrorThrown) and each.caught_by is not None for each in happened)


def node_of(net: Net, state: State, owner: int, element: str) -> Node:
    """The node `element` of the process in which token or scope `owner` stands."""
    scope = state.scopes[state.tokens[owner].scope if owner in state.tokens else owner]
    return net.processes[scope.process].nodes[element]


def enabled(net: Net, state: State, choices: Valuations) -> Iterator[tuple[Move, commands.Command]]:
    """Every move that the state allows, with the command that makes it."""
    seen: dict[tuple[str, str], int] = {}
    for item in state.items.values():
        which = seen[item.process, item.element] = seen.get((item.process, item.element), -1) + 1
        for values in choices.at(item.process, item.element):
            move = Move("complete", item.process, item.element, which, values)
            yield move, commands.CompleteItem(item.item, dict(values))
    for job in state.jobs.values():
        node = node_of(net, state, job.token, job.element)
        process = node.process.id
        which = seen[process, job.element] = seen.get((process, job.element), -1) + 1
        for values in choices.at(process, job.element):
            move = Move("job", process, job.element, which, values)
            yield move, commands.FinishJob(job.job, dict(values))
        for code in codes_caught(net, process):
            move = Move("job_error", process, job.element, which, name=code)
            yield move, commands.ThrowJobError(job.job, code)
    yield from _timers(net, state)
    signals: set[str] = set()
    for each in state.subscriptions.values():
        node = node_of(net, state, each.owner, each.node)
        process = node.process.id
        if each.kind == "signal":
            if each.name not in signals:
                signals.add(each.name)
                for values in choices.at(process, each.node):
                    move = Move("signal", process, each.node, 0, values, each.name)
                    yield move, commands.DeliverSignal(each.name, dict(values))
            continue
        place = (process, each.node)
        which = seen[place] = seen.get(place, -1) + 1
        if each.kind == "message":
            for values in choices.at(process, each.node):
                move = Move("message", process, each.node, which, values, each.name)
                yield move, commands.DeliverMessage(each.subscription, each.name, {}, dict(values))
        elif each.kind == "condition":
            expression = node.triggers[each.which].expression
            yield from _changes(node, expression.names if expression else (), choices)
        else:  # an activity that waits for data
            yield from _changes(node, supplies(node), choices)


def _timers(net: Net, state: State) -> Iterator[tuple[Move, commands.Command]]:
    """Statutory limits whenever, of the others those that are due first."""
    dues = [timer.due for timer in state.timers.values() if timer.due is not None]
    first = min(dues, default=None)
    seen: dict[tuple[str, str], int] = {}
    for timer in state.timers.values():
        process = node_of(net, state, timer.owner, timer.node).process.id
        which = seen[process, timer.node] = seen.get((process, timer.node), -1) + 1
        if timer.due is None or timer.due == first:
            yield Move("timer", process, timer.node, which), commands.FireTimer(timer.timer)


def _changes(
    node: Node, names: Iterable[str], choices: Valuations
) -> Iterator[tuple[Move, commands.Command]]:
    """Data that reach the case from outside and may make a condition true or let an activity begin."""
    for name in sorted(names):
        for value in choices.wanted.get((node.process.id, name), ()):
            move = Move("change", node.process.id, node.id, 0, ((name, value),))
            yield move, commands.SetVariables({name: value}, "")


def codes_caught(net: Net, process: str) -> list[str]:
    """The error codes that some event of the process catches; for one that catches all an arbitrary code."""
    codes: dict[str, None] = {}
    for node in net.processes[process].nodes.values():
        if getattr(node.model, "outgoing", None) is None or node.is_activity:
            continue
        for trigger in node.triggers:
            if trigger.kind == "error" and not type(node.model).__name__.endswith(("EndEvent", "ThrowEvent")):
                codes[trigger.name or "error"] = None
    return list(codes)


def told(net: Net, move: Move) -> str:
    """A move as a sentence."""
    node: Any = net.processes[move.process].nodes.get(move.element)
    name = f"“{node.model.name or node.id}”" if node is not None else ""
    words = {
        "start": f"办件开始{name}",
        "complete": f"办结{name}",
        "job": f"后台作业{name}完成",
        "job_error": f"后台作业{name}报错 {move.name}",
        "timer": f"定时器{name}到期",
        "message": f"收到消息“{move.name}”（{name}）",
        "signal": f"收到信号“{move.name}”",
        "change": "数据变更",
    }
    values = "，".join(f"{key} = {_shown(value)}" for key, value in move.values)
    return words[move.kind] + (f"，{values}" if values else "")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return "[" + "，".join(map(_shown, value)) + "]"
    return str(value)

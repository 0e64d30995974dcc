"""What is tried where: per node that brings data into a case the values of the variables that are read after it.

A condition's variable is chosen at the nearest nodes before it that can write it: user tasks, jobs, messages, the
start. `review_outcome` belongs to the step `review` alone. What a script, a decision or a called process writes on
the way is not chosen; through associations a called process's steps choose what its caller reads.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.deployment.literals import OTHER, entries_of, same, values_wanted
from engine.deployment.liveness import Uses, live_names
from engine.kernel import Net
from engine.kernel.declared import declared_names
from engine.kernel.net import Body, Node, ProcessNet, Transfer
from engine.kernel.signing_rule import rule_of
from engine.model import bpmn

START = datetime(2026, 1, 5, 1, tzinfo=UTC)
"""Where the clock of every exploration stands at first."""

MOST = 24
"""Combinations of values tried at one node."""

Values = tuple[tuple[str, Any], ...]


@dataclass(slots=True)
class Valuations:
    """`wanted` by (process, variable), `chosen` by (process, node): names; node "" is the start of a case.

    `live` says per process and node which variables still matter there. `opaque` are variables that conditions read in a way from which no values follow.
    """

    wanted: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    chosen: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    live: dict[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    opaque: set[tuple[str, str]] = field(default_factory=set)

    def at(self, process: str, node: str) -> list[Values]:
        """The combinations to try, all of them while they are few, else each value once beside the first ones."""
        names = [name for name in self.chosen.get((process, node), ()) if self.wanted.get((process, name))]
        lists = [self.wanted[process, name] for name in names]
        count = 1
        for each in lists:
            count *= len(each)
        if count <= MOST:
            return [tuple(zip(names, values, strict=True)) for values in itertools.product(*lists)]
        first = [each[0] for each in lists]
        made: list[Values] = []
        for row in range(max(len(each) for each in lists)):
            made.append(tuple((name, each[row % len(each)]) for name, each in zip(names, lists, strict=True)))
        for place, each in enumerate(lists):
            for value in each[1:]:
                varied = [*first[:place], value, *first[place + 1 :]]
                made.append(tuple(zip(names, varied, strict=True)))
        return made[:MOST]


def valuations(net: Net) -> Valuations:
    """For every process of the net."""
    found = Valuations()
    readers: list[tuple[ProcessNet, Node, str, bool]] = []
    for process in net.processes.values():
        declared = declared_names(process.model)
        for node in process.nodes.values():
            for text, leaving in _expressions(node):
                for name, values in values_wanted(text, declared).items():
                    if name in _COUNTERS:
                        continue
                    _want(found, process.id, name, values)
                    readers.append((process, node, name, leaving))
            if isinstance(node.model, bpmn.UserTask) and node.model.sign:
                rule = rule_of(node.model.sign)  # an outcome comes about only by votes of these words
                _want(found, process.id, f"{node.id}_outcome", [rule.yes, rule.no])
            for name, values in _needed(node, declared):
                _want(found, process.id, name, values)
                readers.append((process, node, name, False))
    readers.extend(_passed(net, found))
    for process, node, name, leaving in readers:
        if not found.wanted.get((process.id, name)):
            found.opaque.add((process.id, name))
        _choose(found, process, node, name, leaving)
    for process in net.processes.values():
        mine = [(node, name, leaving) for of, node, name, leaving in readers if of is process]
        found.live[process.id] = live_names(process, _uses(found, process, mine))
    return found


_COUNTERS = {
    "loopCounter", "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances",
    "numberOfTerminatedInstances", "activationCount",
}  # fmt: skip


def _uses(found: Valuations, process: ProcessNet, readers: list[tuple[Node, str, bool]]) -> Uses:
    uses = Uses()
    read = {name for _, name, _ in readers}
    for node, name, leaving in readers:
        (uses.leaving if leaving else uses.entering).setdefault(node.id, set()).add(name)
        if any(trigger.kind == "conditional" for trigger in node.triggers):
            uses.always.add(name)
    for node in process.nodes.values():
        chosen = found.chosen.get((process.id, node.id), ())
        certain = {name for name in chosen if found.wanted.get((process.id, name))}
        uses.written[node.id] = certain | _written(node)
    growing = True
    while growing:  # what a script reads matters when what it writes does
        growing = False
        for node in process.nodes.values():
            names = _carried(node, read)
            if not names <= uses.entering.setdefault(node.id, set()):
                uses.entering[node.id] |= names
                growing = True
            read |= names
    return uses


def _carried(node: Node, read: set[str]) -> set[str]:
    """The names from which a node makes others that matter."""
    if isinstance(node.model, bpmn.BusinessRuleTask):
        return set(read)
    if "script" in node.expressions and _written(node) & read:
        return set(node.expressions["script"].names)
    names: set[str] = set()
    for transfer in (*node.inputs, *node.outputs):
        names.update(transfer.transformation.names if transfer.transformation else transfer.sources)
    return names if isinstance(node.model, bpmn.CallActivity) else names & read


def _want(found: Valuations, process: str, name: str, values: list[Any]) -> None:
    known = found.wanted.setdefault((process, name), [])
    for value in values:
        if not any(same(value, each) for each in known):
            known.append(value)
    if OTHER in known:
        known.remove(OTHER)
        known.append(OTHER)


def _expressions(node: Node) -> Iterator[tuple[str, bool]]:
    """Conditions and whether they are read when the node is left."""
    for flow in node.outgoing:
        if flow.condition is not None:
            yield flow.condition.text, True
    for name in ("completion", "loop"):
        if name in node.expressions:
            yield node.expressions[name].text, True
    if "activation" in node.expressions:
        yield node.expressions["activation"].text, False
    for trigger in node.triggers:
        if trigger.kind == "conditional" and trigger.expression is not None:
            yield trigger.expression.text, False


def _needed(node: Node, declared: Any) -> Iterator[tuple[str, list[Any]]]:
    """What a node cannot begin without: collections, counts, moments."""
    loop = getattr(node.model, "loop", None)
    if isinstance(loop, bpmn.MultiInstance) and loop.collection:
        yield loop.collection, [["甲", "乙"], []]
    for name in ("cardinality", "maximum"):
        if name in node.expressions:
            for each in node.expressions[name].names:
                yield each, [Decimal(2), Decimal(0)]
    for trigger in node.triggers:
        if trigger.kind == "timer" and trigger.expression is not None:
            duration = trigger.measure != "date"
            for each in trigger.expression.names:
                yield each, [timedelta(days=5) if duration else (START + timedelta(days=5)).date()]
    for name in supplies(node):
        yield name, [START.date() if name.endswith("_on") else "有"]
    if "post" in node.expressions:
        for each in node.expressions["post"].names:
            yield each, ["某科"]


def supplies(node: Node) -> set[str]:
    """The variables from which a node gets the inputs that it must have before it begins."""
    needed = {name for names in node.needed for name in names}
    found: set[str] = set()
    for transfer in node.inputs:
        if transfer.target in needed:
            found.update(transfer.transformation.names if transfer.transformation else transfer.sources)
    return found


def _plain(transfer: Transfer) -> tuple[str, str] | None:
    """Source and target of an association that carries one variable as it is."""
    if transfer.target and not transfer.assignments:
        if transfer.transformation is None and transfer.sources:
            return transfer.sources[0], transfer.target
        if transfer.transformation is not None and transfer.transformation.names == {
            transfer.transformation.text
        }:
            return transfer.transformation.text, transfer.target
    return None


def _passed(net: Net, found: Valuations) -> list[tuple[ProcessNet, Node, str, bool]]:
    """Values wanted on one side of a call are wanted on the other; the call and the callee's ends read them."""
    readers: dict[tuple[str, str, str], tuple[ProcessNet, Node, str, bool]] = {}
    calls = [
        (process, node, net.processes[node.options["called"]])
        for process in net.processes.values()
        for node in process.nodes.values()
        if isinstance(node.model, bpmn.CallActivity) and node.options["called"] in net.processes
    ]
    for _ in range(10):
        before = sum(len(each) for each in found.wanted.values())
        for process, node, called in calls:
            for carried in filter(None, map(_plain, node.outputs)):
                _want(found, called.id, carried[0], found.wanted.get((process.id, carried[1]), []))
                for end in called.body.nodes.values():
                    if not end.outgoing and found.wanted.get((called.id, carried[0])):
                        readers[called.id, end.id, carried[0]] = (called, end, carried[0], True)
            for carried in filter(None, map(_plain, node.inputs)):
                wanted = found.wanted.get((called.id, carried[1]), [])
                if wanted:
                    _want(found, process.id, carried[0], wanted)
                    readers[process.id, node.id, carried[0]] = (process, node, carried[0], False)
        if before == sum(len(each) for each in found.wanted.values()):
            break
    return list(readers.values())


def is_writer(node: Node) -> bool:
    """Whether the node's work brings data from outside."""
    model = node.model
    if isinstance(model, bpmn.ManualTask):
        return model.lane is not None
    if isinstance(model, bpmn.SendTask):
        return bool(model.handler)
    if isinstance(model, bpmn.CatchEvent):
        return any(trigger.kind in ("message", "signal") for trigger in node.triggers)
    return isinstance(model, bpmn.UserTask | bpmn.ServiceTask | bpmn.ReceiveTask)


def _written(node: Node) -> set[str]:
    """What the node itself writes, without anybody's doing."""
    names = {transfer.target for transfer in node.outputs if transfer.target}
    names.update(target for transfer in node.outputs for _, target in transfer.assignments)
    model = node.model
    if isinstance(model, bpmn.BusinessRuleTask) and model.result:
        names.add(model.result)
    if "script" in node.expressions and not node.outputs:
        names.update(entries_of(node.expressions["script"].text))
    return names


def _owner(process: ProcessNet, name: str) -> str | None:
    """The step that a variable is named after."""
    owners = [
        node.id
        for node in process.nodes.values()
        if isinstance(node.model, bpmn.UserTask) and name.startswith(f"{node.id}_")
    ]
    return max(owners, key=len, default=None)


def _choose(found: Valuations, process: ProcessNet, reader: Node, name: str, leaving: bool) -> None:
    def choose(node: str) -> None:
        names = found.chosen.setdefault((process.id, node), [])
        if name not in names:
            names.append(name)

    owner = _owner(process, name)
    if owner is not None:
        choose(owner)
        return
    if any(trigger.kind == "conditional" for trigger in reader.triggers):
        for node in process.nodes.values():
            if is_writer(node):
                choose(node.id)
    seen: set[str] = set()
    pending = [reader] if leaving else _before(process, reader)
    if not pending:
        choose("")
    while pending:
        node = pending.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        if is_writer(node):
            choose(node.id)
        elif name not in _written(node):
            inside = _ends(node.inner) if node.inner is not None else []
            before = inside or _before(process, node)
            if not before:
                choose("")
            pending.extend(before)


def _ends(body: Body) -> list[Node]:
    return [node for node in body.nodes.values() if not node.outgoing]


def _before(process: ProcessNet, node: Node) -> list[Node]:
    """Nodes after which this one may come; of the first ones within a sub-process those before it."""
    found = [each for each in node.body.nodes.values() if any(f.target is node for f in each.outgoing)]
    if isinstance(node.model, bpmn.BoundaryEvent):
        host = process.nodes[node.model.attached_to]
        found.extend([*_before(process, host), *(_ends(host.inner) if host.inner else [])])
    elif not found and node.body is not process.body:
        found.extend(_before(process, process.nodes[node.body.element]))
    return found

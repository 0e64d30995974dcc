"""Soundness: can every case end, and does every element have a use (van der Aalst's notion, told for BPMN).

Findings are read from an exploration, each with the shortest way that leads there. An error is certain: the way
shown leads there on the kernel itself. A warning depends on data that the model does not show (what a form or a
decision can give), or on bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.deployment.exploration import Exploration, Step, told
from engine.kernel import Net, effects
from engine.kernel.net import Node, ProcessNet
from engine.model import bpmn


@dataclass(frozen=True, slots=True)
class Finding:
    """`code`: deadlock, no-end, lost-token, improper-end, endless-loop, dead-element, dead-flow, unsynchronised,
    incident, uncaught-error or bounded. `trace`: what happens until then, in order."""

    severity: Literal["error", "warning"]
    code: str
    process: str
    element: str
    message: str
    trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        word = "错误" if self.severity == "error" else "警告"
        way = f"（经过：{'；'.join(self.trace)}）" if self.trace else ""
        return f"{word} [{self.element or self.process}] {self.message}{way}"


def findings(net: Net, exploration: Exploration) -> list[Finding]:
    """Everything that is wrong or doubtful with one process, errors first."""
    found = [
        *_stops(net, exploration),
        *_lost(net, exploration),
        *_unsynchronised(net, exploration),
        *_never_ends(net, exploration),
        *_dead(net, exploration),
    ]
    if not exploration.complete:
        message = f"只查看了前 {len(exploration.steps)} 步变化，其余走法未查"
        found.append(Finding("warning", "bounded", exploration.process, "", message))
    return sorted(found, key=lambda each: each.severity != "error")


def way(net: Net, step: Step) -> tuple[str, ...]:
    """The moves that lead to a step, in words."""
    return tuple(told(net, each.move) for each in step.path())


def name_of(net: Net, process: str, element: str) -> str:
    """“名称”（标识）, or the id alone."""
    node = net.processes[process].nodes.get(element)
    if node is None or not node.model.name:
        return f"“{element}”"
    return f"“{node.model.name}”（{element}）"


def _stops(net: Net, exploration: Exploration) -> Iterator[Finding]:
    """Deadlocks, incidents and errors that nobody catches: each place once, by the shortest way."""
    told_of: set[tuple[str, str]] = set()
    for step in exploration.steps:
        state = step.state
        for each in step.effects:
            if isinstance(each, effects.IncidentRaised) and (each.element, each.code) not in told_of:
                told_of.add((each.element, each.code))
                endless = each.code == "bounds"
                yield Finding(
                    "error" if endless else "warning",
                    "endless-loop" if endless else "incident",
                    each.process,
                    each.element,
                    f"{name_of(net, each.process, each.element)}{'处的自动流转没有尽头' if endless else '会出现异常'}：{each.message}",
                    way(net, step),
                )
            elif isinstance(each, effects.ErrorThrown) and each.caught_by is None:
                if (each.element, "error") in told_of:
                    continue
                told_of.add((each.element, "error"))
                place = net.processes[exploration.process].nodes.get(each.element)
                name = f"“{place.model.name or place.id}”" if place else f"“{each.element}”"
                message = f"{name}抛出的错误“{each.code}”没有事件捕获，办件以出错告终"
                yield Finding(
                    "warning", "uncaught-error", exploration.process, each.element, message, way(net, step)
                )
        if state.status == "running" and not state.incidents and _nothing_awaited(step):
            where = [place for place in state.positions() if _is_leaf(net, *place)]
            key = (repr(where), "deadlock")
            if key in told_of:
                continue
            told_of.add(key)
            names = "、".join(name_of(net, *place) for place in where)
            process, element = where[0] if where else (exploration.process, "")
            message = f"死锁：流程停在{names}，再没有任何事情能使它继续"
            yield Finding("error", "deadlock", process, element, message, way(net, step))


def _nothing_awaited(step: Step) -> bool:
    state = step.state
    return not (state.items or state.timers or state.jobs or state.subscriptions)


def _is_leaf(net: Net, process: str, element: str) -> bool:
    """Where a token itself stands, not the sub-process or call around it."""
    model = net.processes[process].nodes[element].model
    return not isinstance(model, bpmn.SubProcess | bpmn.CallActivity)


def _lost(net: Net, exploration: Exploration) -> Iterator[Finding]:
    """Tokens that wait at a join are swept away by the end of the case: nobody would ever have come."""
    told_of: set[str] = set()
    for step in exploration.steps:
        if step.before is None:
            continue
        waiting = _waiting_at_joins(net, step.before)
        if step.state.status == "running" or not waiting:
            continue
        cancelled = {each.element for each in step.effects if isinstance(each, effects.ElementCancelled)}
        passed = {each.element for each in step.effects if isinstance(each, effects.ElementCompleted)}
        for process, element in waiting:
            if element in told_of or element in passed:
                continue
            told_of.add(element)
            how = "被取消" if element in cancelled else "丢失"
            message = f"办件结束时，在{name_of(net, process, element)}等待汇合的令牌{how}"
            yield Finding("warning", "lost-token", process, element, message, way(net, step))


def _waiting_at_joins(net: Net, step: Step) -> list[tuple[str, str]]:
    return [
        place
        for place in step.state.positions()
        if isinstance(
            net.processes[place[0]].nodes[place[1]].model,
            bpmn.ParallelGateway | bpmn.InclusiveGateway | bpmn.ComplexGateway,
        )
    ]


def _unsynchronised(net: Net, exploration: Exploration) -> Iterator[Finding]:
    """One element has two tokens at a time in one scope, though no event made a second one: a join is missing.

    An end event reached twice so is an improper end.
    """
    told_of: set[str] = set()
    for step in exploration.steps:
        for process, element in _ended_twice(net, step):
            if element in told_of or _extra_tokens(net, process, step):
                continue
            told_of.add(element)
            message = f"不当结束：{name_of(net, process, element)}在同一办件中到达多次，并行分支未经汇合"
            yield Finding("error", "improper-end", process, element, message, way(net, step))
        for process, element in _twice_open(net, step):
            if element in told_of or _extra_tokens(net, process, step):
                continue
            told_of.add(element)
            message = f"{name_of(net, process, element)}会同时打开多份，并行分支可能未经汇合"
            yield Finding("warning", "unsynchronised", process, element, message, way(net, step))


def _own(step: Step) -> Iterator[effects.ElementEntered]:
    """Every arrival on the way to a step."""
    for one in step.path():
        for each in one.effects:
            if isinstance(each, effects.ElementEntered):
                yield each


def _ended_twice(net: Net, step: Step) -> list[tuple[str, str]]:
    """End events that this step reached when a token of the same scope had been there before."""
    reached = {
        (each.process, each.element, each.scope)
        for each in step.effects
        if isinstance(each, effects.ElementEntered)
        and isinstance(net.processes[each.process].nodes[each.element].model, bpmn.EndEvent)
    }
    counts = dict.fromkeys(reached, 0)
    if reached:
        for each in _own(step):
            key = (each.process, each.element, each.scope)
            if key in counts:
                counts[key] += 1
    return [key[:2] for key, count in counts.items() if count > 1]


def _twice_open(net: Net, step: Step) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str, int]] = set()
    for token in step.state.tokens.values():
        scope = step.state.scopes[token.scope]
        node = net.processes[scope.process].nodes[token.node]
        if scope.kind in ("multi", "adhoc") or not node.is_activity:
            continue
        key = (scope.process, token.node, scope.id)
        if key in seen:
            yield scope.process, token.node
        seen.add(key)


def _extra_tokens(net: Net, process: str, step: Step) -> bool:
    """Whether an event that does not interrupt, or a quantity, may have made the second token."""
    for each in _own(step):
        if each.process == process:
            node = net.processes[process].nodes[each.element]
            if not node.interrupting or getattr(node.model, "completion_quantity", 1) > 1:
                return True
    return False


def _never_ends(net: Net, exploration: Exploration) -> Iterator[Finding]:
    """A state from which moves go on for ever but no end can be reached."""
    if not exploration.complete:
        return
    behind: dict[str, set[str]] = {}
    for key, following in exploration.successors.items():
        for each in following:
            behind.setdefault(each, set()).add(key)
    fine = {
        step.key
        for step in exploration.steps
        if step.state.status != "running" or step.stuck or _nothing_awaited(step)
    }
    pending = list(fine)
    while pending:
        for each in behind.get(pending.pop(), ()):
            if each not in fine:
                fine.add(each)
                pending.append(each)
    step = next((each for each in exploration.steps if each.key not in fine), None)
    if step is not None:
        where = [place for place in step.state.positions() if _is_leaf(net, *place)]
        process, element = where[0] if where else (exploration.process, "")
        names = "、".join(name_of(net, *place) for place in where)
        message = f"从{names}起，无论怎样办理都到不了结束"
        yield Finding("error", "no-end", process, element, message, way(net, step))


def _dead(net: Net, exploration: Exploration) -> Iterator[Finding]:
    """Elements and flows that no way reaches."""
    process = net.processes[exploration.process]
    certain = exploration.complete and not exploration.opaque
    handlers = {node.handler.id for node in process.nodes.values() if node.handler is not None}
    stood = {place for step in exploration.steps for place in step.state.positions()}
    dead = {name for name in process.nodes if (process.id, name) not in exploration.elements | stood}
    for name in process.nodes:
        if name not in dead or name in handlers:
            continue
        before = _sources(process, process.nodes[name])
        if before and all(each in dead for each in before):
            continue  # the first dead element of a branch is told, those behind it follow
        message = f"{name_of(net, process.id, name)}永远到达不了"
        if not certain:
            message = f"{name_of(net, process.id, name)}在查看过的走法中从未到达"
        severity: Literal["error", "warning"] = (
            "error" if certain and not _depends(process, name) else "warning"
        )
        yield Finding(severity, "dead-element", process.id, name, message)
    for node in process.nodes.values():
        if node.id in dead:
            continue
        for flow in node.outgoing:
            if (process.id, flow.id) not in exploration.flows and flow.target.id not in dead:
                message = f"顺序流“{flow.id}”（{node.id} → {flow.target.id}）从未走过"
                yield Finding("warning", "dead-flow", process.id, flow.id, message)


def _sources(process: ProcessNet, node: Node) -> list[str]:
    found = [each.id for each in node.body.nodes.values() if any(f.target is node for f in each.outgoing)]
    if isinstance(node.model, bpmn.BoundaryEvent):
        found.append(node.model.attached_to)
    elif not found and node.body is not process.body:
        found.append(node.body.element)
    return found


def _depends(process: ProcessNet, name: str) -> bool:
    """Whether reaching it depends on something that the exploration does not make up: errors of handlers and
    decisions, escalations, compensation, data that only decisions and scripts write."""
    if any(trigger.kind in UNFORESEEN for trigger in process.nodes[name].triggers):
        return True
    return any(
        isinstance(each.model, bpmn.BusinessRuleTask | bpmn.CallActivity) for each in process.nodes.values()
    )


UNFORESEEN = ("error", "escalation", "compensation", "cancel")

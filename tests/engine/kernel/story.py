"""Telling a process in a few words, for the kernel's tests: nodes, flows written `a > b > c`, and what happens."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.kernel import Bounds, Net, State, apply, commands, compile_net, effects
from engine.model import bpmn

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def x(text: str) -> bpmn.Expression:
    return bpmn.Expression(text)


def body(nodes: list[bpmn.Node], *chains: str, data: tuple[str, ...] = ()) -> bpmn.FlowElements:
    """Chains: `a > b [condition] > c`; the condition is of the flow before it."""
    flows: list[bpmn.SequenceFlow] = []
    known = {node.id for node in nodes}
    for chain in chains:
        parts = [part.strip() for part in re.split(r" > (?![^\[]*\])", chain)]
        for source, target in itertools.pairwise(parts):
            condition = None
            name = source.split(" [")[0]
            if " [" in target:
                target, text = target.split(" [", 1)
                condition = x(text.rstrip().removesuffix("]"))
            assert {name, target} <= known, (name, target)
            number = sum(1 for flow in flows if flow.id.startswith(f"{name}_{target}"))
            flow_id = f"{name}_{target}" + (str(number) if number else "")
            flows.append(bpmn.SequenceFlow(flow_id, "", name, target, condition))
    items = tuple(bpmn.DataItem(name, name) for name in data)
    return bpmn.FlowElements(tuple(nodes), tuple(flows), items)


def start(node: str = "s", *definitions: bpmn.EventDefinition, **more: Any) -> bpmn.StartEvent:
    return bpmn.StartEvent(node, definitions=definitions, **more)


def end(node: str = "e", *definitions: bpmn.EventDefinition, **more: Any) -> bpmn.EndEvent:
    return bpmn.EndEvent(node, definitions=definitions, **more)


def script(node: str, text: str, **more: Any) -> bpmn.ScriptTask:
    return bpmn.ScriptTask(node, script=x(text), **more)


def user(node: str, **more: Any) -> bpmn.UserTask:
    return bpmn.UserTask(node, **more)


def catch(node: str, *definitions: bpmn.EventDefinition, **more: Any) -> bpmn.IntermediateCatchEvent:
    return bpmn.IntermediateCatchEvent(node, definitions=definitions, **more)


def throw(node: str, *definitions: bpmn.EventDefinition, **more: Any) -> bpmn.IntermediateThrowEvent:
    return bpmn.IntermediateThrowEvent(node, definitions=definitions, **more)


def boundary(node: str, on: str, *definitions: bpmn.EventDefinition, **more: Any) -> bpmn.BoundaryEvent:
    return bpmn.BoundaryEvent(node, definitions=definitions, attached_to=on, **more)


def sub(node: str, inner: bpmn.FlowElements, **more: Any) -> bpmn.SubProcess:
    return bpmn.SubProcess(node, body=inner, **more)


def message(name: str) -> bpmn.MessageDefinition:
    return bpmn.MessageDefinition(f"def_{name}", message=bpmn.Message(f"m_{name}", name))


def signal(name: str) -> bpmn.SignalDefinition:
    return bpmn.SignalDefinition(f"def_{name}", signal=bpmn.Signal(f"s_{name}", name))


def error(code: str | None = None) -> bpmn.ErrorDefinition:
    return bpmn.ErrorDefinition("def_error", error=bpmn.Error(f"e_{code}", code, code) if code else None)


def escalation(code: str | None = None) -> bpmn.EscalationDefinition:
    found = bpmn.Escalation(f"e_{code}", code, code) if code else None
    return bpmn.EscalationDefinition("def_escalation", escalation=found)


def condition(text: str) -> bpmn.ConditionalDefinition:
    return bpmn.ConditionalDefinition("def_condition", condition=x(text))


def timer(**measure: Any) -> bpmn.TimerDefinition:
    if "limit" in measure:
        return bpmn.TimerDefinition("def_timer", limit=measure["limit"])
    return bpmn.TimerDefinition("def_timer", **{name: x(text) for name, text in measure.items()})


def link(name: str) -> bpmn.LinkDefinition:
    return bpmn.LinkDefinition("def_link", name=name)


def compensate(activity: str | None = None, wait: bool = True) -> bpmn.CompensateDefinition:
    return bpmn.CompensateDefinition("def_compensate", activity=activity, wait=wait)


TERMINATE = bpmn.TerminateDefinition("def_terminate")
CANCEL = bpmn.CancelDefinition("def_cancel")


def process(node: str, inner: bpmn.FlowElements, **more: Any) -> bpmn.Process:
    return bpmn.Process(node, body=inner, **more)


def net(*processes: bpmn.Process, **more: Any) -> Net:
    return compile_net([bpmn.Definitions("story.bpmn", "story", processes)], **more)


class Case:
    """One case under way. After every command: the state survives JSON, and the given state was unharmed."""

    def __init__(self, of: Net, *, bounds: Bounds | None = None, now: datetime = NOW) -> None:
        self.net = of
        self.state: State | None = None
        self.now = now
        self.effects: list[effects.Effect] = []
        self.last: tuple[effects.Effect, ...] = ()
        self.bounds = bounds or Bounds()

    def do(self, command: commands.Command) -> Case:
        before = self.state.to_json() if self.state else None
        outcome = apply(self.net, self.state, command, self.now, bounds=self.bounds)
        if self.state is not None:
            assert self.state.to_json() == before, "the given state was changed"
        text = outcome.state.to_json()
        again = State.from_json(text)
        assert again.to_json() == text
        self.state = again
        self.last = outcome.effects
        self.effects.extend(outcome.effects)
        self.check()
        return self

    def check(self) -> None:
        """No record without an owner, no scope without a parent."""
        state = self.here
        for token in state.tokens.values():
            assert token.scope in state.scopes
        waits = [wait for token in state.tokens.values() for wait in token.waits]
        waits += [wait for scope in state.scopes.values() for wait in scope.waits]
        assert len(waits) == len(set(waits))
        known = {*state.items, *state.timers, *state.jobs, *state.subscriptions}
        known |= {
            *state.signings,
            *(f"r{token.id}" for token in state.tokens.values() if "back" in (token.data or {})),
        }
        assert {*state.parts, *state.rounds} <= set(state.items)
        assert {part.of for part in state.parts.values()} <= {*state.rounds, *state.signings}
        known |= {key for key, incident in state.incidents.items() if incident.token}
        assert set(waits) == known
        if state.status != "running":
            assert not state.tokens
            assert not known

    @property
    def here(self) -> State:
        assert self.state is not None
        return self.state

    def start(self, process_id: str = "p", **values: Any) -> Case:
        return self.do(commands.StartCase(process_id, values))

    def item(self, element: str) -> str:
        return next(item.item for item in self.here.items.values() if item.element == element)

    def complete(self, element: str, user: str | None = None, **values: Any) -> Case:
        return self.do(commands.CompleteItem(self.item(element), values, user))

    def fire(self, element: str) -> Case:
        timer_id = next(timer.timer for timer in self.here.timers.values() if timer.node == element)
        return self.do(commands.FireTimer(timer_id))

    def deliver(self, name: str, **values: Any) -> Case:
        found = next(each for each in self.here.subscriptions.values() if each.name == name)
        return self.do(commands.DeliverMessage(found.subscription, name, {}, values))

    def signal(self, name: str, **values: Any) -> Case:
        return self.do(commands.DeliverSignal(name, values))

    def finish(self, element: str, **values: Any) -> Case:
        job = next(job.job for job in self.here.jobs.values() if job.element == element)
        return self.do(commands.FinishJob(job, values))

    def fail(self, element: str, code: str, **values: Any) -> Case:
        job = next(job.job for job in self.here.jobs.values() if job.element == element)
        return self.do(commands.ThrowJobError(job, code, "", values))

    def after(self, **spent: float) -> Case:
        self.now += timedelta(**spent)
        return self

    @property
    def status(self) -> str:
        return self.here.status

    @property
    def variables(self) -> dict[str, Any]:
        return self.here.variables

    @property
    def open(self) -> list[str]:
        return sorted(item.element for item in self.here.items.values())

    def trace(self, event: str = "element_completed") -> list[str]:
        return [effect.element for effect in self.effects if effect.event == event]  # type: ignore[union-attr]

    def count(self, element: str, event: str = "element_completed") -> int:
        return self.trace(event).count(element)

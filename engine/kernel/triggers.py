"""Events and their definitions, compiled (BPMN 2.0.2 §10.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.kernel.declared import message_name
from engine.kernel.moments import cycle, duration, is_literal, moment
from engine.kernel.net import Node, Trigger
from engine.model import bpmn

if TYPE_CHECKING:
    from engine.kernel.compile import Compiler

KINDS: dict[type[bpmn.EventDefinition], str] = {
    bpmn.MessageDefinition: "message",
    bpmn.TimerDefinition: "timer",
    bpmn.SignalDefinition: "signal",
    bpmn.ErrorDefinition: "error",
    bpmn.EscalationDefinition: "escalation",
    bpmn.ConditionalDefinition: "conditional",
    bpmn.LinkDefinition: "link",
    bpmn.TerminateDefinition: "terminate",
    bpmn.CancelDefinition: "cancel",
    bpmn.CompensateDefinition: "compensation",
}


def compile_event(compiler: Compiler, node: Node, model: bpmn.Event) -> None:
    node.triggers = [
        compile_trigger(compiler, node, each, index) for index, each in enumerate(model.definitions)
    ]
    node.parallel = model.parallel_multiple and len(model.definitions) > 1
    if isinstance(model, bpmn.StartEvent | bpmn.BoundaryEvent):
        node.interrupting = model.interrupting
    if isinstance(model, bpmn.CatchEvent):
        node.outputs = compiler.transfers(model, model.output_associations)
        node.carried = frozenset(item.variable for item in model.outputs)
    elif isinstance(model, bpmn.ThrowEvent):
        node.triggers.sort(
            key=lambda trigger: trigger.kind == "error"
        )  # it ends the thrower: the others go first
        node.inputs = compiler.transfers(model, model.input_associations)


def compile_trigger(compiler: Compiler, node: Node, definition: bpmn.EventDefinition, index: int) -> Trigger:
    kind = KINDS.get(type(definition))
    if kind is None:
        compiler.fault(node.model, "unsupported", f"事件定义 {type(definition).__name__} 不在可执行的范围内")
        kind = "terminate"
    trigger = Trigger(kind, index)
    if isinstance(definition, bpmn.MessageDefinition):
        trigger.name, trigger.message = message_name(definition.message), definition.message
        trigger.handler = definition.handler
    elif isinstance(definition, bpmn.SignalDefinition):
        trigger.name = (definition.signal.name or definition.signal.id) if definition.signal else ""
    elif isinstance(definition, bpmn.ErrorDefinition):
        error = definition.error
        trigger.name = (error.code or error.name or error.id) if error else ""
    elif isinstance(definition, bpmn.EscalationDefinition):
        escalation = definition.escalation
        trigger.name = (escalation.code or escalation.name or escalation.id) if escalation else ""
    elif isinstance(definition, bpmn.LinkDefinition):
        trigger.name = definition.name
    elif isinstance(definition, bpmn.CompensateDefinition):
        trigger.name, trigger.wait = definition.activity or "", definition.wait
    elif isinstance(definition, bpmn.ConditionalDefinition) and definition.condition is not None:
        trigger.text = definition.condition.text
        trigger.expression = compiler.expression(node.model, definition.condition)
    elif isinstance(definition, bpmn.TimerDefinition):
        _timer(compiler, node, definition, trigger)
    return trigger


def _timer(compiler: Compiler, node: Node, definition: bpmn.TimerDefinition, trigger: Trigger) -> None:
    if definition.limit is not None:
        trigger.measure, trigger.text = "limit", definition.limit
        return
    for measure in ("date", "duration", "cycle"):
        source: bpmn.Expression | None = getattr(definition, measure)
        if source is None:
            continue
        trigger.measure, trigger.text = measure, source.text
        if not is_literal(source.text, measure):
            trigger.expression = compiler.expression(node.model, source)
            continue
        try:
            {"date": moment, "duration": duration, "cycle": cycle}[measure](source.text)
        except (ValueError, OverflowError) as wrong:
            compiler.fault(node.model, "timer", f"计时器“{node.id}”：{wrong}")

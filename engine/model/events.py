"""Events and their definitions, inline and by reference (BPMN 2.0.2 §10.5)."""

from __future__ import annotations

from typing import Any

from engine.model import bpmn, data
from engine.model.descriptor import NAMESPACE
from engine.model.roots import Roots
from engine.model.source import Element, Source, child, children, flag, line_of, local, tag_of, text_of

DEFINITIONS = (
    "messageEventDefinition", "timerEventDefinition", "signalEventDefinition", "errorEventDefinition",
    "escalationEventDefinition", "conditionalEventDefinition", "linkEventDefinition",
    "terminateEventDefinition", "cancelEventDefinition", "compensateEventDefinition",
)  # fmt: skip
KINDS: dict[str, type[bpmn.Event]] = {
    "startEvent": bpmn.StartEvent,
    "intermediateCatchEvent": bpmn.IntermediateCatchEvent,
    "boundaryEvent": bpmn.BoundaryEvent,
    "intermediateThrowEvent": bpmn.IntermediateThrowEvent,
    "endEvent": bpmn.EndEvent,
}


def definition_elements(source: Source, element: Element) -> list[Element]:
    """The definitions of an event: its children, then those it refers to (a wrong reference is a fault)."""
    found = list(children(element, *DEFINITIONS))
    for each in children(element, "eventDefinitionRef"):
        target = source.reference(each, text_of(each), "eventDefinitionRef", *DEFINITIONS)
        if target is not None:
            found.append(target)
    return found


def definition(source: Source, roots: Roots, element: Element) -> bpmn.EventDefinition:
    tag, identity, line = tag_of(element), source.id_of(element), line_of(element)
    if tag == "messageEventDefinition":
        operation = child(element, "operationRef")
        if operation is not None:
            source.reference(operation, text_of(operation), "operationRef", "operation")
        return bpmn.MessageDefinition(
            identity, line,
            roots.message(element, element.get("messageRef")),
            None if operation is None else local(text_of(operation)),
            element.get(f"{{{NAMESPACE}}}handler"),
        )  # fmt: skip
    if tag == "timerEventDefinition":
        return timer(source, element)
    if tag == "signalEventDefinition":
        return bpmn.SignalDefinition(identity, line, roots.signal(element, element.get("signalRef")))
    if tag == "errorEventDefinition":
        return bpmn.ErrorDefinition(identity, line, roots.error(element, element.get("errorRef")))
    if tag == "escalationEventDefinition":
        return bpmn.EscalationDefinition(
            identity, line, roots.escalation(element, element.get("escalationRef"))
        )
    if tag == "conditionalEventDefinition":
        return bpmn.ConditionalDefinition(
            identity, line, source.expression(child(element, "condition"), "条件")
        )
    if tag == "linkEventDefinition":
        return bpmn.LinkDefinition(identity, line, (element.get("name") or "").strip())
    if tag == "terminateEventDefinition":
        return bpmn.TerminateDefinition(identity, line)
    if tag == "cancelEventDefinition":
        return bpmn.CancelDefinition(identity, line)
    activity = element.get("activityRef")
    source.reference(element, activity, "activityRef")
    return bpmn.CompensateDefinition(
        identity,
        line,
        None if activity is None else local(activity),
        flag(element, "waitForCompletion", True),
    )


def timer(source: Source, element: Element) -> bpmn.TimerDefinition:
    limit = element.get(f"{{{NAMESPACE}}}limit")
    given = list(children(element, "timeDate", "timeDuration", "timeCycle"))
    count = len(given) + (limit is not None)
    if count != 1:
        source.fault(
            element,
            "timer_kind",
            "定时事件必须且只能给出 timeDate、timeDuration、timeCycle、chengban:limit 之一，"
            + ("一个也没有" if count == 0 else f"这里有 {count} 个"),
        )
    return bpmn.TimerDefinition(
        source.id_of(element),
        line_of(element),
        source.expression(child(element, "timeDate"), "定时"),
        source.expression(child(element, "timeDuration"), "定时"),
        source.expression(child(element, "timeCycle"), "定时"),
        limit,
    )


def event(source: Source, roots: Roots, element: Element, common: dict[str, Any]) -> bpmn.Event:
    tag = tag_of(element)
    kind = KINDS[tag]
    common["definitions"] = tuple(
        definition(source, roots, each) for each in definition_elements(source, element)
    )
    common["properties"] = data.properties(source, element)
    if issubclass(kind, bpmn.CatchEvent):
        common["parallel_multiple"] = flag(element, "parallelMultiple")
        common["outputs"] = tuple(data.item(source, each) for each in children(element, "dataOutput"))
        common["output_associations"] = data.associations(source, element, "dataOutputAssociation")
    else:
        common["inputs"] = tuple(data.item(source, each) for each in children(element, "dataInput"))
        common["input_associations"] = data.associations(source, element, "dataInputAssociation")
    if tag == "startEvent":
        common["interrupting"] = flag(element, "isInterrupting", True)
    if tag == "boundaryEvent":
        common["interrupting"] = flag(element, "cancelActivity", True)
        common["attached_to"] = local(element.get("attachedToRef"))
    return kind(**common)

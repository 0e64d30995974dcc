"""From a BPMN file to `Definitions`: hardening, schema, elements, structure; all faults at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.errors import DeploymentError
from engine.model import activities, bpmn, data, events
from engine.model.collaboration import collaboration_faults
from engine.model.descriptor import NAMESPACE
from engine.model.diagram import drawn_elements
from engine.model.roots import Roots
from engine.model.schema import schema_faults
from engine.model.source import BPMN, Element, Source, child, children, flag, line_of, local, tag_of, text_of
from engine.model.structure import Scope, structure_faults
from engine.model.vocabulary import vocabulary_faults
from engine.model.xml import parse


@lru_cache(
    maxsize=64
)  # a bundle is read for its net and for its desk, and carries what other bundles carry too
def read_bpmn(xml: bytes, file: str = "模型.bpmn") -> bpmn.Definitions:
    """A BPMN 2.0.2 file, checked; raises DeploymentError with every fault.

    Processes with isExecutable="false" (and public ones without the attribute) only describe: they are left
    out of `processes`. Absent on another process it counts as true: BPMN 2.0.2 table 10.1 leaves it open.
    """
    root = parse(xml, file)
    source = Source(root, file)
    if tag_of(root) != "definitions":
        source.fault(root, "not_bpmn", "这不是 BPMN 2.0 文件：根元素应为 definitions")
        raise DeploymentError(source.faults)
    invalid = schema_faults(root, file)
    source.faults.extend(invalid)
    vocabulary_faults(source)
    collaboration_faults(source)
    roots = Roots(source)
    drawn = drawn_elements(root)
    processes = []
    for element in children(root, "process", *activities.GLOBAL_TASKS):
        if tag_of(element) == "process":
            if _executable(element):
                processes.append(_process(source, roots, element, drawn))
        else:
            processes.append(_global_task(source, roots, element))
    if source.faults:
        unique = dict.fromkeys(source.faults)
        raise DeploymentError(sorted(unique, key=lambda fault: (fault.line, fault.element)))
    return bpmn.Definitions(
        file, root.get("id") or "", tuple(processes),
        roots.messages, roots.signals, roots.errors, roots.escalations, roots.properties, roots.keys,
    )  # fmt: skip


def _executable(element: Element) -> bool:
    return flag(element, "isExecutable", element.get("processType") != "Public")


def _process(source: Source, roots: Roots, element: Element, drawn: frozenset[str]) -> bpmn.Process:
    kinds = [f"{{{BPMN}}}{tag}" for tag in activities.SUB_PROCESSES]
    scopes = [element, *element.iter(*kinds)]
    lanes = _lanes(source, element)
    bodies: dict[Element, bpmn.FlowElements] = {}
    compensations = [one for scope in scopes for one in _compensations(source, scope)]
    for scope in reversed(scopes):  # inner scopes stand after outer ones in a document
        bodies[scope] = _body(source, roots, scope, bodies, lanes)
    structure_faults(
        source,
        [Scope(scope, bodies[scope]) for scope in scopes],
        compensations,
    )
    return bpmn.Process(
        id=source.id_of(element),
        name=element.get("name") or "",
        line=line_of(element),
        file=source.file,
        matter=element.get(f"{{{NAMESPACE}}}matter"),
        documentation=source.documentation(element),
        body=bodies[element],
        compensations=tuple(compensations),
        properties=data.properties(source, element),
        inputs=data.specified(source, element, "dataInput"),
        outputs=data.specified(source, element, "dataOutput"),
        correlation_subscriptions=tuple(
            roots.subscription(each) for each in children(element, "correlationSubscription")
        ),
        drawn=drawn & {source.id_of(each) for each in element.iter(f"{{{BPMN}}}*")},
    )


def _lanes(source: Source, process: Element) -> dict[str, str]:
    lanes: dict[str, str] = {}
    for lane in process.iter(f"{{{BPMN}}}lane"):  # an inner lane comes after the one around it
        for each in children(lane, "flowNodeRef"):
            source.reference(each, text_of(each), "flowNodeRef")
            lanes[text_of(each)] = lane.get("name") or source.id_of(lane)
    return lanes


def _body(
    source: Source,
    roots: Roots,
    scope: Element,
    bodies: dict[Element, bpmn.FlowElements],
    lanes: dict[str, str],
) -> bpmn.FlowElements:
    flows = tuple(_flow(source, each) for each in children(scope, "sequenceFlow"))
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in flows:
        incoming.setdefault(flow.target, []).append(flow.id)
        outgoing.setdefault(flow.source, []).append(flow.id)
    nodes: list[bpmn.Node] = []
    for element in children(scope):
        tag, identity = tag_of(element), source.id_of(element)
        common: dict[str, Any] = {
            "id": identity,
            "name": element.get("name") or "",
            "line": line_of(element),
            "incoming": tuple(incoming.get(identity, ())),
            "outgoing": tuple(outgoing.get(identity, ())),
            "documentation": source.documentation(element),
            "lane": lanes.get(identity),
        }
        if tag in events.KINDS:
            nodes.append(events.event(source, roots, element, common))
        elif tag in activities.GATEWAYS:
            nodes.append(activities.gateway(source, element, common))
        elif tag in activities.TASKS or tag in activities.SUB_PROCESSES:
            nodes.append(activities.activity(source, roots, element, common, bodies.get(element)))
        elif tag == "event":
            source.fault(element, "unsupported", f"事件 {identity} 没有种类，不能执行")
    objects = tuple(data.item(source, each) for each in children(scope, "dataObject"))
    return bpmn.FlowElements(tuple(nodes), flows, objects)


def _flow(source: Source, element: Element) -> bpmn.SequenceFlow:
    return bpmn.SequenceFlow(
        source.id_of(element),
        element.get("name") or "",
        local(element.get("sourceRef")),
        local(element.get("targetRef")),
        source.expression(child(element, "conditionExpression"), "流转条件"),
        line_of(element),
    )


def _compensations(source: Source, scope: Element) -> list[bpmn.Compensation]:
    found = []
    for each in children(scope, "association"):
        boundary, handler = local(each.get("sourceRef")), local(each.get("targetRef"))
        attached = source.by_id.get(boundary)
        target = source.by_id.get(handler)
        if attached is None or target is None or tag_of(attached) != "boundaryEvent":
            continue
        kinds = {tag_of(one) for one in events.definition_elements(source, attached)}
        if "compensateEventDefinition" in kinds and (
            tag_of(target) in activities.TASKS or tag_of(target) in activities.SUB_PROCESSES
        ):
            found.append(bpmn.Compensation(boundary, handler))
    return found


def _global_task(source: Source, roots: Roots, element: Element) -> bpmn.Process:
    """BPMN 2.0.2 §10.3.3: a callable task; one task of its kind between a start and an end."""
    tag, identity = activities.GLOBAL_TASKS[tag_of(element)], source.id_of(element)
    start, end = f"{identity}.start", f"{identity}.end"
    task_id, first, last = f"{identity}.task", f"{identity}.in", f"{identity}.out"
    name, line = element.get("name") or "", line_of(element)
    task = activities.TASKS[tag](
        id=task_id, name=name, line=line, incoming=(first,), outgoing=(last,),
        **activities.details(source, roots, element, tag),
    )  # fmt: skip
    return bpmn.Process(
        id=identity, name=name, line=line, file=source.file,
        documentation=source.documentation(element),
        body=bpmn.FlowElements(
            (
                bpmn.StartEvent(id=start, line=line, outgoing=(first,)),
                task,
                bpmn.EndEvent(id=end, line=line, incoming=(last,)),
            ),
            (
                bpmn.SequenceFlow(first, "", start, task_id, None, line),
                bpmn.SequenceFlow(last, "", task_id, end, None, line),
            ),
        ),
        inputs=data.specified(source, element, "dataInput"),
        outputs=data.specified(source, element, "dataOutput"),
    )  # fmt: skip

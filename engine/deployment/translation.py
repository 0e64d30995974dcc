"""A BPMN file as SpiffWorkflow can take it: the same flow, with marks where data and expressions stood.

A mark names the process and the element; whoever evaluates it looks up the compiled expression in our net. Ids
get a prefix (an element called `Start` breaks SpiffWorkflow). The diagram goes, so that flows keep the order of
the document. Work that our engine waits for becomes a user task, work that passes at once a script.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from engine.kernel import Net
from engine.kernel.net import Node
from engine.model import bpmn
from engine.model.xml import parse

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DROPPED = {
    "extensionElements", "documentation", "ioSpecification", "dataInputAssociation", "dataOutputAssociation",
    "property", "dataObject", "dataObjectReference", "dataStoreReference", "laneSet", "association", "textAnnotation",
    "group", "correlationSubscription", "loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem",
    "correlationProperty", "collaboration", "dataStore", "itemDefinition", "ioBinding", "incoming", "outgoing",
    "loopCardinality", "completionCondition", "conditionExpression", "script",
}  # fmt: skip
_FLOW_TAGS = {"sequenceFlow"}


def renamed(process: str, node: str) -> str:
    """The id that a node has for SpiffWorkflow."""
    return f"n.{process}.{node}"


def translated(xml: bytes, file: str, net: Net) -> Any:
    """The root element of a copy. Raises DeploymentError when the file is no XML."""
    root = deepcopy(parse(xml, file))
    for child in list(root):
        if not isinstance(child.tag, str) or not child.tag.startswith(BPMN) or _tag(child) in _DROPPED:
            root.remove(child)
        elif _tag(child) == "message":
            child.set("name", child.get("name") or child.get("id") or "")
        elif _tag(child) == "process":
            if child.get("id") in net.processes:
                child.set("isExecutable", "true")
                _process(child, net, root)
            else:
                root.remove(child)
    return root


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _process(process: Any, net: Net, root: Any) -> None:
    compiled = net.processes[process.get("id")]
    for element in list(process.iter()):
        parent = element.getparent()
        if parent is None or not isinstance(element.tag, str):
            continue
        if _tag(element) in _DROPPED or not element.tag.startswith(BPMN):
            parent.remove(element)
    flows = {flow.id: flow for node in compiled.nodes.values() for flow in node.outgoing}
    for element in list(process.iter()):
        tag, name = _tag(element), element.get("id")
        if tag == "sequenceFlow":
            source = compiled.nodes[element.get("sourceRef")]
            _flow(element, flows[name], source, compiled.id)
        elif name in compiled.nodes and element is not process:
            _node(element, compiled.nodes[name], compiled.id, root)


def _flow(element: Any, flow: Any, source: Node, process: str) -> None:
    element.set("sourceRef", renamed(process, flow.source))
    element.set("targetRef", renamed(process, flow.target.id))
    chooses = isinstance(source.model, bpmn.ExclusiveGateway | bpmn.InclusiveGateway)
    if flow.condition is not None:
        _add(element, "conditionExpression", f"flow|{process}|{flow.source}|{flow.id}")
    elif chooses and source.default is not flow and len(source.outgoing) > 1:
        _add(element, "conditionExpression", "true")


def _add(element: Any, tag: str, text: str) -> Any:
    child = element.makeelement(BPMN + tag, {})
    child.text = text
    element.append(child)
    return child


def _node(element: Any, node: Node, process: str, root: Any) -> None:
    model = node.model
    element.set("id", renamed(process, node.id))
    if isinstance(model, bpmn.BoundaryEvent):
        element.set("attachedToRef", renamed(process, model.attached_to))
    if isinstance(model, bpmn.Activity):
        _loop(element, node, process)
    if isinstance(model, bpmn.Task) and not isinstance(model, bpmn.ReceiveTask):
        waits = isinstance(model, bpmn.UserTask | bpmn.ServiceTask)
        waits |= isinstance(model, bpmn.ManualTask) and model.lane is not None
        waits |= isinstance(model, bpmn.SendTask) and bool(model.handler)
        element.tag = BPMN + ("userTask" if waits else "scriptTask")
        if not waits:
            _add(element, "script", f"run|{process}|{node.id}|")
    for trigger, definition in zip(node.triggers, element.iterchildren(), strict=False):
        if trigger.kind == "timer":
            _timer(element, definition, trigger, node, process, root)
        elif trigger.kind == "message" and isinstance(model, bpmn.ThrowEvent):
            element.remove(definition)


def _loop(element: Any, node: Node, process: str) -> None:
    loop = element.find(BPMN + "multiInstanceLoopCharacteristics")
    if loop is not None:
        _add(loop, "loopCardinality", f"count|{process}|{node.id}|")
        if "completion" in node.expressions:
            _add(loop, "completionCondition", f"enough|{process}|{node.id}|")


def _timer(element: Any, definition: Any, trigger: Any, node: Node, process: str, root: Any) -> None:
    if trigger.measure != "limit":
        for measure in definition:
            measure.text = f"timer|{process}|{node.id}|{trigger.index}"
        return
    # only our clocks know when a statutory limit is due: to SpiffWorkflow it is something that arrives
    name = f"limit {process} {node.id}"
    message = root.makeelement(BPMN + "message", {"id": f"limit.{process}.{node.id}", "name": name})
    root.append(message)
    arrival = element.makeelement(
        BPMN + "messageEventDefinition", {"messageRef": f"limit.{process}.{node.id}"}
    )
    element.replace(definition, arrival)

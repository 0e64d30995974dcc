"""What a process declares: names that FEEL should know, and the definitions of what begins it."""

from __future__ import annotations

from engine.model import bpmn


def message_name(message: bpmn.Message | None) -> str:
    return (message.name or message.id) if message is not None else ""


def definitions_of(model: bpmn.Node) -> tuple[bpmn.EventDefinition | None, ...]:
    if isinstance(model, bpmn.Event):
        return model.definitions
    message = model.message if isinstance(model, bpmn.ReceiveTask) else None
    return (bpmn.MessageDefinition(f"{model.id}-message", model.line, message),)


def declared_names(process: bpmn.Process) -> list[str]:
    names = [item.variable for item in (*process.properties, *process.inputs, *process.outputs)]
    names.extend(item.variable for item in process.body.data_objects)
    for node in bpmn.nodes_within(process.body):
        if isinstance(node, bpmn.Activity):
            names.extend(item.variable for item in (*node.properties, *node.inputs, *node.outputs))
            if isinstance(node.loop, bpmn.MultiInstance):
                loop = node.loop
                names.extend(
                    name
                    for name in (loop.collection, loop.item, loop.output_collection, loop.output_item)
                    if name
                )
            for association in (*node.input_associations, *node.output_associations):
                names.extend(assignment.target for assignment in association.assignments)
        if isinstance(node, bpmn.SubProcess):
            names.extend(item.variable for item in node.body.data_objects)
        if isinstance(node, bpmn.BusinessRuleTask) and node.result:
            names.append(node.result)
    return names

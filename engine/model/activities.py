"""Activities, their loops and gateways (BPMN 2.0.2 §10.3, §10.6, §13.3)."""

from __future__ import annotations

import re
from typing import Any

from engine.model import bpmn, data, events
from engine.model.descriptor import NAMESPACE
from engine.model.roots import Roots
from engine.model.source import Element, Source, child, children, flag, line_of, local, tag_of, text_of

TASKS: dict[str, type[bpmn.Activity]] = {
    "task": bpmn.Task, "manualTask": bpmn.ManualTask, "userTask": bpmn.UserTask,
    "serviceTask": bpmn.ServiceTask, "sendTask": bpmn.SendTask, "receiveTask": bpmn.ReceiveTask,
    "scriptTask": bpmn.ScriptTask, "businessRuleTask": bpmn.BusinessRuleTask,
    "callActivity": bpmn.CallActivity,
}  # fmt: skip
SUB_PROCESSES: dict[str, type[bpmn.SubProcess]] = {
    "subProcess": bpmn.SubProcess,
    "transaction": bpmn.Transaction,
    "adHocSubProcess": bpmn.AdHocSubProcess,
}
GATEWAYS: dict[str, type[bpmn.Gateway]] = {
    "exclusiveGateway": bpmn.ExclusiveGateway, "inclusiveGateway": bpmn.InclusiveGateway,
    "parallelGateway": bpmn.ParallelGateway, "complexGateway": bpmn.ComplexGateway,
    "eventBasedGateway": bpmn.EventBasedGateway,
}  # fmt: skip
GLOBAL_TASKS = {
    "globalTask": "task", "globalUserTask": "userTask", "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask", "globalManualTask": "manualTask",
}  # fmt: skip


def ours(element: Element, name: str) -> str | None:
    return element.get(f"{{{NAMESPACE}}}{name}")


def details(source: Source, roots: Roots, element: Element, tag: str) -> dict[str, Any]:
    """What is particular to a kind of task."""
    operation = element.get("operationRef")
    source.reference(element, operation, "operationRef", "operation")
    named = None if operation is None else local(operation)
    if tag == "userTask":
        allow = ours(element, "allow")
        return {
            "form": ours(element, "form"),
            "post": ours(element, "post"),
            "limit": ours(element, "limit"),
            "sign": ours(element, "sign"),
            "allow": None if allow is None else tuple(allow.replace(",", " ").split()),
            "documents": tuple((ours(element, "documents") or "").replace(",", " ").split()),
        }
    if tag == "serviceTask":
        return {"handler": ours(element, "handler") or _job(source, element, named), "operation": named}
    if tag == "sendTask":
        message = roots.message(element, element.get("messageRef"))
        handler = ours(element, "handler")
        if handler is None and message is None:
            handler = _job(source, element, named)
        return {"message": message, "handler": handler, "operation": named}
    if tag == "receiveTask":
        message = roots.message(element, element.get("messageRef"))
        return {"message": message, "instantiate": flag(element, "instantiate"), "operation": named}
    if tag == "scriptTask":
        format_ = element.get("scriptFormat") or element.get("scriptLanguage")
        if format_ and "feel" not in format_.lower():
            source.fault(
                element, "script_format", f"脚本任务的 scriptFormat 只能是 feel 或不写，这里是“{format_}”"
            )
        return {"script": source.expression(child(element, "script"), "脚本"), "script_format": format_}
    if tag == "businessRuleTask":
        return {"decision": ours(element, "decision"), "result": ours(element, "result")}
    if tag == "callActivity":
        called = local(element.get("calledElement"))
        if not called:
            source.fault(
                element, "called_element", f"{source.label(element)} 没有写 calledElement，不知调用哪个流程"
            )
        return {"called_element": called}
    return {}


def _job(source: Source, element: Element, operation: str | None) -> str:
    """Who does a task that names no handler: its operation, else the task itself; production checks that."""
    return operation or source.id_of(element)


def activity(
    source: Source, roots: Roots, element: Element, common: dict[str, Any], body: bpmn.FlowElements | None
) -> bpmn.Activity:
    tag = tag_of(element)
    looping, used = loop(source, roots, element)
    common |= {
        "default": local(element.get("default")) or None,
        "loop": looping,
        "for_compensation": flag(element, "isForCompensation"),
        "start_quantity": quantity(source, element, "startQuantity"),
        "completion_quantity": quantity(source, element, "completionQuantity"),
        "properties": data.properties(source, element),
        "inputs": data.specified(source, element, "dataInput"),
        "outputs": data.specified(source, element, "dataOutput"),
        "input_sets": data.input_sets(source, element),
    }
    for key, kind in (
        ("input_associations", "dataInputAssociation"),
        ("output_associations", "dataOutputAssociation"),
    ):
        common[key] = tuple(
            data.association(source, each) for each in children(element, kind) if each not in used
        )
    if body is None:
        return TASKS[tag](**common, **details(source, roots, element, tag))
    common["body"] = body
    common["triggered_by_event"] = flag(element, "triggeredByEvent")
    if tag == "transaction":
        common["method"] = element.get("method") or "##Compensate"
        if common["method"] != "##Compensate":
            source.fault(
                element,
                "transaction_method",
                f"事务的 method“{common['method']}”不受支持，只支持 ##Compensate",
            )
    if tag == "adHocSubProcess":
        common["sequential"] = element.get("ordering") == "Sequential"
        common["completion"] = source.expression(child(element, "completionCondition"), "完成条件")
        common["cancel_remaining"] = flag(element, "cancelRemainingInstances", True)
    return SUB_PROCESSES[tag](**common)


def quantity(source: Source, element: Element, name: str) -> int:
    text = element.get(name, "1").strip()
    if not re.fullmatch(r"[+-]?\d{1,9}", text) or int(text) < 1:
        source.fault(
            element, "quantity", f"{source.label(element)} 的 {name} 必须是不小于 1 的整数，这里是“{text}”"
        )
        return 1
    return int(text)


def loop(
    source: Source, roots: Roots, element: Element
) -> tuple[bpmn.StandardLoop | bpmn.MultiInstance | None, set[Element]]:
    """The loop, and the associations of the activity that only carry its collections in and out."""
    standard = child(element, "standardLoopCharacteristics")
    if standard is not None:
        maximum = standard.get("loopMaximum")
        if maximum is not None and (not re.fullmatch(r"\+?\d+", maximum.strip()) or int(maximum) < 1):
            source.fault(
                standard, "loop_maximum", f"循环的 loopMaximum 必须是不小于 1 的整数，这里是“{maximum}”"
            )
            maximum = None
        condition = source.expression(child(standard, "loopCondition"), "循环条件")
        if condition is None and standard.get("loopMaximum") is None:
            source.fault(
                standard, "loop_endless", "循环既没有 loopCondition 也没有 loopMaximum，永远不会结束"
            )
        limit = None if maximum is None else bpmn.Expression(maximum.strip(), line_of(standard))
        return bpmn.StandardLoop(condition, flag(standard, "testBefore"), limit), set()
    several = child(element, "multiInstanceLoopCharacteristics")
    if several is None:
        return None, set()
    return multi_instance(source, roots, element, several)


def multi_instance(
    source: Source, roots: Roots, activity_element: Element, element: Element
) -> tuple[bpmn.MultiInstance, set[Element]]:
    used: set[Element] = set()
    cardinality = source.expression(child(element, "loopCardinality"), "实例个数")
    if cardinality and re.fullmatch(r"-\s*\d+(\.\d+)?|\d+\.\d*[1-9]\d*", cardinality.text):
        source.fault(
            element,
            "cardinality",
            f"多实例的 loopCardinality 必须是不小于 0 的整数，这里是“{cardinality.text}”",
        )
    collection = loop_data(
        source, activity_element, element, "loopDataInputRef", "dataInputAssociation", used
    )
    output = loop_data(source, activity_element, element, "loopDataOutputRef", "dataOutputAssociation", used)
    if cardinality is None and child(element, "loopDataInputRef") is None:
        source.fault(
            element, "multi_instance", "多实例既没有 loopCardinality 也没有 loopDataInputRef，不知办几份"
        )
    if cardinality is not None and collection is not None:
        source.fault(element, "multi_instance", "多实例的 loopCardinality 与 loopDataInputRef 只能写一个")
    behavior = element.get("behavior", "All")
    references = {}
    for attribute in ("noneBehaviorEventRef", "oneBehaviorEventRef"):
        found = source.reference(element, element.get(attribute), attribute, *events.DEFINITIONS)
        references[attribute] = None if found is None else events.definition(source, roots, found)
    for attribute, wanted in (("noneBehaviorEventRef", "None"), ("oneBehaviorEventRef", "One")):
        if behavior != wanted and element.get(attribute) is not None:
            source.fault(element, "behavior_event", f"多实例写了 {attribute}，behavior 就必须是 {wanted}")
    complex_behaviors = tuple(complex_behavior(source, roots, element))
    if (behavior == "Complex") != bool(complex_behaviors):
        source.fault(element, "behavior_event", "behavior=Complex 与 complexBehaviorDefinition 必须同时出现")
    item, output_item = child(element, "inputDataItem"), child(element, "outputDataItem")
    return bpmn.MultiInstance(
        flag(element, "isSequential"),
        cardinality,
        collection,
        None if item is None else data.variable(source, item),
        output,
        None if output_item is None else data.variable(source, output_item),
        source.expression(child(element, "completionCondition"), "完成条件"),
        behavior,
        references["noneBehaviorEventRef"],
        references["oneBehaviorEventRef"],
        complex_behaviors,
    ), used


def loop_data(
    source: Source, activity_element: Element, element: Element, tag: str, kind: str, used: set[Element]
) -> str | None:
    """The collection outside: where the reference is to the activity's own data, what its association names."""
    reference = child(element, tag)
    if reference is None:
        return None
    found = source.reference(reference, text_of(reference), tag, *data.DATA)
    if found is None:
        return None
    inner, outer = (
        ("targetRef", "sourceRef") if kind == "dataInputAssociation" else ("sourceRef", "targetRef")
    )
    for each in children(activity_element, kind):
        ends = [text_of(end) for end in children(each, inner)]
        plain = child(each, "transformation") is None and child(each, "assignment") is None
        far = child(each, outer)
        if ends == [source.id_of(found)] and plain and far is not None:
            used.add(each)
            return data.data_name(source, far, text_of(far), outer)
    return data.variable(source, found)


def complex_behavior(source: Source, roots: Roots, element: Element) -> list[bpmn.ComplexBehavior]:
    behaviors = []
    for each in children(element, "complexBehaviorDefinition"):
        condition = source.expression(child(each, "condition"), "条件")
        thrown = child(each, "event")
        event = None
        if thrown is not None:
            event = bpmn.IntermediateThrowEvent(
                id=source.id_of(thrown),
                name=thrown.get("name") or "",
                line=line_of(thrown),
                definitions=tuple(
                    events.definition(source, roots, one)
                    for one in events.definition_elements(source, thrown)
                ),
                inputs=tuple(data.item(source, one) for one in children(thrown, "dataInput")),
                input_associations=data.associations(source, thrown, "dataInputAssociation"),
            )
        if condition is not None:
            behaviors.append(bpmn.ComplexBehavior(source.id_of(each), condition, event))
    return behaviors


def gateway(source: Source, element: Element, common: dict[str, Any]) -> bpmn.Gateway:
    tag = tag_of(element)
    common["direction"] = element.get("gatewayDirection", "Unspecified")
    if tag in ("exclusiveGateway", "inclusiveGateway", "complexGateway"):
        common["default"] = local(element.get("default")) or None
    if tag == "complexGateway":
        common["activation"] = source.expression(child(element, "activationCondition"), "激活条件")
    if tag == "eventBasedGateway":
        common["instantiate"] = flag(element, "instantiate")
        common["parallel"] = element.get("eventGatewayType") == "Parallel"
    return GATEWAYS[tag](**common)

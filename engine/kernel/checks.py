"""What is refused before anything runs: references that lead nowhere, and what this kernel does not execute."""

from __future__ import annotations

from collections.abc import Container, Iterator

from engine.errors import Fault, InvalidInput
from engine.kernel.net import Net, Node, ProcessNet
from engine.kernel.operations import OPERATIONS
from engine.kernel.signing_rule import rule_of
from engine.model import bpmn

CATCHES = {"message", "timer", "signal", "conditional"}
STARTS = CATCHES
EVENT_STARTS = CATCHES | {"error", "escalation", "compensation"}
BOUNDARIES = CATCHES | {"error", "escalation", "cancel", "compensation"}
THROWS = {"message", "signal", "escalation", "link", "compensation"}
BEHAVIORS = {"message", "signal", "escalation", "error"}
ENDS = {"message", "signal", "error", "escalation", "terminate", "cancel", "compensation"}


def check_process(
    net: Net, process: ProcessNet, handlers: Container[str] | None, limits: Container[str] | None
) -> Iterator[Fault]:
    """Every fault of one process."""

    def fault(node: Node, code: str, message: str) -> Fault:
        return Fault(process.file.file, node.model.line, node.id, code, message)

    for node in process.nodes.values():
        for code, message in (
            *_references(net, node, handlers, limits),
            *_activity(node),
            *_event(process, node),
            *_gateway(node),
        ):
            yield fault(node, code, message)


def _references(
    net: Net, node: Node, handlers: Container[str] | None, limits: Container[str] | None
) -> Iterator[tuple[str, str]]:
    model = node.model
    if isinstance(model, bpmn.CallActivity) and model.called_element not in net.processes:
        yield "call", f"调用的流程“{model.called_element}”不在本版本包中"
    if isinstance(model, bpmn.CallActivity) and model.called_element in net.processes:
        called = net.processes[model.called_element]
        if not called.body.starts and called.body.nodes:
            yield "call", f"被调用的流程“{called.id}”没有空白开始事件"
    if isinstance(model, bpmn.BusinessRuleTask):
        if not model.decision:
            yield "decision", f"业务规则任务“{node.id}”没有指明决策"
        elif model.decision not in net.decisions:
            yield "decision", f"决策“{model.decision}”不在本版本包中"
    if handlers is not None:
        named = [getattr(model, "handler", None), *(trigger.handler for trigger in node.triggers)]
        for handler in named:
            if handler and handler not in handlers:
                yield "handler", f"没有登记处理程序“{handler}”"
    if limits is not None:
        asked = [trigger.text for trigger in node.triggers if trigger.measure == "limit"]
        if isinstance(model, bpmn.UserTask) and model.limit:
            asked.append(model.limit)
        for limit in asked:
            if limit not in limits:
                yield "limit", f"没有法定时限“{limit}”"


def _activity(node: Node) -> Iterator[tuple[str, str]]:
    model = node.model
    if not isinstance(model, bpmn.Activity):
        return
    if model.start_quantity < 1 or model.completion_quantity < 1:
        yield "quantity", f"“{node.id}”的 startQuantity 和 completionQuantity 须不小于 1"
    loop = model.loop
    if isinstance(loop, bpmn.MultiInstance):
        if loop.cardinality is None and loop.collection is None:
            yield "multi_instance", f"多实例“{node.id}”既没有个数也没有集合"
        if loop.cardinality is not None and loop.cardinality.text.replace(" ", "").startswith("-"):
            yield "multi_instance", f"多实例“{node.id}”的个数为负"
        thrown = [t for _, triggers, _ in node.behaviors for t in triggers]
        if "behavior_event" in node.options:
            thrown.append(node.options["behavior_event"])
        for trigger in thrown:
            if trigger.kind not in BEHAVIORS or trigger.handler:
                yield "multi_instance", f"多实例“{node.id}”的 behavior 不能抛出这种事件（{trigger.kind}）"
        if loop.behavior.lower() not in ("none", "one", "all", "complex"):
            yield "multi_instance", f"多实例“{node.id}”的 behavior“{loop.behavior}”不存在"
    if isinstance(loop, bpmn.StandardLoop) and loop.maximum is not None:
        text = loop.maximum.text.strip()
        if text.startswith("-"):
            yield "loop", f"循环“{node.id}”的次数上限为负"
    if isinstance(loop, bpmn.StandardLoop) and loop.maximum is None and loop.condition is None:
        yield "loop", f"循环“{node.id}”既没有条件也没有次数上限，永不结束"
    if isinstance(model, bpmn.UserTask):
        yield from _operations(node, model)
    if isinstance(model, bpmn.ScriptTask):
        if model.script is None:
            yield "script", f"脚本任务“{node.id}”没有脚本"
        if model.script_format not in (None, "", "feel", "FEEL"):
            yield "script", f"脚本任务“{node.id}”的语言“{model.script_format}”不能执行，只能是 feel"
    if isinstance(model, bpmn.ReceiveTask) and model.message is None:
        yield "message", f"接收任务“{node.id}”没有指明消息"
    if isinstance(model, bpmn.SendTask) and model.message is None and model.handler is None:
        yield "message", f"发送任务“{node.id}”既没有消息也没有处理程序"
    if isinstance(model, bpmn.Transaction) and model.method not in ("##Compensate", "compensate", ""):
        yield "transaction", f"事务“{node.id}”的方式“{model.method}”不能执行，只能是 ##Compensate"
    if (
        isinstance(model, bpmn.SubProcess)
        and not isinstance(model, bpmn.AdHocSubProcess)
        and node.inner is not None
    ):
        nones = [each for each in node.inner.starts if isinstance(each.model, bpmn.StartEvent)]
        if model.triggered_by_event:
            if len(nones) != 1 or not nones[0].triggers:
                yield "start", f"事件子流程“{node.id}”须有且只有一个带触发条件的开始事件"
            if node.incoming or node.outgoing:
                yield "flow", f"事件子流程“{node.id}”不能有顺序流"
        else:
            if len(nones) > 1:
                yield "start", f"子流程“{node.id}”只能有一个开始事件"
            if any(isinstance(e.model, bpmn.StartEvent) and e.triggers for e in node.inner.nodes.values()):
                yield "start", f"嵌入子流程“{node.id}”的开始事件不能带触发条件"
    if model.for_compensation and (node.incoming or node.outgoing):
        yield "compensation", f"补偿活动“{node.id}”不能有顺序流"


def _operations(node: Node, model: bpmn.UserTask) -> Iterator[tuple[str, str]]:
    """The signing rule can be read and has signers, and every allowed operation exists."""
    if model.sign is not None:
        try:
            rule_of(model.sign)
        except InvalidInput as wrong:
            yield "sign", f"用户任务“{node.id}”：{wrong.message}"
        if model.post is None and model.lane is None:
            yield "sign", f"用户任务“{node.id}”有签署规则而没有岗位，没有人能够签署"
    for operation in model.allow or ():
        if operation not in OPERATIONS:
            yield "allow", f"用户任务“{node.id}”允许的操作“{operation}”不存在，可用：{'、'.join(OPERATIONS)}"


def _event(process: ProcessNet, node: Node) -> Iterator[tuple[str, str]]:
    model = node.model
    kinds = {trigger.kind for trigger in node.triggers}
    parent = process.nodes.get(node.body.element)
    in_event = parent is not None and getattr(parent.model, "triggered_by_event", False)
    allowed: set[str] | None = None
    if isinstance(model, bpmn.StartEvent):
        allowed = EVENT_STARTS if in_event else STARTS
        if kinds & {"error", "compensation"} and not node.interrupting and in_event:
            yield "event", f"错误和补偿的开始事件“{node.id}”只能是中断的"
    elif isinstance(model, bpmn.BoundaryEvent):
        allowed = BOUNDARIES
        host = node.body.nodes.get(model.attached_to)
        if host is None or not host.is_activity:
            yield "boundary", f"边界事件“{node.id}”所附的活动“{model.attached_to}”不在同一层流程中"
        elif "cancel" in kinds and not isinstance(host.model, bpmn.Transaction):
            yield "boundary", f"取消边界事件“{node.id}”只能附在事务上"
        if not kinds:
            yield "event", f"边界事件“{node.id}”没有事件定义"
        if kinds & {"error", "cancel"} and not node.interrupting:
            yield "event", f"错误和取消的边界事件“{node.id}”只能是中断的"
        if node.incoming:
            yield "flow", f"边界事件“{node.id}”不能有入口"
    elif isinstance(model, bpmn.IntermediateCatchEvent):
        allowed = CATCHES | {"link"}
        if not kinds:
            yield "event", f"中间捕获事件“{node.id}”没有事件定义"
    elif isinstance(model, bpmn.IntermediateThrowEvent):
        allowed = THROWS
    elif isinstance(model, bpmn.EndEvent):
        allowed = ENDS
        if node.outgoing:
            yield "flow", f"结束事件“{node.id}”不能有出口"
        if "cancel" in kinds:
            while parent is not None and not isinstance(parent.model, bpmn.Transaction):
                parent = process.nodes.get(parent.body.element)
            # the standard says nothing of a cancelled transaction that no event leaves (§10.3.5): refused
            if parent is None or not any(
                t.kind == "cancel" for each in parent.boundaries for t in each.triggers
            ):
                yield "event", f"取消结束事件“{node.id}”须在事务内，且事务上有取消边界事件"
    if isinstance(model, bpmn.Event) and model.properties:
        yield "unsupported", f"事件“{node.id}”的 property 不能执行，请写在流程或子流程上"
    if isinstance(model, bpmn.StartEvent) and parent is None and "conditional" in kinds:
        yield "unsupported", f"流程的开始事件“{node.id}”不能是条件：办件开始前没有可以判断的数据"
    if allowed is not None:
        for kind in sorted(kinds - allowed):
            yield "event", f"事件“{node.id}”在此处不能是 {kind} 事件"
    if node.parallel and kinds - CATCHES:
        yield "event", f"并行多重事件“{node.id}”只能由消息、计时、信号、条件组成"
    for trigger in node.triggers:
        if trigger.kind in ("message", "signal") and not trigger.name and isinstance(model, bpmn.Event):
            yield "event", f"事件“{node.id}”没有指明{'消息' if trigger.kind == 'message' else '信号'}"
        if trigger.kind == "timer" and not trigger.measure:
            yield "timer", f"计时事件“{node.id}”没有时间"
        if trigger.kind == "error" and not trigger.name and isinstance(model, bpmn.ThrowEvent):
            yield "event", f"抛出的错误事件“{node.id}”没有指明错误"
        if trigger.kind == "compensation" and trigger.name and trigger.name not in process.nodes:
            yield "compensation", f"补偿事件“{node.id}”所指的活动“{trigger.name}”不存在"


def _gateway(node: Node) -> Iterator[tuple[str, str]]:
    if isinstance(node.model, bpmn.EventBasedGateway):
        if len(node.outgoing) < 1:
            yield "gateway", f"事件网关“{node.id}”没有出口"
        for flow in node.outgoing:
            target = flow.target.model
            kinds = {trigger.kind for trigger in flow.target.triggers}
            fits = isinstance(target, bpmn.ReceiveTask) or (
                isinstance(target, bpmn.IntermediateCatchEvent) and kinds and not kinds - CATCHES
            )
            if not fits:
                yield "gateway", f"事件网关“{node.id}”之后只能是捕获事件或接收任务，“{flow.target.id}”不是"

"""Rules on structure that the schema cannot say, one function a rule, each citing BPMN 2.0.2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.model import bpmn
from engine.model.source import Element, Source, child, children, tag_of, text_of


@dataclass(frozen=True, slots=True)
class Scope:
    """A process or sub-process: its element and what was read from it."""

    element: Element
    body: bpmn.FlowElements

    @property
    def kind(self) -> str:
        return tag_of(self.element)

    @property
    def is_event(self) -> bool:
        return self.element.get("triggeredByEvent") in ("true", "1")


@dataclass(frozen=True, slots=True)
class Structure:
    """One process under examination."""

    source: Source
    scopes: Sequence[Scope]
    compensations: Sequence[bpmn.Compensation]
    node_scope: dict[str, Scope]
    nodes: dict[str, bpmn.Node]

    def fault(self, node: bpmn.Node | bpmn.SequenceFlow | bpmn.EventDefinition, code: str, text: str) -> None:
        element = self.source.by_id.get(node.id)
        if element is None:
            element = next((each for each, given in self.source.given.items() if given == node.id), None)
        self.source.fault(self.source.root if element is None else element, code, text)


def structure_faults(
    source: Source, scopes: Sequence[Scope], compensations: Sequence[bpmn.Compensation]
) -> None:
    nodes = {node.id: node for scope in scopes for node in scope.body.nodes}
    places = {node.id: scope for scope in scopes for node in scope.body.nodes}
    structure = Structure(source, scopes, compensations, places, nodes)
    for rule in RULES:
        for scope in scopes:
            rule(structure, scope)


def flow_ends(s: Structure, scope: Scope) -> None:
    """§8.4.13: both ends exist and lie in the flow's own scope."""
    for flow in scope.body.flows:
        for end, what in ((flow.source, "sourceRef"), (flow.target, "targetRef")):
            if s.node_scope.get(end) is scope:
                continue
            if end not in s.source.by_id:
                s.fault(flow, "missing_reference", f"顺序流 {flow.id} 的 {what} 指向的“{end}”不存在")
            elif end in s.node_scope:
                s.fault(flow, "flow_crosses_scope", f"顺序流 {flow.id} 越过了子流程边界：“{end}”不在同一层")
            elif tag_of(s.source.by_id[end]) in (
                "process",
                "participant",
                "lane",
                "dataObject",
                "sequenceFlow",
            ):
                s.fault(flow, "wrong_reference", f"顺序流 {flow.id} 的 {what} 指向的“{end}”不是流程节点")
            else:
                s.fault(
                    flow, "flow_crosses_pool", f"顺序流 {flow.id} 连到了另一个流程的“{end}”，跨泳池只能用消息"
                )


def forbidden_directions(s: Structure, scope: Scope) -> None:
    """§10.5.2, §10.5.3, §10.5.4: nothing into a start or boundary event, nothing out of an end event."""
    for node in scope.body.nodes:
        if node.incoming and isinstance(node, bpmn.StartEvent):
            s.fault(node, "start_incoming", f"开始事件 {node.id} 不能有进入的顺序流")
        if node.incoming and isinstance(node, bpmn.BoundaryEvent):
            s.fault(node, "boundary_incoming", f"边界事件 {node.id} 不能有进入的顺序流")
        if node.outgoing and isinstance(node, bpmn.EndEvent):
            s.fault(node, "end_outgoing", f"结束事件 {node.id} 不能有离开的顺序流")


def defaults(s: Structure, scope: Scope) -> None:
    """§8.4.13: a default is one of the outgoing flows and has no condition."""
    flows = {flow.id: flow for flow in scope.body.flows}
    for node in scope.body.nodes:
        default = getattr(node, "default", None)
        if default is None:
            continue
        if default not in node.outgoing:
            code = "default_not_outgoing" if default in s.source.by_id else "missing_reference"
            s.fault(node, code, f"{node.id} 的默认流“{default}”不是它的离开顺序流")
        elif flows[default].condition is not None:
            s.fault(flows[default], "default_condition", f"默认流 {default} 不能带条件")


def conditions(s: Structure, scope: Scope) -> None:
    """§8.4.13, §10.6.4, §10.6.6: conditions only out of activities and deciding gateways."""
    for flow in scope.body.flows:
        origin = s.nodes.get(flow.source)
        if flow.condition is not None and isinstance(
            origin, bpmn.ParallelGateway | bpmn.EventBasedGateway | bpmn.Event
        ):
            s.fault(flow, "condition_place", f"顺序流 {flow.id} 从 {origin.id} 出来，不能带条件")


def gateway_direction(s: Structure, scope: Scope) -> None:
    """§10.6.1, table 10.114: gatewayDirection holds, and a gateway joins or splits something."""
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.Gateway):
            continue
        several_in, several_out = len(node.incoming) > 1, len(node.outgoing) > 1
        wrong = {
            "Converging": not several_in or several_out,
            "Diverging": several_in or not several_out,
            "Mixed": not (several_in and several_out),
        }.get(node.direction, False)
        if wrong:
            s.fault(
                node, "gateway_direction", f"网关 {node.id} 声明为 {node.direction}，与它的进出顺序流不符"
            )
        if not node.outgoing:
            s.fault(node, "gateway_open", f"网关 {node.id} 没有离开的顺序流")


def event_gateway(s: Structure, scope: Scope) -> None:
    """§10.6.6: targets are catch events or receive tasks, not both messages and receive tasks, used alone."""
    flows = {flow.id: flow for flow in scope.body.flows}
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.EventBasedGateway):
            continue
        if node.instantiate and node.incoming:
            s.fault(node, "event_gateway", f"启动流程的事件网关 {node.id} 不能有进入的顺序流")
        if node.parallel and not node.instantiate:
            s.fault(node, "event_gateway", f"并行事件网关 {node.id} 只能用于启动流程（instantiate=true）")
        if len(node.outgoing) < 2:
            s.fault(node, "event_gateway", f"事件网关 {node.id} 至少要有两个离开的顺序流")
        message = receive = False
        for name in node.outgoing:
            target = s.nodes.get(flows[name].target)
            if target is None:
                continue
            if isinstance(target, bpmn.ReceiveTask):
                receive = True
                if any(
                    isinstance(b, bpmn.BoundaryEvent) and b.attached_to == target.id for b in scope.body.nodes
                ):
                    s.fault(target, "event_gateway", f"事件网关之后的接收任务 {target.id} 不能有边界事件")
            elif isinstance(target, bpmn.IntermediateCatchEvent):
                message |= any(isinstance(d, bpmn.MessageDefinition) for d in target.definitions)
            else:
                s.fault(
                    node,
                    "event_gateway",
                    f"事件网关 {node.id} 之后只能是捕获事件或接收任务，{target.id} 不是",
                )
            if len(target.incoming) > 1:
                s.fault(target, "event_gateway", f"事件网关之后的 {target.id} 只能有一个进入的顺序流")
        if message and receive:
            s.fault(node, "event_gateway", f"事件网关 {node.id} 之后不能同时有消息捕获事件和接收任务")


def event_sub_process(s: Structure, scope: Scope) -> None:
    """§10.3.5: one start event with a trigger; no flow in or out; no boundary."""
    for node in scope.body.nodes:
        if isinstance(node, bpmn.SubProcess) and node.triggered_by_event:
            if node.incoming or node.outgoing:
                s.fault(node, "event_sub_process", f"事件子流程 {node.id} 不能有进出的顺序流")
            starts = [each for each in node.body.nodes if isinstance(each, bpmn.StartEvent)]
            if len(starts) != 1:
                s.fault(
                    node,
                    "event_sub_process",
                    f"事件子流程 {node.id} 必须恰好有一个开始事件，这里有 {len(starts)} 个",
                )
            for start in starts:
                if not start.definitions:
                    s.fault(start, "event_sub_process", f"事件子流程的开始事件 {start.id} 必须有触发条件")


def starts(s: Structure, scope: Scope) -> None:
    """§10.5.2, §13.2: triggers only where a start may have one; error starts interrupt."""
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.StartEvent):
            continue
        if not scope.is_event and scope.kind != "process" and node.definitions:
            s.fault(
                node, "start_trigger", f"子流程里的开始事件 {node.id} 不能有触发条件（只有事件子流程可以）"
            )
        for one in node.definitions:
            special = isinstance(
                one, bpmn.ErrorDefinition | bpmn.EscalationDefinition | bpmn.CompensateDefinition
            )
            if special and not scope.is_event:
                s.fault(node, "start_trigger", f"错误、升级、补偿开始事件 {node.id} 只能放在事件子流程里")
            if isinstance(one, bpmn.LinkDefinition | bpmn.CancelDefinition | bpmn.TerminateDefinition):
                s.fault(node, "start_trigger", f"开始事件 {node.id} 不能用链接、取消或终止定义")
            if isinstance(one, bpmn.ErrorDefinition | bpmn.CompensateDefinition) and not node.interrupting:
                s.fault(node, "non_interrupting", f"错误或补偿开始事件 {node.id} 必须是中断的")


def has_beginning(s: Structure, scope: Scope) -> None:
    """§13.2: without a start event, activities and gateways without incoming flow begin; something must."""
    if scope.kind == "adHocSubProcess":
        for node in scope.body.nodes:
            if isinstance(node, bpmn.StartEvent | bpmn.EndEvent):
                s.fault(node, "ad_hoc", f"临时子流程里不能有开始或结束事件（{node.id}）")
        return
    if scope.is_event or any(isinstance(node, bpmn.StartEvent) for node in scope.body.nodes):
        return
    for node in scope.body.nodes:
        boundary = isinstance(node, bpmn.BoundaryEvent)
        apart = getattr(node, "for_compensation", False) or getattr(node, "triggered_by_event", False)
        if not node.incoming and not boundary and not apart:
            return
    what = "流程" if scope.kind == "process" else "子流程"
    s.source.fault(scope.element, "no_start", f"{what} {s.source.id_of(scope.element)} 没有开始的地方")


def boundaries(s: Structure, scope: Scope) -> None:
    """§10.5.4, table 10.91: where a boundary event may sit and which cannot be non-interrupting."""
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.BoundaryEvent):
            continue
        host = s.nodes.get(node.attached_to)
        if host is None or s.node_scope[host.id] is not scope:
            code = "missing_reference" if node.attached_to not in s.source.by_id else "boundary_host"
            s.fault(node, code, f"边界事件 {node.id} 所附的“{node.attached_to}”不存在或不在同一层")
        elif not isinstance(host, bpmn.Activity) or getattr(host, "triggered_by_event", False):
            s.fault(node, "boundary_host", f"边界事件 {node.id} 只能附在活动上，{host.id} 不是")
        if not node.definitions:
            s.fault(node, "boundary_definition", f"边界事件 {node.id} 没有事件定义")
        for one in node.definitions:
            if isinstance(one, bpmn.LinkDefinition | bpmn.TerminateDefinition):
                s.fault(node, "boundary_definition", f"边界事件 {node.id} 不能用链接或终止定义")
            if isinstance(one, bpmn.CancelDefinition) and not isinstance(host, bpmn.Transaction):
                s.fault(node, "cancel_place", f"取消边界事件 {node.id} 只能附在事务上")
            if not node.interrupting and isinstance(one, bpmn.ErrorDefinition | bpmn.CancelDefinition):
                s.fault(node, "non_interrupting", f"错误或取消边界事件 {node.id} 必须是中断的")
            compensating = isinstance(one, bpmn.CompensateDefinition)
            if compensating and not node.interrupting:
                s.fault(node, "non_interrupting", f"补偿边界事件 {node.id} 不能声明为非中断")
            if compensating and node.outgoing:
                s.fault(node, "compensation_flow", f"补偿边界事件 {node.id} 用关联连到补偿活动，不能有顺序流")
            if compensating and not any(each.boundary == node.id for each in s.compensations):
                s.fault(node, "compensation_handler", f"补偿边界事件 {node.id} 没有关联到补偿活动")


def event_definitions(s: Structure, scope: Scope) -> None:
    """§10.5.3 – §10.5.5: which definitions an intermediate or end event may have, and what they name."""
    catchable = (
        bpmn.MessageDefinition, bpmn.TimerDefinition, bpmn.SignalDefinition, bpmn.ConditionalDefinition,
        bpmn.LinkDefinition,
    )  # fmt: skip
    throwable = (
        bpmn.MessageDefinition, bpmn.SignalDefinition, bpmn.EscalationDefinition, bpmn.CompensateDefinition,
        bpmn.LinkDefinition,
    )  # fmt: skip
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.Event):
            continue
        for one in node.definitions:
            if isinstance(node, bpmn.IntermediateCatchEvent) and not isinstance(one, catchable):
                s.fault(node, "event_definition", f"中间捕获事件 {node.id} 不能用这种事件定义")
            if isinstance(node, bpmn.IntermediateThrowEvent) and not isinstance(one, throwable):
                s.fault(node, "event_definition", f"中间抛出事件 {node.id} 不能用这种事件定义")
            if isinstance(node, bpmn.EndEvent) and isinstance(
                one, bpmn.TimerDefinition | bpmn.ConditionalDefinition | bpmn.LinkDefinition
            ):
                s.fault(node, "event_definition", f"结束事件 {node.id} 不能用这种事件定义")
            if isinstance(node, bpmn.EndEvent) and isinstance(one, bpmn.CancelDefinition):
                _cancel_inside_transaction(s, node, scope)
            _names_its_trigger(s, node, one)
            if isinstance(one, bpmn.CompensateDefinition) and one.activity is not None:
                target = s.nodes.get(one.activity)
                if target is not None and not isinstance(target, bpmn.Activity):
                    s.fault(node, "wrong_reference", f"补偿事件 {node.id} 指向的 {target.id} 不是活动")
        if isinstance(node, bpmn.IntermediateCatchEvent) and not node.definitions:
            s.fault(node, "event_definition", f"中间捕获事件 {node.id} 没有事件定义，会永远等下去")


def _cancel_inside_transaction(s: Structure, node: bpmn.Node, scope: Scope) -> None:
    if scope.kind != "transaction" and not any(
        tag_of(e) == "transaction" for e in scope.element.iterancestors()
    ):
        s.fault(node, "cancel_place", f"取消结束事件 {node.id} 只能放在事务里")


def _names_its_trigger(s: Structure, node: bpmn.Event, one: bpmn.EventDefinition) -> None:
    throws = isinstance(node, bpmn.ThrowEvent)
    if isinstance(one, bpmn.MessageDefinition) and one.message is None and not (throws and one.handler):
        s.fault(node, "trigger_name", f"消息事件 {node.id} 没有写 messageRef")
    if isinstance(one, bpmn.SignalDefinition) and one.signal is None:
        s.fault(node, "trigger_name", f"信号事件 {node.id} 没有写 signalRef")
    if isinstance(one, bpmn.ConditionalDefinition) and one.condition is None:
        s.fault(node, "trigger_name", f"条件事件 {node.id} 没有写条件")
    if throws and isinstance(one, bpmn.ErrorDefinition) and (one.error is None or one.error.code is None):
        s.fault(node, "trigger_name", f"抛出错误的事件 {node.id} 必须指明带 errorCode 的错误")
    if (
        throws
        and isinstance(one, bpmn.EscalationDefinition)
        and (one.escalation is None or one.escalation.code is None)
    ):
        s.fault(node, "trigger_name", f"抛出升级的事件 {node.id} 必须指明带 escalationCode 的升级")


def links(s: Structure, scope: Scope) -> None:
    """§10.5.5 link: every throw has its one catch of the same name in the same scope."""
    caught: dict[str, str] = {}
    thrown: list[tuple[bpmn.Event, str]] = []
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.Event):
            continue
        for one in node.definitions:
            if not isinstance(one, bpmn.LinkDefinition):
                continue
            if isinstance(node, bpmn.ThrowEvent):
                thrown.append((node, one.name))
                if node.outgoing:
                    s.fault(node, "link", f"链接抛出事件 {node.id} 不能有离开的顺序流")
                continue
            if one.name in caught:
                s.fault(node, "link", f"链接“{one.name}”有两个捕获事件：{caught[one.name]} 与 {node.id}")
            caught[one.name] = node.id
            if node.incoming:
                s.fault(node, "link", f"链接捕获事件 {node.id} 不能有进入的顺序流")
    for node, name in thrown:
        if name not in caught:
            s.fault(node, "link", f"链接抛出事件 {node.id} 在同一层没有名为“{name}”的捕获事件")


def compensation_handlers(s: Structure, scope: Scope) -> None:
    """§10.7.2: a handler stands outside the normal flow and is named by an association."""
    handlers = {each.handler for each in s.compensations}
    for node in scope.body.nodes:
        if not isinstance(node, bpmn.Activity):
            continue
        if node.for_compensation and (node.incoming or node.outgoing):
            s.fault(node, "compensation_flow", f"补偿活动 {node.id} 不能有进出的顺序流")
        if node.for_compensation and node.id not in handlers:
            s.fault(node, "compensation_handler", f"补偿活动 {node.id} 没有补偿边界事件关联到它")
        if node.id in handlers and not node.for_compensation:
            s.fault(node, "compensation_handler", f"{node.id} 被关联为补偿活动，但没有写 isForCompensation")
        for each in s.compensations:
            if each.handler == node.id and s.node_scope.get(each.boundary) is not scope:
                s.fault(node, "compensation_handler", f"补偿活动 {node.id} 与它的补偿边界事件不在同一层")


def tasks_are_complete(s: Structure, scope: Scope) -> None:
    """§10.3.3: what a task needs to be executed at all."""
    for node in scope.body.nodes:
        if isinstance(node, bpmn.ReceiveTask) and node.message is None:
            s.fault(node, "trigger_name", f"接收任务 {node.id} 没有写 messageRef")
        if isinstance(node, bpmn.ReceiveTask) and node.instantiate and node.incoming:
            s.fault(node, "instantiate", f"启动流程的接收任务 {node.id} 不能有进入的顺序流")
        if isinstance(node, bpmn.BusinessRuleTask) and not node.decision:
            s.fault(node, "decision", f"业务规则任务 {node.id} 没有写 chengban:decision")
        if isinstance(node, bpmn.ScriptTask) and node.script is None:
            s.fault(node, "script", f"脚本任务 {node.id} 没有脚本")


def data_objects(s: Structure, scope: Scope) -> None:
    """§10.4.1: a data object reference names its data object."""
    for each in children(scope.element, "dataObjectReference"):
        if each.get("dataObjectRef") is None:
            s.source.fault(
                each, "missing_reference", f"数据对象引用 {s.source.id_of(each)} 没有写 dataObjectRef"
            )


def link_references(s: Structure, scope: Scope) -> None:
    """§10.5.5: source and target of a link, where given, exist."""
    for event in children(scope.element, "intermediateCatchEvent", "intermediateThrowEvent"):
        for one in children(event, "linkEventDefinition"):
            for each in children(one, "source", "target"):
                s.source.reference(each, text_of(each), tag_of(each), "linkEventDefinition")
            if child(one, "target") is None and not (one.get("name") or "").strip():
                s.source.fault(one, "link", "链接事件没有名称")


RULES: tuple[Callable[[Structure, Scope], None], ...] = (
    flow_ends, forbidden_directions, defaults, conditions, gateway_direction, event_gateway,
    event_sub_process, starts, has_beginning, boundaries, event_definitions, links, link_references,
    compensation_handlers, tasks_are_complete, data_objects,
)  # fmt: skip

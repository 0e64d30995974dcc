"""Compiling: from the model's dataclasses to what the interpreter walks, with every fault collected.

Nothing is accepted and then ignored: what is not executed is refused, by id and with a reason.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import ChengbanError, DeploymentError, Fault
from engine.feel import Expression, FeelSyntaxError, compile_expression
from engine.kernel import gateways, tasks
from engine.kernel.activities import enter as enter_activity
from engine.kernel.behaviours import ENTER, EXECUTE, never
from engine.kernel.checks import check_process
from engine.kernel.concurrency import colliding_writes
from engine.kernel.correlation import compile_correlation
from engine.kernel.declared import declared_names, definitions_of, message_name
from engine.kernel.net import Behaviour, Body, Flow, Net, Node, ProcessNet, StartTrigger, Transfer, Trigger
from engine.kernel.triggers import compile_event, compile_trigger
from engine.model import bpmn

if TYPE_CHECKING:
    from engine.decisions import Decisions


class Compiler:
    """Collects faults while it builds one process after another."""

    def __init__(self, net: Net, faults: list[Fault], decisions: Sequence[Decisions]) -> None:
        self.net = net
        self.decisions = decisions
        self.faults = faults
        self.file = ""
        self.names: frozenset[str] = frozenset()

    def fault(self, node: Any, code: str, message: str) -> None:
        self.faults.append(Fault(self.file, getattr(node, "line", 0), getattr(node, "id", ""), code, message))

    def expression(self, node: Any, source: bpmn.Expression) -> Expression | None:
        """Compile FEEL; a syntax error and an unknown function are faults."""
        text = source.text
        try:
            compiled = compile_expression(text, names=self.names)
        except FeelSyntaxError as wrong:
            line = source.line or getattr(node, "line", 0)
            self.faults.append(Fault(self.file, line, node.id, "feel", f"表达式“{text}”有语法错误：{wrong}"))
            return None
        for name in sorted(compiled.functions):
            self.fault(node, "feel_function", f"表达式“{text}”调用了没有定义的函数“{name}”")
        return compiled

    # ---- processes

    def process(self, definitions: bpmn.Definitions, process: bpmn.Process) -> None:
        self.file = definitions.file
        self.names = frozenset(declared_names(process))
        body = Body(process.id)
        compiled = ProcessNet(process.id, process, definitions, body)
        self.net.processes[process.id] = compiled
        pending: list[tuple[Body, bpmn.FlowElements]] = [(body, process.body)]
        bodies = []
        while pending:
            current, elements = pending.pop()
            bodies.append((current, elements))
            current.data = tuple(item.variable for item in elements.data_objects)
            for model in elements.nodes:
                node = self.node(model, compiled, current)
                current.nodes[model.id] = compiled.nodes[model.id] = node
                if isinstance(model, bpmn.SubProcess):
                    node.inner = Body(model.id)
                    pending.append((node.inner, model.body))
        for compensation in process.compensations:
            for place, _elements in bodies:
                if compensation.boundary in place.nodes:
                    host = place.nodes[compensation.boundary].model
                    assert isinstance(host, bpmn.BoundaryEvent)
                    if host.attached_to in compiled.nodes and compensation.handler in compiled.nodes:
                        attached = compiled.nodes[host.attached_to]
                        attached.handler = compiled.nodes[compensation.handler]
                        attached.plain = False
        for current, elements in bodies:
            self.connect(compiled, current, elements)
        for current, _elements in bodies:
            self.finish(compiled, current)
        compile_correlation(self, definitions, process, compiled)

    def node(self, model: bpmn.Node, process: ProcessNet, body: Body) -> Node:
        kind = type(model)
        if isinstance(model, bpmn.ManualTask):
            execute: Behaviour = tasks.user_task if model.lane is not None else tasks.passing
        else:
            execute = EXECUTE.get(kind, never)
        activity = isinstance(model, bpmn.Activity)
        enter = enter_activity if activity else ENTER.get(kind)
        if enter is None:
            self.fault(model, "unsupported", f"元素“{model.id}”（{kind.__name__}）不在可执行的范围内")
            enter = never
        node = Node(
            model.id, model, process, body, enter, execute, incoming=model.incoming, is_activity=activity
        )
        if isinstance(model, bpmn.Activity):
            self.activity(node, model)
        elif isinstance(model, bpmn.Event):
            compile_event(self, node, model)
        elif isinstance(model, bpmn.ComplexGateway):
            node.options["complex"] = True
            if model.activation is not None:
                self.put(node, "activation", model.activation)
        return node

    def put(self, node: Node, name: str, source: bpmn.Expression) -> None:
        compiled = self.expression(node.model, source)
        if compiled is not None:
            node.expressions[name] = compiled

    def activity(self, node: Node, model: bpmn.Activity) -> None:
        node.inputs = self.transfers(model, model.input_associations)
        node.outputs = self.transfers(model, model.output_associations)
        node.carried = frozenset(item.variable for item in (*model.inputs, *model.outputs))
        node.properties = tuple(item.variable for item in model.properties)
        fed = {t.target for t in node.inputs if t.transformation is not None or not t.assignments}
        fed.update(to for t in node.inputs for _, to in t.assignments)
        node.needed = tuple(frozenset(each) & fed for each in model.input_sets)
        if node.needed:
            node.options["awaited"] = frozenset(
                name
                for t in node.inputs
                for each in (t.transformation, *(source for source, _ in t.assignments))
                for name in (*t.sources, *(each.names if each is not None else ()))
            )
        loop = model.loop
        node.plain = (
            loop is None
            and not node.inputs
            and not node.outputs
            and not node.properties
            and model.start_quantity == 1
            and model.completion_quantity == 1
            and not isinstance(model, bpmn.SubProcess | bpmn.CallActivity)
        )
        if isinstance(loop, bpmn.StandardLoop):
            if loop.condition is not None:
                self.put(node, "loop", loop.condition)
            if loop.maximum is not None:
                self.put(node, "maximum", loop.maximum)
        elif isinstance(loop, bpmn.MultiInstance):
            self.multi(node, loop)
        if isinstance(model, bpmn.ScriptTask):
            if model.script is not None:
                self.put(node, "script", model.script)
        elif isinstance(model, bpmn.UserTask):
            post = model.post if model.post is not None else model.lane
            if post is not None and post.startswith("="):
                self.put(node, "post", bpmn.Expression(post[1:].strip(), model.line))
        elif isinstance(model, bpmn.ServiceTask):
            node.options["handler"] = model.handler or model.operation or model.id
        elif isinstance(model, bpmn.SendTask):
            name = message_name(model.message)
            node.options["send"] = Trigger("message", 0, name, handler=model.handler, message=model.message)
        elif isinstance(model, bpmn.ReceiveTask):
            node.triggers = [Trigger("message", 0, message_name(model.message), message=model.message)]
        elif isinstance(model, bpmn.BusinessRuleTask):
            self.decision(model)
        elif isinstance(model, bpmn.CallActivity):
            node.options["called"] = model.called_element
        elif isinstance(model, bpmn.AdHocSubProcess) and model.completion is not None:
            self.put(node, "completion", model.completion)

    def decision(self, model: bpmn.BusinessRuleTask) -> None:
        """A decision may be named by its id too; one that nobody knows is a fault of `checks`."""
        name = model.decision
        if not name or name in self.net.decisions:
            return
        for each in self.decisions:
            try:
                each.required(name)
            except ChengbanError:
                continue
            self.net.decisions = {**self.net.decisions, name: each}
            if any(
                one.kind == "decisionService" and name in (one.id, one.name) for one in each.model.elements
            ):
                self.net.services |= {name}
            return

    def multi(self, node: Node, loop: bpmn.MultiInstance) -> None:
        if loop.cardinality is not None:
            self.put(node, "cardinality", loop.cardinality)
        if loop.completion is not None:
            self.put(node, "completion", loop.completion)
        for name, definition in (("none", loop.none_event), ("one", loop.one_event)):
            if loop.behavior.lower() == name:
                # §13.3.7: without a reference a default signal; the standard names it not, we call it as the activity
                default = Trigger("signal", 0, node.id)
                trigger = compile_trigger(self, node, definition, 0) if definition is not None else default
                node.options["behavior_event"] = trigger
        for behavior in loop.complex_behaviors:
            condition = self.expression(node.model, behavior.condition)
            event = behavior.event
            triggers = (
                [compile_trigger(self, node, d, i) for i, d in enumerate(event.definitions)] if event else []
            )
            carried = self.transfers(node.model, event.input_associations) if event else []
            if condition is not None:
                node.behaviors.append((condition, triggers, carried))

    def transfers(self, model: Any, associations: Sequence[bpmn.Association]) -> list[Transfer]:
        made = []
        for association in associations:
            if (
                not association.transformation
                and not association.assignments
                and len(association.sources) > 1
            ):
                self.fault(model, "association", f"数据关联“{association.id}”有多个来源而没有 transformation")
            transformation = None
            if association.transformation is not None:
                transformation = self.expression(model, association.transformation)
            assignments = []
            for assignment in association.assignments:
                source = self.expression(model, assignment.source)
                if source is not None:
                    assignments.append((source, assignment.target))
            made.append(Transfer(association.sources, association.target, transformation, tuple(assignments)))
        return made

    # ---- structure

    def connect(self, process: ProcessNet, body: Body, elements: bpmn.FlowElements) -> None:
        flows: dict[str, Flow] = {}
        for each in elements.flows:
            target = body.nodes.get(each.target)
            if target is None or each.source not in body.nodes:
                self.fault(each, "flow", f"顺序流“{each.id}”的起点或终点不在同一层流程中")
                continue
            condition = self.expression(each, each.condition) if each.condition is not None else None
            flows[each.id] = Flow(each.id, each.source, target, condition)
        for node in body.nodes.values():
            model = node.model
            node.outgoing = [flow for flow in flows.values() if flow.source == node.id]
            node.incoming = tuple(flow.id for flow in flows.values() if flow.target is node)
        for node in body.nodes.values():
            default = getattr(node.model, "default", None)
            if default is not None:
                node.default = flows.get(default)
                if node.default is None or node.default.source != node.id:
                    self.fault(node.model, "default", f"“{node.id}”的默认出口“{default}”不是它的出口")
                elif node.default.condition is not None:
                    self.fault(node.model, "default", f"“{node.id}”的默认出口“{default}”不能带条件")
            if len(node.outgoing) == 1 and node.outgoing[0].condition is None:
                node.simple = node.outgoing[0]
            model = node.model
            if isinstance(model, bpmn.ParallelGateway | bpmn.EventBasedGateway):
                for flow in node.outgoing:
                    flow.condition = None
            if isinstance(model, bpmn.Activity) and model.completion_quantity > 1:
                node.simple = None
            if isinstance(model, bpmn.BoundaryEvent) and model.attached_to in body.nodes:
                host = body.nodes[model.attached_to]
                if any(trigger.kind == "compensation" for trigger in node.triggers):
                    continue
                host.boundaries.append(node)
                host.plain = False
            if isinstance(process.nodes.get(body.element, node).model, bpmn.AdHocSubProcess):
                node.plain = False

    def finish(self, process: ProcessNet, body: Body) -> None:
        """Starts, event sub-processes, links, instantiating gateways, what is upstream of joins."""
        links = {
            node.triggers[0].name: node
            for node in body.nodes.values()
            if isinstance(node.model, bpmn.IntermediateCatchEvent)
            and node.triggers
            and node.triggers[0].kind == "link"
        }
        handlers = {node.handler.id for node in process.nodes.values() if node.handler is not None}
        begins = []
        free = []
        for node in body.nodes.values():
            model = node.model
            follows = [flow.target.id for flow in node.outgoing] + [each.id for each in node.boundaries]
            if (
                isinstance(model, bpmn.IntermediateThrowEvent)
                and node.triggers
                and node.triggers[0].kind == "link"
            ):
                target = links.get(node.triggers[0].name)
                if target is None:
                    self.fault(
                        model, "link", f"链接事件“{node.id}”没有同名的接收事件“{node.triggers[0].name}”"
                    )
                else:
                    node.options["link"] = target.id
                    follows.append(target.id)
            body.successors[node.id] = tuple(follows)
            if isinstance(model, bpmn.SubProcess) and model.triggered_by_event:
                body.event_subprocesses.append(node)
                if node.inner is not None and any(
                    trigger.kind == "compensation"
                    for start in node.inner.nodes.values()
                    if isinstance(start.model, bpmn.StartEvent)
                    for trigger in start.triggers
                ):
                    body.compensation = node
            elif isinstance(model, bpmn.StartEvent):
                begins.append(node)
            elif (
                not node.incoming
                and not isinstance(model, bpmn.BoundaryEvent)
                and node.id not in handlers
                and not (isinstance(model, bpmn.Activity) and model.for_compensation)
                and node not in links.values()
            ):
                free.append(node)
        self.starts(process, body, begins, free)
        for node in body.nodes.values():
            joins = len(node.incoming) > 1 or node.options.get("complex")
            if joins and isinstance(node.model, bpmn.InclusiveGateway | bpmn.ComplexGateway):
                body.upstream[node.id] = gateways.upstream(body, node)

    def starts(self, process: ProcessNet, body: Body, begins: list[Node], free: list[Node]) -> None:
        event = body.element in process.nodes and getattr(
            process.nodes[body.element].model, "triggered_by_event", False
        )
        if event:
            body.starts = begins
            return
        body.starts = [node for node in begins if not node.triggers]
        outside = []
        for node in free:
            model = node.model
            if isinstance(model, bpmn.EventBasedGateway) and model.instantiate:
                for flow in node.outgoing:
                    flow.target.options["instantiated_by"] = node.id
                    flow.target.options["all_needed"] = model.parallel
                    outside.append(flow.target)
            elif isinstance(model, bpmn.ReceiveTask) and model.instantiate:
                outside.append(node)
            elif not begins:
                body.starts.append(node)
        if body is process.body:
            found = [
                StartTrigger(process.id, node.id, kind, trigger.name, definition)
                for node in (*begins, *outside)
                for trigger, definition in zip(node.triggers, definitions_of(node.model), strict=False)
                if (kind := {"conditional": "condition"}.get(trigger.kind, trigger.kind))
            ]
            if process.model.executable:
                self.net.starts = [*self.net.starts, *found]


def compile_net(
    definitions: Sequence[bpmn.Definitions],
    decisions: Sequence[Decisions] = (),
    *,
    handlers: Container[str] | None = None,
    limits: Container[str] | None = None,
) -> Net:
    """Compile all files of a bundle into one net.

    `handlers` and `limits` None are not checked. Raises DeploymentError with every fault: elements that are
    not executed, FEEL syntax, unknown functions, calls, decisions, handlers and limits.
    """
    net = Net()
    faults: list[Fault] = []
    net.decisions = {name: each for each in decisions for name in each.names()}
    compiler = Compiler(net, faults, decisions)
    for file in definitions:
        for process in file.processes:
            if process.id in net.processes:
                faults.append(
                    Fault(file.file, process.line, process.id, "duplicate", f"流程编号“{process.id}”重复")
                )
            elif process.executable or process.body.nodes:
                compiler.process(file, process)
    for compiled in net.processes.values():
        faults.extend(check_process(net, compiled, handlers, limits))
    if faults:
        raise DeploymentError(faults)
    net.warnings.extend(colliding_writes(net))
    return net

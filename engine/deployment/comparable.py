"""What SpiffWorkflow 3.2.0 can be asked: it is compared on the elements that it was measured to execute rightly.

Everything else is named with its reason, so that "not compared" is never read as "agreed".
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.deployment.exploration import Step
from engine.kernel import Net, effects
from engine.kernel.net import Body, Node, ProcessNet
from engine.model import bpmn

LONGEST = 400
"""Completed elements of one path: beyond, SpiffWorkflow recurses too deep or stops for good."""


def called_from(net: Net, process: str) -> list[ProcessNet]:
    """The process and all that it calls."""
    found: dict[str, ProcessNet] = {}
    pending = [process]
    while pending:
        current = pending.pop()
        if current in found or current not in net.processes:
            continue
        found[current] = net.processes[current]
        pending.extend(
            node.options["called"]
            for node in net.processes[current].nodes.values()
            if isinstance(node.model, bpmn.CallActivity)
        )
    return list(found.values())


def hindrances(net: Net, process: str) -> list[str]:
    """Why a process cannot be compared, element by element; empty when it can."""
    found: list[str] = []
    for each in called_from(net, process):
        awaited = {
            trigger.name
            for node in each.nodes.values()
            for trigger in node.triggers
            if trigger.kind == "message"
        }
        read = _names_read(each)
        for body in (each.body, *(node.inner for node in each.nodes.values() if node.inner is not None)):
            found.extend(_body(each, body))
        for node in each.nodes.values():
            found.extend(f"“{node.model.name or node.id}”：{why}" for why in _node(node, awaited, read))
        if each.correlations:
            found.append(f"流程“{each.id}”：消息按关联键投递")
    files = {each.file.file for each in called_from(net, process)}
    found.extend(
        fault.message for fault in net.warnings if fault.file in files and fault.code == "parallel_write"
    )
    return list(dict.fromkeys(found))


def _names_read(process: ProcessNet) -> set[str]:
    names: set[str] = set()
    for node in process.nodes.values():
        for expression in node.expressions.values():
            names |= expression.names
        for flow in node.outgoing:
            names |= flow.condition.names if flow.condition is not None else set()
        for transfer in (*node.inputs, *node.outputs):
            names.update(transfer.sources)
            names |= transfer.transformation.names if transfer.transformation is not None else set()
        if isinstance(node.model, bpmn.BusinessRuleTask):
            names.add("*")
    return names


def _body(process: ProcessNet, body: Body) -> Iterator[str]:
    begins = [node for node in body.nodes.values() if isinstance(node.model, bpmn.StartEvent)]
    if len(begins) != 1 or begins[0].triggers:
        yield f"“{body.element}”：不是恰有一个空白开始事件"
    if body is not process.body and body.data:
        yield f"“{body.element}”：子流程有自己的数据"
    for node in body.nodes.values():
        event = isinstance(node.model, bpmn.StartEvent | bpmn.BoundaryEvent)
        if not node.incoming and not event:
            yield f"“{node.model.name or node.id}”：没有进入的顺序流"
        if not node.outgoing and not isinstance(node.model, bpmn.EndEvent):
            yield f"“{node.model.name or node.id}”：没有离开的顺序流"


def _node(node: Node, awaited: set[str], read: set[str]) -> Iterator[str]:
    model = node.model
    if isinstance(model, bpmn.Activity):
        yield from _activity(node, model, read)
    elif isinstance(model, bpmn.ComplexGateway):
        yield "复杂网关"
    elif isinstance(model, bpmn.EventBasedGateway) and model.instantiate:
        yield "启动流程的事件网关"
    elif isinstance(model, bpmn.Event):
        yield from _event(node, model, awaited)
    chooses = isinstance(model, bpmn.ExclusiveGateway | bpmn.InclusiveGateway | bpmn.Activity)
    if not chooses and any(flow.condition is not None for flow in node.outgoing):
        yield "此处的出口带条件"


def _activity(node: Node, model: bpmn.Activity, read: set[str]) -> Iterator[str]:
    if len(node.outgoing) > 1 or any(flow.condition is not None for flow in node.outgoing):
        yield "活动有多个或带条件的出口"
    if isinstance(model.loop, bpmn.StandardLoop):
        yield "标准循环"
    elif isinstance(model.loop, bpmn.MultiInstance):
        if model.loop.behavior.lower() != "all":
            yield "多实例的事件行为"
        if model.loop.output_collection and {model.loop.output_collection, "*"} & read:
            yield "多实例的输出集合被读取"
    if model.start_quantity != 1 or model.completion_quantity != 1:
        yield "起始或完成数量"
    if model.for_compensation or node.handler is not None:
        yield "补偿"
    if isinstance(model, bpmn.AdHocSubProcess):
        yield "特别子流程"
    elif isinstance(model, bpmn.SubProcess) and model.triggered_by_event:
        yield "事件子流程"
    if node.properties or (node.inputs and not isinstance(model, bpmn.CallActivity)):
        yield "活动有自己的数据"
    if isinstance(model, bpmn.ReceiveTask) and model.instantiate:
        yield "启动流程的接收任务"


def _event(node: Node, model: bpmn.Event, awaited: set[str]) -> Iterator[str]:
    if len(node.triggers) > 1:
        yield "多重事件"
        return
    kind = node.triggers[0].kind if node.triggers else ""
    if isinstance(model, bpmn.EndEvent):
        allowed = {"", "terminate", "error", "escalation", "cancel", "message"}
    elif isinstance(model, bpmn.BoundaryEvent):
        allowed = {"timer", "message", "error", "escalation", "cancel"}
    elif isinstance(model, bpmn.IntermediateCatchEvent):
        allowed = {"timer", "message"}
    else:
        allowed = {"", "message"}
    if kind not in allowed:
        yield f"{kind} 事件"
    elif isinstance(model, bpmn.ThrowEvent) and kind == "message":
        if node.triggers[0].name in awaited or node.triggers[0].handler:
            yield "本流程等待自己发出的消息"
    elif isinstance(model, bpmn.EndEvent) and kind in ("error", "escalation") and _concurrent(node.body):
        yield "抛出处有并行的令牌"


def _concurrent(body: Body) -> bool:
    """Whether other tokens may move when one throws: SpiffWorkflow lets their automatic tasks run on."""
    return any(
        (isinstance(node.model, bpmn.ParallelGateway | bpmn.InclusiveGateway) and len(node.outgoing) > 1)
        or not node.interrupting
        or isinstance(getattr(node.model, "loop", None), bpmn.MultiInstance)
        for node in body.nodes.values()
    )


def comparable_part(net: Net, path: list[Step]) -> tuple[list[Step], str]:
    """The beginning of a path up to where it can be compared, and why not further; empty when to its end."""
    if path[0].move.element:
        return [], "由事件启动"
    completed = 0
    joined: set[tuple[str, str, int]] = set()
    visits = _Visits(net)
    for number, step in enumerate(path):
        completed += sum(isinstance(each, effects.ElementCompleted) for each in step.effects)
        why = _hindrance(step)
        if not why and completed > LONGEST:
            why = "路径过长"
        if not why and _twice(net, path[: number + 1]):
            why = "不中断的边界事件再次发生"
        if not why and visits.doubled(step):
            why = "同一处同时有多个令牌"
        if not why and _joins_again(net, step, joined):
            why = "汇聚网关在循环中再次汇合"
        if why:
            return path[:number], why
    return path, ""


def _hindrance(step: Step) -> str:
    if step.state.incidents:
        return "途中出现异常"
    if step.state.status in ("error_event", "cancelled"):
        return "办件以出错或取消告终"
    if step.move.kind in ("job_error", "signal", "change"):
        return {"job_error": "后台作业报错", "signal": "信号", "change": "数据变更"}[step.move.kind]
    if any(each.kind == "data" for each in step.state.subscriptions.values()):
        return "活动等待数据"
    dues = [timer.due for timer in step.state.timers.values() if timer.due is not None]
    if any(due <= step.now for due in dues):
        return "计时器在设定时已到期"
    return _ambiguous(step.before, step) if step.before is not None else ""


class _Visits:
    """Which tokens have been where. Two that live at once and pass one node run it twice by the standard;
    SpiffWorkflow, whose tree knows a node once on each way, may lose one. Instances of one sub-process are the
    same to it as well: nobody can tell which of them a move is meant for."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.tokens: dict[tuple[int, str], set[int]] = {}

    def doubled(self, step: Step) -> bool:
        state = step.state
        for each in step.effects:
            if not isinstance(each, effects.ElementEntered):
                continue
            node = self.net.processes[each.process].nodes[each.element]
            scope = state.scopes.get(each.scope)
            joins = isinstance(node.model, bpmn.ParallelGateway | bpmn.InclusiveGateway)
            if scope is None or scope.kind == "multi" or (joins and len(node.incoming) > 1):
                continue
            before = self.tokens.setdefault((each.scope, each.element), set())
            if any(token != each.token and token in state.tokens for token in before):
                return True
            before.add(each.token)
        homes: dict[tuple[str, str], int] = {}
        for item in state.items.values():
            if homes.setdefault((item.process, item.element), state.tokens[item.token].scope) != (
                state.tokens[item.token].scope
            ):
                return True
        return False


def _twice(net: Net, path: list[Step]) -> bool:
    """An event that does not interrupt occurs once for SpiffWorkflow, as often as it comes for the standard."""
    move = path[-1].move
    if not move.element or net.processes[move.process].nodes[move.element].interrupting:
        return False
    return any(step.move[:3] == move[:3] for step in path[:-1])


def _joins_again(net: Net, step: Step, joined: set[tuple[str, str, int]]) -> bool:
    """A token comes to a join that has joined before: SpiffWorkflow still counts the tokens of the first round
    (found by comparing `batch_conversion`, whose review starts over after a return)."""
    for each in step.effects:
        if not isinstance(each, effects.ElementEntered | effects.ElementCompleted):
            continue
        node = net.processes[each.process].nodes[each.element]
        if len(node.incoming) < 2 or not isinstance(node.model, bpmn.ParallelGateway | bpmn.InclusiveGateway):
            continue
        place = (each.process, each.element, each.scope)
        if isinstance(each, effects.ElementCompleted):
            joined.add(place)
        elif place in joined:
            return True
    waiting = {
        (s.process, t.node, s.id) for t in step.state.tokens.values() if (s := step.state.scopes[t.scope])
    }
    return bool(waiting & joined)


def doubtful(net: Net, step: Step) -> str:
    """Why SpiffWorkflow's answer after a step decides nothing; empty when it counts.

    Its inclusive join looks back along one way only where ways merge before it, and so goes on too early while a
    token on another way may still come (BPMN 2.0.2 §13.4.3 has it wait).
    """
    for token in step.state.tokens.values():
        process = net.processes[step.state.scopes[token.scope].process]
        node = process.nodes[token.node]
        joins = isinstance(node.model, bpmn.InclusiveGateway) and len(node.incoming) > 1
        if joins and _merges_before(node):
            return "包容网关之前有合并，对照引擎过早放行"
    if _caught_beside(net, step):
        return "并列的活动上有同样的错误边界，对照引擎一并触发"
    return ""


def _caught_beside(net: Net, step: Step) -> bool:
    """An error went to the boundary of its own activity; SpiffWorkflow also tells those of activities beside it
    that wait for the same code (seed 6641)."""
    for effect in step.effects:
        if not isinstance(effect, effects.ErrorThrown) or effect.caught_by is None:
            continue
        for token in step.state.tokens.values():
            node = net.processes[step.state.scopes[token.scope].process].nodes[token.node]
            for beside in node.body.nodes.values():
                waits = isinstance(beside.model, bpmn.BoundaryEvent) and beside.model.attached_to == node.id
                if waits and beside.id != effect.caught_by:
                    codes = {trigger.name for trigger in beside.triggers if trigger.kind == "error"}
                    if codes & {effect.code, ""}:
                        return True
    return False


def _merges_before(join: Node) -> bool:
    seen = {join.id}
    pending = [join]
    while pending:
        node = pending.pop()
        for each in node.body.nodes.values():
            if each.id in seen or not any(flow.target is node for flow in each.outgoing):
                continue
            if len(each.incoming) > 1 or (each.inner is not None and _merges_within(each.inner)):
                return True
            seen.add(each.id)
            pending.append(each)
    return False


def _merges_within(body: Body) -> bool:
    """Also where a sub-process on the way merges inside (seeds 6641, 7171, 7685, 9337)."""
    pending = [body]
    while pending:
        for node in pending.pop().nodes.values():
            if len(node.incoming) > 1:
                return True
            if node.inner is not None:
                pending.append(node.inner)
    return False


def _ambiguous(before: Step, step: Step) -> str:
    move = step.move
    if move.kind == "message":
        waiting = [each for each in before.state.subscriptions.values() if each.name == move.name]
        if len(waiting) > 1:
            return "多处同时等待同一消息"
    elif move.kind == "timer":
        mine = [timer for timer in before.state.timers.values() if timer.node == move.element]
        if len(mine) > 1:
            return "同一计时器同时有多份"
        due = mine[0].due
        others = [timer for timer in before.state.timers.values() if timer.node != move.element]
        if due is not None and any(
            timer.due is not None and (timer.due - due).total_seconds() < 1 for timer in others
        ):
            return "多个计时器同时到期"
    return ""

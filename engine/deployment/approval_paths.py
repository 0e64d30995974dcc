"""No time-out approves: from every timer that may come instead of somebody's act, the way to the next human step is
searched for an approval; there may be one only where the limit's effect, checked against its source, says so.

行政许可法 第五十条第二款 is such a source, 第四十二条 is none. A flow whose condition reads data is decided by that
data and is not followed: what stands in it somebody has decided. A timer in the straight course of the process only
waits (a publicity period after the decision) and is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.calendar.limit import Limits
from engine.errors import Fault
from engine.feel import FeelSyntaxError, compile_expression
from engine.model import bpmn

GRANTING = frozenset({"deemed_approved", "deemed_renewed", "deemed_consent"})
_APPROVES = re.compile(
    r"(?<![不未非拟待予])(?:准予|批准|同意|许可|核准|审批通过|审核通过|审查通过|颁发|发证)|(?i:\b(?:granted|approved)\b|(?:granted|approved)_)"
)
_ENDS = re.compile(r"失效|期满|届满|到期|注销|撤销|撤回|终止|不予|不准|不同意|不批准|不通过|申请")
_WAITING = (
    bpmn.UserTask, bpmn.ReceiveTask, bpmn.ManualTask, bpmn.IntermediateCatchEvent, bpmn.EventBasedGateway,
)  # fmt: skip


def approval_path_faults(files: Iterable[bpmn.Definitions], limits: Limits) -> list[Fault]:
    """Every timer that leads to an approval on no law's word."""
    processes = {process.id: process for definitions in files for process in definitions.processes}
    faults: list[Fault] = []
    for process in processes.values():
        for body in _bodies(process.body):
            for node, timer in _time_outs(body):
                limit = limits.get(timer.limit) if timer.limit else None
                if limit is not None and limit.effect in GRANTING:
                    continue
                said = next(_approvals(node, body, processes), None)
                if said is None:
                    continue
                why = (
                    f"期限“{limit.name}”的届满效果（{limit.effect}）没有这样规定"
                    if limit is not None
                    else "该计时器没有绑定法定期限"
                )
                faults.append(
                    Fault(process.file, node.line, node.id, "timeout_approves",
                          f"超时后未经任何人办理即到达“{said}”，而{why}：超时不得产生准予的结果")
                )  # fmt: skip
    return faults


def _bodies(body: bpmn.FlowElements) -> Iterator[bpmn.FlowElements]:
    yield body
    for node in bpmn.nodes_within(body):
        if isinstance(node, bpmn.SubProcess):
            yield node.body


def _time_outs(body: bpmn.FlowElements) -> Iterator[tuple[bpmn.CatchEvent, bpmn.TimerDefinition]]:
    """Timers that come instead of an act: on a boundary, against others behind an event-based gateway, and those
    that start an event sub-process."""
    races = {
        flow.target
        for flow in body.flows
        if any(node.id == flow.source and isinstance(node, bpmn.EventBasedGateway) for node in body.nodes)
    }
    for node in body.nodes:
        if isinstance(node, bpmn.SubProcess) and node.triggered_by_event:
            starts = [start for start in node.body.nodes if isinstance(start, bpmn.StartEvent)]
            yield from _timers(starts)
        elif isinstance(node, bpmn.BoundaryEvent) or node.id in races:
            yield from _timers([node])


def _timers(nodes: Iterable[bpmn.Node]) -> Iterator[tuple[bpmn.CatchEvent, bpmn.TimerDefinition]]:
    for node in nodes:
        if isinstance(node, bpmn.CatchEvent):
            for definition in node.definitions:
                if isinstance(definition, bpmn.TimerDefinition):
                    yield node, definition


def _approvals(
    start: bpmn.Node, body: bpmn.FlowElements, processes: Mapping[str, bpmn.Process]
) -> Iterator[str]:
    """What speaks of approval on the way from the event to the next step that waits for somebody."""
    inner = next(
        (
            node.body
            for node in body.nodes
            if isinstance(node, bpmn.SubProcess) and any(start is one for one in node.body.nodes)
        ),
        body,
    )
    nodes = {node.id: node for node in inner.nodes}
    pending, seen = [start.id], {start.id}
    while pending:
        node = nodes[pending.pop()]
        if node is not start:
            yield from _said(node)
            if isinstance(node, bpmn.CallActivity | bpmn.SubProcess):
                within = _within(node, processes)
                if within is None:
                    continue
                for one in within:
                    yield from _said(one)
            elif isinstance(node, _WAITING):
                continue
        for flow in inner.flows:
            if flow.source == node.id and flow.target not in seen and not _by_data(flow):
                seen.add(flow.target)
                pending.append(flow.target)


def _within(
    node: bpmn.CallActivity | bpmn.SubProcess, processes: Mapping[str, bpmn.Process]
) -> list[bpmn.Node] | None:
    """What a called process or sub-process does by itself; None when somebody has a part in it."""
    if isinstance(node, bpmn.SubProcess):
        body = node.body
    elif node.called_element in processes:
        body = processes[node.called_element].body
    else:
        return None
    nodes = list(bpmn.nodes_within(body))
    return None if any(isinstance(one, (*_WAITING, bpmn.CallActivity)) for one in nodes) else nodes


def _by_data(flow: bpmn.SequenceFlow) -> bool:
    if flow.condition is None:
        return False
    try:
        return bool(compile_expression(flow.condition.text.strip().removeprefix("=")).names)
    except FeelSyntaxError:
        return False


def _said(node: bpmn.Node) -> Iterator[str]:
    """The name of an automatic act or end, or the text of a script, where it speaks of approval."""
    if isinstance(node, (bpmn.Gateway, bpmn.CatchEvent, *_WAITING)):
        return
    texts = [node.name]
    if isinstance(node, bpmn.EndEvent) and not node.name:
        texts.append(node.id.replace("-", "_"))
    if isinstance(node, bpmn.ScriptTask) and node.script is not None:
        texts += re.findall(r'"([^"]*)"', node.script.text)
        texts += re.findall(r"([A-Za-z_]+)\s*:(?!\s*null)", node.script.text)
    for text in texts:
        if _APPROVES.search(text) and not _ENDS.search(text):
            yield text

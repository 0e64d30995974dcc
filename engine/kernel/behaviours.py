"""Which function runs for which element: the kernel's table of contents."""

from __future__ import annotations

from engine.kernel import adhoc, events, gateways, scopes, tasks
from engine.kernel.net import Behaviour, Node
from engine.kernel.run import Run
from engine.kernel.state import Token
from engine.model import bpmn


def never(run: Run, token: Token, node: Node) -> None:
    raise AssertionError(f"{node.id} is never entered by a token")


def _open_subprocess(run: Run, token: Token, node: Node) -> None:
    scopes.open_subprocess(run, token, node)


EXECUTE: dict[type[bpmn.Node], Behaviour] = {
    bpmn.Task: tasks.passing,
    bpmn.UserTask: tasks.user_task,
    bpmn.ServiceTask: tasks.service_task,
    bpmn.SendTask: tasks.send_task,
    bpmn.ReceiveTask: tasks.receive_task,
    bpmn.ScriptTask: tasks.script_task,
    bpmn.BusinessRuleTask: tasks.rule_task,
    bpmn.SubProcess: _open_subprocess,
    bpmn.Transaction: _open_subprocess,
    bpmn.AdHocSubProcess: adhoc.adhoc,
    bpmn.CallActivity: scopes.open_call,
}
ENTER: dict[type[bpmn.Node], Behaviour] = {
    bpmn.StartEvent: events.start,
    bpmn.IntermediateCatchEvent: events.intermediate_catch,
    bpmn.BoundaryEvent: never,
    bpmn.IntermediateThrowEvent: events.intermediate_throw,
    bpmn.EndEvent: events.end_event,
    bpmn.ExclusiveGateway: gateways.exclusive,
    bpmn.InclusiveGateway: gateways.inclusive,
    bpmn.ParallelGateway: gateways.parallel,
    bpmn.ComplexGateway: gateways.complex_gateway,
    bpmn.EventBasedGateway: gateways.event_based,
}

"""The kernel's one door: `apply(net, state, command, now)`. Pure: the same command on the same state gives the same
outcome on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from engine.calendar.period import SHANGHAI
from engine.errors import CaseClosed, InvalidInput, NotFound, Refused
from engine.feel import Environment
from engine.kernel import activities, adhoc, commands, operations
from engine.kernel import effects as done
from engine.kernel.catching import catch
from engine.kernel.correlation import received
from engine.kernel.gateways import find_joins, settle
from engine.kernel.incidents import fail_job, given, resolve, take_job
from engine.kernel.net import Net, Node
from engine.kernel.parts import complete_item
from engine.kernel.returns import return_to, withdraw
from engine.kernel.run import OPERATIONS, Bounds, BoundsExceededError, Run, StuckError, operation
from engine.kernel.scopes import populate, watch_events
from engine.kernel.state import Incident, State
from engine.kernel.subscriptions import rearm, reconsider
from engine.kernel.throwing import deliver_signal, end_case, raise_error
from engine.kernel.undo import forget_undo
from engine.kernel.variables import normal, transferred, write
from engine.model import bpmn

BOUNDS = Bounds()


class Outcome(NamedTuple):
    state: State
    effects: tuple[done.Effect, ...]


@operation("enter")
def enter(run: Run, number: int, _: Any) -> None:
    """A token arrives at its node."""
    token = run.token(number)
    node = run.net.processes[run.state.scopes[token.scope].process].nodes[token.node]
    node.enter(run, token, node)


def apply(
    net: Net,
    state: State | None,
    command: commands.Command,
    now: datetime,
    *,
    environment: Environment | None = None,
    bounds: Bounds = BOUNDS,
) -> Outcome:
    """Run one command until every token waits. `now` is aware; `state` None only for StartCase.

    The given state is unharmed. Raises Refused (ItemClosed, ItemTaken, CaseClosed), NotFound, InvalidInput.
    """
    if environment is None:
        environment = Environment(now=now.astimezone(SHANGHAI))
    elif environment.now is None:
        environment = environment._replace(now=now.astimezone(SHANGHAI))
    if isinstance(command, commands.StartCase):
        if state is not None:
            raise Refused("该办件已经开始")
        return _start(net, command, now, environment, bounds)
    if state is None:
        raise NotFound("办件尚未开始")
    if state.status != "running" and not isinstance(
        command, commands.Annotate | commands.CopyCase | commands.CloseSupervision
    ):
        raise CaseClosed()
    run = Run(net, state.copy(), now, environment, bounds)
    if state.suspended:
        operations.not_halted(run, command)
    find_joins(run)
    try:
        HANDLERS[type(command)](run, command)
        run.drain(reconsider, settle)
    except BoundsExceededError as exceeded:
        return _given_up(net, state, exceeded)
    if run.state.undo:
        forget_undo(run, command)
    return Outcome(run.state, tuple(run.effects))


def _given_up(net: Net, state: State, exceeded: BoundsExceededError) -> Outcome:
    """The state before the command, with one incident that says why nothing happened."""
    copy = state.copy()
    known = next(
        (i for i in copy.incidents.values() if i.code == "bounds" and i.element == exceeded.element), None
    )
    if known is not None:
        return Outcome(copy, ())
    copy.counters["n"] = count = copy.counters.get("n", 0) + 1
    incident = f"n{count}"
    copy.incidents[incident] = Incident(
        incident, 0, exceeded.process, exceeded.element, "bounds", exceeded.message
    )
    raised = done.IncidentRaised(incident, exceeded.process, exceeded.element, "bounds", exceeded.message)
    return Outcome(copy, (raised,))


def _start(
    net: Net, command: commands.StartCase, now: datetime, environment: Environment, bounds: Bounds
) -> Outcome:
    process = net.processes.get(command.process)
    if process is None:
        raise NotFound(f"没有流程“{command.process}”")
    run = Run(net, State(process.id), now, environment, bounds)
    scope = run.new_scope("process", process.id, process.id, None)
    scope.variables.update(dict.fromkeys(process.body.data))
    scope.variables.update(dict.fromkeys(item.variable for item in process.model.properties))
    try:
        values = normal(command.values)
    except TypeError as wrong:
        raise InvalidInput(str(wrong)) from wrong
    run.emit(done.CaseStarted(process.id))
    began: Node | None = None
    if command.start_event is not None:
        began = process.body.nodes.get(command.start_event)
        if began is None:
            raise NotFound(f"流程“{process.id}”没有开始事件“{command.start_event}”")
    elif not process.body.starts:
        raise InvalidInput(f"流程“{process.id}”没有空白开始事件，只能由消息、信号或计时启动")
    elif len(process.body.starts) > 1 and isinstance(process.body.starts[0].model, bpmn.StartEvent):
        raise InvalidInput(f"流程“{process.id}”有多个空白开始事件，须指明从哪个开始")
    if began is not None and isinstance(began.model, bpmn.CatchEvent) and began.outputs:
        try:
            scope.variables.update(transferred(run, scope.id, began.outputs, values))
        except StuckError as stuck:
            raise InvalidInput(stuck.message) from stuck
    else:
        scope.variables.update(values)
    if scope.variables:
        run.emit(done.VariablesWritten(scope.id, dict(scope.variables)))
    if began is not None and command.message is not None:
        for trigger in began.triggers:
            if trigger.kind == "message" and trigger.name == command.message:
                received(run, process, trigger, command.keys, values)
    try:
        if began is None:
            populate(run, scope, process.body)
        else:
            _begin_at(run, began, command)
            watch_events(run, scope, process.body)
        run.drain(reconsider, settle)
    except BoundsExceededError as exceeded:
        fresh = Run(net, State(process.id), now, environment, bounds)
        root = fresh.new_scope("process", process.id, process.id, None)
        root.variables.update(values)
        fresh.emit(done.CaseStarted(process.id))
        if values:
            fresh.emit(done.VariablesWritten(root.id, dict(values)))
        outcome = _given_up(net, fresh.state, exceeded)
        return Outcome(outcome.state, (*fresh.effects, *outcome.effects))
    return Outcome(run.state, tuple(run.effects))


def _begin_at(run: Run, began: Node, command: commands.StartCase) -> None:
    """The event that began the case has occurred; a parallel instantiating gateway awaits the others too."""
    scope = run.scope(1)
    gateway = began.options.get("instantiated_by")
    if gateway is not None:
        origin = began.body.nodes[gateway]
        number = run.new_token(origin.id, scope).id
        token = run.token(number)
        run.entered(token, origin)
        run.completed(token, origin)
        run.remove(token)
        for flow in origin.outgoing:
            if flow.target is began:
                run.emit(done.FlowTaken(began.process.id, flow.id))
            elif began.options.get("all_needed"):
                run.push("enter", run.new_token(flow.target.id, scope, flow.id).id)
    token = run.new_token(began.id, scope)
    if isinstance(began.model, bpmn.StartEvent):
        if began.parallel:
            first = next((t.index for t in began.triggers if t.name == (command.message or "")), 0)
            token.data = {
                "missing": [t.index for t in began.triggers if t.index != first],
                f"got:{began.id}": [first],
            }
        run.push("enter", token.id)
    else:
        run.entered(token, began)
        run.push("complete", token.id, {})


# ------------------------------------------------------------------ commands


def _cancel(run: Run, command: commands.CancelCase) -> None:
    end_case(run, "cancelled", command.reason)


def _message(run: Run, command: commands.DeliverMessage) -> None:
    subscription = run.state.subscriptions.get(command.subscription)
    if subscription is None or subscription.kind != "message":
        raise NotFound(f"没有等待中的消息订阅“{command.subscription}”")
    given(command.values)
    run.touched.add(subscription.owner)
    run.emit(done.MessageReceived(command.subscription, subscription.node, command.message))
    token = run.state.tokens.get(subscription.owner)
    process = run.net.processes[run.state.scopes[token.scope if token else subscription.owner].process]
    trigger = process.nodes[subscription.node].triggers[subscription.which]
    catch(
        run,
        subscription.owner,
        subscription.node,
        subscription.which,
        command.values,
        subscription.subscription,
    )
    received(run, process, trigger, command.keys, command.values)


def _signal(run: Run, command: commands.DeliverSignal) -> None:
    deliver_signal(run, command.signal, given(command.values))


def _timer(run: Run, command: commands.FireTimer) -> None:
    timer = run.state.timers.pop(command.timer, None)
    if timer is None:
        raise NotFound(f"没有等待中的计时器“{command.timer}”")
    holder: Any = run.token(timer.owner) if timer.owner in run.state.tokens else run.scope(timer.owner)
    holder.waits.remove(command.timer)
    run.touched.add(timer.owner)
    run.emit(done.TimerFired(command.timer, timer.node))
    scope = run.state.scopes[holder.scope if timer.owner in run.state.tokens else timer.owner]
    node = run.net.processes[scope.process].nodes[timer.node]
    repeats = not node.interrupting and isinstance(node.model, bpmn.BoundaryEvent | bpmn.StartEvent)
    if repeats:
        rearm(run, holder.waits, timer)
    catch(run, timer.owner, timer.node, timer.which, {})


def _finish_job(run: Run, command: commands.FinishJob) -> None:
    values = given(command.values)
    job = take_job(run, command.job)
    run.emit(done.JobFinished(command.job, job.element))
    node = run.node(run.state.tokens[job.token])
    run.push("complete" if node.is_activity else "thrown", job.token, values)


def _job_error(run: Run, command: commands.ThrowJobError) -> None:
    job = take_job(run, command.job)
    raise_error(run, job.token, job.element, command.code, given(command.values), command.message)


def _set(run: Run, command: commands.SetVariables) -> None:
    write(run, 1, given(command.values))


def _annotate(run: Run, command: commands.Annotate) -> None:
    run.emit(done.Annotated(command.text, command.item))


HANDLERS: dict[type[Any], Callable[[Run, Any], None]] = {
    **operations.HANDLERS,
    commands.CompleteItem: complete_item,
    commands.ReturnTo: return_to,
    commands.WithdrawItem: withdraw,
    commands.CancelCase: _cancel,
    commands.DeliverMessage: _message,
    commands.DeliverSignal: _signal,
    commands.FireTimer: _timer,
    commands.FinishJob: _finish_job,
    commands.ThrowJobError: _job_error,
    commands.FailJob: fail_job,
    commands.ResolveIncident: resolve,
    commands.SetVariables: _set,
    commands.Annotate: _annotate,
}
STEPS = (activities, adhoc, OPERATIONS)
"""Importing them names their steps."""

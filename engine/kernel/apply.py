"""The kernel's one door: `apply(net, state, command, now)`. Pure: the same command on the same state gives the same
outcome on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from engine.errors import CaseClosed, InvalidInput, ItemClosed, ItemTaken, NotFound, Refused
from engine.feel import Environment
from engine.kernel import activities, adhoc, commands, flows, multi
from engine.kernel import effects as done
from engine.kernel.catching import catch
from engine.kernel.gateways import find_joins, settle
from engine.kernel.moments import SHANGHAI
from engine.kernel.net import Net, Node
from engine.kernel.returns import return_to, withdraw
from engine.kernel.run import OPERATIONS, Bounds, BoundsExceededError, Run, StuckError, operation
from engine.kernel.scopes import populate, watch_events
from engine.kernel.state import Incident, State, Undo
from engine.kernel.subscriptions import rearm, reconsider
from engine.kernel.throwing import deliver_signal, end_case, raise_error
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
        environment = replace(environment, now=now.astimezone(SHANGHAI))
    if isinstance(command, commands.StartCase):
        if state is not None:
            raise Refused("该办件已经开始")
        return _start(net, command, now, environment, bounds)
    if state is None:
        raise NotFound("办件尚未开始")
    if state.status != "running" and not isinstance(command, commands.Annotate):
        raise CaseClosed()
    run = Run(net, state.copy(), now, environment, bounds)
    find_joins(run)
    try:
        HANDLERS[type(command)](run, command)
        run.drain(reconsider, settle)
    except BoundsExceededError as exceeded:
        return _given_up(net, state, exceeded)
    if run.state.undo:
        _forget_undo(run, command)
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


def _open_item(run: Run, number: str, user: str | None) -> Any:
    item = run.state.items.get(number)
    if item is None:
        raise ItemClosed()
    if user is not None and item.user is not None and item.user != user:
        raise ItemTaken()
    return item


def _claim(run: Run, command: commands.ClaimItem) -> None:
    item = _open_item(run, command.item, command.user)
    if item.user is None:
        run.state.items[command.item] = item._replace(user=command.user)
        run.emit(done.ItemClaimed(command.item, command.user))


def _release(run: Run, command: commands.ReleaseItem) -> None:
    item = _open_item(run, command.item, command.user)
    if item.user is None:
        raise Refused("该待办尚未签收")
    run.state.items[command.item] = item._replace(user=None)
    run.emit(done.ItemReleased(command.item, command.user))


def _complete_item(run: Run, command: commands.CompleteItem) -> None:
    item = _open_item(run, command.item, command.user)
    token = run.token(item.token)
    scope = run.scope(token.scope)
    before = _variables_in_sight(run, item.token)
    del run.state.items[command.item]
    token.waits.remove(command.item)
    run.emit(done.ItemCompleted(command.item, item.element, command.user))
    if token.index < 0 and item.element not in scope.done:
        scope.done.append(item.element)
    alone, number = token.index < 0, token.id
    run.touched.clear()
    run.push("complete", token.id, _normal(command.values))
    run.drain(reconsider, settle)
    if alone and run.state.status == "running" and scope.id in run.state.scopes:
        _keep_undo(run, command, item.element, scope.id, number, before)


def _variables_in_sight(run: Run, number: int) -> dict[str, dict[str, Any]]:
    """By scope, as they are before the completion writes."""
    found: dict[str, dict[str, Any]] = {}
    while number:
        scope = run.state.scopes[run.state.tokens[number].scope]
        found[str(scope.id)] = scope.variables.copy()
        number = 0 if scope.kind in ("process", "call") else scope.token
    return found


IRREVOCABLE = (
    done.MessageThrown, done.SignalThrown, done.ErrorThrown, done.EscalationThrown, done.IncidentRaised,
    done.JobFinished, done.TimerCancelled, done.JobCancelled, done.ItemCancelled,
)  # fmt: skip


def _keep_undo(
    run: Run, command: commands.CompleteItem, element: str, scope: int, number: int, before: Mapping[str, Any]
) -> None:
    """Only where taking back is possible: all that came of it waits in the same scope, nothing left the case."""
    if any(isinstance(effect, IRREVOCABLE) for effect in run.effects):
        return
    tokens = tuple(each for each in sorted(run.touched | {number}) if each in run.state.tokens)
    own = tuple(each for each in tokens if run.state.tokens[each].scope == scope)
    if not own or any(run.state.tokens[each].scope < scope for each in tokens):
        return
    given = set(command.values)
    changed: dict[str, dict[str, Any]] = {}
    for effect in run.effects:
        if (
            isinstance(effect, done.VariablesWritten)
            and effect.element != element
            and str(effect.scope) in before
        ):
            for name in effect.values:
                if name not in given and name in before[str(effect.scope)]:
                    changed.setdefault(str(effect.scope), {})[name] = before[str(effect.scope)][name]
    run.state.undo[command.item] = Undo(command.item, element, scope, command.user, own, changed)


def _forget_undo(run: Run, command: commands.Command) -> None:
    """A completion can be taken back only while what came of it has not moved."""
    mine = command.item if isinstance(command, commands.CompleteItem) else None
    for number, undo in list(run.state.undo.items()):
        if number != mine and (run.touched & set(undo.tokens) or undo.scope not in run.state.scopes):
            del run.state.undo[number]


def _normal(values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return normal(values)
    except TypeError as wrong:
        raise InvalidInput(str(wrong)) from wrong


def _return(run: Run, command: commands.ReturnTo) -> None:
    _open_item(run, command.item, command.user)
    return_to(run, command)


def _cancel(run: Run, command: commands.CancelCase) -> None:
    end_case(run, "cancelled", command.reason)


def _message(run: Run, command: commands.DeliverMessage) -> None:
    subscription = run.state.subscriptions.get(command.subscription)
    if subscription is None or subscription.kind != "message":
        raise NotFound(f"没有等待中的消息订阅“{command.subscription}”")
    _normal(command.values)
    run.touched.add(subscription.owner)
    run.emit(done.MessageReceived(command.subscription, subscription.node, command.message))
    catch(
        run,
        subscription.owner,
        subscription.node,
        subscription.which,
        command.values,
        subscription.subscription,
    )


def _signal(run: Run, command: commands.DeliverSignal) -> None:
    deliver_signal(run, command.signal, _normal(command.values))


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


def _job(run: Run, number: str) -> Any:
    job = run.state.jobs.pop(number, None)
    if job is None:
        raise NotFound(f"没有进行中的作业“{number}”")
    run.token(job.token).waits.remove(number)
    run.touched.add(job.token)
    return job


def _finish_job(run: Run, command: commands.FinishJob) -> None:
    values = _normal(command.values)
    job = _job(run, command.job)
    run.emit(done.JobFinished(command.job, job.element))
    node = run.node(run.state.tokens[job.token])
    run.push("complete" if node.is_activity else "thrown", job.token, values)


def _job_error(run: Run, command: commands.ThrowJobError) -> None:
    job = _job(run, command.job)
    raise_error(run, job.token, job.element, command.code, _normal(command.values), command.message)


def _fail_job(run: Run, command: commands.FailJob) -> None:
    job = _job(run, command.job)
    run.stick(job.token, "again", None, StuckError("job", command.message))


@operation("again")
def again(run: Run, number: int, _: Any) -> None:
    """The work of an element is asked for once more."""
    token = run.token(number)
    node = run.node(token)
    (node.execute if node.is_activity else node.enter)(run, token, node)


def _resolve(run: Run, command: commands.ResolveIncident) -> None:
    incident = run.state.incidents.get(command.incident)
    if incident is None:
        raise NotFound(f"没有待处理的异常“{command.incident}”")
    if command.action not in ("retry", "skip"):
        raise InvalidInput(f"处理方式“{command.action}”不是 retry 或 skip")
    values = _normal(command.values)
    del run.state.incidents[command.incident]
    run.emit(done.IncidentResolved(command.incident, incident.element, command.action))
    if not incident.token:
        write(run, 1, values)
        return
    token = run.token(incident.token)
    token.waits.remove(command.incident)
    write(run, incident.token, values, incident.element)
    if command.action == "retry":
        if incident.step in ("enter", "begin", "again"):
            kept = [wait for wait in token.waits if wait[0] in "ijs" and incident.step == "again"]
            token.waits = [wait for wait in token.waits if wait not in kept]
            if incident.step != "again":
                run.close(token.waits, "interrupted")
                if token.data:
                    token.data.pop("armed", None)
            token.waits.extend(kept)
        run.push(incident.step, incident.token, incident.argument)
        return
    _skip(run, incident)


def _skip(run: Run, incident: Incident) -> None:
    """On without the work. A split whose conditions all fail goes by its default flow, or cannot be skipped."""
    token = run.token(incident.token)
    node = run.node(token)
    splits = not node.is_activity and len(node.outgoing) > 1
    if incident.step == "leave" or splits:
        flow = node.default or (node.outgoing[0] if len(node.outgoing) == 1 else None)
        if flow is None:
            raise Refused("此处没有默认出口，不能跳过；请改正数据后重试")
        if token.phase:
            run.completed(token, node)
        flows.spread(run, token, node, [flow])
        return
    if not token.phase:
        run.entered(token, node)
    for child in list(token.children):
        run.cancel_within(run.scope(child))
        del run.state.scopes[child]
    token.children = []
    if node.is_activity:
        run.completed(token, node)
        run.push("depart" if token.index < 0 else "skipped", incident.token)
    else:
        run.close(token.waits, "interrupted")
        run.push("complete", incident.token)


@operation("skipped")
def skipped(run: Run, number: int, _: Any) -> None:
    token = run.token(number)
    multi.instance_done(run, token, run.node(token))


def _set(run: Run, command: commands.SetVariables) -> None:
    write(run, 1, _normal(command.values))


def _annotate(run: Run, command: commands.Annotate) -> None:
    run.emit(done.Annotated(command.text, command.item))


HANDLERS: dict[type[Any], Callable[[Run, Any], None]] = {
    commands.ClaimItem: _claim,
    commands.ReleaseItem: _release,
    commands.CompleteItem: _complete_item,
    commands.ReturnTo: _return,
    commands.WithdrawItem: withdraw,
    commands.CancelCase: _cancel,
    commands.DeliverMessage: _message,
    commands.DeliverSignal: _signal,
    commands.FireTimer: _timer,
    commands.FinishJob: _finish_job,
    commands.ThrowJobError: _job_error,
    commands.FailJob: _fail_job,
    commands.ResolveIncident: _resolve,
    commands.SetVariables: _set,
    commands.Annotate: _annotate,
}
assert {activities, adhoc} and OPERATIONS  # their steps are named on import

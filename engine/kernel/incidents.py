"""Incidents: a technical failure waits here until somebody repeats the step or passes over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInput, NotFound, Refused
from engine.kernel import commands, flows, multi
from engine.kernel import effects as done
from engine.kernel.run import Run, StuckError, operation
from engine.kernel.state import Incident, Job
from engine.kernel.variables import normal, write


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return normal(values)
    except TypeError as wrong:
        raise InvalidInput(str(wrong)) from wrong


def take_job(run: Run, number: str) -> Job:
    job = run.state.jobs.pop(number, None)
    if job is None:
        raise NotFound(f"没有进行中的作业“{number}”")
    run.token(job.token).waits.remove(number)
    run.touched.add(job.token)
    return job


def fail_job(run: Run, command: commands.FailJob) -> None:
    job = take_job(run, command.job)
    run.stick(job.token, "again", None, StuckError("job", command.message))


@operation("again")
def again(run: Run, number: int, _: Any) -> None:
    """The work of an element is asked for once more."""
    token = run.token(number)
    node = run.node(token)
    (node.execute if node.is_activity else node.enter)(run, token, node)


def resolve(run: Run, command: commands.ResolveIncident) -> None:
    incident = run.state.incidents.get(command.incident)
    if incident is None:
        raise NotFound(f"没有待处理的异常“{command.incident}”")
    if command.action not in ("retry", "skip"):
        raise InvalidInput(f"处理方式“{command.action}”不是 retry 或 skip")
    values = given(command.values)
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

"""Published bundles: stored once, named by the hash of their content, compiled once per process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Any

from engine.calendar.period import SHANGHAI
from engine.cases.actor import Actor
from engine.codec import moment_text
from engine.deployment.bundle import Bundle
from engine.deployment.checks import Executable, executable_of
from engine.errors import NotFound
from engine.feel import Environment
from engine.kernel.moments import Cycle, cycle, is_literal, moment
from engine.kernel.moments import duration as duration_of
from engine.kernel.net import StartTrigger
from engine.model import bpmn
from engine.store import Store, Transaction, queries

KEPT = 64  # compiled bundles held at a time


class Deployments:
    """What cases run on, by the hash of the bundle they are pinned to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._compiled: OrderedDict[str, Executable] = OrderedDict()
        self._lock = threading.Lock()

    def executable(self, deployment: str) -> Executable:
        """Raises NotFound."""
        found = self._compiled.get(deployment)
        if found is None:
            with self._store.reading() as transaction:
                bundle = bundle_of(transaction, deployment)
            found = self._keep(deployment, executable_of(bundle))
        return found

    def _keep(self, deployment: str, executable: Executable) -> Executable:
        with self._lock:
            self._compiled[deployment] = executable
            if len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
        return executable

    def check(self, bundle: Bundle) -> Executable:
        """Read and check. Raises DeploymentError with all faults."""
        found = self._compiled.get(bundle.hash)
        return found or self._keep(bundle.hash, executable_of(bundle))

    def publish(self, transaction: Transaction, bundle: Bundle, actor: Actor, now: datetime) -> None:
        """From now on new cases of its processes begin with this bundle; running ones stay with theirs."""
        executable = self._compiled[bundle.hash]
        if transaction.one(queries.has_deployment, {"deployment": bundle.hash}) is None:
            transaction.add(
                queries.add_deployment,
                {"deployment": bundle.hash, "deployed_at": moment_text(now), "deployed_by": actor.user},
            )
            transaction.many(
                queries.add_bundle_files,
                [
                    {"deployment": bundle.hash, "path": path, "content": content}
                    for path, content in bundle.files.items()
                ],
            )
        for process in executable.net.processes:
            transaction.add(queries.put_process, {"process": process, "deployment": bundle.hash})
            transaction.add(queries.drop_triggers, {"of_process": process})
        rows = [trigger_row(trigger, bundle.hash, now) for trigger in executable.net.starts]
        if rows:
            transaction.many(queries.add_triggers, rows)


def bundle_of(transaction: Transaction, deployment: str) -> Bundle:
    """The files of one deployment. Raises NotFound."""
    rows = transaction.all(queries.files_of_deployment, {"deployment": deployment})
    if not rows:
        raise NotFound(f"没有版本 {deployment}")
    return Bundle({path: bytes(content) for path, content in rows})


def trigger_row(trigger: StartTrigger, deployment: str, now: datetime) -> dict[str, Any]:
    due = first_due(trigger.definition, now) if isinstance(trigger.definition, bpmn.TimerDefinition) else None
    text = moment_text(due) if due is not None else None
    return {
        "process": trigger.process, "element": trigger.element, "kind": trigger.kind, "name": trigger.name,
        "deployment": deployment, "round": 1, "due": text, "run_at": text,
    }  # fmt: skip


def first_due(definition: bpmn.TimerDefinition, now: datetime) -> datetime | None:
    """When a start timer first begins a case, counted from its publication (UTC)."""
    if definition.date is not None:
        return moment(_value(definition.date, "date", now))
    if definition.duration is not None:
        return duration_of(_value(definition.duration, "duration", now)).after(now)
    repeated = _cycle(definition, now)
    if repeated is None:
        return None
    return repeated.start or repeated.interval.after(now)


def next_due(definition: bpmn.TimerDefinition, last: datetime, rounds: int) -> datetime | None:
    """The moment after `last`, `rounds` having begun; None when there is no further one."""
    repeated = _cycle(definition, last)
    if repeated is None or (repeated.times is not None and rounds >= repeated.times):
        return None
    due = repeated.interval.after(last)
    return None if repeated.end is not None and due > repeated.end else due


def _cycle(definition: bpmn.TimerDefinition, now: datetime) -> Cycle | None:
    return cycle(_value(definition.cycle, "cycle", now)) if definition.cycle is not None else None


def _value(expression: bpmn.Expression, measure: str, now: datetime) -> Any:
    from engine.feel import compile_expression

    text = expression.text.strip()
    if is_literal(text, measure):
        return text
    return compile_expression(text).evaluate({}, environment=Environment(now=now.astimezone(SHANGHAI)))

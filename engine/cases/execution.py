"""What one command writes: the case begun, or the case after it, with its entry and its projections.

Apply the kernel, append the entry, project, write the state. The caller holds the transaction and the case's lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from engine.calendar.clock import NO_CLOCKS
from engine.calendar.limit import Limits
from engine.calendar.period import SHANGHAI
from engine.cases import attachment_commands, clock_commands, correspondence, document_commands
from engine.cases.actor import Actor, Answer
from engine.cases.clock_commands import ClockedCase
from engine.cases.clocks import advanced, expired_limit
from engine.cases.journal import new_entry
from engine.cases.loaded import Loaded, status_of
from engine.cases.numbers import next_number
from engine.cases.projection import Projection
from engine.codec import dumps, moment_text
from engine.feel import Environment
from engine.kernel import apply
from engine.kernel.commands import (
    ATTACHMENT_COMMANDS,
    CLOCK_COMMANDS,
    DOCUMENT_COMMANDS,
    ClockCommand,
    Command,
    FailJob,
    FireTimer,
    StartCase,
    ThrowJobError,
)
from engine.store import Transaction, queries, search

if TYPE_CHECKING:
    from engine.cases.cases import Cases

HEADER = ("matter", "number", "title", "applicant")


def begin(
    cases: Cases,
    transaction: Transaction,
    command: StartCase,
    deployment: str,
    *,
    actor: Actor,
    key: str | None = None,
    header: Mapping[str, str],
    number_format: str = "",
) -> Answer:
    """A case's first command. Raises what the kernel refuses."""
    if key is not None:
        answer = cases.answered_without_case(transaction, key)
        if answer is not None:
            return answer
    now = cases.clock()
    executable = cases.deployments.executable(deployment)
    told = dict(header)
    if number_format:
        told["number"] = next_number(transaction, number_format, now)
    environment = Environment(now=now.astimezone(SHANGHAI), working_calendar=cases.calendar)
    outcome = apply(executable.net, None, command, now, environment=environment)
    case_id = cases.numbers.next(now)
    brief = {name: told.get(name, "") for name in HEADER}
    clocks, lines = advanced(
        cases.calendar, executable.limits, NO_CLOCKS, command, outcome.effects, now, actor
    )
    at = moment_text(now)
    projection = Projection(case_id, 1, at, brief, {}, clocks)
    projection.take(outcome.effects)
    status = status_of(outcome.state)
    data = dumps({**command._asdict(), "header": told}, canonical=True)
    entry = new_entry(
        cases.hash_name,
        case_id,
        1,
        at,
        actor,
        key,
        deployment,
        command,
        data,
        outcome.effects,
        status,
        "",
        lines,
    )
    ended = status not in ("running", "failed")
    transaction.add(queries.add_case, {
        "case_id": case_id, "process": command.process, "deployment": deployment, **brief,
        "section": told.get("section", ""), "header": dumps(told), "status": status,
        "started_at": at, "started_by": actor.user, "ended_at": at if ended else None,
    })  # fmt: skip
    transaction.add(queries.add_state, {
        "case_id": case_id, "revision": 1, "head_hash": entry["hash"], "steps": dumps(projection.steps),
        "due": projection.due, "deployment": deployment, "state": outcome.state.to_json(),
        "clocks": dumps(clocks.to_json()),
    })  # fmt: skip
    transaction.add(queries.add_entry, entry)
    search.add(transaction, case_id, search.header(brief["number"], brief["applicant"], brief["title"]))
    if key is not None:
        transaction.add(queries.add_key, {"key": key, "case_id": case_id, "seq": 1, "at": at})
    if lines:
        projection.clocks_moved(executable.limits, lines)
    projection.write(transaction)
    for name in projection.awaited:
        correspondence.wake_kept(transaction, name, at)
    transaction.touched.append((case_id, Loaded(
        1, deployment, outcome.state, clocks, entry["hash"], command.process, brief, projection.steps,
        projection.due,
    )))  # fmt: skip
    return Answer(case_id, 1, outcome.effects, status)


def execute(
    cases: Cases,
    transaction: Transaction,
    case_id: str,
    loaded: Loaded,
    command: Command,
    *,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> Answer:
    """One command on a case that is loaded and locked. Raises what the kernel refuses, Conflict."""
    executable = cases.deployments.executable(loaded.deployment)
    if isinstance(command, CLOCK_COMMANDS):
        return _on_clocks(
            cases, transaction, executable.limits, case_id, loaded, command, actor=actor, key=key, now=now
        )
    if isinstance(command, DOCUMENT_COMMANDS):
        return document_commands.execute(
            cases, transaction, case_id, loaded, command, actor=actor, key=key, now=now
        )
    if isinstance(command, ATTACHMENT_COMMANDS):
        return attachment_commands.execute(
            cases, transaction, case_id, loaded, command, actor=actor, key=key, now=now
        )
    expired = None
    if type(command) is FireTimer and executable.limits:
        expired = expired_limit(transaction, case_id, command.timer, now)
    environment = Environment(now=now.astimezone(SHANGHAI), working_calendar=cases.calendar)
    outcome = apply(executable.net, loaded.state, command, now, environment=environment)
    state, effects = outcome.state, outcome.effects
    clocks, lines = advanced(
        cases.calendar, executable.limits, loaded.clocks, command, effects, now, actor, expired=expired
    )
    seq = loaded.revision + 1
    at = moment_text(now)
    projection = Projection(case_id, seq, at, loaded.header, loaded.steps, clocks)
    projection.take(effects)
    if lines:
        projection.clocks_moved(
            executable.limits,
            lines,
            timers=bool(loaded.state.timers),
            items=projection.earlier_items,
        )
    if type(command) in (FailJob, ThrowJobError):
        projection.drop_job(command.job)  # type: ignore[union-attr]
    status = status_of(state)
    data = dumps(command._asdict(), canonical=True)
    entry = new_entry(
        cases.hash_name,
        case_id,
        seq,
        at,
        actor,
        key,
        None,
        command,
        data,
        effects,
        status,
        loaded.head_hash,
        lines,
    )
    transaction.add(queries.add_entry, entry)
    projection.write(transaction)
    for name in projection.awaited:
        correspondence.wake_kept(transaction, name, at)
    if status != status_of(loaded.state):
        ended = None if status in ("running", "failed") else at
        transaction.add(queries.save_status, {"of_case": case_id, "status": status, "ended_at": ended})
    # Nobody waits for the count: the row is locked, and whoever had written at this revision all the same would
    # have written an entry of the same number, which is a Duplicate.
    transaction.add(queries.save_state, {
        "of_case": case_id, "read_revision": loaded.revision, "revision": seq, "head_hash": entry["hash"],
        "steps": dumps(projection.steps), "due": projection.due, "deployment": loaded.deployment,
        "state": state.to_json(), "clocks": dumps(clocks.to_json()),
    })  # fmt: skip
    transaction.touched.append((case_id, Loaded(
        seq, loaded.deployment, state, clocks, entry["hash"], loaded.process, loaded.header, projection.steps,
        projection.due,
    )))  # fmt: skip
    return Answer(case_id, seq, effects, status)


def _on_clocks(
    cases: Cases,
    transaction: Transaction,
    limits: Limits,
    case_id: str,
    loaded: Loaded,
    command: ClockCommand,
    *,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> Answer:
    case = ClockedCase(case_id, loaded.revision, loaded.clocks, loaded.head_hash, status_of(loaded.state))
    answer, after, due = clock_commands.execute(
        cases, transaction, limits, case, command, actor=actor, key=key, now=now
    )
    after_load = loaded._replace(
        revision=after.revision, clocks=after.clocks, head_hash=after.head_hash, due=due
    )
    transaction.touched.append((case_id, after_load))
    return answer

"""Messages and signals between cases, from outside, and to processes that they begin.

A message goes to exactly one: a subscriber with its name and keys (the oldest case first), else a start by that
message, else it is kept for its time to live. A signal goes to all that listen when it is sent; one outbox row each,
so that a worker killed half-way neither misses one nor tells one twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cases import execution
from engine.cases.actor import SYSTEM, Actor, Answer
from engine.cases.keys import subscribers
from engine.cases.loaded import Loaded
from engine.codec import dumps, loads, moment_of, moment_text
from engine.errors import Refused
from engine.kernel.commands import DeliverMessage, DeliverSignal, StartCase
from engine.kernel.correlation import told
from engine.store import Transaction, queries, webhooks
from engine.webhooks.events import run_announcement

if TYPE_CHECKING:
    from engine.cases.cases import Cases


class JobRow(NamedTuple):
    """A row of table `job`, as claimed."""

    case_id: str
    job: str
    kind: str
    name: str
    process: str
    element: str
    data: str
    set_seq: int
    run_at: str
    attempts: int
    error: str | None


def deliver(
    cases: Cases,
    transaction: Transaction,
    message: str,
    keys: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    actor: Actor,
    key: str | None = None,
    expires_at: str | None = None,
) -> Answer:
    if key is not None:
        answer = cases.answered_without_case(transaction, key)
        if answer is not None:
            return answer
    answer = _to_subscriber(cases, transaction, message, keys, values, actor)
    if answer is None:
        answer = _to_start(cases, transaction, message, keys, values, actor)
    if answer is None:
        # Somebody may begin to listen in another transaction at this very moment: whoever comes second sees the first.
        transaction.lock(f"message:{message}")
        answer = _to_subscriber(cases, transaction, message, keys, values, actor)
    if answer is None:
        now = cases.clock()
        data = dumps({"keys": dict(keys), "values": dict(values)})
        transaction.add(queries.keep_message, {
            "message": f"{moment_text(now)}{secrets.token_hex(6)}", "name": message, "data": data,
            "kept_at": moment_text(now), "expires_at": expires_at or moment_text(now + cases.message_ttl),
        })  # fmt: skip
        answer = Answer("", 0, (), "kept")
    if key is not None:
        at = moment_text(cases.clock())
        transaction.add(queries.add_key, {"key": key, "case_id": answer.case_id, "seq": answer.seq, "at": at})
    return answer


def _to_subscriber(
    cases: Cases,
    transaction: Transaction,
    message: str,
    keys: Mapping[str, Any],
    values: Mapping[str, Any],
    actor: Actor,
) -> Answer | None:
    for case_id, subscription, declared_text in subscribers(transaction, message, keys):
        declared = loads(declared_text)
        if any(name in keys and keys[name] != value for name, value in declared.items()):
            continue
        loaded = cases.load(transaction, case_id)
        if subscription not in loaded.state.subscriptions:
            continue  # it closed while we waited for the case
        if not declared.keys() <= keys.keys():
            net = cases.executable(loaded.deployment).net
            given = told(net, loaded.state, subscription, keys, values)
            if any(given.get(name) != value for name, value in declared.items()):
                continue
        if not declared and not _agrees(loaded, subscription, keys):
            continue
        command = DeliverMessage(subscription, message, dict(keys), dict(values))
        return execution.execute(
            cases, transaction, case_id, loaded, command, actor=actor, key=None, now=cases.clock()
        )
    return None


def _agrees(loaded: Loaded, subscription: str, keys: Mapping[str, Any]) -> bool:
    """Without declared keys, each delivered one that names a variable the subscriber sees must be equal."""
    if not keys:
        return True
    seen = loaded.state.variables_for(subscription)
    return all(name not in seen or seen[name] == value for name, value in keys.items())


def _to_start(
    cases: Cases,
    transaction: Transaction,
    message: str,
    keys: Mapping[str, Any],
    values: Mapping[str, Any],
    actor: Actor,
) -> Answer | None:
    row = transaction.one(queries.triggers_by_name, {"kind": "message", "name": message})
    if row is None:
        return None
    process, element, deployment = row
    command = StartCase(process, dict(values), element, message, dict(keys))
    return execution.begin(cases, transaction, command, deployment, actor=actor, header={})


def wake_kept(transaction: Transaction, name: str, now: str) -> None:
    """Somebody began to listen: what was kept under that name is sent again after the commit."""
    transaction.lock(f"message:{name}")
    for message, data, expires_at in transaction.all(queries.kept_messages, {"name": name, "now": now}):
        if transaction.run(queries.drop_message, {"of_message": message}):
            again = {**loads(data), "expires_at": expires_at}
            transaction.add(queries.add_jobs, _row("", f"k{message}", "message", name, again, now))


def fan_out(
    cases: Cases,
    transaction: Transaction,
    name: str,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    key: str | None = None,
    lease: timedelta,
    sender: str = "",
    settles: tuple[str, str] | None = None,
) -> list[JobRow]:
    """An outbox row for each that hears the signal; nobody else takes them within `lease`."""
    if key is not None and cases.answered_without_case(transaction, key) is not None:
        return []
    if settles is not None and not cases.settle(transaction, settles):
        return []
    now = cases.clock()
    run_at, number = moment_text(now + lease), secrets.token_hex(6)
    rows: list[dict[str, Any]] = []
    listening = transaction.all(queries.subscribers, {"kind": "signal", "name": name})
    for case_id in dict.fromkeys(row[0] for row in listening if row[0] != sender):
        data = {"values": dict(values), "actor": list(actor)}
        rows.append(_row(case_id, f"g{number}", "signal_case", name, data, run_at))
    for index, (process, element, deployment) in enumerate(
        transaction.all(queries.triggers_by_name, {"kind": "signal", "name": name})
    ):
        data = {"values": dict(values), "actor": list(actor), "deployment": deployment}
        row = _row("", f"g{number}.{index}", "signal_start", name, data, run_at)
        rows.append({**row, "process": process, "element": element})
    if rows:
        transaction.many(queries.add_jobs, rows)
    if key is not None:
        transaction.add(queries.add_key, {"key": key, "case_id": "", "seq": 0, "at": moment_text(now)})
    return [JobRow(**row) for row in rows]


def announce(transaction: Transaction, case_id: str, seq: int, now: datetime) -> None:
    """An outbox row for an entry, where a webhook wants to be told."""
    given = {"case_id": case_id, "job": f"w{seq}", "seq": seq, "run_at": moment_text(now)}
    transaction.add(webhooks.announce, given)


def run_outbox(cases: Cases, row: JobRow) -> Answer | None:
    """Do what one outbox row says, exactly once; None when it was done before or nobody is left to hear it."""
    if row.kind == "announce":
        run_announcement(cases, row.case_id, row.job, row.set_seq)
        return None
    data = loads(row.data)
    place = (row.case_id, row.job)
    if row.kind == "message":
        return cases.run(lambda transaction: _send(cases, transaction, row, data))
    actor = Actor(*data["actor"]) if "actor" in data else SYSTEM
    if row.kind == "signal":
        lease = timedelta(minutes=1)
        rows = cases.run(
            lambda transaction: fan_out(
                cases, transaction, row.name, data["values"], actor=actor, lease=lease, sender=row.case_id,
                settles=place,
            )
        )  # fmt: skip
        for told in rows:
            run_outbox(cases, told)
        return None
    if row.kind == "signal_start":
        return cases.run(lambda transaction: _start(cases, transaction, row, data, actor))
    try:
        answer = cases.submit(
            row.case_id, DeliverSignal(row.name, data["values"]), actor=actor, settles=place
        )
    except Refused:
        # The case ended, or stopped listening, between the sending and now.
        cases.run(lambda transaction: cases.settle(transaction, place))
        return None
    return None if answer.replayed else answer


def _send(cases: Cases, transaction: Transaction, row: JobRow, data: dict[str, Any]) -> Answer | None:
    if not cases.settle(transaction, (row.case_id, row.job)):
        return None
    expires_at = data.get("expires_at")
    if expires_at is not None and moment_of(expires_at) <= cases.clock():
        return None
    return deliver(
        cases, transaction, row.name, data["keys"], data["values"], actor=SYSTEM, expires_at=expires_at
    )


def _start(
    cases: Cases, transaction: Transaction, row: JobRow, data: dict[str, Any], actor: Actor
) -> Answer | None:
    if not cases.settle(transaction, (row.case_id, row.job)):
        return None
    command = StartCase(row.process, data["values"], row.element)
    return execution.begin(cases, transaction, command, data["deployment"], actor=actor, header={})


def _row(
    case_id: str, job: str, kind: str, name: str, data: Mapping[str, Any], run_at: str
) -> dict[str, Any]:
    return {
        "case_id": case_id, "job": job, "kind": kind, "name": name, "process": "", "element": "",
        "data": dumps(data), "set_seq": 0, "run_at": run_at, "attempts": 0, "error": None,
    }  # fmt: skip

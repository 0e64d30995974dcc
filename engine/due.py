"""What is due: timers and jobs, claimed by one process or many, each done once.

A claim puts the row's turn off by a lease; a worker that dies leaves a lease that ends by itself. What a timer or
job does is a command whose key is derived from it, and the row leaves in that command's transaction: whoever comes
second finds the answer of the first. Retries back off exponentially; after the last, a job becomes an incident.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from engine.cases import SYSTEM, Cases, execution
from engine.cases.correspondence import JobRow, run_outbox
from engine.cases.deployments import next_due
from engine.codec import loads, moment_of, moment_text
from engine.errors import BpmnError, NotFound, Refused
from engine.kernel.commands import ExpireClock, FailJob, FinishJob, FireTimer, StartCase, ThrowJobError
from engine.model import bpmn
from engine.store import Transaction, queries

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RETRIES = 5  # calls of a handler before the incident
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=10)

Handler = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""Takes the job's variables (with `idempotency_key`), returns the updates; may raise `BpmnError(code)`."""


class TimerRow(NamedTuple):
    """A row of table `timer`, as claimed."""

    case_id: str
    timer: str
    element: str
    limit_id: str | None
    due: str
    run_at: str
    set_seq: int
    attempts: int
    error: str | None


def run_once(
    cases: Cases,
    handlers: Mapping[str, Handler],
    *,
    limit: int = 20,
    lease: timedelta = LEASE,
    retries: int = RETRIES,
    first_delay: timedelta = FIRST_DELAY,
) -> int:
    """Up to `limit` each of what is due: start timers, timers, clocks without a timer, jobs. Returns how many."""
    done = _start_timers(cases, limit)
    now = cases.clock()
    taken = {"now": moment_text(now), "until": moment_text(now + lease), "limit": limit}
    timers = [TimerRow(*row) for row in cases.run(lambda tx: tx.all(queries.claim_timers, taken))]
    for timer in sorted(
        timers, key=lambda row: (row.due, row.case_id, row.set_seq, len(row.timer), row.timer)
    ):
        _fire(cases, timer, first_delay)
    done += _expire_clocks(cases, limit)
    jobs = [JobRow(*row) for row in cases.run(lambda tx: tx.all(queries.claim_jobs, taken))]
    for job in sorted(jobs, key=lambda row: (row.set_seq, row.case_id, len(row.job), row.job)):
        _do(cases, job, handlers, retries, first_delay)
    return done + len(timers) + len(jobs)


def next_moment(cases: Cases) -> datetime | None:
    """The earliest moment (UTC) at which something is to be done; None when nothing is."""
    with cases.store.reading() as transaction:
        row = transaction.one(queries.next_moments, {})
    moments = [text for text in row or () if text is not None]
    return moment_of(min(moments)) if moments else None


def _delay(attempts: int, first: timedelta) -> timedelta:
    return min(first * (1 << min(attempts - 1, 20)), LONGEST_DELAY)


def _fire(cases: Cases, row: TimerRow, first_delay: timedelta) -> None:
    key = f"timer:{row.timer}:{row.set_seq}"
    try:
        cases.submit(row.case_id, FireTimer(row.timer), actor=SYSTEM, key=key)
    except (NotFound, Refused) as refused:
        # Cancelled, or its clock moved, between the claim and now: the row is gone or has its new moment.
        log.info("timer %s of case %s not fired: %s", row.timer, row.case_id, refused)
    except Exception as error:
        log.exception("timer %s of case %s failed", row.timer, row.case_id)
        again = cases.clock() + _delay(row.attempts, first_delay)
        _put_off(cases, queries.put_off_timer, {
            "of_case": row.case_id, "of_timer": row.timer, "run_at": moment_text(again), "error": str(error),
        })  # fmt: skip


def _do(
    cases: Cases, row: JobRow, handlers: Mapping[str, Handler], retries: int, first_delay: timedelta
) -> None:
    try:
        if row.kind == "service":
            _call(cases, row, handlers)
        else:
            run_outbox(cases, row)
    except Exception as error:
        message = str(error) or type(error).__name__
        log.warning("job %s of case %s failed (attempt %s): %s", row.job, row.case_id, row.attempts, message)
        if row.kind == "service" and row.attempts >= retries:
            _submit_job(cases, row, FailJob(row.job, message))
            return
        again = cases.clock() + _delay(row.attempts, first_delay)
        _put_off(cases, queries.put_off_job, {
            "of_case": row.case_id, "of_job": row.job, "run_at": moment_text(again), "error": message,
        })  # fmt: skip


def _call(cases: Cases, row: JobRow, handlers: Mapping[str, Handler]) -> None:
    handler = handlers.get(row.name)
    if handler is None:
        raise NotFound(f"没有登记服务处理程序 {row.name}")
    values = dict(loads(row.data))
    values["idempotency_key"] = f"{row.case_id}/{row.job}/{row.set_seq}"
    try:
        updates = handler(values) or {}
    except BpmnError as thrown:
        command = ThrowJobError(row.job, thrown.error_code, thrown.message, thrown.values)
        _submit_job(cases, row, command)
        return
    _submit_job(cases, row, FinishJob(row.job, dict(updates)))


def _submit_job(cases: Cases, row: JobRow, command: FinishJob | ThrowJobError | FailJob) -> None:
    try:
        cases.submit(row.case_id, command, actor=SYSTEM, key=f"job:{row.job}:{row.set_seq}")
    except NotFound:
        log.info("job %s of case %s is no longer wanted", row.job, row.case_id)


def _put_off(cases: Cases, query: Any, parameters: dict[str, Any]) -> None:
    cases.run(lambda transaction: transaction.run(query, parameters))


def _expire_clocks(cases: Cases, limit: int) -> int:
    """Nothing is claimed: whoever comes second finds the answer of the first, or a clock that has moved."""
    parameters = {"now": moment_text(cases.clock()), "limit": limit}
    with cases.store.reading() as transaction:
        rows = transaction.all(queries.due_clocks, parameters)
    expired = 0
    for case_id, limit_id, due in rows:
        try:
            answer = cases.submit(case_id, ExpireClock(limit_id), actor=SYSTEM, key=f"clock:{limit_id}:{due}")
            expired += not answer.replayed
        except (NotFound, Refused) as refused:
            log.info("clock %s of case %s not expired: %s", limit_id, case_id, refused)
        except Exception:
            log.exception("clock %s of case %s failed", limit_id, case_id)
    return expired


def _start_timers(cases: Cases, limit: int) -> int:
    parameters = {"now": moment_text(cases.clock()), "limit": limit}
    with cases.store.reading() as transaction:
        rows = transaction.all(queries.due_triggers, parameters)
    for process, element, _kind, _name, deployment, rounds, due, _run_at in rows:
        _begin(cases, process, element, deployment, rounds, due)
    return len(rows)


def _begin(cases: Cases, process: str, element: str, deployment: str, rounds: int, due: str) -> None:
    """Begin the case and move the trigger to its next round in one transaction: whoever comes second moves nothing."""
    definition = next(
        trigger.definition
        for trigger in cases.executable(deployment).net.starts
        if (trigger.process, trigger.element, trigger.kind) == (process, element, "timer")
    )
    assert isinstance(definition, bpmn.TimerDefinition)
    following = next_due(definition, moment_of(due), rounds)
    text = moment_text(following) if following is not None else None

    def work(transaction: Transaction) -> None:
        moved = transaction.run(queries.move_trigger, {
            "of_process": process, "of_element": element, "of_round": rounds, "round": rounds + 1, "due": text,
            "run_at": text,
        })  # fmt: skip
        if moved:
            command = StartCase(process, {}, element)
            execution.begin(cases, transaction, command, deployment, actor=SYSTEM, header={})

    cases.run(work)


def drop_expired_messages(cases: Cases) -> int:
    """Messages that nobody awaited within their time to live. Returns how many."""
    now = moment_text(cases.clock())
    return cases.run(lambda transaction: transaction.run(queries.drop_expired_messages, {"now": now}))


class Worker:
    """Does what is due until told to stop. `tick` is what a scheduler calls."""

    def __init__(
        self, cases: Cases, handlers: Mapping[str, Handler], *, limit: int = 20, **options: Any
    ) -> None:
        self._cases = cases
        self._handlers = handlers
        self._limit = limit
        self._options = options
        self._stopping = threading.Event()
        self._ticking = threading.Lock()

    def tick(self) -> int:
        """Everything that is due now, round by round. A tick that meets another of this worker does nothing."""
        if not self._ticking.acquire(blocking=False):
            return 0
        try:
            done = 0
            while not self._stopping.is_set():
                count = run_once(self._cases, self._handlers, limit=self._limit, **self._options)
                done += count
                if not count:
                    break
            return done
        finally:
            self._ticking.release()

    def schedule(self, scheduler: Any, *, seconds: float = 1.0) -> None:
        """Tick on an APScheduler: `BackgroundScheduler` beside the web server, `BlockingScheduler` alone."""
        scheduler.add_job(self.tick, "interval", seconds=seconds, max_instances=1, coalesce=True, id="due")
        scheduler.add_job(drop_expired_messages, "interval", minutes=10, args=[self._cases], id="messages")

    def run(self, *, seconds: float = 0.5) -> None:
        """Tick until `stop` in this thread."""
        while not self._stopping.wait(0 if self.tick() else seconds):
            pass

    def stop(self) -> None:
        self._stopping.set()

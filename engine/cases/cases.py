"""The one door: every change of a case is one command in one transaction.

Read the state and its revision, apply the kernel, append the entry, project, write the state where the revision is
still the one read, commit. What must happen outside (handlers, messages, signals) is a job written in the same
transaction, and comes back through this door.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from engine.calendar.clock import NO_CLOCKS, Clocks
from engine.calendar.limit import Limits
from engine.calendar.period import SHANGHAI
from engine.calendar.working import WorkingCalendar
from engine.cases import clock_commands, correspondence
from engine.cases.actor import SYSTEM, Actor, Answer, CaseView
from engine.cases.calendars import Calendars
from engine.cases.clock_commands import ClockedCase
from engine.cases.clocks import advanced, expired_limit
from engine.cases.deployments import Deployments, bundle_of
from engine.cases.journal import ALGORITHMS, effects_of, effects_text, entry_hash
from engine.cases.loaded import Loaded, Recent
from engine.cases.numbers import CaseNumbers, next_number
from engine.cases.projection import FAR, Projection
from engine.codec import dumps, loads, moment_text
from engine.deployment.bundle import Bundle
from engine.deployment.checks import Executable
from engine.errors import Busy, ChengbanError, NotFound
from engine.feel import Environment
from engine.kernel import State, apply
from engine.kernel import effects as e
from engine.kernel.commands import (
    CLOCK_COMMANDS,
    ClockCommand,
    Command,
    FailJob,
    FireTimer,
    StartCase,
    ThrowJobError,
)
from engine.store import Conflict, Store, Transaction, queries

T = TypeVar("T")

ATTEMPTS = 12  # of one command against others on the same case, before Busy
CASES_KEPT = 4096  # states held in memory, about 10 KB each
HEADER = ("matter", "number", "title", "applicant")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Cases:
    """All cases of one store. Safe to share between threads.

    `clock` gives aware UTC moments; `hash_name` is `sha256` or `sm3` (for entries from now on); `message_ttl` is how
    long a message waits for somebody to listen.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        hash_name: str = "sha256",
        calendar: WorkingCalendar | None = None,
        message_ttl: timedelta = timedelta(days=1),
    ) -> None:
        if hash_name not in ALGORITHMS:
            raise ChengbanError(f"不支持的散列算法 {hash_name}；可用：{'、'.join(ALGORITHMS)}")
        self.store = store
        self.clock = clock
        self.calendars = Calendars(store, calendar)
        self.message_ttl = message_ttl
        self.deployments = Deployments(store)
        self._hash_name = hash_name
        self._recent = Recent(CASES_KEPT)
        self._numbers = CaseNumbers()

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar version in force."""
        return self.calendars.current

    # -- publishing ----------------------------------------------------------------------------------------------

    def deploy(self, bundle: Bundle, actor: Actor) -> str:
        """Check, store, and make it the version new cases begin with. Raises DeploymentError with all faults."""
        self.deployments.check(bundle)
        self.run(lambda transaction: self.deployments.publish(transaction, bundle, actor, self.clock()))
        return bundle.hash

    def executable(self, deployment: str) -> Executable:
        return self.deployments.executable(deployment)

    def bundle(self, deployment: str) -> Bundle:
        """The files a case is pinned to. Raises NotFound."""
        with self.store.reading() as transaction:
            return bundle_of(transaction, deployment)

    def newest(self, process_id: str) -> str:
        """The deployment that a new case of the process begins with. Raises NotFound."""
        with self.store.reading() as transaction:
            row = transaction.one(queries.newest_of_process, {"process": process_id})
        if row is None:
            raise NotFound(f"没有已发布的流程 {process_id}")
        deployment: str = row[0]
        return deployment

    # -- commands ------------------------------------------------------------------------------------------------

    def start(
        self,
        process_id: str,
        values: Mapping[str, Any],
        *,
        actor: Actor,
        key: str | None = None,
        deployment: str | None = None,
        header: Mapping[str, str] | None = None,
        number_format: str = "",
    ) -> Answer:
        """Begin a case.

        `header`: `matter`, `section`, `title`, `applicant`, `number`, and whatever else lists of the caller want.
        `number_format`, e.g. `LSYD-{year}-{seq:04d}`, allocates the next number of its series and year (of
        Shanghai) in the same transaction, without gaps. Raises NotFound for an unpublished process.
        """
        pinned = deployment or self.newest(process_id)
        return self.run(
            lambda transaction: self.start_in(
                transaction,
                StartCase(process_id, values),
                pinned,
                actor=actor,
                key=key,
                header=header or {},
                number_format=number_format,
            )
        )

    def submit(
        self,
        case_id: str,
        command: Command | Callable[[CaseView], Command],
        *,
        actor: Actor,
        key: str | None = None,
        settles: tuple[str, str] | None = None,
        item: str | None = None,
    ) -> Answer:
        """One command on one case; a callable builds it from the case as it stands inside the transaction.

        The same `key` twice has one effect and one answer. `settles` names a job (case, job) that this command
        does: it is gone with the commit, and where it is gone already nothing happens. `item` names the work item
        that the callable will ask for, so that it is read in the same round as the case.
        Raises NotFound, Refused and its kind (nothing is written then), Busy.
        """
        return self.run(
            lambda transaction: self.submit_in(
                transaction, case_id, command, actor=actor, key=key, settles=settles, item=item
            )
        )

    def deliver(
        self,
        message: str,
        keys: Mapping[str, Any] | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        actor: Actor = SYSTEM,
        key: str | None = None,
    ) -> Answer:
        """To exactly one subscriber, else a start by message, else kept for its time to live (`status` "kept")."""
        return self.run(
            lambda transaction: correspondence.deliver(
                self, transaction, message, keys or {}, values or {}, actor=actor, key=key
            )
        )

    def signal(
        self,
        name: str,
        values: Mapping[str, Any] | None = None,
        *,
        actor: Actor = SYSTEM,
        key: str | None = None,
    ) -> list[Answer]:
        """To every subscriber of every case and every start by that signal: those there are at this moment."""
        rows = self.run(
            lambda transaction: correspondence.fan_out(
                self, transaction, name, values or {}, actor=actor, key=key, lease=timedelta(minutes=1)
            )
        )
        return [answer for row in rows if (answer := correspondence.run_outbox(self, row)) is not None]

    # -- inside a transaction ------------------------------------------------------------------------------------

    def run(self, work: Callable[[Transaction], T]) -> T:
        """`work` in a transaction, anew when another came between. Raises Busy after the bound."""
        for attempt in range(ATTEMPTS):
            loaded: list[tuple[str, Loaded]] = []
            try:
                with self.store.writing() as transaction:
                    transaction.touched = loaded
                    result = work(transaction)
            except Conflict as conflict:
                if attempt == ATTEMPTS - 1:
                    raise Busy() from conflict
                time.sleep(random.uniform(0.2, 1.0) * min(0.002 * 2**attempt, 0.25))  # noqa: S311 - jitter
                continue
            for case_id, case in loaded:
                self._recent.put(case_id, case)
            return result
        raise Busy()

    def submit_in(
        self,
        transaction: Transaction,
        case_id: str,
        command: Command | Callable[[CaseView], Command],
        *,
        actor: Actor,
        key: str | None = None,
        settles: tuple[str, str] | None = None,
        item: str | None = None,
    ) -> Answer:
        of_case = {"of_case": case_id}
        revision, answered, row = transaction.each(
            (queries.lock_case, of_case),
            (queries.answered, {**of_case, "key": key}),
            (queries.item_of_case, {**of_case, "of_item": item}),
        )
        if answered is not None:
            seq, effects, status = answered
            return Answer(case_id, seq, effects_of(effects), status, replayed=True)
        loaded = self._at(transaction, case_id, revision)
        if settles is not None and not self.settle(transaction, settles):
            return Answer(case_id, loaded.revision, (), _status(loaded.state), replayed=True)
        now = self.clock()
        if callable(command):
            command = command(CaseView(case_id, loaded, transaction, now, row))
        return self.execute(transaction, case_id, loaded, command, actor=actor, key=key, now=now)

    def settle(self, transaction: Transaction, job: tuple[str, str]) -> bool:
        """Take a job off the list; False when it had been done."""
        return transaction.run(queries.drop_job, {"of_case": job[0], "of_job": job[1]}) > 0

    def load(self, transaction: Transaction, case_id: str) -> Loaded:
        """Lock the case for this transaction and read it. Raises NotFound."""
        return self._at(transaction, case_id, transaction.one(queries.lock_case, {"of_case": case_id}))

    def _at(self, transaction: Transaction, case_id: str, revision: tuple[Any, ...] | None) -> Loaded:
        if revision is None:
            raise NotFound(f"没有办件 {case_id}")
        found = self._recent.get(case_id, revision[0])
        if found is not None:
            return found
        row = transaction.one(queries.load_case, {"of_case": case_id})
        assert row is not None
        return _decoded(row)

    def answered_without_case(self, transaction: Transaction, key: str) -> Answer | None:
        row = transaction.one(queries.answered_without_case, {"key": key})
        if row is None:
            return None
        case_id, seq = row
        told = transaction.one(queries.answer_at, {"of_case": case_id, "seq": seq}) if case_id else None
        if told is None:
            return Answer(case_id, seq, (), "kept", replayed=True)
        return Answer(case_id, seq, effects_of(told[0]), told[1], replayed=True)

    def start_in(
        self,
        transaction: Transaction,
        command: StartCase,
        deployment: str,
        *,
        actor: Actor,
        key: str | None = None,
        header: Mapping[str, str],
        number_format: str = "",
    ) -> Answer:
        if key is not None:
            answer = self.answered_without_case(transaction, key)
            if answer is not None:
                return answer
        now = self.clock()
        executable = self.deployments.executable(deployment)
        told = dict(header)
        if number_format:
            told["number"] = next_number(transaction, number_format, now)
        environment = Environment(now=now.astimezone(SHANGHAI), working_calendar=self.calendar)
        outcome = apply(executable.net, None, command, now, environment=environment)
        case_id = self._numbers.next(now)
        brief = {name: told.get(name, "") for name in HEADER}
        clocks, lines = advanced(
            self.calendar, executable.limits, NO_CLOCKS, command, outcome.effects, now, actor
        )
        at = moment_text(now)
        projection = Projection(case_id, 1, at, brief, {}, clocks)
        projection.take(outcome.effects)
        status = _status(outcome.state)
        data = dumps({**command._asdict(), "header": told}, canonical=True)
        entry = self.new_entry(
            case_id, 1, at, actor, key, deployment, command, data, outcome.effects, status, ""
        )
        ended = status not in ("running", "failed")
        transaction.add(queries.add_case, {
            "case_id": case_id, "process": command.process, "deployment": deployment, **brief,
            "section": told.get("section", ""), "header": dumps(told), "status": status,
            "steps": dumps(projection.steps), "due": projection.due, "started_at": at, "started_by": actor.user,
            "updated_at": at, "ended_at": at if ended else None, "head_seq": 1, "head_hash": entry["hash"],
        })  # fmt: skip
        transaction.add(queries.add_state, {
            "case_id": case_id, "revision": 1, "deployment": deployment, "state": outcome.state.to_json(),
            "clocks": dumps(clocks.to_json()),
        })  # fmt: skip
        transaction.add(queries.add_entry, entry)
        if key is not None:
            transaction.add(queries.add_key, {"key": key, "case_id": case_id, "seq": 1, "at": at})
        if lines:
            projection.clocks_moved(executable.limits, lines, actor.user)
        projection.write(transaction)
        for name in projection.awaited:
            correspondence.wake_kept(transaction, name, at)
        transaction.touched.append((case_id, Loaded(
            1, deployment, outcome.state, clocks, entry["hash"], command.process, brief, projection.steps,
            projection.due,
        )))  # fmt: skip
        return Answer(case_id, 1, outcome.effects, status)

    def execute(
        self,
        transaction: Transaction,
        case_id: str,
        loaded: Loaded,
        command: Command,
        *,
        actor: Actor,
        key: str | None,
        now: datetime,
    ) -> Answer:
        executable = self.deployments.executable(loaded.deployment)
        if isinstance(command, CLOCK_COMMANDS):
            return self._on_clocks(
                transaction, executable.limits, case_id, loaded, command, actor=actor, key=key, now=now
            )
        expired = None
        if type(command) is FireTimer and executable.limits:
            expired = expired_limit(transaction, case_id, command.timer, now)
        environment = Environment(now=now.astimezone(SHANGHAI), working_calendar=self.calendar)
        outcome = apply(executable.net, loaded.state, command, now, environment=environment)
        state, effects = outcome.state, outcome.effects
        clocks, lines = advanced(
            self.calendar, executable.limits, loaded.clocks, command, effects, now, actor, expired=expired
        )
        seq = loaded.revision + 1
        at = moment_text(now)
        projection = Projection(case_id, seq, at, loaded.header, loaded.steps, clocks)
        projection.take(effects)
        if lines:
            projection.clocks_moved(executable.limits, lines, actor.user)
        if type(command) in (FailJob, ThrowJobError):
            projection.drop_job(command.job)  # type: ignore[union-attr]
        status = _status(state)
        data = dumps(command._asdict(), canonical=True)
        entry = self.new_entry(
            case_id, seq, at, actor, key, None, command, data, effects, status, loaded.head_hash
        )
        transaction.add(queries.add_entry, entry)
        projection.write(transaction)
        for name in projection.awaited:
            correspondence.wake_kept(transaction, name, at)
        transaction.add(queries.save_case, {
            "of_case": case_id, "status": status, "steps": dumps(projection.steps), "due": projection.due,
            "updated_at": at, "ended_at": None if status in ("running", "failed") else at, "head_seq": seq,
            "head_hash": entry["hash"],
        })  # fmt: skip
        # Nobody waits for the count: the row is locked, and whoever had written at this revision all the same would
        # have written an entry of the same number, which is a Duplicate.
        transaction.add(queries.save_state, {
            "of_case": case_id, "read_revision": loaded.revision, "revision": seq,
            "deployment": loaded.deployment, "state": state.to_json(), "clocks": dumps(clocks.to_json()),
        })  # fmt: skip
        transaction.touched.append((case_id, Loaded(
            seq, loaded.deployment, state, clocks, entry["hash"], loaded.process, loaded.header, projection.steps,
            projection.due,
        )))  # fmt: skip
        return Answer(case_id, seq, effects, status)

    def _on_clocks(
        self,
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
        case = ClockedCase(case_id, loaded.revision, loaded.clocks, loaded.head_hash, _status(loaded.state))
        answer, after, due = clock_commands.execute(
            self, transaction, limits, case, command, actor=actor, key=key, now=now
        )
        after_load = loaded._replace(
            revision=after.revision, clocks=after.clocks, head_hash=after.head_hash, due=due
        )
        transaction.touched.append((case_id, after_load))
        return answer

    def new_entry(
        self,
        case_id: str,
        seq: int,
        at: str,
        actor: Actor,
        key: str | None,
        deployment: str | None,
        command: Command,
        data: str,
        effects: tuple[e.Effect, ...],
        status: str,
        prev_hash: str,
    ) -> dict[str, Any]:
        entry = {
            "case_id": case_id, "seq": seq, "at": at, "actor": actor.user, "actor_name": actor.name,
            "on_behalf_of": actor.on_behalf_of, "key": key, "deployment": deployment,
            "command": type(command).__name__, "data": data, "effects": effects_text(effects), "status": status,
            "prev_hash": prev_hash,
        }  # fmt: skip
        entry["hash"] = entry_hash(entry.values(), self._hash_name)
        return entry

    # -- looking -------------------------------------------------------------------------------------------------

    def view(self, case_id: str, look: Callable[[CaseView], T]) -> T:
        """Whatever `look` takes from the case as it stands; changes nothing. Raises NotFound."""
        with self.store.reading() as transaction:
            row = transaction.one(queries.load_case, {"of_case": case_id})
            if row is None:
                raise NotFound(f"没有办件 {case_id}")
            loaded = self._recent.get(case_id, row[0]) or _decoded(row)
            return look(CaseView(case_id, loaded, transaction, self.clock()))

    def case_ids(self) -> list[str]:
        """In order of start."""
        with self.store.reading() as transaction:
            return [row[0] for row in transaction.all(queries.case_ids, {})]


def _decoded(row: tuple[Any, ...]) -> Loaded:
    revision, deployment, state, clocks, head_hash, process, matter, number, title, applicant, steps, due = (
        row
    )
    header = {"matter": matter, "number": number, "title": title, "applicant": applicant}
    return Loaded(
        revision, deployment, State.from_json(state), Clocks.from_json(clocks), head_hash, process, header,
        loads(steps), due,
    )  # fmt: skip


def _status(state: State) -> str:
    """`failed` is a running case with an open incident."""
    return "failed" if state.status == "running" and state.incidents else state.status


__all__ = ["FAR", "Cases", "utc_now"]

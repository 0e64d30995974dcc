"""The one door: every change of a case is one command in one transaction.

Read the state and its revision, apply the kernel, append the entry, project, write the state where the revision is
still the one read, commit. What must happen outside (handlers, messages, signals) is a job written in the same
transaction, and comes back through this door.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from engine.calendar.working import WorkingCalendar
from engine.cases import correspondence, execution
from engine.cases.actor import SYSTEM, Actor, Answer, CaseView
from engine.cases.calendars import Calendars
from engine.cases.deployments import Deployments, bundle_of
from engine.cases.journal import ALGORITHMS, effects_of
from engine.cases.loaded import Loaded, Recent, decoded, status_of
from engine.cases.numbers import CaseNumbers
from engine.cases.projection import FAR
from engine.deployment.bundle import Bundle
from engine.deployment.checks import Executable
from engine.errors import Busy, ChengbanError, NotFound, Stale
from engine.kernel.commands import (
    Command,
    StartCase,
)
from engine.store import Conflict, Store, Transaction, queries
from engine.store.database import Row

T = TypeVar("T")

ATTEMPTS = 12  # of one command against others on the same case, before Busy
CASES_KEPT = 4096  # states held in memory, about 10 KB each


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
        self.hash_name = hash_name
        self._recent = Recent(CASES_KEPT)
        self.numbers = CaseNumbers()

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
            lambda transaction: execution.begin(
                self,
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
        revision: int | None = None,
    ) -> Answer:
        """One command on one case; a callable builds it from the case as it stands inside the transaction.

        The same `key` twice has one effect and one answer. `settles` names a job (case, job) that this command
        does: it is gone with the commit, and where it is gone already nothing happens. `item` names the work item
        that the callable will ask for, so that it is read in the same round as the case. `revision`: nothing is done
        when the case has later entries than that one (Stale).
        Raises NotFound, Refused and its kind (nothing is written then), Busy.
        """
        return self.run(
            lambda transaction: self.submit_in(
                transaction,
                case_id,
                command,
                actor=actor,
                key=key,
                settles=settles,
                item=item,
                revision=revision,
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
                    if transaction.announced:
                        for case_id, case in loaded:
                            correspondence.announce(transaction, case_id, case.revision, self.clock())
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
        revision: int | None = None,
    ) -> Answer:
        head, answered, row = self._opened(transaction, {"of_case": case_id, "key": key, "of_item": item})
        if answered is not None:
            seq, effects, status = answered
            return Answer(case_id, seq, effects_of(effects), status, replayed=True)
        loaded = self._at(transaction, case_id, head)
        if settles is not None and not self.settle(transaction, settles):
            return Answer(case_id, loaded.revision, (), status_of(loaded.state), replayed=True)
        if revision is not None and revision != loaded.revision:
            raise Stale()
        now = self.clock()
        if callable(command):
            command = command(CaseView(case_id, loaded, transaction, now, row))
        return execution.execute(self, transaction, case_id, loaded, command, actor=actor, key=key, now=now)

    def _opened(self, transaction: Transaction, asked: Mapping[str, Any]) -> Sequence[Row | None]:
        """The case's revision, the answer that the key had before, the work item's row."""
        if transaction.postgres:
            return transaction.each(
                (queries.lock_case, asked), (queries.answered, asked), (queries.item_of_case, asked)
            )
        row = transaction.one(queries.opened_case, asked)
        if row is None:
            return None, None, None
        transaction.announced = bool(row[1])
        return row[:1], row[2:5] if row[2] is not None else None, row[5:] if row[5] is not None else None

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
        return decoded(row)

    def answered_without_case(self, transaction: Transaction, key: str) -> Answer | None:
        row = transaction.one(queries.answered_without_case, {"key": key})
        if row is None:
            return None
        case_id, seq = row
        told = transaction.one(queries.answer_at, {"of_case": case_id, "seq": seq}) if case_id else None
        if told is None:
            return Answer(case_id, seq, (), "kept", replayed=True)
        return Answer(case_id, seq, effects_of(told[0]), told[1], replayed=True)

    # -- looking -------------------------------------------------------------------------------------------------

    def view(self, case_id: str, look: Callable[[CaseView], T]) -> T:
        """Whatever `look` takes from the case as it stands; changes nothing. Raises NotFound."""
        with self.store.reading() as transaction:
            row = transaction.one(queries.load_case, {"of_case": case_id})
            if row is None:
                raise NotFound(f"没有办件 {case_id}")
            loaded = self._recent.get(case_id, row[0]) or decoded(row)
            return look(CaseView(case_id, loaded, transaction, self.clock()))

    def case_ids(self) -> list[str]:
        """In order of start."""
        with self.store.reading() as transaction:
            return [row[0] for row in transaction.all(queries.case_ids, {})]


__all__ = ["FAR", "Cases", "utc_now"]

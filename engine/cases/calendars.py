"""Calendar versions as the database has them, and the one in force.

Every process asks once a second which version that is, and loads it when it is another: a published calendar needs no
restart. A database without versions counts by the seed (`engine.calendar.seed`).
"""

from __future__ import annotations

import json
import threading
import time
from datetime import date, datetime
from typing import Any, NamedTuple

from engine.calendar.seed import seed
from engine.calendar.working import WorkingCalendar
from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, NotFound, Refused
from engine.store import Store, Transaction
from engine.store import calendars as queries

ASKED_EVERY = 1.0  # seconds


class Version(NamedTuple):
    """One stored version. `years` have a published notice; `in_force_at` (aware UTC) is None for a draft."""

    version: str
    source: str
    published: date
    years: tuple[int, ...]
    added_at: datetime
    added_by: str
    in_force_at: datetime | None


def stored_calendar(url: str, version: str | None = None) -> WorkingCalendar:
    """The version in force in that database, or the one named; the seed where there are no tables yet.

    Raises NotFound for a version that is not stored.
    """
    with Store.open(url) as store:
        if store.has_tables:
            calendars = Calendars(store)
            return calendars.refresh() if version is None else calendars.version(version)
    if version not in (None, seed().version):
        raise NotFound(f"没有工作日历版本“{version}”")
    return seed()


class Calendars:
    """Safe to share between threads. `fixed` is a calendar that stays whatever is published (tests, sandbox)."""

    def __init__(self, store: Store, fixed: WorkingCalendar | None = None) -> None:
        self._store = store
        self._fixed = fixed
        self._kept: dict[str, WorkingCalendar] = {}
        self._current = fixed or seed()
        self._asked = float("-inf")
        self._lock = threading.Lock()

    @property
    def current(self) -> WorkingCalendar:
        """The version in force, at most a second old."""
        if self._fixed is None and time.monotonic() - self._asked >= ASKED_EVERY:
            self.refresh()
        return self._current

    def refresh(self) -> WorkingCalendar:
        """Ask now."""
        if self._fixed is not None:
            return self._fixed
        with self._store.reading() as transaction:
            row = transaction.one(queries.in_force, {})
            self._asked = time.monotonic()
            if row is not None and row[0] != self._current.version:
                self._current = self._load(transaction, row[0])
        return self._current

    def version(self, version: str) -> WorkingCalendar:
        """Any stored version, drafts too; the seed is always there. Raises NotFound."""
        if self._current.version == version:
            return self._current
        with self._store.reading() as transaction:
            return self._load(transaction, version)

    def at(self, moment: datetime) -> WorkingCalendar:
        """The version that was in force then."""
        if self._fixed is not None:
            return self._fixed
        with self._store.reading() as transaction:
            row = transaction.one(queries.in_force_at, {"now": moment_text(moment)})
            return self._load(transaction, row[0]) if row is not None else seed()

    def versions(self) -> list[Version]:
        """In the order in which they were stored."""
        with self._store.reading() as transaction:
            return [
                Version(
                    name, notice, date.fromisoformat(published), tuple(json.loads(years)), moment_of(added_at), added_by,
                    moment_of(in_force_at) if in_force_at else None,
                )
                for name, _ordinal, notice, published, years, added_at, added_by, in_force_at in transaction.all(
                    queries.versions, {}
                )
            ]  # fmt: skip

    def newest(self) -> WorkingCalendar:
        """The version stored last, in force or not: what the next one is made from."""
        stored = self.versions()
        return self.version(stored[-1].version) if stored else self._current

    # -- changing ------------------------------------------------------------------------------------------------

    def prepare(self, now: datetime) -> None:
        """Store the seed where nothing is stored yet; safe to repeat, and from two processes at once."""
        with self._store.writing() as transaction:
            transaction.lock("calendar")
            if not transaction.all(queries.versions, {}):
                self._add(transaction, seed(), now, "system", in_force=True)

    def add(self, calendar: WorkingCalendar, now: datetime, by: str) -> None:
        """Store as a draft. Raises InvalidInput for a version name that is taken, or empty."""
        if not calendar.version.strip():
            raise InvalidInput("工作日历须有版本名称", {"version": ["请填写版本名称"]})
        self.prepare(now)
        with self._store.writing() as transaction:
            transaction.lock("calendar")
            if transaction.one(queries.version, {"of_version": calendar.version}) is not None:
                raise InvalidInput(
                    f"工作日历版本“{calendar.version}”已经存在", {"version": ["版本名称已被使用"]}
                )
            self._add(transaction, calendar, now, by, in_force=False)

    def put_in_force(self, version: str, now: datetime) -> WorkingCalendar:
        """From now on clocks count by it; nothing happens where it is in force already.

        Raises NotFound, and Refused when a later version is in force.
        """
        with self._store.writing() as transaction:
            transaction.lock("calendar")
            stored = transaction.all(queries.versions, {})
            row = next((row for row in stored if row[0] == version), None)
            if row is None:
                raise NotFound(f"没有工作日历版本“{version}”")
            later = [other[0] for other in stored if other[1] > row[1] and other[7] is not None]
            if later:
                raise Refused(f"较新的工作日历版本“{later[-1]}”已经生效，不能再发布“{version}”")
            transaction.run(queries.put_in_force, {"of_version": version, "in_force_at": moment_text(now)})
        return self.refresh()

    def _add(
        self, transaction: Transaction, calendar: WorkingCalendar, now: datetime, by: str, *, in_force: bool
    ) -> None:
        at = moment_text(now)
        header = calendar.header()
        transaction.add(queries.add_version, {
            "version": calendar.version, "notice": header["source"], "published_at": header["published"].isoformat(),
            "years": json.dumps(header["years"]), "added_at": at, "added_by": by,
            "in_force_at": at if in_force else None,
        })  # fmt: skip
        transaction.many(queries.add_days, [
            {
                "version": calendar.version, "day": row["day"].isoformat(), "working": row["working"],
                "name": row["name"], "order_number": row["order"],
            }
            for row in calendar.rows()
        ])  # fmt: skip

    def _load(self, transaction: Transaction, version: str) -> WorkingCalendar:
        kept = self._kept.get(version)
        if kept is not None:
            return kept
        row = transaction.one(queries.version, {"of_version": version})
        if row is None:
            if version == seed().version:
                return seed()
            raise NotFound(f"没有工作日历版本“{version}”")
        header: dict[str, Any] = {
            "version": version, "source": row[2], "published": row[3], "years": json.loads(row[4]),
        }  # fmt: skip
        days = [
            {"day": day, "working": working, "name": name, "order": order}
            for day, working, name, order in transaction.all(queries.days_of, {"of_version": version})
        ]
        calendar = WorkingCalendar.from_rows(header, days)
        with self._lock:
            self._kept[version] = calendar
        return calendar

"""A new calendar version goes through the open clocks: each case that it moves gets one journaled command.

Only running clocks whose span a changed day can touch are looked at, found by SQL; the rest are passed in one
statement. `limit_run.calendar` says which version a clock has been held against, so a run that was killed goes on
where it stopped, and a clock started by a process that had not heard of the new version yet is found by the next
round. A clock that has ended is never looked at; a suspended one has no due date, and is reckoned by the version in
force when it resumes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from engine.calendar.run import Clocks
from engine.calendar.working import WorkingCalendar
from engine.cases import SYSTEM, Actor, Cases
from engine.cases.clock_commands import ClockedCase, changed, record
from engine.codec import loads, moment_text
from engine.errors import NotFound
from engine.kernel.commands import RecomputeClocks
from engine.store import Transaction
from engine.store import calendars as queries

BATCH = 500  # cases a transaction
_NEVER, _EVER = "9999-12-31", "0001-01-01"


class Moved(NamedTuple):
    """One clock that a version moved. Moments are aware UTC; the entry `seq` of the case says it too."""

    case_id: str
    seq: int
    number: str
    title: str
    limit: str
    due_before: datetime | None
    due_after: datetime | None
    provisional: bool


def publish_calendar(
    cases: Cases, calendar: WorkingCalendar | str, actor: Actor, *, batch: int = BATCH
) -> list[Moved]:
    """Put a version in force (one not stored yet is stored first), recompute the open clocks, tell what moved.

    Repeating it after a kill finishes what is left and tells the whole. Raises NotFound, InvalidInput, Refused when a
    later version is in force.
    """
    now = cases.clock()
    name = calendar if isinstance(calendar, str) else calendar.version
    if not isinstance(calendar, str) and name not in {each.version for each in cases.calendars.versions()}:
        cases.calendars.add(calendar, now, actor.user)
    cases.calendars.put_in_force(name, now)
    recompute(cases, actor, batch=batch)
    return report(cases, name)


def recompute(cases: Cases, actor: Actor = SYSTEM, *, batch: int = BATCH, most: int | None = None) -> int:
    """Bring running clocks that were held against another version under the one in force.

    In batches, `most` of them (None: until nothing is left). Returns how many cases were looked at.
    """
    calendar = cases.calendars.current
    with cases.store.reading() as transaction:
        held = [row[0] for row in transaction.all(queries.held_against, {"newest": calendar.version})]
    looked = batches = 0
    for before in held:
        first, last = _changed_days(cases, before, calendar)
        parameters = {
            "of_calendar": before, "newest": calendar.version, "first_changed": first, "last_changed": last,
        }  # fmt: skip
        cases.run(lambda transaction, given=parameters: transaction.run(queries.pass_untouched, given))  # type: ignore[misc]
        while most is None or batches < most:
            count = cases.run(
                lambda transaction, before=before: _batch(cases, transaction, before, calendar, actor, batch)  # type: ignore[misc]
            )
            batches += 1
            looked += count
            if count < batch:
                break
    return looked


def report(cases: Cases, version: str) -> list[Moved]:
    """Every clock that this version has moved so far. Raises NotFound."""
    since = next((each.in_force_at for each in cases.calendars.versions() if each.version == version), None)
    if since is None:
        raise NotFound(f"工作日历版本“{version}”没有生效")
    with cases.store.reading() as transaction:
        rows = transaction.all(queries.recomputed, {"since": moment_text(since)})
    found = []
    for case_id, seq, number, title, clocks in rows:
        found += [
            Moved(case_id, seq, number, title, line["limit"], line["due_before"], line["due_after"],
                  bool(line["provisional"]))
            for line in loads(clocks or "[]")
            if line["event"] == "recomputed" and line["calendar"] == version
        ]  # fmt: skip
    return found


def _changed_days(cases: Cases, before: str, calendar: WorkingCalendar) -> tuple[str, str]:
    """First and last day that is a working day in one version and not in the other."""
    try:
        old = cases.calendars.version(before)
    except NotFound:
        return _EVER, _NEVER
    days = {row.day for row in (*old.days, *calendar.days)}
    changed_days = [day for day in days if old.is_working_day(day) != calendar.is_working_day(day)]
    # A year whose notice is withdrawn makes what crosses it provisional; one that gains a notice is found by its flag.
    for year in old.years - calendar.years:
        changed_days += [date(year, 1, 1), date(year, 12, 31)]
    if not changed_days:
        return _NEVER, _EVER
    return min(changed_days).isoformat(), max(changed_days).isoformat()


def _batch(
    cases: Cases, transaction: Transaction, before: str, calendar: WorkingCalendar, actor: Actor, batch: int
) -> int:
    rows = transaction.all(queries.touched_cases, {"of_calendar": before, "limit": batch})
    now = cases.clock()
    command = RecomputeClocks(calendar.version)
    for (case_id,) in rows:
        found = transaction.one(queries.clocked_case, {"of_case": case_id})
        assert found is not None
        revision, clocks, head_hash, status, deployment = found
        case = ClockedCase(case_id, revision, Clocks.from_json(clocks), head_hash, status)
        limits = cases.executable(deployment).limits
        result = changed(limits, case.clocks, command, now, calendar, actor.user)
        if result[1]:
            record(cases, transaction, limits, case, command, result, actor=actor, key=None, now=now)
        transaction.add(queries.pass_case, {"of_case": case_id, "newest": calendar.version})
    return len(rows)

"""Clock commands: what the law lets people do to a running limit, carried out on the clocks alone.

The kernel has no part in them and the state of the case stays as it is, so that a case that has ended may still have
its outliving clocks extended or cancelled, and a new calendar can go through many cases without decoding them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from engine.calendar import clock as law
from engine.calendar.clock import ClockEvent, Clocks, Result
from engine.calendar.limit import Limits
from engine.calendar.working import WorkingCalendar
from engine.cases.actor import Actor, Answer
from engine.cases.journal import new_entry
from engine.cases.projection import Projection
from engine.codec import dumps, moment_text
from engine.errors import Refused
from engine.kernel.commands import (
    CancelClock,
    ClockCommand,
    ExpireClock,
    ExtendClock,
    RecomputeClocks,
    ResetClock,
    ResumeClock,
    StrikeSuspension,
    SuspendClock,
)
from engine.kernel.effects import ClockChanged, Effect
from engine.store import Conflict, Transaction, queries

if TYPE_CHECKING:
    from engine.cases.cases import Cases


class ClockedCase(NamedTuple):
    """As much of a case as a clock command needs."""

    case_id: str
    revision: int
    clocks: Clocks
    head_hash: str
    status: str


def changed(
    limits: Limits,
    clocks: Clocks,
    command: ClockCommand,
    now: datetime,
    calendar: WorkingCalendar,
    who: str = "",
) -> Result:
    """The clocks after the command, and its lines in the ledger. Raises NotFound for a limit the matter does not
    have, ClockRefused where the law does not allow the change, Refused for a calendar version that is not in force."""
    match command:
        case RecomputeClocks():
            if command.calendar != calendar.version:
                raise Refused(f"工作日历版本“{command.calendar}”不是现行版本“{calendar.version}”")
            return law.recompute(limits, clocks, calendar, now, who=who)
        case SuspendClock(limit, ground, notice, on):
            return law.suspend(
                limits, clocks, limit, ground=ground, notice=notice, on=on, now=now, calendar=calendar,
                who=who,
            )  # fmt: skip
        case ResumeClock(limit, ground, on):
            return law.resume(
                limits, clocks, limit, ground=ground, on=on, now=now, calendar=calendar, who=who
            )
        case StrikeSuspension(limit, ground, start, reason):
            return law.strike(
                limits,
                clocks,
                limit,
                ground=ground,
                start=start,
                reason=reason,
                now=now,
                calendar=calendar,
                who=who,
            )
        case ExtendClock(limit, approver, reason, notice, on, amount):
            return law.extend(
                limits, clocks, limit, approver=approver, reason=reason, notice=notice, on=on, now=now,
                calendar=calendar, amount=None if amount is None else int(amount), who=who,
            )  # fmt: skip
        case CancelClock(limit, reason):
            if not reason.strip():
                raise law.ClockRefused("终止期限须写明理由")
            result = law.cancel(limits, clocks, (limit,), reason=reason, now=now, calendar=calendar, who=who)
            if not result[1]:
                raise law.ClockRefused(f"期限“{limits[limit].name}”不在计算中")
            return result
        case ExpireClock(limit):
            return law.expire(limits, clocks, limit, now=now, calendar=calendar, who=who)
        case ResetClock(limit, on, reason):
            if not reason.strip():
                raise law.ClockRefused("重新起算须写明理由")
            if limit in limits and not limits[limit].restarts:
                raise law.ClockRefused(f"法律没有规定期限“{limits[limit].name}”可以重新起算")
            return law.reset(limits, clocks, limit, on=on, reason=reason, now=now, calendar=calendar, who=who)


def told(clocks: Clocks, lines: tuple[ClockEvent, ...]) -> tuple[Effect, ...]:
    """What the journal says of the lines."""
    return tuple(
        ClockChanged(
            line.limit, line.event, clocks[line.limit].state, line.due_before, line.due_after, line.provisional,
            line.calendar,
        )
        for line in lines
    )  # fmt: skip


def execute(
    cases: Cases,
    transaction: Transaction,
    limits: Limits,
    case: ClockedCase,
    command: ClockCommand,
    *,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> tuple[Answer, ClockedCase, str]:
    """Carry out, journal and project one clock command; the answer, the case after it, its due moment as text.

    Raises what `changed` raises (nothing is written then), Conflict when the case has gone on in the meantime.
    """
    result = changed(limits, case.clocks, command, now, cases.calendar, actor.user)
    return record(cases, transaction, limits, case, command, result, actor=actor, key=key, now=now)


def record(
    cases: Cases,
    transaction: Transaction,
    limits: Limits,
    case: ClockedCase,
    command: ClockCommand,
    result: Result,
    *,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> tuple[Answer, ClockedCase, str]:
    """The writing half of `execute`: `result` is what `changed` gave."""
    clocks, lines = result
    seq, at = case.revision + 1, moment_text(now)
    effects = told(clocks, lines)
    projection = Projection(case.case_id, seq, at, {}, {}, clocks)
    projection.clocks_moved(limits, lines)
    data = dumps(command._asdict(), canonical=True)
    entry = new_entry(
        cases.hash_name,
        case.case_id,
        seq,
        at,
        actor,
        key,
        None,
        command,
        data,
        effects,
        case.status,
        case.head_hash,
        lines,
    )
    transaction.add(queries.add_entry, entry)
    projection.write(transaction)
    saved = transaction.run(queries.save_clocks, {
        "of_case": case.case_id, "read_revision": case.revision, "revision": seq,
        "head_hash": entry["hash"], "due": projection.due, "clocks": dumps(clocks.to_json()),
    })  # fmt: skip
    if saved != 1:
        raise Conflict()
    after = case._replace(revision=seq, clocks=clocks, head_hash=entry["hash"])
    return Answer(case.case_id, seq, effects, case.status), after, projection.due

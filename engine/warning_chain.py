"""Warnings given: what `engine.calendar.warnings` says falls due becomes a notice to whoever the chain names.

A clock that changes is looked at anew at once (`limit_run.warn_at`), then again at its next warning. A warning is
given once; when the clock moves so that its moment lies ahead again, it will be given again then. What fell due while
no worker ran is given by the first round after.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from engine.calendar.limit import Limit
from engine.calendar.period import SHANGHAI, UNIT_NAMES, day_of
from engine.calendar.reckoning import last_day_of, spent
from engine.calendar.run import Clock
from engine.calendar.warnings import Outlook, Warned, outlook
from engine.calendar.working import WorkingCalendar
from engine.cases import Cases
from engine.cases.limit_runs import may_warn
from engine.codec import loads, moment_text
from engine.store import Transaction
from engine.store import notices as queries


class Holder(NamedTuple):
    """Who has an open step of the case: `user` once claimed, else the post."""

    element: str
    post: str | None
    user: str | None


Addressees = Callable[[str, Mapping[str, Any], Sequence[Holder]], Iterable[str]]
"""Role of the chain, the case's header (with `section`), the holders of the steps that the limit covers: posts, and
users as `user:<name>`."""


def to_holders(role: str, header: Mapping[str, Any], holders: Sequence[Holder]) -> Iterable[str]:
    """Without an organisation: the handler's notices to whoever has the steps, the others to `<section>/<role>`."""
    if role == "handler":
        return [f"user:{holder.user}" if holder.user else holder.post or "" for holder in holders]
    return [f"{header.get('section', '')}/{role}"]


def give(cases: Cases, addressees: Addressees = to_holders, *, limit: int = 200) -> int:
    """Look at up to `limit` clocks whose turn has come, in one transaction. Returns how many were looked at."""
    with cases.store.reading() as transaction:
        if transaction.one(queries.any_due, {"now": moment_text(cases.clock())}) is None:
            return 0
    return cases.run(lambda transaction: _give(cases, transaction, addressees, limit))


def _give(cases: Cases, transaction: Transaction, addressees: Addressees, limit: int) -> int:
    now = cases.clock()
    calendar = cases.calendar
    rows = transaction.all(queries.due_runs, {"now": moment_text(now), "limit": limit})
    for case_id, limit_id, data, warned, deployment, number, title, section, ended_at, header in rows:
        law = cases.executable(deployment).limits.get(limit_id)
        clock = Clock.from_json(loads(data))
        seen = outlook(law, clock, calendar) if law is not None and may_warn(law, clock) else None
        if ended_at is not None and law is not None and not law.outlives_case:
            seen = None  # nobody can do anything about it any more
        given = set(filter(None, warned.split(",")))
        row = {
            "of_case": case_id, "of_limit": limit_id, "section": section, "warn_at": None, "warned": warned,
            "yellow_at": None, "red_at": None,
        }  # fmt: skip
        if seen is not None and law is not None:
            kinds = [one for one in seen.warnings if one.moment <= now]
            told = {**loads(header), "number": number, "title": title, "section": section}
            fresh = [one for one in kinds if one.kind not in given]
            if fresh:
                text = _text(law, clock, seen, now, calendar, told)
                holders = _holders(transaction, case_id, law)
                for one in fresh:
                    _tell(
                        transaction, case_id, law, one, seen, now, text, addressees(one.role, told, holders)
                    )
            ahead = [one.moment for one in seen.warnings if one.moment > now]
            row["warned"] = ",".join(one.kind for one in kinds)
            row["warn_at"] = moment_text(min(ahead)) if ahead else None
            row["yellow_at"], row["red_at"] = moment_text(seen.yellow_at), moment_text(seen.due)
        transaction.add(queries.looked, row)
    return len(rows)


def _holders(transaction: Transaction, case_id: str, limit: Limit) -> list[Holder]:
    rows = transaction.all(queries.open_items, {"of_case": case_id})
    covered = [row for row in rows if row[3] == limit.id or row[0] in limit.covers or row[0] == limit.step]
    return [Holder(element, post, user) for element, post, user, _limit in covered or rows]


def _tell(
    transaction: Transaction,
    case_id: str,
    limit: Limit,
    warned: Warned,
    seen: Outlook,
    now: datetime,
    text: str,
    addressees: Iterable[str],
) -> None:
    at = moment_text(now)
    for addressee in dict.fromkeys(filter(None, addressees)):
        transaction.add(queries.add_notice, {
            "notice": f"{at}{secrets.token_hex(6)}", "addressee": addressee, "case_id": case_id,
            "limit_id": limit.id, "warning": warned.kind, "due": moment_text(seen.due), "at": at, "text": text,
            "mailed_at": None, "by": "",
        })  # fmt: skip


def _text(
    limit: Limit,
    clock: Clock,
    seen: Outlook,
    now: datetime,
    calendar: WorkingCalendar,
    header: Mapping[str, Any],
) -> str:
    """How it stands now: a warning that comes late does not say that time is left."""
    subject = " ".join(str(header[name]) for name in ("number", "title") if header.get(name))
    source = f"（{limit.source}）" if str(limit.source) else ""
    kind = "承诺期限" if limit.promised else "期限"
    if limit.unit == "hour":
        when = f"{seen.due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    else:
        when = last_day_of(seen.due).isoformat()
    if now >= seen.due:
        if limit.unit == "hour":
            over = f"{int((now - seen.due) / timedelta(hours=1))}小时"
        else:
            over = f"{calendar.working_days_between(last_day_of(seen.due), day_of(now))}个工作日"
        stand = f"已于{when}届满，超期{over}"
    elif limit.unit != "hour" and last_day_of(seen.due) == day_of(now):
        stand = f"今日（{when}）届满"
    elif limit.promised or limit.unit in ("month", "year"):
        stand = f"将于{when}届满"
    else:
        left = spent(
            limit, clock, now if limit.unit == "hour" else day_of(now) - timedelta(days=1), calendar
        )[1]
        stand = f"剩余{left}{UNIT_NAMES[limit.unit]}，{when}届满"
    provisional = "（含未公布放假安排的年份，暂算）" if clock.provisional else ""
    return f"{subject}：{kind}“{limit.name}”{source}{stand}{provisional}".lstrip("：")

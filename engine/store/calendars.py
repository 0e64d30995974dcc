"""Statements on calendar versions and on the clocks that a new one may move."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, literal_column, or_, select, update

from engine.store import tables as t
from engine.store.database import Query

_V, _R = t.calendar_version.c, t.limit_run.c
_STATES = ("running", "suspended")


def _all_of(table: Any) -> Any:
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns})


# -- versions ----------------------------------------------------------------------------------------------------

versions = Query(select(t.calendar_version).order_by(_V.ordinal))
version = Query(select(t.calendar_version).where(_V.version == bindparam("of_version")))
days_of = Query(
    select(t.calendar_day.c.day, t.calendar_day.c.working, t.calendar_day.c.name, t.calendar_day.c.order_number)
    .where(t.calendar_day.c.version == bindparam("of_version"))
    .order_by(t.calendar_day.c.day)
)  # fmt: skip
# What every process asks once a second: one row, from the index on `ordinal`.
in_force = Query(select(_V.version).where(_V.in_force_at.is_not(None)).order_by(_V.ordinal.desc()).limit(literal_column("1")))  # fmt: skip
in_force_at = Query(
    select(_V.version)
    .where(_V.in_force_at <= bindparam("now"))
    .order_by(_V.ordinal.desc())
    .limit(literal_column("1"))
)
add_version = Query(
    insert(t.calendar_version).values(
        ordinal=select(func.coalesce(func.max(_V.ordinal), 0) + 1).scalar_subquery(),
        **{
            name: bindparam(name)
            for name in (
                "version", "notice", "published_at", "years", "added_at", "added_by", "in_force_at",
            )
        },
    )
)  # fmt: skip
add_days = Query(_all_of(t.calendar_day))
put_in_force = Query(
    update(t.calendar_version)
    .where(_V.version == bindparam("of_version"), _V.in_force_at.is_(None))
    .values(in_force_at=bindparam("in_force_at"))
)

# -- what a version moves ----------------------------------------------------------------------------------------

_RUNNING = _R.state == literal_column("'running'")
_TOUCHED: ColumnElement[bool] = or_(
    _R.provisional,
    and_(_R.first_day <= bindparam("last_changed"), _R.last_day >= bindparam("first_changed")),
)
# The versions that running clocks have been held against; the index makes it a walk of a few steps.
held_against = Query(
    select(_R.calendar)
    .where(_RUNNING, or_(_R.calendar < bindparam("newest"), _R.calendar > bindparam("newest")))
    .distinct()
)
# Clocks whose span no changed day lies in are under the new version as they are.
pass_untouched = Query(
    update(t.limit_run)
    .where(_RUNNING, _R.calendar == bindparam("of_calendar"), ~_TOUCHED)
    .values(calendar=bindparam("newest"))
)
touched_cases = Query(
    select(_R.case_id)
    .where(_RUNNING, _R.calendar == bindparam("of_calendar"))
    .distinct()
    .order_by(_R.case_id)
    .limit(bindparam("limit"))
)
pass_case = Query(
    update(t.limit_run)
    .where(_R.case_id == bindparam("of_case"), _RUNNING)
    .values(calendar=bindparam("newest"))
)
# As much of a case as a clock command needs, locked.
clocked_case = Query(
    select(
        t.case_state.c.revision, t.case_state.c.clocks, t.case_state.c.head_hash, t.case.c.status, t.case_state.c.deployment,
    )
    .join(t.case, t.case.c.case_id == t.case_state.c.case_id)
    .where(t.case_state.c.case_id == bindparam("of_case"))
    .with_for_update(of=t.case_state)
)  # fmt: skip
recomputed = Query(
    select(t.entry.c.case_id, t.entry.c.seq, t.case.c.number, t.case.c.title, t.entry.c.clocks)
    .join(t.case, t.case.c.case_id == t.entry.c.case_id)
    .where(t.entry.c.command == literal_column("'RecomputeClocks'"), t.entry.c.at >= bindparam("since"))
    .order_by(t.entry.c.at, t.entry.c.case_id, t.entry.c.seq)
)  # fmt: skip

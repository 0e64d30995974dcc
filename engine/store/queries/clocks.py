"""The limits of a case as they run."""

from __future__ import annotations

from sqlalchemy import (
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID, all_of, set_of

put_limit_run = Query(
    (_put := insert_or(t.limit_run).values(set_of(*t.limit_run.columns.keys()))).on_conflict_do_update(
        index_elements=["case_id", "limit_id"],
        set_={
            name: _put.excluded[name]
            for name in (
                "state", "started_on", "due", "provisional", "ended_at", "calendar", "first_day", "last_day",
                "warn_at", "yellow_at", "red_at", "data",
            )
        },
    )
)  # fmt: skip
add_clock_events = Query(all_of(t.clock_event))
# The case has ended: what ran out in it is nobody's to watch any more.
look_again = Query(
    update(t.limit_run)
    .where(t.limit_run.c.case_id == CASE_ID, t.limit_run.c.red_at.is_not(None))
    .values(set_of("warn_at"))
)
limit_runs_of_case = Query(
    select(t.limit_run)
    .where(t.limit_run.c.case_id == CASE_ID)
    .order_by(t.limit_run.c.due, t.limit_run.c.limit_id)
)
clock_events_of_case = Query(
    select(t.clock_event)
    .where(t.clock_event.c.case_id == CASE_ID)
    .order_by(t.clock_event.c.seq, t.clock_event.c.line)
)

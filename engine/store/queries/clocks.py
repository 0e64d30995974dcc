"""The limits of a case as they run."""

from __future__ import annotations

from sqlalchemy import (
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID, set_of

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
# The ledger of a case: the entries that wrote a line of it.
ledger_of_case = Query(
    select(t.entry.c.seq, t.entry.c.at, t.entry.c.clocks)
    .where(t.entry.c.case_id == CASE_ID, t.entry.c.clocks.is_not(None))
    .order_by(t.entry.c.seq)
)

"""What is due: claimed by a worker, put off, looked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    update,
)

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID, set_of


def _claim(table: Table, *keys: ColumnElement[Any]) -> Query:
    """Take up to `limit` rows whose turn has come and put their turn off by a lease, in one statement.

    PostgreSQL passes over rows that another worker is taking (SKIP LOCKED); SQLite has one writer. A worker that
    dies leaves a lease that ends by itself.
    """
    taken: Select[Any] = (
        select(*keys)
        .where(table.c.run_at <= bindparam("now"))
        .order_by(table.c.run_at, *keys)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    return Query(
        update(table)
        .where(tuple_(*keys).in_(taken))
        .values(run_at=bindparam("until"), attempts=table.c.attempts + 1)
        .returning(*table.columns)
    )


claim_timers = _claim(t.timer, t.timer.c.case_id, t.timer.c.timer)
claim_jobs = _claim(t.job, t.job.c.case_id, t.job.c.job)
put_off_timer = Query(
    update(t.timer)
    .where(t.timer.c.case_id == CASE_ID, t.timer.c.timer == bindparam("of_timer"))
    .values(set_of("run_at", "error"))
)
put_off_job = Query(
    update(t.job)
    .where(t.job.c.case_id == CASE_ID, t.job.c.job == bindparam("of_job"))
    .values(set_of("run_at", "error"))
)
due_triggers = Query(
    select(t.start_trigger)
    .where(t.start_trigger.c.kind == literal_column("'timer'"), t.start_trigger.c.run_at <= bindparam("now"))
    .order_by(t.start_trigger.c.run_at, t.start_trigger.c.process)
    .limit(bindparam("limit"))
)
# Clocks that have run out and that no timer of a diagram waits for.
_TIMED = exists().where(
    t.timer.c.case_id == t.limit_run.c.case_id, t.timer.c.limit_id == t.limit_run.c.limit_id
)
due_clocks = Query(
    select(t.limit_run.c.case_id, t.limit_run.c.limit_id, t.limit_run.c.due)
    .where(t.limit_run.c.state == literal_column("'running'"), t.limit_run.c.due <= bindparam("now"), ~_TIMED)
    .order_by(t.limit_run.c.due, t.limit_run.c.case_id, t.limit_run.c.limit_id)
    .limit(bindparam("limit"))
)
# The next moment at which something falls due: what a virtual clock may jump to.
next_moments = Query(
    select(
        select(func.min(t.timer.c.run_at)).scalar_subquery(),
        select(func.min(t.job.c.run_at)).scalar_subquery(),
        select(func.min(t.start_trigger.c.run_at)).scalar_subquery(),
        select(func.min(t.limit_run.c.due))
        .where(t.limit_run.c.state == literal_column("'running'"), ~_TIMED)
        .scalar_subquery(),
    )
)

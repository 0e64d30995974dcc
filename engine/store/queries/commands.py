"""One command on one case: its lock, what it reads, what it writes; the keys of what has no case yet; numbers."""

from __future__ import annotations

from sqlalchemy import (
    and_,
    bindparam,
    exists,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID, all_of, set_of

# The lock of a command: the case's revision. PostgreSQL holds the row; SQLite holds the database already.
lock_case = Query(select(t.case_state.c.revision).where(t.case_state.c.case_id == CASE_ID).with_for_update())
# What the last command left, read when this process does not have it at hand.
load_case = Query(
    select(
        t.case_state.c.revision, t.case_state.c.deployment, t.case_state.c.state, t.case_state.c.clocks,
        t.case_state.c.head_hash, t.case.c.process, t.case.c.matter, t.case.c.number, t.case.c.title,
        t.case.c.applicant, t.case_state.c.steps, t.case_state.c.due,
    )
    .join(t.case, t.case.c.case_id == t.case_state.c.case_id)
    .where(t.case_state.c.case_id == CASE_ID)
)  # fmt: skip
# The answer that a key had before.
answered = Query(
    select(t.entry.c.seq, t.entry.c.effects, t.entry.c.status).where(
        t.entry.c.case_id == CASE_ID, t.entry.c.key == bindparam("key"), t.entry.c.key.is_not(None)
    )
)
answer_at = Query(
    select(t.entry.c.effects, t.entry.c.status).where(
        t.entry.c.case_id == CASE_ID, t.entry.c.seq == bindparam("seq")
    )
)
# Written where the revision is the one read; a count of 0 means that somebody came before.
save_state = Query(
    update(t.case_state)
    .where(t.case_state.c.case_id == CASE_ID, t.case_state.c.revision == bindparam("read_revision"))
    .values(set_of("revision", "head_hash", "steps", "due", "deployment", "state", "clocks"))
)
save_status = Query(update(t.case).where(t.case.c.case_id == CASE_ID).values(set_of("status", "ended_at")))
# What stands beside the process leaves all but the head of the chain as it is.
save_head = Query(
    update(t.case_state)
    .where(t.case_state.c.case_id == CASE_ID, t.case_state.c.revision == bindparam("read_revision"))
    .values(set_of("revision", "head_hash"))
)
# A clock command leaves the state of the case as it is.
save_clocks = Query(
    update(t.case_state)
    .where(t.case_state.c.case_id == CASE_ID, t.case_state.c.revision == bindparam("read_revision"))
    .values(set_of("revision", "head_hash", "due", "clocks"))
)
add_case = Query(all_of(t.case))
add_state = Query(all_of(t.case_state))
add_entry = Query(all_of(t.entry))

# -- keys of what has no case yet --------------------------------------------------------------------------------

answered_without_case = Query(
    select(t.idempotency.c.case_id, t.idempotency.c.seq).where(t.idempotency.c.key == bindparam("key"))
)
add_key = Query(all_of(t.idempotency))

# All that a command reads, in one statement where there is one writer; PostgreSQL must take its lock before it looks.
opened_case = Query(
    select(
        t.case_state.c.revision,
        exists(select(literal_column("1")).select_from(t.webhook)),
        t.entry.c.seq,
        t.entry.c.effects,
        t.entry.c.status,
        *t.work_item.columns,
    )
    .select_from(
        t.case_state.outerjoin(
            t.entry,
            and_(t.entry.c.case_id == t.case_state.c.case_id, t.entry.c.key == bindparam("key")),
        ).outerjoin(
            t.work_item,
            and_(t.work_item.c.case_id == t.case_state.c.case_id, t.work_item.c.item == bindparam("of_item")),
        )
    )
    .where(t.case_state.c.case_id == CASE_ID)
)
case_row = Query(
    select(t.case, t.case_state.c.revision, t.case_state.c.head_hash)
    .join(t.case_state, t.case_state.c.case_id == t.case.c.case_id)
    .where(t.case.c.case_id == CASE_ID)
)
case_by_number = Query(select(t.case.c.case_id).where(t.case.c.number == bindparam("number")))
# In order of start; ids carry the time in front.
case_ids = Query(select(t.case.c.case_id).order_by(t.case.c.started_at, t.case.c.case_id))

next_number = Query(
    (_series := insert_or(t.number_series).values(series=bindparam("series"), year=bindparam("year"), last=1))
    .on_conflict_do_update(index_elements=["series", "year"], set_={"last": t.number_series.c.last + 1})
    .returning(t.number_series.c.last)
)

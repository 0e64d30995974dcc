"""The journal, as it is read."""

from __future__ import annotations

from sqlalchemy import (
    bindparam,
    select,
)

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID

entries_of_case = Query(
    select(t.entry)
    .where(t.entry.c.case_id == CASE_ID, t.entry.c.seq > bindparam("after_seq"))
    .order_by(t.entry.c.seq)
    .limit(bindparam("limit"))
)
chain_head = Query(
    select(t.case_state.c.revision, t.case_state.c.head_hash)
    .select_from(t.case)
    .outerjoin(t.case_state, t.case_state.c.case_id == t.case.c.case_id)
    .where(t.case.c.case_id == CASE_ID)
)
# Every chain there is, those whose case row is gone included, in pages.
chains = Query(
    select(t.case.c.case_id)
    .where(t.case.c.case_id > bindparam("after_case"))
    .union(select(t.entry.c.case_id).where(t.entry.c.case_id > bindparam("after_case")))
    .order_by("case_id")
    .limit(bindparam("limit"))
)

"""Statements on drafts."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query

_D = t.draft.c
_THIS = (
    _D.user == bindparam("of_user"), _D.case_id == bindparam("of_case"), _D.item == bindparam("of_item"),
)  # fmt: skip
KEPT = 200  # drafts of one person; the oldest go first

_insert = insert_or(t.draft).values({column.name: bindparam(column.name) for column in t.draft.columns})
save_draft = Query(
    _insert.on_conflict_do_update(
        index_elements=["user", "case_id", "item"],
        set_={"fields": _insert.excluded.fields, "saved_at": _insert.excluded.saved_at},
    )
)
draft = Query(select(_D.fields, _D.saved_at).where(*_THIS))
drop_draft = Query(delete(t.draft).where(*_THIS))
drop_old = Query(delete(t.draft).where(_D.saved_at < bindparam("before")))
oldest_kept = Query(
    select(_D.saved_at)
    .where(_D.user == bindparam("of_user"))
    .order_by(_D.saved_at.desc())
    .limit(1)
    .offset(KEPT)
)
drop_beyond = Query(
    delete(t.draft).where(_D.user == bindparam("of_user"), _D.saved_at <= bindparam("oldest"))
)

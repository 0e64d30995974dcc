"""Statements on orders of supervision (督办)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, insert, literal_column, or_, select, tuple_, update

from engine.store import tables as t
from engine.store.database import Query

_S, _C = t.supervision.c, t.case.c
_ONE = (_S.case_id == bindparam("of_case"), _S.seq == bindparam("of_seq"))

add_order = Query(
    insert(t.supervision).values({column.name: bindparam(column.name) for column in t.supervision.columns})
)
answer_order = Query(
    update(t.supervision)
    .where(*_ONE)
    .values({name: bindparam(name) for name in ("answered_at", "answered_by", "answer")})
)
close_order = Query(
    update(t.supervision).where(*_ONE).values({name: bindparam(name) for name in ("closed_at", "closed_by")})
)
orders_of_case = Query(select(t.supervision).where(_S.case_id == bindparam("of_case")).order_by(_S.seq))
OF_CASE = ("number", "title", "applicant", "matter", "section")
_listed: Select[Any] = (
    select(t.supervision, *(_C[name] for name in OF_CASE))
    .join(t.case, _C.case_id == _S.case_id)
    .where(
        or_(bindparam("section") == literal_column("''"), _C.section == bindparam("section")),
        tuple_(_S.at, _S.case_id, _S.seq)
        < tuple_(bindparam("after_moment"), bindparam("after_case"), bindparam("after_seq")),
    )
    .order_by(_S.at.desc(), _S.case_id.desc(), _S.seq.desc())
    .limit(bindparam("limit"))
)
open_orders = Query(_listed.where(_S.closed_at.is_(None)))
all_orders = Query(_listed)

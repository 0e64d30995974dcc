"""Statements on the codes that open the public progress page."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query

add_code = Query(
    insert_or(t.query_code)
    .values(case_id=bindparam("case_id"), code=bindparam("code"))
    .on_conflict_do_nothing()
)
code_of_case = Query(select(t.query_code.c.code).where(t.query_code.c.case_id == bindparam("of_case")))
case_by_number = Query(
    select(t.case.c.case_id, t.query_code.c.code)
    .join(t.query_code, t.query_code.c.case_id == t.case.c.case_id)
    .where(t.case.c.number == bindparam("of_number"))
)

"""Statements on documents: issued papers, their contents by hash, their service, the series of their numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query

_D, _S = t.document.c, t.document_service.c


def _all_of(table: Any) -> Any:
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns})


# In order of issue: the numbers within a case have no leading zeros.
documents_of_case = Query(
    select(t.document)
    .where(_D.case_id == bindparam("of_case"))
    .order_by(func.length(_D.document), _D.document)
)
document_of_case = Query(
    select(t.document).where(_D.case_id == bindparam("of_case"), _D.document == bindparam("of_document"))
)
count_of_case = Query(
    select(func.count(literal_column("1"))).select_from(t.document).where(_D.case_id == bindparam("of_case"))
)
add_document = Query(_all_of(t.document))
void_document = Query(
    update(t.document)
    .where(
        _D.case_id == bindparam("of_case"), _D.document == bindparam("of_document"), _D.voided_at.is_(None)
    )
    .values({name: bindparam(name) for name in ("voided_at", "voided_by", "void_reason")})
)
services_of_case = Query(
    select(t.document_service).where(_S.case_id == bindparam("of_case")).order_by(_S.seq)
)
add_service = Query(_all_of(t.document_service))
put_content = Query(
    insert_or(t.document_content)
    .values({name: bindparam(name) for name in ("hash", "content")})
    .on_conflict_do_nothing()
)
has_content = Query(
    select(literal_column("1")).select_from(t.document_content).where(
        t.document_content.c.hash == bindparam("of_hash")
    )
)  # fmt: skip
content = Query(select(t.document_content.c.content).where(t.document_content.c.hash == bindparam("of_hash")))
last_number = Query(
    select(t.number_series.c.last).where(
        t.number_series.c.series == bindparam("of_series"), t.number_series.c.year == bindparam("of_year")
    )
)

"""Statements on the files of cases, on uploads that wait for their case, and on what refers to the vault."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal_column, select, union, update

from engine.store import tables as t
from engine.store.database import Query

_A, _U = t.attachment.c, t.upload.c


def _all_of(table: Any) -> Any:
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns})


# In the order in which they came: the numbers within a case have no leading zeros.
attachments_of_case = Query(
    select(t.attachment)
    .where(_A.case_id == bindparam("of_case"))
    .order_by(func.length(_A.attachment), _A.attachment)
)
attachment_of_case = Query(
    select(t.attachment).where(
        _A.case_id == bindparam("of_case"), _A.attachment == bindparam("of_attachment")
    )
)
count_of_case = Query(
    select(func.count(literal_column("1")))
    .select_from(t.attachment)
    .where(_A.case_id == bindparam("of_case"))
)
add_attachment = Query(_all_of(t.attachment))
remove_attachment = Query(
    update(t.attachment)
    .where(
        _A.case_id == bindparam("of_case"),
        _A.attachment == bindparam("of_attachment"),
        _A.removed_at.is_(None),
    )
    .values({name: bindparam(name) for name in ("removed_at", "removed_by", "remove_reason")})
)
add_upload = Query(_all_of(t.upload))
uploads_of_user = Query(
    select(t.upload)
    .where(_U.user == bindparam("of_user"), _U.matter == bindparam("of_matter"))
    .order_by(_U.uploaded_at, _U.upload)
)
count_of_user = Query(
    select(func.count(literal_column("1"))).select_from(t.upload).where(_U.user == bindparam("of_user"))
)
drop_upload = Query(
    delete(t.upload).where(_U.upload == bindparam("of_upload"), _U.user == bindparam("of_user"))
)
drop_old_uploads = Query(delete(t.upload).where(_U.uploaded_at < bindparam("before")))
# Whether anything still refers to a content of the vault.
refers = Query(
    union(
        select(_A.hash).where(_A.hash == bindparam("of_hash")),
        select(_U.hash).where(_U.hash == bindparam("of_hash")),
    )
)
# In whose hands the case is and was.
hands_of_case = Query(
    select(t.work_item.c.post, t.work_item.c.claimed_by, t.work_item.c.closed_by).where(
        t.work_item.c.case_id == bindparam("of_case")
    )
)

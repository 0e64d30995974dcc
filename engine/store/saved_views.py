"""Statements on the views that people keep of their lists."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query

_V = t.saved_view.c
_THIS = (_V.user == bindparam("of_user"), _V.name == bindparam("of_name"))
views_of = Query(
    select(_V.name, _V.box, _V.filters, _V.first)
    .where(_V.user == bindparam("of_user"))
    .order_by(_V.ordinal, _V.name)
)
_put = insert_or(t.saved_view).values(
    user=bindparam("user"),
    name=bindparam("name"),
    ordinal=select(func.coalesce(func.max(_V.ordinal), literal_column("0")) + literal_column("1"))
    .where(_V.user == bindparam("user"))
    .scalar_subquery(),
    box=bindparam("box"),
    filters=bindparam("filters"),
    first=bindparam("first"),
)
put_view = Query(
    _put.on_conflict_do_update(
        index_elements=["user", "name"], set_={"box": _put.excluded.box, "filters": _put.excluded.filters}
    )
)
rename_view = Query(update(t.saved_view).where(*_THIS).values(name=bindparam("name")))
drop_view = Query(delete(t.saved_view).where(*_THIS))
none_first = Query(
    update(t.saved_view)
    .where(_V.user == bindparam("of_user"), _V.first)
    .values(first=literal_column("0 = 1"))
)
set_first = Query(update(t.saved_view).where(*_THIS).values(first=bindparam("first")))

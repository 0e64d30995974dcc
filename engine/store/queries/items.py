"""Work items: opened, claimed, handed on, closed, and moved when a clock moves."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    literal_column,
    select,
    tuple_,
    update,
)

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID, all_of, set_of

add_items = Query(all_of(t.work_item, "closed_through"))
OF_ITEM = and_(t.work_item.c.case_id == CASE_ID, t.work_item.c.item == bindparam("of_item"))
claim_item = Query(
    update(t.work_item)
    .where(OF_ITEM)
    .values(state=literal_column("'claimed'"), **set_of("claimed_by", "claimed_at"))
)
release_item = Query(
    update(t.work_item)
    .where(OF_ITEM)
    .values(
        state=literal_column("'open'"), claimed_by=literal_column("NULL"), claimed_at=literal_column("NULL")
    )
)
close_item = Query(update(t.work_item).where(OF_ITEM).values(set_of("state", "closed_by", "closed_at")))
close_through = Query(update(t.work_item).where(OF_ITEM).values(set_of("closed_through")))
# Handed to a user: an item that waits for its parts goes on waiting.
hold_item = Query(
    update(t.work_item)
    .where(OF_ITEM)
    .values(
        state=case(
            (t.work_item.c.state == literal_column("'waiting'"), literal_column("'waiting'")),
            else_=literal_column("'claimed'"),
        ),
        **set_of("claimed_by", "claimed_at"),
    )
)
set_item_state = Query(update(t.work_item).where(OF_ITEM).values(set_of("state")))
set_post = Query(update(t.work_item).where(OF_ITEM).values(set_of("post")))
# What a person has on the desk, and what waits there for others: for whoever takes all of it over.
held_by, waiting_of = (
    Query(
        select(t.work_item.c.case_id, t.work_item.c.item)
        .where(
            t.work_item.c.claimed_by == bindparam("user"),
            t.work_item.c.state == literal_column(state),
            tuple_(t.work_item.c.case_id, t.work_item.c.item)
            > tuple_(bindparam("after_case"), bindparam("after_item")),
        )
        .order_by(t.work_item.c.case_id, t.work_item.c.item)
        .limit(bindparam("limit"))
    )
    for state in ("'claimed'", "'waiting'")
)
_UNDONE: list[ColumnElement[str]] = [
    literal_column("'open'"),
    literal_column("'claimed'"),
    literal_column("'waiting'"),
]
# A clock moved: the lists follow.
move_items = Query(
    update(t.work_item)
    .where(
        t.work_item.c.case_id == CASE_ID,
        t.work_item.c.state.in_(_UNDONE),
        t.work_item.c.limit_id == bindparam("of_limit"),
    )
    .values(set_of("due"))
)
# What bears no limit of its own follows the earliest of the case.
move_free_items = Query(
    update(t.work_item)
    .where(
        t.work_item.c.case_id == CASE_ID,
        t.work_item.c.state.in_(_UNDONE),
        t.work_item.c.limit_id.is_(None),
    )
    .values(set_of("due"))
)
# Who has done which step of a case, and for whom.
done_in_case = Query(
    select(t.work_item.c.element, t.work_item.c.closed_by, t.work_item.c.closed_through).where(
        t.work_item.c.case_id == CASE_ID, t.work_item.c.state == literal_column("'completed'")
    )
)
item_of_case = Query(select(t.work_item).where(OF_ITEM))

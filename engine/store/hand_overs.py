"""Statements on hand-overs of a person's desk (离职交接) under way and done."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal_column, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from engine.store import tables as t
from engine.store.database import Query

_H, _ITEM = t.hand_over.c, t.work_item.c
_LISTED = [column for column in t.hand_over.columns if column.name != "run_at"]

add = Query(
    insert(t.hand_over)
    .values({column.name: bindparam(column.name) for column in t.hand_over.columns})
    .on_conflict_do_nothing()
)
any_waiting = Query(select(_H.hand_over).where(_H.run_at <= bindparam("now")).limit(literal_column("1")))
# One of those whose turn has come, for one worker; the lease ends by itself.
claim = Query(
    update(t.hand_over)
    .where(
        _H.hand_over
        == select(_H.hand_over)
        .where(_H.run_at <= bindparam("now"))
        .order_by(_H.run_at)
        .limit(literal_column("1"))
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(run_at=bindparam("until"))
    .returning(*_LISTED)
)
went_on = Query(
    update(t.hand_over)
    .where(_H.hand_over == bindparam("of_hand_over"))
    .values({name: bindparam(name) for name in ("done", "failed", "run_at", "ended_at")})
)
one = Query(select(*_LISTED).where(_H.hand_over == bindparam("of_hand_over")))
under_way = Query(
    select(_H.hand_over)
    .where(_H.person == bindparam("of_person"), _H.ended_at.is_(None))
    .limit(literal_column("1"))
)
latest = Query(select(*_LISTED).order_by(_H.at.desc(), _H.hand_over.desc()).limit(bindparam("limit")))
_desk = union_all(
    *(
        select(_ITEM.matter, _ITEM.element, _ITEM.name).where(
            _ITEM.claimed_by == bindparam("of_user"), _ITEM.state == literal_column(state)
        )
        for state in ("'claimed'", "'waiting'")
    )
).subquery("desk")
desk_by_step = Query(
    select(_desk.c.matter, _desk.c.element, func.min(_desk.c.name), func.count())
    .group_by(_desk.c.matter, _desk.c.element)
    .order_by(_desk.c.matter, _desk.c.element)
)

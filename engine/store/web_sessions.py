"""Statements on who is signed in at which browser, and on submits held until their author has signed in again."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update

from engine.store import tables as t
from engine.store.database import Query

_S, _H = t.web_session.c, t.held_form.c
STRANGERS = 200  # submits kept of people who cannot be told: anybody may send those, so they are few

begin = Query(insert(t.web_session).values({column.name: bindparam(column.name) for column in _S}))
session = Query(
    select(_S.user, _S.begun_at, _S.seen_at, _S.way, _S.hint).where(_S.token == bindparam("of_token"))
)
of_user = Query(
    select(_S.token, _S.begun_at, _S.seen_at, _S.address, _S.agent, _S.way)
    .where(_S.user == bindparam("of_user"))
    .order_by(_S.seen_at.desc(), _S.token)
)
end_of_user = Query(
    delete(t.web_session).where(_S.user == bindparam("of_user"), _S.token == bindparam("of_token"))
)
end_others = Query(
    delete(t.web_session).where(_S.user == bindparam("of_user"), _S.token != bindparam("but_token"))
)
see = Query(
    update(t.web_session).where(_S.token == bindparam("of_token")).values(seen_at=bindparam("seen_at"))
)
end = Query(delete(t.web_session).where(_S.token == bindparam("of_token")))
drop_old_sessions = Query(delete(t.web_session).where(_S.begun_at < bindparam("before")))

hold = Query(insert(t.held_form).values({column.name: bindparam(column.name) for column in _H}))
held = Query(
    select(_H.user, _H.path, _H.fields).where(
        _H.token == bindparam("of_token"), _H.held_at > bindparam("after")
    )
)
let_go = Query(delete(t.held_form).where(_H.token == bindparam("of_token")))
drop_old_held = Query(delete(t.held_form).where(_H.held_at < bindparam("before")))
drop_strangers = Query(
    delete(t.held_form).where(
        _H.user.is_(None),
        _H.token.not_in(
            select(_H.token).where(_H.user.is_(None)).order_by(_H.held_at.desc(), _H.token).limit(STRANGERS)
        ),
    )
)

"""Statements on the keys of the REST API."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from engine.store import tables as t
from engine.store.database import Query

_T = t.api_token.c
_SHOWN = (
    _T.token, _T.prefix, _T.user, _T.name, _T.scopes, _T.created_at, _T.expires_at, _T.last_used_at, _T.revoked_at,
)  # fmt: skip

add_token = Query(
    insert(t.api_token).values({column.name: bindparam(column.name) for column in t.api_token.columns})
)
token_by_hash = Query(select(*_SHOWN).where(_T.hash == bindparam("of_hash")))
tokens_of_user = Query(
    select(*_SHOWN).where(_T.user == bindparam("of_user")).order_by(_T.created_at.desc(), _T.token)
)
tokens = Query(select(*_SHOWN).order_by(_T.user, _T.created_at.desc(), _T.token))
token_of_user = Query(
    select(_T.token).where(_T.token == bindparam("of_token"), _T.user == bindparam("of_user"))
)
token = Query(select(_T.token).where(_T.token == bindparam("of_token")))
revoke_token = Query(
    update(t.api_token)
    .where(_T.token == bindparam("of_token"), _T.revoked_at.is_(None))
    .values(revoked_at=bindparam("revoked_at"))
)
token_used = Query(
    update(t.api_token)
    .where(_T.token == bindparam("of_token"))
    .values(last_used_at=bindparam("last_used_at"))
)

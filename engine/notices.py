"""Notices in the application: what a person has been told, by account and by the posts held, and what they have read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, cast

from engine.codec import moment_of, moment_text
from engine.errors import NotFound, NotPermitted
from engine.store import Store
from engine.store import notices as queries

LAST = ("9999", "")
COUNTED = 1000  # no further than this: whoever looks is told "999+"


class Notice(NamedTuple):
    """`warning`: yellow | last_day | overdue | overdue_one_day, or copy | urge | supervise | answer | close, which `by`
    (a login) told; moments are aware UTC."""

    notice: str
    addressee: str
    case_id: str
    limit: str
    warning: str
    due: datetime
    at: datetime
    text: str
    number: str
    title: str
    read: bool
    by: str
    matter: str
    applicant: str


class Page(NamedTuple):
    """The newest first; `after` leads to the next page, None at the end."""

    notices: list[Notice]
    after: tuple[str, str] | None


class Mail(NamedTuple):
    """A notice that no mail has been sent for."""

    notice: str
    addressee: str
    case_id: str
    limit: str
    warning: str
    due: datetime
    at: datetime
    text: str


def _addressees(user: str, posts: Iterable[str]) -> list[str]:
    return [f"user:{user}", *dict.fromkeys(posts)]


def page(
    store: Store,
    user: str,
    posts: Iterable[str],
    *,
    after: tuple[str, str] | None = None,
    limit: int = 20,
    copies: bool = False,
) -> Page:
    """What the user and the posts have been told; of it only what was copied to them, where asked."""
    moment, notice = after or LAST
    query = queries.copies if copies else queries.page
    with store.reading() as transaction:
        lists = [
            transaction.all(query, {
                "addressee": addressee, "user": user, "after_moment": moment, "after_notice": notice,
                "limit": limit + 1,
            })
            for addressee in _addressees(user, posts)
        ]  # fmt: skip
    merged = list(heapq.merge(*lists, key=lambda row: (row[6], row[0]), reverse=True))
    found = [
        Notice(row[0], row[1], row[2], row[3], row[4], moment_of(row[5]), moment_of(row[6]), *cast("tuple[str, str, str]", row[7:10]), bool(row[10]),
               *cast("tuple[str, str, str]", row[11:14]))
        for row in merged[:limit]
    ]  # fmt: skip
    more = len(merged) > limit
    return Page(found, (merged[limit - 1][6], merged[limit - 1][0]) if more else None)


def unread(store: Store, user: str, posts: Iterable[str], *, copies: bool = False) -> int:
    """How many this user has not read, `COUNTED` at most for each addressee; of copies alone, where asked."""
    query = queries.unread_copies if copies else queries.unread
    with store.reading() as transaction:
        counts = [
            transaction.one(query, {"addressee": addressee, "user": user, "limit": COUNTED})
            for addressee in _addressees(user, posts)
        ]
    return sum(int(row[0]) for row in counts if row is not None)


def read(store: Store, notice: str, user: str, posts: Iterable[str], now: datetime) -> None:
    """Mark as read by this user; again is no harm. Raises NotFound, NotPermitted for a notice to somebody else."""
    with store.writing() as transaction:
        row = transaction.one(queries.addressee_of, {"of_notice": notice})
        if row is None:
            raise NotFound("没有这条提醒")
        if row[0] not in _addressees(user, posts):
            raise NotPermitted("这条提醒不是发给您的")
        transaction.run(queries.mark_read, {"notice": notice, "user": user, "read_at": moment_text(now)})


def subject(store: Store, notice: str) -> tuple[str, str]:
    """The case that a notice is about, and its limit ("" where it warns of none). Raises NotFound."""
    with store.reading() as transaction:
        row = transaction.one(queries.subject_of, {"of_notice": notice})
    if row is None:
        raise NotFound("没有这条提醒")
    return row[0], row[1]


def unmailed(store: Store, *, limit: int = 100) -> list[Mail]:
    """What is still to be sent by mail, the oldest first."""
    with store.reading() as transaction:
        rows = transaction.all(queries.unmailed, {"limit": limit})
    return [
        Mail(*cast("tuple[str, str, str, str, str]", row[:5]), moment_of(row[5]), moment_of(row[6]), row[7])
        for row in rows
    ]


def mark_mailed(store: Store, notice: str, now: datetime) -> bool:
    """False when another process has sent it: claim before sending."""
    with store.writing() as transaction:
        return transaction.run(
            queries.mark_mailed, {"of_notice": notice, "mailed_at": moment_text(now)}
        ) == 1  # fmt: skip

"""Who is signed in, and what was typed when a session had expired: kept in the database, for every web process.

Sessions are no part of any case and need no journal. Tokens are stored hashed: who reads the table cannot sign in with
what stands there.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.codec import moment_of, moment_text
from engine.store import Store
from engine.store import web_sessions as statements

_HELD_FOR = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)


PASSWORD, PROVIDER = "password", "oidc"


class Entered(NamedTuple):
    """Who has signed in, and by which way; `hint` as given to `begin`."""

    user: str
    way: str
    hint: str


class Open(NamedTuple):
    """One session of somebody, as its owner sees it; `session` names it and opens nothing. Moments are aware UTC."""

    session: str
    begun_at: datetime
    seen_at: datetime
    address: str
    agent: str
    way: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What one submit carried when nobody was signed in any more. `user` is None where none could be told."""

    user: str | None
    path: str
    fields: dict[str, list[str]]


class Sessions:
    """`idle` and `longest` bound a session from its last request and from sign-in. Safe between threads."""

    def __init__(
        self,
        store: Store,
        *,
        idle: timedelta,
        longest: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._idle, self._longest, self._now = store, idle, longest, clock

    def begin(
        self, user: str, *, address: str = "", agent: str = "", way: str = PASSWORD, hint: str = ""
    ) -> str:
        """A new session's token, to be kept by the browser; forgets what has long expired. `hint`: what the provider
        who let the person in wants to hear when the session ends."""
        token, now = secrets.token_urlsafe(32), self._now()
        with self._store.writing() as transaction:
            transaction.add(statements.drop_old_sessions, {"before": moment_text(now - 2 * self._longest)})
            transaction.add(statements.drop_old_held, {"before": moment_text(now - _HELD_FOR)})
            transaction.add(statements.begin, {
                "token": _hashed(token), "user": user, "begun_at": moment_text(now), "seen_at": moment_text(now),
                "address": address[:64], "agent": agent[:300], "way": way, "hint": hint,
            })  # fmt: skip
        return token

    def user(self, token: str) -> str | None:
        """Whose session this is; None when it is unknown, ended or expired. Counts as seen, to the minute."""
        found = self.entered(token)
        return found.user if found is not None else None

    def entered(self, token: str) -> Entered | None:
        """As `user`, with the way in."""
        row, now = self._session(token), self._now()
        if row is None:
            return None
        begun, seen = moment_of(row[1]), moment_of(row[2])
        if not self._alive(begun, seen, now):
            return None
        if now - seen > min(_SEEN_EVERY, self._idle / 4):
            with self._store.writing() as transaction:
                transaction.add(statements.see, {"of_token": _hashed(token), "seen_at": moment_text(now)})
        return Entered(row[0], row[3], row[4])

    def of_user(self, user: str, token: str) -> list[Open]:
        """Somebody's sessions that are open, the latest used first; `token` is the one that asks."""
        now, mine = self._now(), _hashed(token)
        with self._store.reading() as transaction:
            rows = transaction.all(statements.of_user, {"of_user": user})
        found = [
            Open(row[0], moment_of(row[1]), moment_of(row[2]), row[3], row[4], row[5], row[0] == mine) for row in rows
        ]  # fmt: skip
        return [one for one in found if self._alive(one.begun_at, one.seen_at, now)]

    def end_one(self, user: str, session: str) -> None:
        """One of the person's own, by what `of_user` calls it."""
        with self._store.writing() as transaction:
            transaction.add(statements.end_of_user, {"of_user": user, "of_token": session})

    def end_others(self, user: str, token: str = "") -> None:
        """All of a person's sessions but this one."""
        with self._store.writing() as transaction:
            kept = _hashed(token) if token else ""
            transaction.add(statements.end_others, {"of_user": user, "but_token": kept})

    def _alive(self, begun: datetime, seen: datetime, now: datetime) -> bool:
        return now - begun <= self._longest and now - seen <= self._idle

    def last_user(self, token: str) -> str | None:
        """Whose session this was, expired or not."""
        row = self._session(token)
        return str(row[0]) if row else None

    def end(self, token: str) -> None:
        with self._store.writing() as transaction:
            transaction.add(statements.end, {"of_token": _hashed(token)})

    def hold(self, user: str | None, path: str, fields: Mapping[str, Sequence[str]]) -> str:
        """Keep a submit's fields until its author has signed in again; the token goes into their cookie."""
        token = secrets.token_urlsafe(32)
        typed = json.dumps({name: list(values) for name, values in fields.items()}, ensure_ascii=False)
        with self._store.writing() as transaction:
            transaction.add(statements.hold, {
                "token": _hashed(token), "user": user, "path": path.replace("\0", ""), "fields": typed,
                "held_at": moment_text(self._now()),
            })  # fmt: skip
            transaction.add(statements.drop_strangers, {})
        return token

    def held(self, token: str) -> Held | None:
        asked = {"of_token": _hashed(token), "after": moment_text(self._now() - _HELD_FOR)}
        with self._store.reading() as transaction:
            row = transaction.one(statements.held, asked)
        return Held(row[0], row[1], json.loads(row[2])) if row else None

    def let_go(self, token: str) -> None:
        with self._store.writing() as transaction:
            transaction.add(statements.let_go, {"of_token": _hashed(token)})

    def _session(self, token: str) -> tuple[str, str, str, str, str] | None:
        with self._store.reading() as transaction:
            row: tuple[str, str, str, str, str] | None = transaction.one(  # type: ignore[assignment]
                statements.session, {"of_token": _hashed(token)}
            )
        return row


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

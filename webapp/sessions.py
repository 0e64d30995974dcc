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

from engine.codec import moment_of, moment_text
from engine.store import Store
from engine.store import web_sessions as statements

_HELD_FOR = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)


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

    def begin(self, user: str) -> str:
        """A new session's token, to be kept by the browser; forgets what has long expired."""
        token, now = secrets.token_urlsafe(32), self._now()
        with self._store.writing() as transaction:
            transaction.add(statements.drop_old_sessions, {"before": moment_text(now - 2 * self._longest)})
            transaction.add(statements.drop_old_held, {"before": moment_text(now - _HELD_FOR)})
            transaction.add(statements.begin, {
                "token": _hashed(token), "user": user, "begun_at": moment_text(now), "seen_at": moment_text(now),
            })  # fmt: skip
        return token

    def user(self, token: str) -> str | None:
        """Whose session this is; None when it is unknown, ended or expired. Counts as seen, to the minute."""
        row, now = self._session(token), self._now()
        if row is None:
            return None
        begun, seen = moment_of(row[1]), moment_of(row[2])
        if now - begun > self._longest or now - seen > self._idle:
            return None
        if now - seen > min(_SEEN_EVERY, self._idle / 4):
            with self._store.writing() as transaction:
                transaction.add(statements.see, {"of_token": _hashed(token), "seen_at": moment_text(now)})
        return str(row[0])

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

    def _session(self, token: str) -> tuple[str, str, str] | None:
        with self._store.reading() as transaction:
            row: tuple[str, str, str] | None = transaction.one(  # type: ignore[assignment]
                statements.session, {"of_token": _hashed(token)}
            )
        return row


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Who is signed in, and what was typed when a session had expired: kept at the server, in a small file of its own.

Sessions are no part of any case and need no journal, so they stay out of the engine's database: a file in the
settings' folder, which survives a restart. Tokens are stored hashed: who reads the file cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS session (
    token TEXT PRIMARY KEY, user TEXT NOT NULL, begun_at REAL NOT NULL, seen_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS held (
    token TEXT PRIMARY KEY, user TEXT, path TEXT NOT NULL, fields TEXT NOT NULL, at REAL NOT NULL);
"""
_HELD_FOR = timedelta(hours=12)
STRANGERS = 200  # submits kept of people who cannot be told: anybody may send those, so they are few


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
        file: Path | None,
        *,
        idle: timedelta,
        longest: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._idle, self._longest, self._clock = idle.total_seconds(), longest.total_seconds(), clock
        self._lock = threading.Lock()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(
            file or ":memory:", check_same_thread=False, isolation_level=None, timeout=10
        )
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=NORMAL")
        self._rows.executescript(_TABLES)
        if file is not None:
            file.chmod(0o600)

    def close(self) -> None:
        self._rows.close()

    def begin(self, user: str) -> str:
        """A new session's token, to be kept by the browser; forgets what has long expired."""
        token, now = secrets.token_urlsafe(32), self._now()
        with self._lock:
            self._rows.execute("DELETE FROM session WHERE begun_at < ?", (now - 2 * self._longest,))
            self._rows.execute("DELETE FROM held WHERE at < ?", (now - _HELD_FOR.total_seconds(),))
            self._rows.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (_hashed(token), user, now, now))
        return token

    def user(self, token: str) -> str | None:
        """Whose session this is; None when it is unknown, ended or expired. Counts as seen, to the minute."""
        now = self._now()
        with self._lock:
            row = self._rows.execute(
                "SELECT user, begun_at, seen_at FROM session WHERE token = ?", (_hashed(token),)
            ).fetchone()
            if row is None or now - row[1] > self._longest or now - row[2] > self._idle:
                return None
            if now - row[2] > min(60.0, self._idle / 4):
                self._rows.execute("UPDATE session SET seen_at = ? WHERE token = ?", (now, _hashed(token)))
        return str(row[0])

    def last_user(self, token: str) -> str | None:
        """Whose session this was, expired or not."""
        with self._lock:
            row = self._rows.execute("SELECT user FROM session WHERE token = ?", (_hashed(token),)).fetchone()
        return str(row[0]) if row else None

    def end(self, token: str) -> None:
        with self._lock:
            self._rows.execute("DELETE FROM session WHERE token = ?", (_hashed(token),))

    def hold(self, user: str | None, path: str, fields: Mapping[str, Sequence[str]]) -> str:
        """Keep a submit's fields until its author has signed in again; the token goes into their cookie."""
        token = secrets.token_urlsafe(32)
        typed = json.dumps({name: list(values) for name, values in fields.items()}, ensure_ascii=False)
        with self._lock:
            self._rows.execute(
                "INSERT INTO held VALUES (?, ?, ?, ?, ?)", (_hashed(token), user, path, typed, self._now())
            )
            self._rows.execute(
                "DELETE FROM held WHERE user IS NULL AND token IN "
                "(SELECT token FROM held WHERE user IS NULL ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
                (STRANGERS,),
            )
        return token

    def held(self, token: str) -> Held | None:
        with self._lock:
            row = self._rows.execute(
                "SELECT user, path, fields FROM held WHERE token = ? AND at > ?",
                (_hashed(token), self._now() - _HELD_FOR.total_seconds()),
            ).fetchone()
        return Held(row[0], row[1], json.loads(row[2])) if row else None

    def let_go(self, token: str) -> None:
        with self._lock:
            self._rows.execute("DELETE FROM held WHERE token = ?", (_hashed(token),))

    def _now(self) -> float:
        return self._clock().timestamp()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

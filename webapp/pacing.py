"""How often something may be asked, counted for all web processes of one folder together, in a small file of its own.

What is counted is worth nothing after a minute, so nothing waits for the disk: a power cut forgives everybody. Wrong
passwords are counted in the database besides (`processes.accounts`).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

from limits.storage import MovingWindowSupport, Storage

_TABLE = "CREATE TABLE IF NOT EXISTS asked (key TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL)"
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS asked_key ON asked (key, at)",
    "CREATE INDEX IF NOT EXISTS asked_until ON asked (until)",
)
SWEPT_SECONDS = 60.0


class FileStorage(Storage, MovingWindowSupport):
    """Of `limits`, by the address `chengban-file:///path`. Safe between threads and processes."""

    STORAGE_SCHEME: ClassVar[list[str]] = ["chengban-file"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._file = Path((uri or "").partition("://")[2])
        self._here = threading.local()
        self._swept = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        rows, now = self._rows(), time.time()
        rows.execute("BEGIN IMMEDIATE")
        try:
            if now - self._swept > SWEPT_SECONDS:
                rows.execute("DELETE FROM asked WHERE until < ?", (now,))
                self._swept = now
            (count,) = rows.execute(
                "SELECT count(*) FROM asked WHERE key = ? AND at > ?", (key, now - expiry)
            ).fetchone()
            if within := count + amount <= limit:
                rows.executemany("INSERT INTO asked VALUES (?, ?, ?)", [(key, now, now + expiry)] * amount)
        finally:
            rows.execute("COMMIT")
        return within

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest that still counts was asked, and how many count."""
        now = time.time()
        oldest, count = (
            self._rows()
            .execute("SELECT min(at), count(*) FROM asked WHERE key = ? AND at > ?", (key, now - expiry))
            .fetchone()
        )
        return oldest or now, count

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        self._rows().executemany("INSERT INTO asked VALUES (?, ?, ?)", [(key, now, now + expiry)] * amount)
        return self.get(key)

    def get(self, key: str) -> int:
        found = self._rows().execute(
            "SELECT count(*) FROM asked WHERE key = ? AND until > ?", (key, time.time())
        )
        return int(found.fetchone()[0])

    def get_expiry(self, key: str) -> float:
        found = self._rows().execute("SELECT min(until) FROM asked WHERE key = ?", (key,)).fetchone()
        return float(found[0] or time.time())

    def check(self) -> bool:
        self._rows()
        return True

    def reset(self) -> int | None:
        return self._rows().execute("DELETE FROM asked").rowcount

    def clear(self, key: str) -> None:
        self._rows().execute("DELETE FROM asked WHERE key = ?", (key,))

    def _rows(self) -> sqlite3.Connection:
        """One connection a thread, made at its first use: none goes through a fork."""
        found: sqlite3.Connection | None = getattr(self._here, "rows", None)
        if found is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            found = sqlite3.connect(self._file, isolation_level=None, timeout=5)
            found.execute("PRAGMA journal_mode=WAL")
            found.execute("PRAGMA synchronous=OFF")
            found.execute(_TABLE)
            for index in _INDEXES:
                found.execute(index)
            self._here.rows = found
        return found

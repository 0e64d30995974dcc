"""Ids and numbers of cases."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

from engine.calendar.period import SHANGHAI
from engine.errors import Refused
from engine.store import Transaction, queries


class CaseNumbers:
    """Ids of 23 hexadecimal digits that sort by the start: its millisecond, a count within it, six at random."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (0, 0)

    def next(self, now: datetime) -> str:
        millisecond = int(now.timestamp() * 1000)
        with self._lock:
            count = self._last[1] + 1 if self._last[0] == millisecond else 0
            self._last = (millisecond, count)
        return f"{millisecond:012x}{count:05x}{secrets.token_hex(3)}"


def next_number(transaction: Transaction, number_format: str, now: datetime) -> str:
    year = now.astimezone(SHANGHAI).year
    row = transaction.one(queries.next_number, {"series": number_format, "year": year})
    assert row is not None
    try:
        return number_format.format(year=year, seq=row[0])
    except (KeyError, ValueError, IndexError) as error:
        raise Refused(f"文号格式“{number_format}”有误") from error

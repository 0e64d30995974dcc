"""The keys that subscriptions declare, as the index finds them.

Of a message's many subscribers only those whose declared keys carry the delivered values are read: `names` is the
sorted names as JSON, `digest` the hash of the values. Values that FEEL holds equal have one digest (1 and 1.0, one
moment in two zones); the opposite need not hold, whoever reads the rows compares the values themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.codec import dumps, loads
from engine.feel import to_feel
from engine.store import Transaction, queries


def names_of(keys: Iterable[str]) -> str:
    return dumps(sorted(keys))


def digest_of(keys: Mapping[str, Any]) -> str:
    """Empty for no keys."""
    if not keys:
        return ""
    plain = {name: _plain(to_feel(value)) for name, value in keys.items()}
    return hashlib.sha256(dumps(plain, canonical=True).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.normalize() + 0
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def subscribers(transaction: Transaction, message: str, keys: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Case, subscription and declared keys of those who may be meant, the oldest case first.

    Those whose declared names were all delivered are found by their digest. Keys that the message may carry within
    itself (BPMN 2.0.2 §8.4.2) are not known before the subscriber's process is: those are all read.
    """
    found: list[tuple[Any, ...]] = []
    place = {"kind": "message", "name": message}
    for names in _declared(transaction, place):
        wanted = loads(names)
        if keys.keys() >= set(wanted):
            digest = digest_of({name: keys[name] for name in wanted})
            asked = {**place, "key_names": names, "key_digest": digest}
            found += transaction.all(queries.subscribers_by_keys, asked)
        else:
            found += transaction.all(queries.subscribers_by_names, {**place, "key_names": names})
    return sorted(found, key=lambda row: (row[0], row[1]))


def _declared(transaction: Transaction, place: Mapping[str, str]) -> Iterable[str]:
    """The sets of names that subscribers of the message declare: one step in the index each."""
    after = ""
    while True:
        row = transaction.one(queries.next_key_names, {**place, "after_names": after})
        if row is None or row[0] is None:
            return
        after = row[0]
        yield after

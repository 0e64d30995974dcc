"""Values as JSON and back without loss: variables, states, commands and effects.

A type that JSON lacks is a one-key object: `{"$d": "1.20"}` Decimal, `{"$date": "2026-09-25"}`,
`{"$time": "09:30:00"}`, `{"$dt": "2026-09-25T09:30:00+08:00"}`, `{"$dur": "P1DT3600S"}`, `{"$ym": 14}` (months).
A dictionary of the user's own with a single key that begins with `$` has that key doubled: `{"$$d": …}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from engine.feel import Range, YearsAndMonths

# What orjson would write in a way of its own comes to us: moments, records, subclasses.
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
_SORTED = _PLAIN | orjson.OPT_SORT_KEYS


def dumps(value: Any, *, canonical: bool = False) -> str:
    """Compact JSON; `canonical` sorts the keys. Raises TypeError for a value of an alien type."""
    tagged = 0

    def default(alien: Any) -> Any:
        nonlocal tagged
        kind = type(alien)
        if kind is Decimal:  # the two that occur most, without a further call
            tagged += 1
            return {"$d": str(alien)}
        if kind is date:
            tagged += 1
            return {"$date": alien.isoformat()}
        write = _WRITTEN.get(kind)
        if write is None:
            if isinstance(alien, tuple):
                return list(alien)
            if isinstance(alien, Mapping):
                return dict(alien)
            write = _tag
        tagged += 1
        return write(alien)

    try:
        text = orjson.dumps(value, default, _SORTED if canonical else _PLAIN).decode()
    except orjson.JSONEncodeError:
        # Lone surrogates, whole numbers beyond 64 bits, keys that are no text, deep nesting: slower, the same text.
        tagged = 0
        text = _by_hand(value, default, canonical)
    # Quotes within strings are escaped, so `{"$` can only be an object whose first key begins with `$`.
    if text.count('{"$') != tagged:
        text = _by_hand(_escaped(value), default, canonical)
    return text


def _by_hand(value: Any, default: Callable[[Any], Any], canonical: bool) -> str:
    return json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), sort_keys=canonical, default=default, check_circular=False
    ).encode(value)


def loads(text: str | bytes) -> Any:
    """The value that `dumps` wrote. Raises ValueError for text that is no JSON."""
    if '{"$' not in text if isinstance(text, str) else b'{"$' not in text:
        return json.loads(text)
    return json.loads(text, object_hook=_untag)


@lru_cache(maxsize=4096)
def moment_text(moment: datetime) -> str:
    """A UTC moment as stored and hashed, of fixed width so that text order is time order: `2026-09-25T01:30:00.000000Z`."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if moment.tzinfo is not UTC
        else (moment.isoformat(timespec="microseconds")[:26] + "Z")
    )


def moment_of(text: str) -> datetime:
    """The aware UTC moment that `moment_text` wrote."""
    return datetime.fromisoformat(text)


def _tag(value: Any) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {"$d": str(value)}
    if isinstance(value, datetime):
        return {"$dt": _with_zone(value.isoformat(), value.tzinfo)}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": _with_zone(value.isoformat(), value.tzinfo)}
    if isinstance(value, timedelta):
        return {"$dur": _duration_text(value)}
    if isinstance(value, YearsAndMonths):
        return {"$ym": value.months}
    raise TypeError(f"{type(value).__name__} 类型的值不能保存")


_WRITTEN: dict[type, Callable[[Any], dict[str, Any]]] = {
    datetime: lambda value: {"$dt": _with_zone(value.isoformat(), value.tzinfo)},
    Range: lambda value: {"$range": [value.start, value.end, value.start_included, value.end_included]},
}
"""Further types that occur much, exactly; `_tag` knows the rest and their subclasses."""


def _untag(pairs: dict[str, Any]) -> Any:
    if len(pairs) != 1:
        return pairs
    ((key, value),) = pairs.items()
    if not key.startswith("$"):
        return pairs
    if key.startswith("$$"):
        return {key[1:]: value}
    match key:
        case "$d":
            return Decimal(value)
        case "$date":
            return date.fromisoformat(value)
        case "$dt":
            text, _, zone = value.partition("@")
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=ZoneInfo(zone)) if zone else moment
        case "$time":
            text, _, zone = value.partition("@")
            clock = time.fromisoformat(text)
            return clock.replace(tzinfo=ZoneInfo(zone)) if zone else clock
        case "$dur":
            return _duration(value)
        case "$ym":
            return YearsAndMonths(value)
        case "$range":
            return Range(*value)
        case _:
            raise ValueError(f"未知的类型标记 {key}")


def _escaped(value: Any) -> Any:
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((key, inner),) = value.items()
            return {f"${key}" if str(key).startswith("$") else key: _escaped(inner)}
        return {key: _escaped(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escaped(inner) for inner in value]
    return value


def _with_zone(text: str, zone: Any) -> str:
    return f"{text}@{zone.key}" if isinstance(zone, ZoneInfo) else text


def _duration_text(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    seconds = f"{value.seconds}.{value.microseconds:06d}" if value.microseconds else str(value.seconds)
    return f"{sign}P{value.days}DT{seconds}S"


def _duration(text: str) -> timedelta:
    negative = text.startswith("-")
    days, _, seconds = text.lstrip("-")[1:-1].partition("DT")
    whole, _, fraction = seconds.partition(".")
    value = timedelta(int(days), int(whole), int(fraction or 0))
    return -value if negative else value

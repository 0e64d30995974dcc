"""The state of a clock and of all clocks of a case, and the lines of their ledger, as small plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from engine.calendar.limit import Limit
from engine.calendar.period import Period, Span, Unit, moment_of

State = Literal["waiting", "running", "suspended", "met", "expired", "cancelled"]
OPEN: frozenset[str] = frozenset({"running", "suspended"})
ENDED: frozenset[str] = frozenset({"met", "expired", "cancelled"})
Moment = date | datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch not counted, with the notice to the applicant that orders it; `end` None is still open."""

    ground: str
    start: Moment
    end: Moment | None
    notice: str


@dataclass(frozen=True, slots=True)
class Extended:
    """One extension granted: by whom, why, and the notice that tells the applicant."""

    amount: int
    unit: Unit
    approver: str
    reason: str
    notice: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit's run.

    `due` is None while waiting or suspended; `ended` is the event's date, or the moment; `first` is what the
    starting event said, once another event has restarted the clock; `by` the event that met it.
    """

    state: State = "waiting"
    start: Moment | None = None
    due: datetime | None = None
    provisional: bool = False
    calendar: str = ""
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extended, ...] = ()
    ended: Moment | None = None
    late: bool = False
    first: Moment | None = None
    by: str = ""

    def parts(self, limit: Limit) -> tuple[Period, ...]:
        return (
            limit.period,
            *(Period(extra.amount, extra.unit, limit.direction) for extra in self.extensions),
        )

    def spans(self) -> tuple[Span, ...]:
        return tuple(Span(held.start, held.end, held.ground) for held in self.suspensions)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"s": self.state}
        if self.start is not None:
            data["f"] = text_of(self.start)
        if self.due is not None:
            data["d"] = text_of(self.due)
        if self.provisional:
            data["p"] = 1
        if self.calendar:
            data["v"] = self.calendar
        if self.suspensions:
            data["g"] = [
                [
                    held.ground,
                    text_of(held.start),
                    None if held.end is None else text_of(held.end),
                    held.notice,
                ]
                for held in self.suspensions
            ]
        if self.extensions:
            data["x"] = [
                [extra.amount, extra.unit, extra.approver, extra.reason, extra.notice]
                for extra in self.extensions
            ]
        if self.ended is not None:
            data["e"] = text_of(self.ended)
        if self.late:
            data["l"] = 1
        if self.first is not None:
            data["o"] = text_of(self.first)
        if self.by:
            data["b"] = self.by
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Clock:
        start, due_text, ended = data.get("f"), data.get("d"), data.get("e")
        return cls(
            data["s"],
            None if start is None else read_moment(start),
            None if due_text is None else datetime.fromisoformat(due_text),
            bool(data.get("p")),
            data.get("v", ""),
            tuple(
                Suspension(ground, read_moment(begun), None if end is None else read_moment(end), notice)
                for ground, begun, end, notice in data.get("g", ())
            ),
            tuple(Extended(*extra) for extra in data.get("x", ())),
            None if ended is None else read_moment(ended),
            bool(data.get("l")),
            read_moment(data["o"]) if "o" in data else None,
            data.get("b", ""),
        )


def text_of(value: Moment) -> str:
    if isinstance(value, datetime):
        return moment_of(value).isoformat().replace("+00:00", "Z")
    return value.isoformat()


def read_moment(text: str) -> Moment:
    return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)


WAITING = Clock()


class Clocks(Mapping[str, Clock]):
    """The clocks of one case by limit id, as plain JSON; a limit that has not started is not in it.

    Kept beside the state of the case and read at every step: a clock is decoded only when asked for.
    """

    __slots__ = ("_data",)

    def __init__(self, data: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._data: Mapping[str, Mapping[str, Any]] = data or {}

    @classmethod
    def from_json(cls, data: str | Mapping[str, Mapping[str, Any]]) -> Clocks:
        return cls(json.loads(data) if isinstance(data, str) else data)

    def to_json(self) -> dict[str, Any]:
        """Plain data for `json.dumps`; a few hundred bytes at most a clock."""
        return dict(self._data)

    def __getitem__(self, name: str) -> Clock:
        return Clock.from_json(self._data[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clocks) and self._data == other._data

    __hash__ = None  # type: ignore[assignment]

    def due(self, name: str) -> datetime | None:
        """The due moment (UTC) of a running clock; None while it waits, is suspended or has ended."""
        data = self._data.get(name)
        if data is None or data["s"] != "running" or "d" not in data:
            return None
        return datetime.fromisoformat(data["d"])

    def with_clock(self, name: str, clock: Clock) -> Clocks:
        data = dict(self._data)
        if clock.state == "waiting":
            data.pop(name, None)
        else:
            data[name] = clock.to_json()
        return Clocks(data)


NO_CLOCKS = Clocks()


class ClockEvent(NamedTuple):
    """A line of the ledger.

    `event`: started | corrected | restarted | withdrawn | suspended | resumed | struck | extended | met | met_late |
    expired | cancelled | recomputed | suspension_refused. `at` is when it was registered, `on` the date or moment
    it speaks of. `used` and `left` are in the limit's unit (whole days for months and years, hours rounded down).
    """

    limit: str
    event: str
    at: datetime
    on: Moment | None
    due_before: datetime | None
    due_after: datetime | None
    used: int | None = None
    left: int | None = None
    ground: str = ""
    source: str = ""
    document: str = ""
    reason: str = ""
    who: str = ""
    calendar: str = ""
    provisional: bool = False


Result = tuple[Clocks, tuple[ClockEvent, ...]]

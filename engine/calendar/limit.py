"""A statutory limit of a matter: how long, from what event, on whose word it may stop or stretch, and its source.

Limits come with the bundle (`limits.json`) and never change under a running case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any

from engine.calendar.period import Direction, Period, Unit


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: a law with its date and article, the title of a lesser document, or mere practice; its words."""

    law: str = ""
    article: str = ""
    quote: str = ""
    rule: str = ""
    practice: str = ""

    def __str__(self) -> str:
        return f"{self.law}{self.article}" if self.law else self.rule or self.practice


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which the law lets the clock stop.

    `starts`/`ends` name the case events that stop and resume it without a command, `notice` the variable with the
    notice's reference; a ground without events is suspended by command only.
    """

    name: str
    starts: str = ""
    ends: str = ""
    notice: str = ""
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Extension:
    """How the law lets the limit be stretched: by at most `amount`, `times` times, approved by `approver`."""

    amount: int
    unit: Unit
    approver: str
    times: int = 1
    must_notify: bool = True
    before_expiry: bool = True


@dataclass(frozen=True)
class Limit:
    """One limit of a matter.

    `starts`, `ends` (with `ends_also`) and `restarts` name case events: variables whose value is the date (Asia/Shanghai) or moment
    of the event. `covers` are the steps it runs over, `shares` the inner share of each in the limit's unit,
    `promised` the shorter time the bureau has promised. `yellow` is what must be left for the light to turn:
    an int in days of the unit, a Decimal below 1 as a share of the whole.
    """

    id: str
    name: str
    amount: int
    unit: Unit
    starts: str
    ends: str = ""
    direction: Direction = "after"
    covers: tuple[str, ...] = ()
    shares: Mapping[str, int] = field(default_factory=dict)
    step: str | None = None
    extension: Extension | None = None
    suspensions: tuple[Ground, ...] = ()
    restarts: tuple[str, ...] = ()
    on_expiry: str = ""
    effect: str = "escalate"
    minimum: bool = False
    closes: time | None = None
    promised: Period | None = None
    yellow: int | Decimal = Decimal("0.25")
    source: Source = field(default_factory=Source)
    ends_also: tuple[str, ...] = ()
    rolls: bool = True
    outlives: bool | None = None

    @property
    def outlives_case(self) -> bool:
        """Whether the clock runs on when the case ends; other open clocks are cancelled with it.

        Where the limit does not say, it does when no event of the case ends it: a duty or a term that begins with
        the decision (复垦、采矿权期限、使用费) is not a time limit on the procedure.
        """
        if self.outlives is not None:
            return self.outlives
        return not self.endings and not self.minimum

    @property
    def endings(self) -> tuple[str, ...]:
        """Every event that meets the limit, whichever comes first."""
        return (self.ends, *self.ends_also) if self.ends else self.ends_also

    @property
    def period(self) -> Period:
        return Period(self.amount, self.unit, self.direction, self.minimum, self.closes, self.rolls)

    def ground(self, name: str) -> Ground | None:
        return next((ground for ground in self.suspensions if ground.name == name), None)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Limit:
        """From plain data; raises ValueError, in Chinese, naming the limit and the key."""
        known = set(cls.__dataclass_fields__)
        name = data.get("id", "?")
        if unknown := sorted(set(data) - known):
            raise ValueError(f"期限“{name}”有不认识的项：{'、'.join(unknown)}")
        if missing := [key for key in ("id", "name", "amount", "unit", "starts") if key not in data]:
            raise ValueError(f"期限“{name}”缺少：{'、'.join(missing)}")
        values = dict(data)
        unit = values["unit"]
        ends = values.get("ends") or ""
        if not isinstance(ends, str):
            values["ends"], *others = ends
            values["ends_also"] = (*others, *(values.get("ends_also") or ()))
        values["ends_also"] = tuple(values.get("ends_also") or ())
        values["covers"] = tuple(values.get("covers") or ())
        values["restarts"] = tuple(values.get("restarts") or ())
        _only(name, "source", values.get("source") or {}, Source)
        values["source"] = Source(**(values.get("source") or {}))
        values["suspensions"] = tuple(_ground(item) for item in values.get("suspensions") or ())
        if extension := values.get("extension"):
            _only(name, "extension", extension, Extension)
            values["extension"] = Extension(**{"unit": unit, **extension})
        promised = values.get("promised")
        if isinstance(promised, int):
            values["promised"] = Period(promised, unit)
        elif promised:
            values["promised"] = Period(promised["amount"], promised.get("unit", unit))
        if "yellow" in values and not isinstance(values["yellow"], int):
            values["yellow"] = Decimal(str(values["yellow"]))
        if isinstance(values.get("closes"), str):
            values["closes"] = time.fromisoformat(values["closes"])
        try:
            limit = cls(**values)
            _ = limit.period
            if limit.extension is not None:
                Period(limit.extension.amount, limit.extension.unit)
        except (TypeError, ValueError) as error:
            raise ValueError(f"期限“{name}”：{error}") from None
        return limit


def _only(limit: str, key: str, value: Any, kind: type[Any]) -> None:
    """Raises ValueError for a value that is no object, or has keys that the kind does not know."""
    if not isinstance(value, Mapping):
        raise ValueError(f"期限“{limit}”的 {key} 应是一个对象")
    if unknown := sorted(set(value) - set(kind.__dataclass_fields__)):
        raise ValueError(f"期限“{limit}”的 {key} 有不认识的项：{'、'.join(unknown)}")


def _ground(item: str | Mapping[str, Any]) -> Ground:
    if isinstance(item, str):
        return Ground(item)
    return Ground(**{**item, "source": Source(**(item.get("source") or {}))})


class Limits(Mapping[str, Limit]):
    """The limits of one matter by id, with the names of all events that touch any of them."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._limits: dict[str, Limit] = {}
        for limit in limits:
            if limit.id in self._limits:
                raise ValueError(f"期限“{limit.id}”重复")
            self._limits[limit.id] = limit
        watched: dict[str, list[Limit]] = {}
        for limit in self._limits.values():
            names = {limit.starts, *limit.endings, *limit.restarts}
            for ground in limit.suspensions:
                names |= {ground.starts, ground.ends}
            for name in names - {""}:
                watched.setdefault(name, []).append(limit)
        self._watching = {name: tuple(each) for name, each in watched.items()}
        self.events: frozenset[str] = frozenset(watched)

    def touched(self, written: Iterable[str]) -> Iterable[Limit]:
        """The limits that any of these events may start, hold or end, in their order."""
        watching = self._watching
        found = [watching[name] for name in written if name in watching]
        if len(found) == 1:
            return found[0]
        names = {limit.id for each in found for limit in each}
        return [limit for name, limit in self._limits.items() if name in names]

    @classmethod
    def from_json(cls, data: Sequence[Mapping[str, Any]]) -> Limits:
        return cls(Limit.from_json(item) for item in data)

    def __getitem__(self, name: str) -> Limit:
        return self._limits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._limits)

    def __len__(self) -> int:
        return len(self._limits)

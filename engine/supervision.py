"""What supervision looks at: what is overdue, what will be if nothing moves, how many of each light, in whose hands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple, cast

from engine.calendar.period import day_of
from engine.calendar.reckoning import last_day_of
from engine.calendar.run import Clock
from engine.codec import loads, moment_of, moment_text
from engine.store import Store
from engine.store import notices as queries

BEGINNING = "0000"


class Watched(NamedTuple):
    """One clock. `due` is the legal due moment, `red_at` that of the promise where there is one (aware UTC);
    `due_on` the last day that counts, in Shanghai; `steps` the names of the open steps."""

    case_id: str
    limit: str
    name: str
    state: str
    due: datetime | None
    red_at: datetime
    yellow_at: datetime | None
    provisional: bool
    section: str
    number: str
    title: str
    applicant: str
    matter: str
    steps: tuple[str, ...]

    @property
    def due_on(self) -> Any:
        return last_day_of(self.red_at)


class Suspended(NamedTuple):
    """One clock that stands still: on which grounds, and the day (Shanghai) of the earliest still open."""

    case_id: str
    limit: str
    name: str
    section: str
    number: str
    title: str
    applicant: str
    matter: str
    grounds: tuple[str, ...]
    since: date | None


class Page(NamedTuple):
    """The longest overdue (or the nearest) first; `after` leads to the next page, None at the end."""

    clocks: list[Watched]
    after: tuple[str, str, str] | None


class Lights(NamedTuple):
    """Open clocks of one section by light; `red` includes what ran out with nothing but escalation."""

    section: str
    green: int
    yellow: int
    red: int
    grey: int


class Holding(NamedTuple):
    """Open steps of red clocks with one person, or waiting at a post while nobody has claimed them."""

    user: str | None
    post: str | None
    items: int
    oldest: datetime


def overdue(
    store: Store,
    now: datetime,
    *,
    section: str = "",
    after: tuple[str, str, str] | None = None,
    limit: int = 50,
) -> Page:
    """Red by now."""
    return _page(store, BEGINNING, moment_text(now), section, after, limit)


def coming(
    store: Store,
    now: datetime,
    until: datetime,
    *,
    section: str = "",
    after: tuple[str, str, str] | None = None,
    limit: int = 50,
) -> Page:
    """What will be red by `until` if nothing moves."""
    return _page(store, moment_text(now), moment_text(until), section, after, limit)


def _page(
    store: Store, since: str, until: str, section: str, after: tuple[str, str, str] | None, limit: int
) -> Page:
    moment, case_id, limit_id = after or (since, "", "")
    with store.reading() as transaction:
        rows = transaction.all(queries.red_between, {
            "since": since, "until": until, "section": section, "after_moment": moment, "after_case": case_id,
            "after_limit": limit_id, "limit": limit + 1,
        })  # fmt: skip
    found = [
        Watched(
            *cast("tuple[str, str, str, str]", row[:4]), moment_of(row[4]) if row[4] else None, moment_of(row[5]),
            moment_of(row[6]) if row[6] else None, bool(row[7]), *cast("tuple[str, str, str, str, str]", row[8:13]), tuple(loads(row[13]).values()),
        )
        for row in rows[:limit]
    ]  # fmt: skip
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(found, (last[5], last[0], last[1]) if last else None)


def suspended(
    store: Store, *, section: str = "", after: tuple[str, str] | None = None, limit: int = 50
) -> tuple[list[Suspended], tuple[str, str] | None]:
    """Clocks that stand still, in order of case, and where the next page begins."""
    case_id, limit_id = after or ("", "")
    with store.reading() as transaction:
        rows = transaction.all(queries.suspended, {
            "section": section, "after_case": case_id, "after_limit": limit_id, "limit": limit + 1,
        })  # fmt: skip
    found = []
    for row in rows[:limit]:
        held = [one for one in Clock.from_json(loads(row[3])).suspensions if one.end is None]
        since = min((day_of(one.start) for one in held), default=None)
        found.append(
            Suspended(
                *cast("tuple[str, str, str, str, str, str, str, str]", (*row[:3], *row[4:9])),
                tuple(one.ground for one in held),
                since,
            )
        )
    return found, (rows[limit - 1][0], rows[limit - 1][1]) if len(rows) > limit else None


def lights(store: Store, now: datetime) -> list[Lights]:
    """By section, in order of name; a clock is counted from the first round of the worker after it started."""
    at = {"now": moment_text(now)}
    with store.reading() as transaction:
        running = transaction.all(queries.lights_by_section, at)
        grey = {row[0]: int(row[1]) for row in transaction.all(queries.suspended_by_section, {})}
        expired = {row[0]: int(row[1]) for row in transaction.all(queries.expired_by_section, at)}
    counts = {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in running}
    return [
        Lights(
            section,
            (found := counts.get(section, (0, 0, 0)))[2] - found[0] - found[1],
            found[1],
            found[0] + expired.get(section, 0),
            grey.get(section, 0),
        )
        for section in sorted({*counts, *grey, *expired})
    ]


def holders(store: Store, now: datetime, until: datetime | None = None) -> list[Holding]:
    """In whose hands what is overdue is; with `until`, what will be by then if nothing moves."""
    since, last = (BEGINNING, now) if until is None else (moment_text(now), until)
    with store.reading() as transaction:
        rows = transaction.all(queries.holders_between, {"since": since, "until": moment_text(last)})
    return [Holding(user, post, int(count), moment_of(oldest)) for user, post, count, oldest in rows]

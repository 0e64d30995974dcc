"""督办: what is overdue, what will be if nothing moves, by section and by person; to whom it may be shown.

The head of the bureau, the deputies and the office's director (督查督办) see every section; a section's chief sees the
section's own. Moments are aware UTC, days are days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from engine import supervision as engine
from engine.calendar.period import ONE_DAY, day_of, moment_of
from engine.errors import NotPermitted
from engine.store import notices as queries
from engine.supervision import Lights, Watched
from processes.warnings import CHIEFS, SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau

EVERYTHING = ("局领导/局长", "局领导/分管副局长", SUPERVISION)
HORIZONS = (3, 5, 10)  # working days ahead
SEPARATOR = "|"
PAGE, PAGES = 50, 40  # clocks a page; pages looked through for one person's clocks


class Hand(NamedTuple):
    """Who has an open step: a person, or a post that nobody has claimed it from (`user` empty)."""

    user: str
    name: str
    section: str


@dataclass(frozen=True)
class Line:
    """One clock with its light, the last day that counts by promise or law, and in whose hands its case is.

    `days`: working days, negative overdue."""

    clock: Watched
    light: str
    last_day: date
    days: int
    hands: Sequence[Hand]
    matter_name: str


class Person(NamedTuple):
    """Open steps of clocks in one pair of hands: overdue now, and overdue by the farthest horizon."""

    hand: Hand
    overdue: int
    coming: int


@dataclass(frozen=True)
class Overview:
    """`sections` in scope; `coming` by horizon, `more` where a count is cut off at `PAGE`."""

    lights: Sequence[Lights]
    overdue: int
    coming: Sequence[tuple[int, date, int]]
    people: Sequence[Person]


def scope(bureau: Bureau, user: str) -> tuple[str, ...] | None:
    """The sections whose clocks the person supervises; None is every one, () none."""
    posts = bureau.person(user).posts
    if not set(posts).isdisjoint(EVERYTHING):
        return None
    split = [post.partition("/") for post in posts]
    return tuple(section for section, _, post in split if post in CHIEFS)


def overview(bureau: Bureau, user: str) -> Overview:
    """Raises NotPermitted for whoever supervises nobody."""
    sections = _scope(bureau, user)
    now = bureau.cases.clock()
    lights = [one for one in engine.lights(bureau.store, now) if sections is None or one.section in sections]
    found = [(ahead, *_until(bureau, now, ahead)) for ahead in HORIZONS]
    people: dict[Hand, list[int]] = {}
    for place, until in enumerate((None, found[-1][2])):
        for holding in engine.holders(bureau.store, now, until):
            hand = _hand(bureau, holding.user, holding.post)
            if sections is None or hand.section in sections:
                people.setdefault(hand, [0, 0])[place] += holding.items
    ordered = sorted(people.items(), key=lambda one: (-one[1][0], -one[1][1], one[0]))
    return Overview(
        lights,
        sum(one.red for one in lights),
        [(ahead, day, _count(bureau, now, until, sections)) for ahead, day, until in found],
        [Person(hand, *counts) for hand, counts in ordered],
    )


def watched(
    bureau: Bureau,
    user: str,
    show: str = "overdue",
    *,
    section: str = "",
    hand: str = "",
    light: str = "",
    after: str | None = None,
) -> tuple[list[Line], str | None]:
    """The clocks behind a number: `show` is `overdue`, or a number of working days ahead; `hand` a user or `科室/岗位`.

    Raises NotPermitted outside one's sections.
    """
    sections = _scope(bureau, user)
    if sections is not None and section not in sections:
        if section:
            raise NotPermitted("您只能查看本科室的办件")
        section = sections[0]
    now = bureau.cases.clock()
    until = None if show == "overdue" else _until(bureau, now, int(show))[1]
    place = tuple((after or "").split(SEPARATOR))
    at: tuple[str, str, str] | None = place if len(place) == 3 else None
    lines: list[Line] = []
    for _ in range(PAGES):
        page = _page(bureau, now, until, section, at)
        lines += [
            line
            for line in _lines(bureau, now, page.clocks)
            if (not hand or any(hand in (one.user, one.name) for one in line.hands))
            and (not light or line.light == light)
        ]
        at = page.after
        if at is None or len(lines) >= PAGE:
            break
    return lines, SEPARATOR.join(at) if at else None


def _scope(bureau: Bureau, user: str) -> tuple[str, ...] | None:
    sections = scope(bureau, user)
    if sections == ():
        raise NotPermitted("督办由局领导、办公室主任和科室负责人查看")
    return sections


def _until(bureau: Bureau, now: datetime, ahead: int) -> tuple[date, datetime]:
    """The `ahead`-th working day after today, and the end of it."""
    day = bureau.cases.calendar.working_days_after(day_of(now), ahead)
    return day, moment_of(day + ONE_DAY)


def _page(
    bureau: Bureau,
    now: datetime,
    until: datetime | None,
    section: str,
    after: tuple[str, str, str] | None,
) -> engine.Page:
    if until is None:
        return engine.overdue(bureau.store, now, section=section, after=after, limit=PAGE)
    return engine.coming(bureau.store, now, until, section=section, after=after, limit=PAGE)


def _count(bureau: Bureau, now: datetime, until: datetime, sections: tuple[str, ...] | None) -> int:
    count = 0
    for section in sections if sections is not None else ("",):
        after: tuple[str, str, str] | None = None
        for _ in range(PAGES):
            page = _page(bureau, now, until, section, after)
            count += len(page.clocks)
            after = page.after
            if after is None:
                break
    return count


def _lines(bureau: Bureau, now: datetime, clocks: Sequence[Watched]) -> list[Line]:
    calendar, today = bureau.cases.calendar, day_of(now)
    names = {matter.id: matter.name for matter in bureau.matters()}
    found = []
    with bureau.store.reading() as transaction:
        for clock in clocks:
            rows = transaction.all(queries.open_items, {"of_case": clock.case_id})
            covered = [row for row in rows if row[3] == clock.limit] or rows
            last = clock.due_on
            days = (
                -max(calendar.working_days_between(last, today), 1)
                if now >= clock.red_at
                else calendar.working_days_between(today, last)
            )
            yellow = clock.yellow_at is not None and now >= clock.yellow_at
            light = "red" if now >= clock.red_at else "yellow" if yellow else "green"
            found.append((clock, light, last, days, [(row[2], row[1]) for row in covered]))
    return [
        Line(
            clock, light, last, days,
            list(dict.fromkeys(_hand(bureau, user, post) for user, post in hands)),
            names.get(clock.matter, clock.matter),
        )
        for clock, light, last, days, hands in found
    ]  # fmt: skip


def _hand(bureau: Bureau, user: str | None, post: str | None) -> Hand:
    section = (post or "").partition("/")[0]
    if not user:
        return Hand("", post or "未指定", section)
    return Hand(user, bureau.accounts.names().get(user, user), section)

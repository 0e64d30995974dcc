"""督办: what is overdue, what will be if nothing moves, by section and by person; to whom it may be shown.

The head of the bureau, the deputies and the office's director (督查督办) see every section; a section's chief sees the
section's own. Moments are aware UTC, days are days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from engine import supervision as engine
from engine.calendar.period import ONE_DAY, day_of, moment_of
from engine.errors import NotPermitted
from engine.store import notices as queries
from engine.store import supervision as statements
from engine.store import tables
from engine.supervision import Lights, Watched
from processes.case_powers import Order, order_of
from processes.warnings import CHIEFS, SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau

EVERYTHING = ("局领导/局长", "局领导/分管副局长", SUPERVISION)
HORIZONS = (3, 5, 10)  # working days ahead
SEPARATOR = "|"
EVER = datetime(9999, 1, 1, tzinfo=UTC)
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
    """The clocks behind a number: `show` is `overdue`, `running`, or a number of working days ahead; `hand` a user or `科室/岗位`.

    Raises NotPermitted outside one's sections.
    """
    section = _within(bureau, user, section)
    now = bureau.cases.clock()
    until = None if show == "overdue" else EVER if show == "running" else _until(bureau, now, int(show))[1]
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


class Held(NamedTuple):
    """A clock that stands still, and the name of its matter."""

    clock: engine.Suspended
    matter_name: str


def held(
    bureau: Bureau, user: str, *, section: str = "", after: str | None = None
) -> tuple[list[Held], str | None]:
    """The clocks that are suspended now. Raises NotPermitted outside one's sections."""
    section = _within(bureau, user, section)
    place = tuple((after or "").split(SEPARATOR))
    found, following = engine.suspended(
        bureau.store, section=section, after=(place[0], place[1]) if len(place) == 2 else None, limit=PAGE
    )
    lines = [Held(one, bureau.matter_name(one.matter)) for one in found]
    return lines, SEPARATOR.join(following) if following else None


class Ordered(NamedTuple):
    """An order of supervision with its case; `overdue`: its day is past and nobody has answered."""

    order: Order
    case_id: str
    number: str
    title: str
    applicant: str
    matter_name: str
    overdue: bool


def orders(
    bureau: Bureau, user: str, *, section: str = "", closed: bool = False, after: str | None = None
) -> tuple[list[Ordered], str | None]:
    """Orders of supervision that are open (`closed`: all of them), the newest first. Raises as `held` does."""
    section, account = _within(bureau, user, section), bureau.person(user)
    parts = (after or "").split(SEPARATOR)
    at, case_id, seq = parts if len(parts) == 3 and parts[2].isdecimal() else ("~", "~", "0")
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.all_orders if closed else statements.open_orders, {
            "section": section, "after_moment": at, "after_case": case_id, "after_seq": int(seq[:9]), "limit": PAGE + 1,
        })  # fmt: skip
    names, today = bureau.accounts.names(), day_of(bureau.cases.clock())
    found = []
    for values in rows[:PAGE]:
        row = dict(zip((*tables.supervision.columns.keys(), *statements.OF_CASE), values, strict=True))
        order = order_of(row, names, (), account)
        late = (
            order.until is not None and not order.answer and order.closed_at is None and order.until < today
        )
        found.append(
            Ordered(order, row["case_id"], row["number"], row["title"], row["applicant"],
                    bureau.matter_name(row["matter"]), late)
        )  # fmt: skip
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return found, SEPARATOR.join((last[2], last[0], str(last[1]))) if last else None


def _within(bureau: Bureau, user: str, section: str) -> str:
    """The section asked for, or the one that he is kept to."""
    sections = _scope(bureau, user)
    if sections is None or section in sections:
        return section
    if section:
        raise NotPermitted("您只能查看本科室的办件")
    return sections[0]


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

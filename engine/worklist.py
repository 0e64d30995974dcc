"""Who has what to do: pages over work items and cases, one clerk at a time.

Boxes: `todo` (assigned to me, or to whom I stand in for), `claimable` (a post of mine may claim it), `done` (closed by
me, or by me for whom I stood in for, latest first), `started` (cases that I began, latest first). A page follows the last row of the one before by key,
never by offset, so its cost does not grow with the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from engine.cases.projection import FAR
from engine.codec import loads, moment_of, moment_text
from engine.errors import InvalidInput
from engine.store import Store, Transaction, lists, search
from engine.store.lists import Shape

Box = Literal["todo", "claimable", "done", "started"]
Kind = Literal["held", "free", "done", "through"]
Order = Literal["due", "received", "number", "closed"]
Place = tuple[str, ...]
BOXES = ("todo", "claimable", "done", "started")
ORDERS = ("due", "received", "number")
MOST = 999  # counts go no further

_BEFORE_ALL: Place = ("", "", "")
_AFTER_ALL: Place = ("~", "~", "~")  # above every moment and id


class Source(NamedTuple):
    """One list that goes into a box: what a person holds or has done, or what a post may claim. `matters` and `posts`
    keep it to some, for whoever stands in within a scope; empty: all."""

    kind: Kind
    key: str
    matters: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()


class Filters(NamedTuple):
    """What narrows a box; what is empty does not. Moments are aware UTC, `since` inclusive and `until` exclusive: when
    the item came (done: was closed, started: the case began). `due_until` is exclusive as well. `fresh`: came or was
    given to its holder after that moment. `addressees`: to whom an urgent case's urging may have gone."""

    matter: str = ""
    element: str = ""
    light: str = ""
    due_until: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    fresh: datetime | None = None
    addressees: tuple[str, ...] = ()


NONE = Filters()


class Row(NamedTuple):
    """A work item, or a case in box `started` (`item` empty, `name` the names of its open steps).

    `due` is None where no limit runs; otherwise `limit` is the one it comes from, `clock` that clock as JSON, and
    `deployment` says what the limit is. `stopped` names a limit that stands still; `before_by` did `before_step` before
    it; `urged` is urge | supervise; `closed_through` did it for `closed_by`. Moments are aware UTC.
    """

    case_id: str
    item: str
    element: str
    name: str
    post: str | None
    state: str
    due: datetime | None
    opened_at: datetime
    claimed_by: str | None
    closed_at: datetime | None
    matter: str
    number: str
    title: str
    applicant: str
    limit: str | None = None
    clock: str | None = None
    deployment: str = ""
    process: str = ""
    stopped: str | None = None
    before_by: str | None = None
    before_step: str | None = None
    begun_by: str | None = None
    urged: str | None = None
    closed_by: str | None = None
    closed_through: str | None = None


class Page(NamedTuple):
    """`after` goes into the next call; None on the last page. `before` likewise, towards the first (`back=True`)."""

    rows: list[Row]
    after: Place | None
    before: Place | None = None


def sources(user: str, posts: Iterable[str], box: str) -> list[Source]:
    """Where a box of one person takes its items from."""
    if box == "todo":
        return [Source("held", user)]
    if box == "claimable":
        return [Source("free", f"user:{user}"), *(Source("free", post) for post in dict.fromkeys(posts))]
    if box == "done":
        return [Source("done", user), Source("through", user)]
    raise InvalidInput(f"没有名为 {box} 的待办箱")


def inbox(
    store: Store,
    user: str,
    posts: Iterable[str] = (),
    box: Box = "todo",
    after: Sequence[str] | None = None,
    limit: int = 20,
    *,
    filters: Filters = NONE,
    now: datetime | None = None,
    back: bool = False,
) -> Page:
    """One page of a box as it is kept for one person alone. `posts` matter for `claimable` only.

    `now` decides what light a row has, where lights narrow. Raises InvalidInput for an unknown box.
    """
    if box == "started":
        return begun(store, user, after, limit, filters=filters, back=back)
    order: Order = "closed" if box == "done" else "due"
    return page(
        store, sources(user, posts, box), after, limit, filters=filters, order=order, now=now, back=back
    )


def page(
    store: Store,
    found: Sequence[Source],
    after: Sequence[str] | None = None,
    limit: int = 20,
    *,
    filters: Filters = NONE,
    order: Order = "due",
    now: datetime | None = None,
    back: bool = False,
) -> Page:
    """One page of work items. With `back`, the page before `after`, in the same order."""
    if not found:
        return Page([], None)
    place = _place(after, 3, down=(order in lists.DOWN) != back)
    parameters = {
        **_parameters(found, filters, now), "limit": limit + 1, "after_key": place[0], "after_case": place[1],
        "after_item": place[2],
    }  # fmt: skip
    with store.reading() as transaction:
        shape = _looked_up(transaction, _shape(found, filters), filters, parameters)
        rows = transaction.all(lists.items_page(shape._replace(order=order, back=back)), parameters)
    key = {"due": 6, "received": 7, "number": 11, "closed": 9}[order]
    return _turned(rows, limit, after, back, lambda row: (row[key], row[0], row[1]), _row)


def begun(
    store: Store,
    user: str,
    after: Sequence[str] | None = None,
    limit: int = 20,
    *,
    filters: Filters = NONE,
    back: bool = False,
) -> Page:
    """One page of the cases that a person began, the latest first."""
    place = _place(after, 2, down=not back)
    narrowed = _shape((), filters).narrowed & {"matter", "since", "until", "words"}
    parameters = {
        **_parameters((), filters, None), "user": user, "limit": limit + 1, "after_key": place[0],
        "after_case": place[1],
    }  # fmt: skip
    with store.reading() as transaction:
        rows = transaction.all(lists.cases_page(narrowed, back), parameters)
    return _turned(rows, limit, after, back, lambda row: (row[4], row[0], ""), _case)


def counts(store: Store, user: str, posts: Iterable[str] = ()) -> dict[str, int]:
    """How many in each box, at most MOST + 1: whoever shows it writes "999+"."""
    own = tuple(posts)
    found = {box: count(store, sources(user, own, box)) for box in ("todo", "claimable", "done")}
    return {**found, "started": count_begun(store, user)}


def count(
    store: Store, found: Sequence[Source], *, filters: Filters = NONE, now: datetime | None = None
) -> int:
    """How many work items, at most MOST + 1."""
    if not found:
        return 0
    given = {**_parameters(found, filters, now), "limit": MOST + 1}
    with store.reading() as transaction:
        shape = _looked_up(transaction, _shape(found, filters), filters, given)
        row = transaction.one(lists.items_count(shape), given)
    return min(int(row[0]), MOST + 1) if row else 0


def count_begun(store: Store, user: str, *, filters: Filters = NONE) -> int:
    """How many cases a person began, at most MOST + 1."""
    narrowed = _shape((), filters).narrowed & {"matter", "since", "until", "words"}
    given = {**_parameters((), filters, None), "user": user, "limit": MOST + 1}
    with store.reading() as transaction:
        row = transaction.one(lists.cases_count(narrowed), given)
    return int(row[0]) if row else 0


def lights(store: Store, found: Sequence[Source], now: datetime) -> dict[str, int]:
    """How many of each light among work items, of the first MOST + 1 of each source."""
    told = dict.fromkeys(("red", "yellow", "green", "grey"), 0)
    if found:
        given = {**_parameters(found, NONE, now), "now": moment_text(now), "limit": MOST + 1}
        with store.reading() as transaction:
            told |= {
                row[0]: int(row[1]) for row in transaction.all(lists.items_lights(_shape(found, NONE)), given)
            }
    return told


def _place(after: Sequence[str] | None, length: int, *, down: bool) -> Place:
    if not after:
        return _AFTER_ALL if down else _BEFORE_ALL
    if len(after) != 3 or any("\x00" in part for part in after):
        raise InvalidInput("翻页位置有误，请从第一页重新打开")
    return tuple(after)[:length]


def _shape(found: Sequence[Source], filters: Filters) -> Shape:
    narrowed = {
        name
        for name in ("matter", "element", "due_until", "since", "until", "words", "fresh")
        if getattr(filters, name)
    }
    if filters.light:
        narrowed |= {"grey"} if filters.light == "grey" else {"light"}
        narrowed |= {"yellow"} if filters.light == "yellow" else set()
    if filters.addressees:
        narrowed.add("urgent")
    shapes = tuple((source.kind, len(source.matters), len(source.posts)) for source in found)
    return Shape(shapes, frozenset(narrowed), addressees=len(filters.addressees))


def _looked_up(transaction: Transaction, shape: Shape, filters: Filters, given: dict[str, Any]) -> Shape:
    """Rare words are looked up in the index of the search; common ones fill a page soon by looking through the list."""
    asked = search.rare(transaction, filters.words) if filters.words else ""
    if not asked:
        return shape
    given["found"] = asked
    name = "found on postgresql" if transaction.postgres else "found"
    return shape._replace(narrowed=shape.narrowed - {"words"} | {name})


def _parameters(found: Sequence[Source], filters: Filters, now: datetime | None) -> dict[str, Any]:
    """All of them: a statement takes those it names."""
    given: dict[str, Any] = {}
    for place, source in enumerate(found):
        given[f"key{place}"] = source.key
        given |= {f"matter{place}_{one}": matter for one, matter in enumerate(source.matters)}
        given |= {f"post{place}_{one}": post for one, post in enumerate(source.posts)}
    given |= {f"told{place}": name for place, name in enumerate(filters.addressees)}
    for name in ("matter", "element"):
        given[name] = getattr(filters, name).replace("\x00", "")
    for name in ("due_until", "since", "until", "fresh"):
        moment = getattr(filters, name)
        given[name] = moment_text(moment) if moment else None
    if filters.light:
        if now is None:
            raise InvalidInput("按灯筛选须给出时刻")
        given |= {"light": filters.light, "far": FAR, "now": moment_text(now)}
    return {**given, "words": _within(filters.words)}


def _within(words: str) -> str:
    """The pattern of LIKE for words anywhere, whatever signs are in them."""
    plain = words.replace("\x00", "").strip().lower()
    for sign in "!%_":
        plain = plain.replace(sign, f"!{sign}")
    return f"%{plain}%"


def _turned(
    rows: list[tuple[Any, ...]], limit: int, after: Sequence[str] | None, back: bool, place_of: Any, made: Any
) -> Page:
    """A page with the ways forward and back; what was read backwards is turned round."""
    more, rows = len(rows) > limit, rows[:limit]
    if back:
        rows.reverse()
    first = place_of(rows[0]) if rows and (more if back else after) else None
    last = place_of(rows[-1]) if rows and (after if back else more) else None
    return Page([made(row) for row in rows], last, first)


def _case(row: tuple[Any, ...]) -> Row:
    case_id, steps, status, due, started_at, ended_at, matter, number, title, applicant, *clock, stopped = row
    names = "、".join(dict.fromkeys(loads(steps).values()))
    return _row((
        case_id, "", "", names, None, status, due, started_at, None, ended_at, matter, number, title, applicant,
        *clock, "", stopped,
    ))  # fmt: skip


def _row(row: Sequence[Any]) -> Row:
    found = list(row)
    found[6] = None if row[6] == FAR else moment_of(row[6])
    found[7] = moment_of(row[7])
    found[9] = moment_of(row[9]) if row[9] else None
    return Row(*found)

"""Who has what to do: pages over open work items, one clerk at a time.

Boxes: `todo` (assigned to me), `claimable` (a post of mine may claim it), `done` (closed by me, latest first), `started`
(cases that I began, latest first). A page follows the last row of the one before by key, never by offset, so its
cost does not grow with the box.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from engine.cases.projection import FAR
from engine.codec import loads, moment_of
from engine.errors import InvalidInput
from engine.store import Store, Transaction, queries

Box = Literal["todo", "claimable", "done", "started"]
Place = tuple[str, str, str]
MOST = 999  # counts go no further

_FIRST: Place = ("", "", "")
_LAST: Place = ("~", "~", "~")  # above every moment and id


class Row(NamedTuple):
    """A work item, or a case in box `started` (`item` empty, `name` the names of its open steps).

    `due` is None where no limit runs; otherwise `limit` is the one it comes from, `clock` that clock as JSON, and
    `deployment` says what the limit is. Moments are aware UTC.
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


class Page(NamedTuple):
    """`after` goes into the next call; None on the last page."""

    rows: list[Row]
    after: Place | None


def inbox(
    store: Store,
    user: str,
    posts: Iterable[str] = (),
    box: Box = "todo",
    after: Sequence[str] | None = None,
    limit: int = 20,
    *,
    matter: str = "",
    words: str = "",
) -> Page:
    """One page. `posts` matter for `claimable` only.

    `matter` keeps one matter; `words` what has them within its number, applicant or title. Raises InvalidInput for
    an unknown box.
    """
    down = box in ("done", "started")
    place = tuple(after) if after else (_LAST if down else _FIRST)
    if len(place) != 3:
        raise InvalidInput("翻页位置有误，请从第一页重新打开")
    parameters: dict[str, Any] = {
        "user": user, "limit": limit + 1, "after_moment": place[0], "after_case": place[1], "after_item": place[2],
    }  # fmt: skip
    narrowed = bool(matter or words)
    if narrowed:
        parameters |= {"matter": matter, "words": _within(words)}
    with store.reading() as transaction:
        match box:
            case "todo":
                found = transaction.all(
                    queries.inbox_todo_narrowed if narrowed else queries.inbox_todo, parameters
                )
            case "claimable":
                found = _claimable(transaction, user, posts, parameters, narrowed=narrowed)
            case "done":
                found = transaction.all(
                    queries.inbox_done_narrowed if narrowed else queries.inbox_done, parameters
                )
            case "started":
                found = [
                    _as_item(row)
                    for row in transaction.all(
                        queries.inbox_started_narrowed if narrowed else queries.inbox_started, parameters
                    )
                ]
            case _:
                raise InvalidInput(f"没有名为 {box} 的待办箱")
    more = len(found) > limit
    found = found[:limit]
    last: Place | None = None
    if more:
        row = found[-1]
        moment = {"todo": row[6], "claimable": row[6], "done": row[9], "started": row[7]}[box]
        last = (moment, row[0], row[1])
    return Page([_row(row) for row in found], last)


def counts(store: Store, user: str, posts: Iterable[str] = ()) -> dict[str, int]:
    """How many in each box, at most MOST + 1: whoever shows it writes "999+"."""
    parameters: dict[str, Any] = {"user": user, "limit": MOST + 1}
    with store.reading() as transaction:
        found = {
            box: _first(transaction.one(query, parameters))
            for box, query in (
                ("todo", queries.count_todo),
                ("done", queries.count_done),
                ("started", queries.count_started),
            )
        }
        claimable = 0
        for candidate in (f"user:{user}", *dict.fromkeys(posts)):
            if claimable <= MOST:
                claimable += _first(
                    transaction.one(queries.count_claimable, {"candidate": candidate, "limit": MOST + 1})
                )
    found["claimable"] = min(claimable, MOST + 1)
    return found


def _first(row: tuple[Any, ...] | None) -> int:
    assert row is not None
    number: int = row[0]
    return number


def _within(words: str) -> str:
    """The pattern of LIKE for words anywhere, whatever signs are in them."""
    plain = words.strip().lower()
    for sign in "!%_":
        plain = plain.replace(sign, f"!{sign}")
    return f"%{plain}%"


def _claimable(
    transaction: Transaction, user: str, posts: Iterable[str], parameters: dict[str, Any], *, narrowed: bool
) -> list[tuple[Any, ...]]:
    places_of, rows_of = (
        (queries.claimable_places_narrowed, queries.inbox_claimable_narrowed)
        if narrowed
        else (queries.claimable_places, queries.inbox_claimable)
    )
    places: dict[str, list[Place]] = {}
    for candidate in (f"user:{user}", *dict.fromkeys(posts)):
        page = transaction.all(places_of, {**parameters, "candidate": candidate})
        if page:
            places[candidate] = page
    ordered = sorted({place for page in places.values() for place in page})[: parameters["limit"]]
    if not ordered:
        return []
    until = ordered[-1]
    bound = {**parameters, "until_moment": until[0], "until_case": until[1], "until_item": until[2]}
    pages = [
        transaction.all(rows_of, {**bound, "candidate": candidate})
        for candidate, page in places.items()
        if page[0] <= until
    ]
    return _merged(pages, parameters["limit"])


def _merged(pages: list[list[tuple[Any, ...]]], limit: int) -> list[tuple[Any, ...]]:
    """In the order of due, case, item; an item that two of my posts may claim comes once."""
    merged: list[tuple[Any, ...]] = []
    for row in heapq.merge(*pages, key=lambda row: (row[6], row[0], row[1])):
        if not merged or merged[-1][:2] != row[:2]:
            merged.append(row)
            if len(merged) == limit:
                break
    return merged


def _as_item(row: tuple[Any, ...]) -> tuple[Any, ...]:
    case_id, steps, status, due, started_at, ended_at, matter, number, title, applicant, *clock = row
    names = "、".join(dict.fromkeys(loads(steps).values()))
    return (
        case_id,
        "",
        "",
        names,
        None,
        status,
        due,
        started_at,
        None,
        ended_at,
        matter,
        number,
        title,
        applicant,
        *clock,
    )


def _row(row: tuple[Any, ...]) -> Row:
    found = list(row)
    found[6] = None if row[6] == FAR else moment_of(row[6])
    found[7] = moment_of(row[7])
    found[9] = moment_of(row[9]) if row[9] else None
    return Row(*found)

"""Who has what to do. A list is put together from its sources (a person's desk, posts that may claim), its filters and
its order; each put-together statement is kept by its shape, so that it is compiled once.

What narrows a list stands in the list's own index (`tables._NARROWED`): rows are looked up for the page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import text as sql

from engine.store import search
from engine.store import tables as t
from engine.store.database import Query

_W, _C, _S, _R, _N = t.work_item.c, t.case.c, t.case_state.c, t.limit_run.c, t.notice.c
_ONE: ColumnElement[Any] = literal_column("1")
_URGENT = _N.warning.in_([literal_column("'urge'"), literal_column("'supervise'")])


class Shape(NamedTuple):
    """`sources`: of each whether it is held, free or done, and how many matters and posts it is kept to (0: all).

    `narrowed`: names of filters that apply; `addressees`: how many names an urgent case may have been told to.
    """

    sources: tuple[tuple[str, int, int], ...]
    narrowed: frozenset[str] = frozenset()
    order: str = "due"
    back: bool = False
    addressees: int = 0


_OWNERS = {
    "held": (_W.claimed_by, "'claimed'"), "free": (_W.post, "'open'"), "done": (_W.closed_by, "'completed'"),
    "through": (_W.closed_through, "'completed'"),
}  # fmt: skip
# Orders that begin with the latest.
DOWN = frozenset({"received", "closed", "started"})
_ORDERS = {"due": _W.due, "received": _W.opened_at, "number": _W.number, "closed": _W.closed_at}


def _light(case_id: ColumnElement[Any], due: ColumnElement[Any]) -> ColumnElement[Any]:
    """As `engine.calendar.lights` has it, from what the worker has noted; nothing where no limit runs."""
    colour = case(
        (_R.state.in_([literal_column(f"'{state}'") for state in ("waiting", "suspended", "cancelled")]), literal_column("'grey'")),
        (_R.red_at <= bindparam("now"), literal_column("'red'")),
        (_R.yellow_at <= bindparam("now"), literal_column("'yellow'")),
        else_=literal_column("'green'"),
    )  # fmt: skip
    return (
        select(colour)
        .where(_R.case_id == case_id, _R.due == due)
        .order_by(_R.limit_id)
        .limit(_ONE)
        .scalar_subquery()
    )


def _words(source: Any) -> ColumnElement[bool]:
    words: ColumnElement[str] = bindparam("words")
    return or_(
        *(func.lower(column).like(words, escape="!") for column in (source.number, source.applicant, source.title))
    )  # fmt: skip


def _number(source: Any) -> ColumnElement[bool]:
    words: ColumnElement[str] = bindparam("words")
    return func.lower(source.number).like(words, escape="!")


def _conditions(shape: Shape, kind: str) -> list[ColumnElement[bool]]:
    moment = _W.closed_at if kind in ("done", "through") else _W.opened_at
    found: dict[str, Any] = {
        "matter": lambda: _W.matter == bindparam("matter"),
        "element": lambda: _W.element == bindparam("element"),
        "due_until": lambda: _W.due < bindparam("due_until"),
        "since": lambda: moment >= bindparam("since"),
        "until": lambda: moment < bindparam("until"),
        "words": lambda: _words(_W),
        # Anywhere in the number, which stands in the list's index; elsewhere as the search has it.
        "found": lambda: or_(_number(_W), sql(search.IN_HEAD[False])),
        "found on postgresql": lambda: or_(_number(_W), sql(search.IN_HEAD[True])),
        "grey": lambda: _W.due >= bindparam("far"),
        "light": lambda: (_W.due < bindparam("far")) & (_light(_W.case_id, _W.due) == bindparam("light")),
        "yellow": lambda: _W.due > bindparam("now"),  # what is due is red
        "fresh": lambda: (
            or_(_W.opened_at > bindparam("fresh"), _W.claimed_at > bindparam("fresh"))
            if kind == "held"
            else moment > bindparam("fresh")
        ),
        "urgent": lambda: _W.case_id.in_(
            select(_N.case_id).where(
                _URGENT, _N.addressee.in_([bindparam(f"told{place}") for place in range(shape.addressees)])
            )
        ),
    }
    return [found[name]() for name in sorted(shape.narrowed)]


def _place(
    columns: Sequence[ColumnElement[Any]], order: str, back: bool
) -> tuple[list[Any], ColumnElement[bool]]:
    """In which order rows come, and which come strictly after the last row of the page before."""
    down = (order in DOWN) != back
    left = tuple_(*columns)
    right = tuple_(*(bindparam(name) for name in ("after_key", "after_case", "after_item")[: len(columns)]))
    return [column.desc() if down else column for column in columns], (left < right if down else left > right)


def _places(shape: Shape, *, paged: bool) -> Select[Any]:
    """Key, case and item of each source's rows, in order and no more than `limit` of each."""
    key = _ORDERS[shape.order]
    columns: list[ColumnElement[Any]] = [key, _W.case_id, _W.item]
    order, after = _place(columns, shape.order, shape.back)
    parts = []
    for place, (kind, matters, posts) in enumerate(shape.sources):
        owner, state = _OWNERS[kind]
        where = [owner == bindparam(f"key{place}"), _W.state == literal_column(state)]
        if matters:
            where.append(_W.matter.in_([bindparam(f"matter{place}_{one}") for one in range(matters)]))
        if posts:
            where.append(_W.post.in_([bindparam(f"post{place}_{one}") for one in range(posts)]))
        where += _conditions(shape, kind)
        part = select(key.label("key"), _W.case_id, _W.item).where(*where)
        if paged:
            part = part.where(after).order_by(*order)
        parts.append(part.limit(bindparam("limit")).subquery(f"part{place}"))
    together = union_all(*(select(part) for part in parts)).subquery("together")
    return select(together)


def _clock_of(case_id: ColumnElement[Any], due: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """The limit that a row's due moment comes from, its clock as JSON."""
    run = select(_R.limit_id).where(_R.case_id == case_id, _R.due == due).order_by(_R.limit_id).limit(_ONE)
    return (
        run.scalar_subquery().label("clock_limit"),
        run.with_only_columns(_R.data).scalar_subquery().label("clock"),
    )


def _stopped(case_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The name of a limit that stands still."""
    stopped = select(_R.name).where(_R.case_id == case_id, _R.state == literal_column("'suspended'"))
    return stopped.order_by(_R.limit_id).limit(_ONE).scalar_subquery().label("stopped")


_BEFORE = t.work_item.alias("before")
_LAST_DONE = (
    select(_BEFORE.c.closed_by)
    .where(
        _BEFORE.c.case_id == _W.case_id,
        _BEFORE.c.state == literal_column("'completed'"),
        _BEFORE.c.closed_at <= _W.opened_at,
        _BEFORE.c.item != _W.item,
    )
    .order_by(_BEFORE.c.closed_at.desc(), _BEFORE.c.item.desc())
    .limit(_ONE)
)
_URGED = (
    select(func.min(_N.warning))
    .where(_N.case_id == _W.case_id, _URGENT, _N.at >= _W.opened_at)
    .scalar_subquery()
)
_LISTED = (
    _W.case_id, _W.item, _W.element, _W.name, _W.post, _W.state, _W.due, _W.opened_at, _W.claimed_by, _W.closed_at,
    _W.matter, _W.number, _W.title, _W.applicant,
    *_clock_of(_W.case_id, _W.due),
    select(_C.deployment).where(_C.case_id == _W.case_id).scalar_subquery().label("version"),
    _W.process, _stopped(_W.case_id),
    _LAST_DONE.scalar_subquery().label("before_by"),
    _LAST_DONE.with_only_columns(_BEFORE.c.name).scalar_subquery().label("before_step"),
    select(_C.started_by).where(_C.case_id == _W.case_id).scalar_subquery().label("begun_by"),
    _URGED.label("urged"), _W.closed_by, _W.closed_through,
)  # fmt: skip


@lru_cache(maxsize=512)
def items_page(shape: Shape) -> Query:
    """A page of work items: what is looked up is found first, by the index alone."""
    found = _places(shape, paged=True).subquery("found")
    columns = [found.c.key, found.c.case_id, found.c.item]
    order, _ = _place(columns, shape.order, shape.back)
    page = select(*columns).order_by(*order).limit(bindparam("limit")).subquery("page")
    columns = [page.c.key, page.c.case_id, page.c.item]
    order, _ = _place(columns, shape.order, shape.back)
    return Query(
        select(*_LISTED)
        .select_from(page.join(t.work_item, (_W.case_id == page.c.case_id) & (_W.item == page.c.item)))
        .order_by(*order)
    )


@lru_cache(maxsize=512)
def items_count(shape: Shape) -> Query:
    """No further than `limit` a source: a list longer than that is "999+" to whoever looks at it."""
    return Query(select(func.count()).select_from(_places(shape, paged=False).subquery("found")))


@lru_cache(maxsize=64)
def items_lights(shape: Shape) -> Query:
    """How many of each light, of the first `limit` of each source; "" where no limit runs."""
    found: Subquery = _places(shape, paged=False).subquery("found")
    colour = func.coalesce(_light(found.c.case_id, found.c.key), literal_column("'grey'")).label("colour")
    lights = select(colour).select_from(found).subquery("lights")
    return Query(select(lights.c.colour, func.count()).group_by(lights.c.colour))


def _begun(narrowed: frozenset[str]) -> list[ColumnElement[bool]]:
    found: dict[str, Any] = {
        "matter": lambda: _C.matter == bindparam("matter"),
        "since": lambda: _C.started_at >= bindparam("since"),
        "until": lambda: _C.started_at < bindparam("until"),
        "words": lambda: _words(_C),
    }
    return [_C.started_by == bindparam("user"), *(found[name]() for name in sorted(narrowed))]


@lru_cache(maxsize=64)
def cases_page(narrowed: frozenset[str], back: bool) -> Query:
    """Cases that a person began, the latest first."""
    order, after = _place([_C.started_at, _C.case_id], "started", back)
    return Query(
        select(
            _C.case_id, _S.steps, _C.status, _S.due, _C.started_at, _C.ended_at, _C.matter, _C.number, _C.title,
            _C.applicant, *_clock_of(_C.case_id, _S.due), _C.deployment, _stopped(_C.case_id),
        )
        .join(t.case_state, _S.case_id == _C.case_id)
        .where(*_begun(narrowed), after)
        .order_by(*order)
        .limit(bindparam("limit"))
    )  # fmt: skip


@lru_cache(maxsize=64)
def cases_count(narrowed: frozenset[str]) -> Query:
    return Query(
        select(func.count()).select_from(
            select(_ONE).where(*_begun(narrowed)).limit(bindparam("limit")).subquery("some")
        )
    )

"""Who has what to do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from engine.store import tables as t
from engine.store.database import Query

_LISTED = (
    t.work_item.c.case_id, t.work_item.c.item, t.work_item.c.element, t.work_item.c.name, t.work_item.c.post,
    t.work_item.c.state, t.work_item.c.due, t.work_item.c.opened_at, t.work_item.c.claimed_by,
    t.work_item.c.closed_at, t.work_item.c.matter, t.work_item.c.number, t.work_item.c.title,
    t.work_item.c.applicant,
)  # fmt: skip


def _after(
    moment: ColumnElement[Any],
    case_id: ColumnElement[Any],
    item: ColumnElement[Any] | None = None,
    *,
    down: bool = False,
) -> ColumnElement[bool]:
    """Strictly after the last row of the page before, in the order of the index."""
    columns = (moment, case_id) if item is None else (moment, case_id, item)
    names = ("after_moment", "after_case", "after_item")[: len(columns)]
    left, right = tuple_(*columns), tuple_(*(bindparam(name) for name in names))
    return left < right if down else left > right


def _clock_of(case_id: ColumnElement[Any], due: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """The limit that a row's due moment comes from, its clock as JSON, and the deployment that says what it is."""
    run = (
        select(t.limit_run.c.limit_id)
        .where(t.limit_run.c.case_id == case_id, t.limit_run.c.due == due)
        .order_by(t.limit_run.c.limit_id)
        .limit(literal_column("1"))
    )
    return (
        run.scalar_subquery().label("clock_limit"),
        run.with_only_columns(t.limit_run.c.data).scalar_subquery().label("clock"),
    )


def _narrowed(source: Any) -> tuple[ColumnElement[bool], ...]:
    """One matter (or every one, where `matter` is empty) and words within number, applicant or title."""
    words: ColumnElement[str] = bindparam("words")
    return (
        or_(bindparam("matter") == literal_column("''"), source.matter == bindparam("matter")),
        or_(*(func.lower(column).like(words, escape="!") for column in (source.number, source.applicant, source.title))),
    )  # fmt: skip


_OF_ITEM_CLOCK = (
    *_clock_of(t.work_item.c.case_id, t.work_item.c.due),
    select(t.case.c.deployment).where(t.case.c.case_id == t.work_item.c.case_id).scalar_subquery().label("version"),
)  # fmt: skip


def _todo(*more: ColumnElement[bool]) -> Query:
    return Query(
        select(*_LISTED, *_OF_ITEM_CLOCK)
        .where(
            t.work_item.c.claimed_by == bindparam("user"),
            t.work_item.c.state == literal_column("'claimed'"),
            _after(t.work_item.c.due, t.work_item.c.case_id, t.work_item.c.item),
            *more,
        )
        .order_by(t.work_item.c.due, t.work_item.c.case_id, t.work_item.c.item)
        .limit(bindparam("limit"))
    )


_UNTIL = ("until_moment", "until_case", "until_item")


def _claimable(*more: ColumnElement[bool]) -> tuple[Query, Query]:
    """Places and rows of one post at a time: the index gives each post's places in order. The caller merges them, and
    asks for the rows up to the last place of its page, so that no more items are looked up than the page has."""
    item = t.work_item.c
    page = (
        select(item.case_id, item.item, item.due)
        .where(
            item.post == bindparam("candidate"),
            item.state == literal_column("'open'"),
            _after(item.due, item.case_id, item.item),
            *more,
        )
        .order_by(item.due, item.case_id, item.item)
        .limit(bindparam("limit"))
        .subquery("page")
    )
    rows = (
        select(*_LISTED, *_OF_ITEM_CLOCK)
        .join(page, and_(page.c.case_id == t.work_item.c.case_id, page.c.item == t.work_item.c.item))
        .where(tuple_(page.c.due, page.c.case_id, page.c.item) <= tuple_(*map(bindparam, _UNTIL)))
        .order_by(page.c.due, page.c.case_id, page.c.item)
    )
    return Query(select(page.c.due, page.c.case_id, page.c.item)), Query(rows)


def _done(*more: ColumnElement[bool]) -> Query:
    return Query(
        select(*_LISTED, *_OF_ITEM_CLOCK)
        .where(
            t.work_item.c.closed_by == bindparam("user"),
            t.work_item.c.state == literal_column("'completed'"),
            _after(t.work_item.c.closed_at, t.work_item.c.case_id, t.work_item.c.item, down=True),
            *more,
        )
        .order_by(t.work_item.c.closed_at.desc(), t.work_item.c.case_id.desc(), t.work_item.c.item.desc())
        .limit(bindparam("limit"))
    )


def _started(*more: ColumnElement[bool]) -> Query:
    return Query(
        select(
            t.case.c.case_id, t.case.c.steps, t.case.c.status, t.case.c.due, t.case.c.started_at, t.case.c.ended_at,
            t.case.c.matter, t.case.c.number, t.case.c.title, t.case.c.applicant,
            *_clock_of(t.case.c.case_id, t.case.c.due), t.case.c.deployment,
        )
        .where(
            t.case.c.started_by == bindparam("user"),
            _after(t.case.c.started_at, t.case.c.case_id, down=True),
            *more,
        )
        .order_by(t.case.c.started_at.desc(), t.case.c.case_id.desc())
        .limit(bindparam("limit"))
    )  # fmt: skip


# Each box whole, and narrowed by the clerk: only the clerk's own rows are looked through, in the box's order.
inbox_todo, inbox_todo_narrowed = _todo(), _todo(*_narrowed(t.work_item.c))
claimable_places, inbox_claimable = _claimable()
claimable_places_narrowed, inbox_claimable_narrowed = _claimable(*_narrowed(t.work_item.c))
inbox_done, inbox_done_narrowed = _done(), _done(*_narrowed(t.work_item.c))
inbox_started, inbox_started_narrowed = _started(), _started(*_narrowed(t.case.c))


def _count(*where: ColumnElement[bool]) -> Query:
    """No further than `limit`: a list longer than that is "999+" to whoever looks at it."""
    return Query(
        select(func.count()).select_from(
            select(literal_column("1")).where(*where).limit(bindparam("limit")).subquery("some")
        )
    )


count_todo = _count(
    t.work_item.c.claimed_by == bindparam("user"), t.work_item.c.state == literal_column("'claimed'")
)
count_claimable = _count(
    t.work_item.c.post == bindparam("candidate"), t.work_item.c.state == literal_column("'open'")
)
count_done = _count(
    t.work_item.c.closed_by == bindparam("user"), t.work_item.c.state == literal_column("'completed'")
)
count_started = _count(t.case.c.started_by == bindparam("user"))

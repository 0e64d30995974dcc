"""Statements on warnings and the notices that they leave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query

_N, _R, _READ, _ITEM = t.notice.c, t.limit_run.c, t.notice_read.c, t.work_item.c
_OPEN = _ITEM.state.in_([literal_column("'open'"), literal_column("'claimed'")])

# -- looking at clocks whose turn has come -----------------------------------------------------------------------

_due = (
    select(_R.case_id, _R.limit_id)
    .where(_R.warn_at <= bindparam("now"))
    .order_by(_R.warn_at, _R.case_id, _R.limit_id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
any_due = Query(select(_R.case_id).where(_R.warn_at <= bindparam("now")).limit(literal_column("1")))
# Taken within the transaction that gives the warnings: a worker that dies leaves them as they were.
due_runs = Query(
    select(
        _R.case_id, _R.limit_id, _R.data, _R.warned, t.case.c.deployment, t.case.c.number, t.case.c.title,
        t.case.c.section, t.case.c.ended_at, t.case.c.header,
    )
    .join(t.case, t.case.c.case_id == _R.case_id)
    .where(tuple_(_R.case_id, _R.limit_id).in_(_due))
)  # fmt: skip
looked = Query(
    update(t.limit_run)
    .where(_R.case_id == bindparam("of_case"), _R.limit_id == bindparam("of_limit"))
    .values({name: bindparam(name) for name in ("warn_at", "warned", "yellow_at", "red_at", "section")})
)
open_items = Query(
    select(_ITEM.element, _ITEM.post, _ITEM.claimed_by, _ITEM.limit_id)
    .where(_ITEM.case_id == bindparam("of_case"), _OPEN)
    .order_by(_ITEM.item)
)
add_notice = Query(
    insert_or(t.notice)
    .values({column.name: bindparam(column.name) for column in t.notice.columns})
    .on_conflict_do_nothing()
)

# -- reading -----------------------------------------------------------------------------------------------------

_SEEN = exists().where(_READ.notice == _N.notice, _READ.user == bindparam("user"))
# One addressee at a time, as in the boxes: the index gives the page in order.
_page = (
    select(
        _N.notice, _N.addressee, _N.case_id, _N.limit_id, _N.warning, _N.due, _N.at, _N.text, t.case.c.number,
        t.case.c.title, case((_SEEN, true()), else_=literal_column("0 = 1")).label("seen"), _N.by, t.case.c.matter,
        t.case.c.applicant,
    )
    .join(t.case, t.case.c.case_id == _N.case_id)
    .where(
        _N.addressee == bindparam("addressee"),
        tuple_(_N.at, _N.notice) < tuple_(bindparam("after_moment"), bindparam("after_notice")),
    )
    .order_by(_N.at.desc(), _N.notice.desc())
    .limit(bindparam("limit"))
)  # fmt: skip
_COPY = _N.warning == literal_column("'copy'")
page = Query(_page)
copies = Query(_page.where(_COPY))
_unread: Select[Any] = (
    select(literal_column("1"))
    .where(_N.addressee == bindparam("addressee"), ~_SEEN)
    .limit(bindparam("limit"))
)
unread = Query(select(func.count()).select_from(_unread.subquery("some")))
unread_copies = Query(select(func.count()).select_from(_unread.where(_COPY).subquery("some")))
told_of_case = Query(select(_N.addressee).distinct().where(_N.case_id == bindparam("of_case")))
subject_of = Query(select(_N.case_id, _N.limit_id).where(_N.notice == bindparam("of_notice")))
addressee_of = Query(select(_N.addressee).where(_N.notice == bindparam("of_notice")))
mark_read = Query(
    insert_or(t.notice_read)
    .values(notice=bindparam("notice"), user=bindparam("user"), read_at=bindparam("read_at"))
    .on_conflict_do_nothing()
)
unmailed = Query(
    select(_N.notice, _N.addressee, _N.case_id, _N.limit_id, _N.warning, _N.due, _N.at, _N.text)
    .where(_N.mailed_at.is_(None))
    .order_by(_N.at)
    .limit(bindparam("limit"))
)
mark_mailed = Query(
    update(t.notice)
    .where(_N.notice == bindparam("of_notice"), _N.mailed_at.is_(None))
    .values(mailed_at=bindparam("mailed_at"))
)

# -- supervision -------------------------------------------------------------------------------------------------

_C = t.case.c
_LISTED = (
    _R.case_id, _R.limit_id, _R.name, _R.state, _R.due, _R.red_at, _R.yellow_at, _R.provisional, _R.section, _C.number,
    _C.title, _C.applicant, _C.matter, t.case_state.c.steps,
)  # fmt: skip
_WHERE_SECTION = or_(bindparam("section") == literal_column("''"), _R.section == bindparam("section"))
# Red between two moments: behind us, what is overdue; before us, what will be if nothing moves. What ran out with
# nothing but escalation stands there while its case goes on, or for good where it outlives the case.
red_between = Query(
    select(*_LISTED)
    .join(t.case, _C.case_id == _R.case_id)
    .join(t.case_state, t.case_state.c.case_id == _R.case_id)
    .where(
        _R.red_at > bindparam("since"),
        _R.red_at <= bindparam("until"),
        _WHERE_SECTION,
        tuple_(_R.red_at, _R.case_id, _R.limit_id)
        > tuple_(bindparam("after_moment"), bindparam("after_case"), bindparam("after_limit")),
    )
    .order_by(_R.red_at, _R.case_id, _R.limit_id)
    .limit(bindparam("limit"))
)
suspended = Query(
    select(
        _R.case_id, _R.limit_id, _R.name, _R.data, _R.section, _C.number, _C.title, _C.applicant, _C.matter
    )
    .join(t.case, _C.case_id == _R.case_id)
    .where(
        _R.state == literal_column("'suspended'"),
        _WHERE_SECTION,
        tuple_(_R.case_id, _R.limit_id) > tuple_(bindparam("after_case"), bindparam("after_limit")),
    )
    .order_by(_R.case_id, _R.limit_id)
    .limit(bindparam("limit"))
)
lights_by_section = Query(
    select(
        _R.section,
        func.sum(case((_R.red_at <= bindparam("now"), literal_column("1")), else_=literal_column("0"))),
        func.sum(
            case(
                (and_(_R.red_at > bindparam("now"), _R.yellow_at <= bindparam("now")), literal_column("1")),
                else_=literal_column("0"),
            )
        ),
        func.count(),
    )
    .where(_R.state == literal_column("'running'"), _R.section != literal_column("''"))
    .group_by(_R.section)
)
suspended_by_section = Query(
    select(_R.section, func.count()).where(_R.state == literal_column("'suspended'")).group_by(_R.section)
)
expired_by_section = Query(
    select(_R.section, func.count())
    .where(_R.red_at <= bindparam("now"), _R.state == literal_column("'expired'"))
    .group_by(_R.section)
)
# Whose hands it is in: open items of the cases that are red between two moments.
holders_between = Query(
    select(_ITEM.claimed_by, _ITEM.post, func.count(), func.min(_R.red_at))
    .select_from(t.limit_run)
    .join(t.work_item, and_(_ITEM.case_id == _R.case_id, _OPEN, func.coalesce(_ITEM.limit_id, _R.limit_id) == _R.limit_id))
    .where(_R.red_at > bindparam("since"), _R.red_at <= bindparam("until"))
    .group_by(_ITEM.claimed_by, _ITEM.post)
    .order_by(func.min(_R.red_at))
)  # fmt: skip

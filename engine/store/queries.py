"""Every statement of the engine, by name. Parameters are named after the columns they fill; `of_` marks the
key of the row that an UPDATE or DELETE means, `now` and `until` are moments as text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
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


def _all_of(table: Table) -> Any:
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns})


def _set(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


_CASE_ID: ColumnElement[Any] = bindparam("of_case")


# -- one command on one case -------------------------------------------------------------------------------------

# The lock of a command: the case's revision. PostgreSQL holds the row; SQLite holds the database already.
lock_case = Query(select(t.case_state.c.revision).where(t.case_state.c.case_id == _CASE_ID).with_for_update())
# What the last command left, read when this process does not have it at hand.
load_case = Query(
    select(
        t.case_state.c.revision, t.case_state.c.deployment, t.case_state.c.state, t.case_state.c.clocks,
        t.case.c.head_hash, t.case.c.process, t.case.c.matter, t.case.c.number, t.case.c.title,
        t.case.c.applicant, t.case.c.steps, t.case.c.due,
    )
    .join(t.case, t.case.c.case_id == t.case_state.c.case_id)
    .where(t.case_state.c.case_id == _CASE_ID)
)  # fmt: skip
# The answer that a key had before.
answered = Query(
    select(t.entry.c.seq, t.entry.c.effects, t.entry.c.status).where(
        t.entry.c.case_id == _CASE_ID, t.entry.c.key == bindparam("key"), t.entry.c.key.is_not(None)
    )
)
answer_at = Query(
    select(t.entry.c.effects, t.entry.c.status).where(
        t.entry.c.case_id == _CASE_ID, t.entry.c.seq == bindparam("seq")
    )
)
# Written where the revision is the one read; a count of 0 means that somebody came before.
save_state = Query(
    update(t.case_state)
    .where(t.case_state.c.case_id == _CASE_ID, t.case_state.c.revision == bindparam("read_revision"))
    .values(_set("revision", "deployment", "state", "clocks"))
)
save_case = Query(
    update(t.case)
    .where(t.case.c.case_id == _CASE_ID)
    .values(_set("status", "steps", "due", "updated_at", "ended_at", "head_seq", "head_hash"))
)
# A clock command leaves the state of the case as it is.
save_clocks = Query(
    update(t.case_state)
    .where(t.case_state.c.case_id == _CASE_ID, t.case_state.c.revision == bindparam("read_revision"))
    .values(_set("revision", "clocks"))
)
save_clocked_case = Query(
    update(t.case)
    .where(t.case.c.case_id == _CASE_ID)
    .values(_set("due", "updated_at", "head_seq", "head_hash"))
)
add_case = Query(_all_of(t.case))
add_state = Query(_all_of(t.case_state))
add_entry = Query(_all_of(t.entry))

# -- keys of what has no case yet --------------------------------------------------------------------------------

answered_without_case = Query(
    select(t.idempotency.c.case_id, t.idempotency.c.seq).where(t.idempotency.c.key == bindparam("key"))
)
add_key = Query(_all_of(t.idempotency))

# -- projections -------------------------------------------------------------------------------------------------

add_items = Query(_all_of(t.work_item))
add_candidates = Query(_all_of(t.work_item_candidate))
_OF_ITEM = and_(t.work_item.c.case_id == _CASE_ID, t.work_item.c.item == bindparam("of_item"))
claim_item = Query(
    update(t.work_item)
    .where(_OF_ITEM)
    .values(state=literal_column("'claimed'"), **_set("claimed_by", "claimed_at"))
)
release_item = Query(
    update(t.work_item)
    .where(_OF_ITEM)
    .values(
        state=literal_column("'open'"), claimed_by=literal_column("NULL"), claimed_at=literal_column("NULL")
    )
)
close_item = Query(update(t.work_item).where(_OF_ITEM).values(_set("state", "closed_by", "closed_at")))
# Handed to a user: an item that waits for its parts goes on waiting.
hold_item = Query(
    update(t.work_item)
    .where(_OF_ITEM)
    .values(
        state=case(
            (t.work_item.c.state == literal_column("'waiting'"), literal_column("'waiting'")),
            else_=literal_column("'claimed'"),
        ),
        **_set("claimed_by", "claimed_at"),
    )
)
set_item_state = Query(update(t.work_item).where(_OF_ITEM).values(_set("state")))
set_post = Query(update(t.work_item).where(_OF_ITEM).values(_set("post")))
_OF_CANDIDATE = and_(
    t.work_item_candidate.c.case_id == _CASE_ID, t.work_item_candidate.c.item == bindparam("of_item")
)
set_claimable = Query(update(t.work_item_candidate).where(_OF_CANDIDATE).values(_set("claimable")))
drop_candidates = Query(delete(t.work_item_candidate).where(_OF_CANDIDATE))
# A candidate for an item that has been open before, due as the item is.
copy_candidate = Query(
    insert(t.work_item_candidate).from_select(
        ["case_id", "item", "candidate", "due", "claimable"],
        select(
            t.work_item.c.case_id, t.work_item.c.item, bindparam("candidate"), t.work_item.c.due, true()
        ).where(_OF_ITEM),
    )
)
# What a person has on the desk, and what waits there for others: for whoever takes all of it over.
held_by, waiting_of = (
    Query(
        select(t.work_item.c.case_id, t.work_item.c.item)
        .where(
            t.work_item.c.claimed_by == bindparam("user"),
            t.work_item.c.state == literal_column(state),
            tuple_(t.work_item.c.case_id, t.work_item.c.item)
            > tuple_(bindparam("after_case"), bindparam("after_item")),
        )
        .order_by(t.work_item.c.case_id, t.work_item.c.item)
        .limit(bindparam("limit"))
    )
    for state in ("'claimed'", "'waiting'")
)
_UNDONE: list[ColumnElement[str]] = [
    literal_column("'open'"),
    literal_column("'claimed'"),
    literal_column("'waiting'"),
]
# A clock moved: the lists follow.
move_items = Query(
    update(t.work_item)
    .where(
        t.work_item.c.case_id == _CASE_ID,
        t.work_item.c.state.in_(_UNDONE),
        t.work_item.c.limit_id == bindparam("of_limit"),
    )
    .values(_set("due"))
)
move_candidates = Query(
    update(t.work_item_candidate)
    .where(
        t.work_item_candidate.c.case_id == _CASE_ID,
        t.work_item_candidate.c.item.in_(
            select(t.work_item.c.item).where(
                t.work_item.c.case_id == _CASE_ID, t.work_item.c.limit_id == bindparam("of_limit")
            )
        ),
    )
    .values(_set("due"))
)
# What bears no limit of its own follows the earliest of the case.
move_free_items = Query(
    update(t.work_item)
    .where(
        t.work_item.c.case_id == _CASE_ID,
        t.work_item.c.state.in_(_UNDONE),
        t.work_item.c.limit_id.is_(None),
    )
    .values(_set("due"))
)
move_free_candidates = Query(
    update(t.work_item_candidate)
    .where(
        t.work_item_candidate.c.case_id == _CASE_ID,
        t.work_item_candidate.c.item.in_(
            select(t.work_item.c.item).where(
                t.work_item.c.case_id == _CASE_ID, t.work_item.c.limit_id.is_(None)
            )
        ),
    )
    .values(_set("due"))
)
item_of_case = Query(select(t.work_item).where(_OF_ITEM))
items_of_case = Query(
    select(t.work_item)
    .where(t.work_item.c.case_id == _CASE_ID)
    .order_by(t.work_item.c.opened_at, t.work_item.c.item)
)
# All that a command reads, in one statement where there is one writer; PostgreSQL must take its lock before it looks.
opened_case = Query(
    select(
        t.case_state.c.revision,
        exists(select(literal_column("1")).select_from(t.webhook)),
        t.entry.c.seq,
        t.entry.c.effects,
        t.entry.c.status,
        *t.work_item.columns,
    )
    .select_from(
        t.case_state.outerjoin(
            t.entry,
            and_(t.entry.c.case_id == t.case_state.c.case_id, t.entry.c.key == bindparam("key")),
        ).outerjoin(
            t.work_item,
            and_(t.work_item.c.case_id == t.case_state.c.case_id, t.work_item.c.item == bindparam("of_item")),
        )
    )
    .where(t.case_state.c.case_id == _CASE_ID)
)
case_row = Query(select(t.case).where(t.case.c.case_id == _CASE_ID))
case_by_number = Query(select(t.case.c.case_id).where(t.case.c.number == bindparam("number")))
# In order of start; ids carry the time in front.
case_ids = Query(select(t.case.c.case_id).order_by(t.case.c.started_at, t.case.c.case_id))

add_timers = Query(_all_of(t.timer))
drop_timer = Query(
    delete(t.timer).where(t.timer.c.case_id == _CASE_ID, t.timer.c.timer == bindparam("of_timer"))
)
move_limit_timers = Query(
    update(t.timer)
    .where(t.timer.c.case_id == _CASE_ID, t.timer.c.limit_id == bindparam("of_limit"))
    .values(_set("due", "run_at"))
)
timer_of_case = Query(
    select(t.timer.c.limit_id, t.timer.c.due).where(
        t.timer.c.case_id == _CASE_ID, t.timer.c.timer == bindparam("of_timer")
    )
)
add_jobs = Query(_all_of(t.job))
drop_job = Query(delete(t.job).where(t.job.c.case_id == _CASE_ID, t.job.c.job == bindparam("of_job")))
add_subscriptions = Query(_all_of(t.subscription))
drop_subscription = Query(
    delete(t.subscription).where(
        t.subscription.c.case_id == _CASE_ID, t.subscription.c.subscription == bindparam("of_subscription")
    )
)
put_limit_run = Query(
    (_put := insert_or(t.limit_run).values(_set(*t.limit_run.columns.keys()))).on_conflict_do_update(
        index_elements=["case_id", "limit_id"],
        set_={
            name: _put.excluded[name]
            for name in (
                "state", "started_on", "due", "provisional", "ended_at", "calendar", "first_day", "last_day",
                "warn_at", "yellow_at", "red_at", "data",
            )
        },
    )
)  # fmt: skip
add_clock_events = Query(_all_of(t.clock_event))
# The case has ended: what ran out in it is nobody's to watch any more.
look_again = Query(
    update(t.limit_run)
    .where(t.limit_run.c.case_id == _CASE_ID, t.limit_run.c.red_at.is_not(None))
    .values(_set("warn_at"))
)
limit_runs_of_case = Query(
    select(t.limit_run)
    .where(t.limit_run.c.case_id == _CASE_ID)
    .order_by(t.limit_run.c.due, t.limit_run.c.limit_id)
)
clock_events_of_case = Query(
    select(t.clock_event)
    .where(t.clock_event.c.case_id == _CASE_ID)
    .order_by(t.clock_event.c.seq, t.clock_event.c.line)
)

# -- numbers -----------------------------------------------------------------------------------------------------

next_number = Query(
    (_series := insert_or(t.number_series).values(series=bindparam("series"), year=bindparam("year"), last=1))
    .on_conflict_do_update(index_elements=["series", "year"], set_={"last": t.number_series.c.last + 1})
    .returning(t.number_series.c.last)
)

# -- deployments -------------------------------------------------------------------------------------------------

has_deployment = Query(
    select(t.deployment.c.deployment).where(t.deployment.c.deployment == bindparam("deployment"))
)
add_deployment = Query(
    insert(t.deployment).values(
        ordinal=select(func.coalesce(func.max(t.deployment.c.ordinal), 0) + 1).scalar_subquery(),
        **_set("deployment", "deployed_at", "deployed_by"),
    )
)
add_bundle_files = Query(_all_of(t.bundle_file))
files_of_deployment = Query(
    select(t.bundle_file.c.path, t.bundle_file.c.content)
    .where(t.bundle_file.c.deployment == bindparam("deployment"))
    .order_by(t.bundle_file.c.path)
)
newest_of_process = Query(select(t.process.c.deployment).where(t.process.c.process == bindparam("process")))
put_process = Query(
    (_process := insert_or(t.process).values(_set("process", "deployment"))).on_conflict_do_update(
        index_elements=["process"], set_={"deployment": _process.excluded.deployment}
    )
)
processes = Query(select(t.process.c.process, t.process.c.deployment).order_by(t.process.c.process))
drop_triggers = Query(delete(t.start_trigger).where(t.start_trigger.c.process == bindparam("of_process")))
add_triggers = Query(_all_of(t.start_trigger))
triggers_by_name = Query(
    select(t.start_trigger.c.process, t.start_trigger.c.element, t.start_trigger.c.deployment)
    .where(t.start_trigger.c.kind == bindparam("kind"), t.start_trigger.c.name == bindparam("name"))
    .order_by(t.start_trigger.c.process, t.start_trigger.c.element)
)
# A start timer has fired: the next round, or none.
move_trigger = Query(
    update(t.start_trigger)
    .where(
        t.start_trigger.c.process == bindparam("of_process"),
        t.start_trigger.c.element == bindparam("of_element"),
        t.start_trigger.c.kind == literal_column("'timer'"),
        t.start_trigger.c.round == bindparam("of_round"),
    )
    .values(_set("round", "due", "run_at"))
)

# -- messages and signals ----------------------------------------------------------------------------------------

_NAMED = and_(t.subscription.c.kind == bindparam("kind"), t.subscription.c.name == bindparam("name"))
_SUBSCRIBERS = select(
    t.subscription.c.case_id, t.subscription.c.subscription, t.subscription.c["keys"]
).where(_NAMED)
subscribers = Query(_SUBSCRIBERS.order_by(t.subscription.c.case_id, t.subscription.c.subscription))
subscribers_by_names = Query(_SUBSCRIBERS.where(t.subscription.c.key_names == bindparam("key_names")))
subscribers_by_keys = Query(
    _SUBSCRIBERS.where(
        t.subscription.c.key_names == bindparam("key_names"),
        t.subscription.c.key_digest == bindparam("key_digest"),
    )
)
next_key_names = Query(
    select(func.min(t.subscription.c.key_names)).where(
        _NAMED, t.subscription.c.key_names > bindparam("after_names")
    )
)
keep_message = Query(_all_of(t.message))
kept_messages = Query(
    select(t.message.c.message, t.message.c.data, t.message.c.expires_at)
    .where(t.message.c.name == bindparam("name"), t.message.c.expires_at > bindparam("now"))
    .order_by(t.message.c.kept_at, t.message.c.message)
)
drop_message = Query(delete(t.message).where(t.message.c.message == bindparam("of_message")))
drop_expired_messages = Query(delete(t.message).where(t.message.c.expires_at <= bindparam("now")))


# -- what is due -------------------------------------------------------------------------------------------------


def _claim(table: Table, *keys: ColumnElement[Any]) -> Query:
    """Take up to `limit` rows whose turn has come and put their turn off by a lease, in one statement.

    PostgreSQL passes over rows that another worker is taking (SKIP LOCKED); SQLite has one writer. A worker that
    dies leaves a lease that ends by itself.
    """
    taken: Select[Any] = (
        select(*keys)
        .where(table.c.run_at <= bindparam("now"))
        .order_by(table.c.run_at, *keys)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    return Query(
        update(table)
        .where(tuple_(*keys).in_(taken))
        .values(run_at=bindparam("until"), attempts=table.c.attempts + 1)
        .returning(*table.columns)
    )


claim_timers = _claim(t.timer, t.timer.c.case_id, t.timer.c.timer)
claim_jobs = _claim(t.job, t.job.c.case_id, t.job.c.job)
put_off_timer = Query(
    update(t.timer)
    .where(t.timer.c.case_id == _CASE_ID, t.timer.c.timer == bindparam("of_timer"))
    .values(_set("run_at", "error"))
)
put_off_job = Query(
    update(t.job)
    .where(t.job.c.case_id == _CASE_ID, t.job.c.job == bindparam("of_job"))
    .values(_set("run_at", "error"))
)
due_triggers = Query(
    select(t.start_trigger)
    .where(t.start_trigger.c.kind == literal_column("'timer'"), t.start_trigger.c.run_at <= bindparam("now"))
    .order_by(t.start_trigger.c.run_at, t.start_trigger.c.process)
    .limit(bindparam("limit"))
)
# Clocks that have run out and that no timer of a diagram waits for.
_TIMED = exists().where(
    t.timer.c.case_id == t.limit_run.c.case_id, t.timer.c.limit_id == t.limit_run.c.limit_id
)
due_clocks = Query(
    select(t.limit_run.c.case_id, t.limit_run.c.limit_id, t.limit_run.c.due)
    .where(t.limit_run.c.state == literal_column("'running'"), t.limit_run.c.due <= bindparam("now"), ~_TIMED)
    .order_by(t.limit_run.c.due, t.limit_run.c.case_id, t.limit_run.c.limit_id)
    .limit(bindparam("limit"))
)
# The next moment at which something falls due: what a virtual clock may jump to.
next_moments = Query(
    select(
        select(func.min(t.timer.c.run_at)).scalar_subquery(),
        select(func.min(t.job.c.run_at)).scalar_subquery(),
        select(func.min(t.start_trigger.c.run_at)).scalar_subquery(),
        select(func.min(t.limit_run.c.due))
        .where(t.limit_run.c.state == literal_column("'running'"), ~_TIMED)
        .scalar_subquery(),
    )
)

# -- who has what to do ------------------------------------------------------------------------------------------

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
    candidate = t.work_item_candidate
    within = select(candidate.c.case_id, candidate.c.item, candidate.c.due)
    if more:
        own = and_(t.work_item.c.case_id == candidate.c.case_id, t.work_item.c.item == candidate.c.item)
        within = within.join(t.work_item, own)
    page = (
        within.where(
            candidate.c.candidate == bindparam("candidate"),
            candidate.c.claimable,
            _after(candidate.c.due, candidate.c.case_id, candidate.c.item),
            *more,
        )
        .order_by(candidate.c.due, candidate.c.case_id, candidate.c.item)
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
    t.work_item_candidate.c.candidate == bindparam("candidate"), t.work_item_candidate.c.claimable
)
count_done = _count(
    t.work_item.c.closed_by == bindparam("user"), t.work_item.c.state == literal_column("'completed'")
)
count_started = _count(t.case.c.started_by == bindparam("user"))

# -- the journal -------------------------------------------------------------------------------------------------

entries_of_case = Query(
    select(t.entry)
    .where(t.entry.c.case_id == _CASE_ID, t.entry.c.seq > bindparam("after_seq"))
    .order_by(t.entry.c.seq)
    .limit(bindparam("limit"))
)
chain_head = Query(
    select(t.case.c.head_seq, t.case.c.head_hash, t.case_state.c.revision)
    .outerjoin(t.case_state, t.case_state.c.case_id == t.case.c.case_id)
    .where(t.case.c.case_id == _CASE_ID)
)
# Every chain there is, those whose case row is gone included, in pages.
chains = Query(
    select(t.case.c.case_id)
    .where(t.case.c.case_id > bindparam("after_case"))
    .union(select(t.entry.c.case_id).where(t.entry.c.case_id > bindparam("after_case")))
    .order_by("case_id")
    .limit(bindparam("limit"))
)

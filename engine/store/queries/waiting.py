"""What a case waits for: timers, jobs, messages and signals."""

from __future__ import annotations

from sqlalchemy import (
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import CASE_ID, all_of, set_of

add_timers = Query(all_of(t.timer))
drop_timer = Query(
    delete(t.timer).where(t.timer.c.case_id == CASE_ID, t.timer.c.timer == bindparam("of_timer"))
)
move_limit_timers = Query(
    update(t.timer)
    .where(t.timer.c.case_id == CASE_ID, t.timer.c.limit_id == bindparam("of_limit"))
    .values(set_of("due", "run_at"))
)
timer_of_case = Query(
    select(t.timer.c.limit_id, t.timer.c.due).where(
        t.timer.c.case_id == CASE_ID, t.timer.c.timer == bindparam("of_timer")
    )
)
add_jobs = Query(all_of(t.job))
drop_job = Query(delete(t.job).where(t.job.c.case_id == CASE_ID, t.job.c.job == bindparam("of_job")))
add_subscriptions = Query(all_of(t.subscription))
drop_subscription = Query(
    delete(t.subscription).where(
        t.subscription.c.case_id == CASE_ID, t.subscription.c.subscription == bindparam("of_subscription")
    )
)

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
keep_message = Query(all_of(t.message))
kept_messages = Query(
    select(t.message.c.message, t.message.c.data, t.message.c.expires_at)
    .where(t.message.c.name == bindparam("name"), t.message.c.expires_at > bindparam("now"))
    .order_by(t.message.c.kept_at, t.message.c.message)
)
drop_message = Query(delete(t.message).where(t.message.c.message == bindparam("of_message")))
drop_expired_messages = Query(delete(t.message).where(t.message.c.expires_at <= bindparam("now")))

"""Statements on webhooks: the subscriptions, what is announced after a commit, and each delivery."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query

_W, _D = t.webhook.c, t.webhook_delivery.c
_PENDING: Any = literal_column("'pending'")
_DELIVERED: Any = literal_column("'delivered'")
_DEAD: Any = literal_column("'dead'")

add_webhook = Query(
    insert(t.webhook).values({column.name: bindparam(column.name) for column in t.webhook.columns})
)
webhooks = Query(select(t.webhook).order_by(_W.created_at, _W.webhook))
webhook = Query(select(t.webhook).where(_W.webhook == bindparam("of_webhook")))
drop_webhook = Query(delete(t.webhook).where(_W.webhook == bindparam("of_webhook")))

# An outbox row for the entry just written, where anybody at all wants to be told: one statement, no round trip.
announce = Query(
    insert(t.job).from_select(
        [
            "case_id",
            "job",
            "kind",
            "name",
            "process",
            "element",
            "data",
            "set_seq",
            "run_at",
            "attempts",
            "error",
        ],
        select(
            bindparam("case_id", type_=t.job.c.case_id.type),
            bindparam("job", type_=t.job.c.job.type),
            literal_column("'announce'"),
            literal_column("''"),
            literal_column("''"),
            literal_column("''"),
            literal_column("'{}'"),
            bindparam("seq", type_=t.job.c.set_seq.type),
            bindparam("run_at", type_=t.job.c.run_at.type),
            literal_column("0"),
            literal_column("NULL"),
        ).where(exists(select(literal_column("1")).select_from(t.webhook))),
    )
)
add_delivery = Query(
    insert_or(t.webhook_delivery)
    .values({column.name: bindparam(column.name) for column in t.webhook_delivery.columns})
    .on_conflict_do_nothing()
)
# A claim puts the turn off by a lease and counts an attempt: whoever dies in between has had that one.
claim_deliveries = Query(
    update(t.webhook_delivery)
    .where(
        tuple_(_D.webhook, _D.event_id).in_(
            select(_D.webhook, _D.event_id)
            .where(_D.state == _PENDING, _D.run_at <= bindparam("now"))
            .order_by(_D.run_at, _D.event_id)
            .limit(bindparam("limit"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(run_at=bindparam("until"), attempts=_D.attempts + literal_column("1"))
    .returning(*t.webhook_delivery.columns)
)
settle_delivery = Query(
    update(t.webhook_delivery)
    .where(
        _D.webhook == bindparam("of_webhook"),
        _D.event_id == bindparam("of_event"),
        _D.state == _PENDING,
    )
    .values({name: bindparam(name) for name in ("state", "run_at", "status", "error", "closed_at")})
)
revive_delivery = Query(
    update(t.webhook_delivery)
    .where(_D.webhook == bindparam("of_webhook"), _D.event_id == bindparam("of_event"), _D.state == _DEAD)
    .values(
        state=_PENDING,
        attempts=literal_column("0"),
        run_at=bindparam("run_at"),
        closed_at=literal_column("NULL"),
    )
)
revive_all = Query(
    update(t.webhook_delivery)
    .where(_D.webhook == bindparam("of_webhook"), _D.state == _DEAD)
    .values(
        state=_PENDING,
        attempts=literal_column("0"),
        run_at=bindparam("run_at"),
        closed_at=literal_column("NULL"),
    )
)
dead_counts = Query(
    select(_D.webhook, func.count(literal_column("1"))).where(_D.state == _DEAD).group_by(_D.webhook)
)
deliveries = Query(
    select(t.webhook_delivery)
    .where(
        _D.webhook == bindparam("of_webhook"),
        _D.state == bindparam("of_state"),
        or_(
            _D.created_at < bindparam("before_at"),
            and_(_D.created_at == bindparam("before_at"), _D.event_id < bindparam("before_event")),
        ),
    )
    .order_by(_D.created_at.desc(), _D.event_id.desc())
    .limit(bindparam("limit"))
)
delivery = Query(
    select(t.webhook_delivery).where(
        _D.webhook == bindparam("of_webhook"), _D.event_id == bindparam("of_event")
    )
)
drop_delivered = Query(
    delete(t.webhook_delivery).where(_D.state == _DELIVERED, _D.closed_at < bindparam("before"))
)

"""Deployments, the processes they hold and what starts one."""

from __future__ import annotations

from sqlalchemy import (
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.store import tables as t
from engine.store.database import Query
from engine.store.queries.parts import all_of, set_of

has_deployment = Query(
    select(t.deployment.c.deployment).where(t.deployment.c.deployment == bindparam("deployment"))
)
add_deployment = Query(
    insert(t.deployment).values(
        ordinal=select(func.coalesce(func.max(t.deployment.c.ordinal), 0) + 1).scalar_subquery(),
        **set_of("deployment", "deployed_at", "deployed_by"),
    )
)
add_bundle_files = Query(all_of(t.bundle_file))
files_of_deployment = Query(
    select(t.bundle_file.c.path, t.bundle_file.c.content)
    .where(t.bundle_file.c.deployment == bindparam("deployment"))
    .order_by(t.bundle_file.c.path)
)
newest_of_process = Query(select(t.process.c.deployment).where(t.process.c.process == bindparam("process")))
put_process = Query(
    (_process := insert_or(t.process).values(set_of("process", "deployment"))).on_conflict_do_update(
        index_elements=["process"], set_={"deployment": _process.excluded.deployment}
    )
)
processes = Query(select(t.process.c.process, t.process.c.deployment).order_by(t.process.c.process))
drop_triggers = Query(delete(t.start_trigger).where(t.start_trigger.c.process == bindparam("of_process")))
add_triggers = Query(all_of(t.start_trigger))
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
    .values(set_of("round", "due", "run_at"))
)

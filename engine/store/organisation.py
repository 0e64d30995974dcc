"""Sections, posts, people, roles and the ledger of their changes: what administering the organisation needs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.store import tables as t
from engine.store.database import Query

_U, _P, _R, _S, _SP, _E, _F = (
    t.user.c, t.post.c, t.user_role.c, t.section.c, t.section_post.c, t.organisation_entry.c, t.sign_in_failure.c,
)  # fmt: skip


def _values(table: Any) -> dict[str, Any]:
    return {column.name: bindparam(column.name) for column in table.columns}


# -- sections and their posts ------------------------------------------------------------------------------------

sections = Query(
    select(_S.section, _S.name, _S.number, _S.full_name, _S.active).order_by(_S.number, _S.section)
)
section_posts = Query(
    select(_SP.section, _SP.name, _SP.ordinal, _SP.active).order_by(_SP.section, _SP.ordinal, _SP.name)
)
seed_section = Query(insert(t.section).values(_values(t.section)).on_conflict_do_nothing())
# What was there before full names and numbers were kept here.
name_section = Query(
    update(t.section)
    .where(_S.section == bindparam("of_section"), _S.full_name == literal_column("''"))
    .values(full_name=bindparam("full_name"), number=bindparam("number"))
)
change_section = Query(
    update(t.section)
    .where(_S.section == bindparam("of_section"))
    .values(full_name=bindparam("full_name"), active=bindparam("active"))
)
seed_post = Query(insert(t.section_post).values(_values(t.section_post)).on_conflict_do_nothing())
put_post = Query(
    (_sp := insert(t.section_post).values(_values(t.section_post))).on_conflict_do_update(
        index_elements=["section", "name"], set_={"active": _sp.excluded.active}
    )
)
holders_of_post = Query(
    select(_P.user, _U.name, _P.starts_on, _P.ends_on)
    .join(t.user, _U.user == _P.user)
    .where(_P.post == bindparam("of_post"), _U.active)
    .order_by(_P.user)
)
waiting_at_post = Query(
    select(func.count())
    .select_from(t.work_item)
    .where(t.work_item.c.post == bindparam("of_post"), t.work_item.c.closed_at.is_(None))
)

# -- people ------------------------------------------------------------------------------------------------------

_words: Any = bindparam("words")
people = Query(
    select(_U.user, _U.name, _U.active, _U.must_change)
    .where(
        _U.user > bindparam("after"),
        or_(func.lower(_U.user).like(_words, escape="!"), func.lower(_U.name).like(_words, escape="!")),
        or_(
            bindparam("state") == literal_column("''"),
            _U.active & (bindparam("state") == literal_column("'active'")),
            ~_U.active & (bindparam("state") == literal_column("'closed'")),
        ),
        or_(
            bindparam("of_section") == literal_column("''"),
            exists().where(_P.user == _U.user, _P.section == bindparam("of_section")),
        ),
    )
    .order_by(_U.user)
    .limit(bindparam("limit"))
)
count_people = Query(select(_U.active, func.count()).group_by(_U.active))
person = Query(
    select(_U.user, _U.name, _U.active, _U.must_change, _U.password_at, _U.data).where(
        _U.user == bindparam("of_user")
    )
)
appointments = Query(
    select(_P.post, _P.starts_on, _P.ends_on).where(_P.user == bindparam("of_user")).order_by(_P.post)
)
roles_of = Query(select(_R.role).where(_R.user == bindparam("of_user")).order_by(_R.role))
add_person = Query(insert(t.user).values(_values(t.user)))
rename_person = Query(
    update(t.user).where(_U.user == bindparam("of_user")).values(name=bindparam("new_name"))
)
set_active = Query(update(t.user).where(_U.user == bindparam("of_user")).values(active=bindparam("active")))
set_password = Query(
    update(t.user)
    .where(_U.user == bindparam("of_user"))
    .values(
        password=bindparam("password"),
        must_change=bindparam("must_change"),
        password_at=bindparam("password_at"),
    )
)
put_appointment = Query(
    (_appointed := insert(t.post).values(_values(t.post))).on_conflict_do_update(
        index_elements=["post", "user"],
        set_={name: _appointed.excluded[name] for name in ("starts_on", "ends_on")},
    )
)
drop_appointment = Query(
    delete(t.post).where(_P.user == bindparam("of_user"), _P.post == bindparam("of_post"))
)
put_role = Query(insert(t.user_role).values(_values(t.user_role)).on_conflict_do_nothing())
drop_role = Query(delete(t.user_role).where(_R.user == bindparam("of_user"), _R.role == bindparam("of_role")))
# Active people with a role, one left out.
others_with_role = Query(
    select(func.count())
    .select_from(t.user_role.join(t.user, _U.user == _R.user))
    .where(_R.role == bindparam("of_role"), _R.user != bindparam("of_user"), _U.active)
)
held_items = Query(
    select(func.count())
    .select_from(t.work_item)
    .where(t.work_item.c.claimed_by == bindparam("of_user"), t.work_item.c.closed_at.is_(None))
)

# -- the ledger --------------------------------------------------------------------------------------------------

last_entry = Query(select(func.coalesce(func.max(_E.ordinal), literal_column("0"))))
entry_with_key = Query(select(_E.ordinal).where(_E.key == bindparam("of_key")))
add_entry = Query(insert(t.organisation_entry).values(_values(t.organisation_entry)))
entries = Query(
    select(
        _E.ordinal, _E.at, _E.actor, _E.actor_name, _E.what, _E.subject, _E.subject_name, _E.before, _E.after,
        _E.reason,
    )
    .where(
        _E.ordinal < bindparam("before_ordinal"),
        or_(bindparam("of_subject") == literal_column("''"), _E.subject == bindparam("of_subject")),
    )
    .order_by(_E.ordinal.desc())
    .limit(bindparam("limit"))
)  # fmt: skip

# -- wrong passwords ---------------------------------------------------------------------------------------------

# Counts one try, from one again where the last was before `since`; the caller reads what it has come to.
count_try = Query(
    (_try := insert(t.sign_in_failure).values(user=bindparam("user"), count=1, last_at=bindparam("last_at")))
    .on_conflict_do_update(
        index_elements=["user"],
        set_={"count": t.sign_in_failure.c.count + 1, "last_at": _try.excluded.last_at},
    )
)  # fmt: skip
tries = Query(select(_F.count, _F.last_at).where(_F.user == bindparam("of_user")))
forget_tries = Query(delete(t.sign_in_failure).where(_F.user == bindparam("of_user")))
forget_old_tries = Query(delete(t.sign_in_failure).where(_F.last_at < bindparam("before")))

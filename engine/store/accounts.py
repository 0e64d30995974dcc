"""People, sections and posts: the statements that signing in and appointing need."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from engine.store import tables as t
from engine.store.database import Query

account = Query(
    select(
        t.user.c.user, t.user.c.name, t.user.c.password, t.user.c.active, t.user.c.data, t.user.c.must_change,
        t.user.c.password_at,
    ).where(t.user.c.user == bindparam("of_user"))
)  # fmt: skip
accounts = Query(select(t.user.c.user, t.user.c.name, t.user.c.active, t.user.c.data).order_by(t.user.c.user))
# In force on a day: bounds are inclusive, and empty where there is none.
posts_of = Query(
    select(t.post.c.post)
    .where(
        t.post.c.user == bindparam("of_user"),
        t.post.c.starts_on <= bindparam("today"),
        or_(t.post.c.ends_on == literal_column("''"), t.post.c.ends_on >= bindparam("today")),
    )
    .order_by(t.post.c.post)
)
put_account = Query(
    (_user := insert(t.user).values(
        {name: bindparam(name) for name in ("user", "name", "password", "active", "data", "must_change", "password_at")}
    )).on_conflict_do_update(
        index_elements=["user"],
        set_={name: _user.excluded[name] for name in ("name", "password", "active", "data", "must_change", "password_at")},
    )
)  # fmt: skip
drop_posts = Query(delete(t.post).where(t.post.c.user == bindparam("of_user")))
add_posts = Query(
    insert(t.post)
    .values({name: bindparam(name) for name in ("post", "user", "section")})
    .on_conflict_do_nothing()
)

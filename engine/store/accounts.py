"""People, sections and posts: the statements that signing in and appointing need."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from engine.store import tables as t
from engine.store.database import Query

account = Query(
    select(t.user.c.user, t.user.c.name, t.user.c.password, t.user.c.active, t.user.c.data).where(
        t.user.c.user == bindparam("of_user")
    )
)
accounts = Query(select(t.user.c.user, t.user.c.name, t.user.c.active, t.user.c.data).order_by(t.user.c.user))
posts_of = Query(select(t.post.c.post).where(t.post.c.user == bindparam("of_user")).order_by(t.post.c.post))
put_account = Query(
    (_user := insert(t.user).values(
        {name: bindparam(name) for name in ("user", "name", "password", "active", "data")}
    )).on_conflict_do_update(
        index_elements=["user"],
        set_={name: _user.excluded[name] for name in ("name", "password", "active", "data")},
    )
)  # fmt: skip
put_section = Query(
    (_section := insert(t.section).values(
        {name: bindparam(name) for name in ("section", "name", "parent")}
    )).on_conflict_do_update(
        index_elements=["section"], set_={name: _section.excluded[name] for name in ("name", "parent")}
    )
)  # fmt: skip
drop_posts = Query(delete(t.post).where(t.post.c.user == bindparam("of_user")))
add_posts = Query(
    insert(t.post)
    .values({name: bindparam(name) for name in ("post", "user", "section")})
    .on_conflict_do_nothing()
)

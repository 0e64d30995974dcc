"""Who is away, who stands in, and who is whose partner (AB角)."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from engine.store import tables as t
from engine.store.database import Query

_A = t.absence.c
put_absence = Query(
    (_put := insert(t.absence).values({column.name: bindparam(column.name) for column in t.absence.columns}))
    .on_conflict_do_update(
        index_elements=["user", "starts_at"],
        set_={name: _put.excluded[name] for name in ("ends_at", "deputy", "reason", "scope", "by", "entered_at", "ended_by")},
    )
)  # fmt: skip
end_absence = Query(
    t.absence.update()
    .where(_A.user == bindparam("of_user"), _A.starts_at == bindparam("of_start"))
    .values(ends_at=bindparam("ends_at"), ended_by=bindparam("ended_by"))
)
# Of everybody, whatever has not ended by a moment.
absences_since = Query(
    select(t.absence).where(_A.ends_at > bindparam("since")).order_by(_A.starts_at.desc(), _A.user)
)
absences_of = Query(select(t.absence).where(_A.user == bindparam("of_user")).order_by(_A.starts_at.desc()))
# For whom a person stands in at a moment: named in the absence, or by the pair where the absence names nobody.
stands_in_for = Query(
    select(_A.user, _A.scope)
    .join(t.user, t.user.c.user == _A.user)
    .outerjoin(t.partner, t.partner.c.user == _A.user)
    .where(
        t.user.c.active,  # a closed account has no power to lend
        _A.starts_at <= bindparam("now"),
        _A.ends_at > bindparam("now"),
        or_(
            _A.deputy == bindparam("deputy"),
            _A.deputy.is_(None) & (t.partner.c.partner == bindparam("deputy")),
        ),
    )
    .order_by(_A.user, _A.starts_at)
)
put_partner = Query(
    (_pair := insert(t.partner).values(user=bindparam("user"), partner=bindparam("partner")))
    .on_conflict_do_update(index_elements=["user"], set_={"partner": _pair.excluded.partner})
)  # fmt: skip
drop_partner = Query(delete(t.partner).where(t.partner.c.user == bindparam("of_user")))
partners = Query(select(t.partner.c.user, t.partner.c.partner).order_by(t.partner.c.user))

"""离岗登记 as its page shows it: mine, those for whom I stand in, those of my people, and who is whose partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from engine.calendar.period import SHANGHAI
from engine.codec import moment_text
from engine.errors import InvalidInput, NotFound
from processes import stand_in
from processes.accounts import Account
from processes.authority import directs_person, people, sections
from processes.stand_in import Absence
from processes.warnings import SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau

SHOWN = timedelta(days=400)  # how far back the history of others goes


class Line(NamedTuple):
    """An absence for one who looks. `state`: coming | now | over | cancelled; `deputy` as shown; `key` names it in a
    form."""

    absence: Absence
    name: str
    deputy: str
    partner: bool
    matters: Sequence[str]
    by: str
    state: str
    key: str
    may_end: bool


class Pair(NamedTuple):
    user: str
    name: str
    partner: str | None
    partner_name: str


@dataclass(frozen=True)
class Desk:
    """`people`: for whom an absence may be entered, himself first; `pairs` of the sections in which he may name them,
    or of his own, to look at."""

    mine: Sequence[Line]
    for_others: Sequence[Line]
    of_people: Sequence[Line]
    people: Sequence[tuple[str, str]]
    deputies: Sequence[tuple[str, str]]
    matters: Sequence[tuple[str, str]]
    partner: str
    pairs: Sequence[tuple[str, Sequence[Pair]]]
    may_pair: bool


def desk(bureau: Bureau, user: str) -> Desk:
    account, everybody = bureau.person(user), people(bureau)
    names = bureau.accounts.names()
    pairs = stand_in.partners(bureau)
    now = bureau.cases.clock()
    directed = [one for one in everybody if one.user != user and directs_person(account, one)]
    others = {one.user for one in directed}
    known = stand_in.since(bureau, now - SHOWN)

    def line(one: Absence) -> Line:
        deputy = one.deputy or pairs.get(one.user)
        cancelled = one.ended_by is not None and one.ends <= one.starts
        state = (
            "cancelled"
            if cancelled
            else "over"
            if one.ends <= now
            else "now"
            if one.starts <= now
            else "coming"
        )
        return Line(
            one, names.get(one.user, one.user), names.get(deputy or "", deputy or "—"), one.deputy is None,
            [_matter(bureau, each) for each in one.scope], names.get(one.by, one.by), state,
            f"{one.user}|{moment_text(one.starts)}",
            state in ("now", "coming") and (one.user == user or one.user in others),
        )  # fmt: skip

    standing = [
        one
        for one in known
        if (one.deputy or pairs.get(one.user)) == user and one.user != user and one.ends > now
    ]
    office = SUPERVISION in account.posts
    arranged = [one for one in everybody if office or one.user in others]
    return Desk(
        [line(one) for one in stand_in.absences(bureau, user)],
        [line(one) for one in standing],
        [line(one) for one in known if one.user in others],
        [(user, f"本人（{account.name}）"), *((one.user, shown(one)) for one in directed)],
        [(one.user, shown(one)) for one in _near(account, everybody) if one.user != user or directed],
        [(matter.id, matter.name) for matter in bureau.matters()],
        names.get(pairs.get(user, ""), ""),
        _paired(arranged or [one for one in everybody if sections(one) & sections(account)], pairs, names),
        bool(arranged),
    )  # fmt: skip


def shown(account: Account) -> str:
    post = account.posts[0].replace("/", " ") if account.posts else ""
    return f"{account.name}（{post}）" if post else account.name


def typed_moment(text: str, name: str) -> datetime:
    """`2026-09-25T14:00` or `2026-09-25 14:00`, in Shanghai. Raises InvalidInput under that field."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise InvalidInput("请填写日期和时刻", {name: ["日期和时刻应写作 2026-09-25 14:00"]}) from None


def named(bureau: Bureau, key: str) -> Absence:
    """The absence that a form names by its `key`. Raises NotFound."""
    user, _, starts = key.partition("|")
    for one in stand_in.absences(bureau, user):
        if moment_text(one.starts) == starts:
            return one
    raise NotFound("没有这项离岗登记")


def duties(bureau: Bureau, absence: Absence) -> list[str]:
    """Names of those for whom whoever is away stands in during that time: somebody else must now."""
    names, pairs = bureau.accounts.names(), stand_in.partners(bureau)
    return sorted({
        names.get(one.user, one.user)
        for one in stand_in.since(bureau, absence.starts)
        if one.starts < absence.ends and (one.deputy or pairs.get(one.user)) == absence.user
    })  # fmt: skip


def _near(account: Account, everybody: Sequence[Account]) -> list[Account]:
    """The colleagues of the section first."""
    return sorted(everybody, key=lambda one: (not sections(one) & sections(account), one.user))


def _paired(
    arranged: Sequence[Account], pairs: Mapping[str, str], names: Mapping[str, str]
) -> list[tuple[str, Sequence[Pair]]]:
    found: dict[str, list[Pair]] = {}
    for one in arranged:
        section = min(sections(one), default="")
        partner = pairs.get(one.user)
        found.setdefault(section, []).append(
            Pair(one.user, one.name, partner, names.get(partner or "", partner or ""))
        )
    return list(found.items())


def _matter(bureau: Bureau, matter: str) -> str:
    return bureau.matter_name(matter)

"""Who may open which case: the one rule that pages, API, search, files and documents ask. `docs/access.md` tells it.

Own: what one began, has or had in hand, was told of, or what a post of one's own takes part in or receives. Section:
a chief, whatever his section hosts or takes part in. Bureau: leaders, the office's supervision, auditors. Deputed: while
somebody is away, whoever stands in sees what that one sees, within what was deputed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.cases.actor import CaseView as Looking
from engine.errors import NotFound, NotPermitted
from engine.store import attachments as statements
from engine.store import notices, queries, tables
from processes import stand_in
from processes.accounts import Account
from processes.authority import AUDITOR, is_supervisor
from processes.warnings import CHIEFS

if TYPE_CHECKING:
    from processes.bureau import Bureau

_COLUMNS = tuple(tables.case.columns.keys())
REFUSAL = "您没有查阅此办件的权限：它不由您或者您的岗位、科室办理"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one person's sight goes. `everything`: the whole bureau. `sections`: those he heads. `within`: what was
    deputed, as `stand_in.covers` reads it; empty for all."""

    user: str
    posts: frozenset[str]
    sections: frozenset[str]
    everything: bool
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Case:
    """`hands`: post, holder and doer of every step so far; `told`: whom notices of it went to."""

    row: Mapping[str, Any]
    receiving: Collection[str]
    hands: Collection[tuple[str | None, str | None, str | None]]
    told: Collection[str]


def reach(account: Account, within: frozenset[str] = frozenset(), *, acting: bool = False) -> Reach:
    """`acting`: to do something with a case; auditors look, and do nothing."""
    parted = [post.partition("/") for post in account.posts]
    return Reach(
        account.user,
        account.may_act_as,
        frozenset(section for section, _, post in parted if post in CHIEFS),
        is_supervisor(account) or (AUDITOR in account.roles and not acting),
        within,
    )


def reaches(bureau: Bureau, user: str, *, acting: bool = False) -> list[Reach]:
    """A person's own sight, and that of each for whom he stands in now. Raises NotFound for a closed account."""
    found = [reach(bureau.person(user), acting=acting)]
    for principal, within in stand_in.principals(bureau, user).items():
        try:
            found.append(reach(bureau.person(principal), within, acting=acting))
        except NotFound:  # whose account is closed has no power to lend
            continue
    return found


def permit(bureau: Bureau, user: str, view: Looking, *, acting: bool = False) -> None:
    """Raises NotPermitted, NotFound for a closed account."""
    if not _sees(bureau, reaches(bureau, user, acting=acting), view.row()):
        raise NotPermitted(REFUSAL)


def acts(bureau: Bureau, user: str, view: Looking) -> bool:
    """Whether the person may do something with the case as a whole; what, others decide."""
    return _sees(bureau, reaches(bureau, user, acting=True), view.row())


def visible(bureau: Bureau, user: str, case_ids: Iterable[str]) -> frozenset[str]:
    """Of some cases, those that the person may open: for lists and searches that look beyond his own boxes."""
    mine = reaches(bureau, user)
    if mine[0].everything:
        return frozenset(case_ids)
    found = set()
    for case_id in dict.fromkeys(case_ids):
        with bureau.store.reading() as transaction:
            row = transaction.one(queries.case_row, {"of_case": case_id})
        if row is not None and _sees(bureau, mine, dict(zip(_COLUMNS, row, strict=False))):
            found.add(case_id)
    return frozenset(found)


def _sees(bureau: Bureau, mine: Collection[Reach], row: Mapping[str, Any]) -> bool:
    if any(one.everything and not one.within for one in mine):
        return True
    case_id = row["case_id"]
    with bureau.store.reading() as transaction:
        hands = [
            (post, holder, doer)
            for post, holder, doer in transaction.all(statements.hands_of_case, {"of_case": case_id})
        ]
        told = {one for (one,) in transaction.all(notices.told_of_case, {"of_case": case_id})}
    case = _Case(row, bureau.desk(row["deployment"]).matter.posts, hands, told)
    return any(_reaches(one, case) for one in mine)


def _reaches(one: Reach, case: _Case) -> bool:
    matter, section = case.row["matter"], case.row["section"]

    def lent(post: str | None) -> bool:
        return not one.within or stand_in.covers(one.within, {"matter": matter, "post": post})

    if lent(f"{section}/"):
        if one.everything or one.user == case.row["started_by"] or section in one.sections:
            return True
        if not one.posts.isdisjoint(case.receiving):
            return True
        if f"user:{one.user}" in case.told or not one.posts.isdisjoint(case.told):
            return True
    return any(
        lent(post)
        and (
            one.user in (holder, doer) or post in one.posts or (post or "").partition("/")[0] in one.sections
        )
        for post, holder, doer in case.hands
    )

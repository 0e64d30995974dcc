"""代理、AB角: who acts for whom while somebody is away. Both names go into the journal.

An absence has dates and, where wanted, a scope of matters and a deputy; where it names no deputy, the person's partner
(AB角) stands in. Moments are aware UTC; `ends` is exclusive.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.cases import Actor
from engine.cases.actor import CaseView as Looking
from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, ItemTaken, NotPermitted, Refused
from engine.kernel.commands import Command
from engine.store import absences as statements
from processes.accounts import Account
from processes.authority import heads

if TYPE_CHECKING:
    from processes.bureau import Bureau


@dataclass(frozen=True, slots=True)
class Absence:
    """`deputy` None: the partner. `scope`: ids of matters, empty for all."""

    user: str
    starts: datetime
    ends: datetime
    deputy: str | None
    reason: str
    scope: tuple[str, ...]
    by: str


def declare(
    bureau: Bureau, by: str, user: str, *, starts: datetime, ends: datetime, reason: str, deputy: str | None = None,
    scope: Collection[str] = (),
) -> Absence:  # fmt: skip
    """Enter an absence: by oneself, or by one's chief. Again with the same start replaces it.

    Raises NotPermitted, InvalidInput, NotFound for an unknown person or matter.
    """
    _may(bureau, by, user)
    if starts.tzinfo is None or ends.tzinfo is None or starts >= ends:
        raise InvalidInput("代理的结束时间须晚于开始时间", {"ends": ["结束时间须晚于开始时间"]})
    if not reason.strip():
        raise InvalidInput("请写明离岗事由", {"reason": ["请写明离岗事由"]})
    if deputy is None and user not in partners(bureau):
        raise InvalidInput("没有 AB 角的人员须指定代理人", {"deputy": ["请指定代理人"]})
    if deputy == user:
        raise InvalidInput("代理人不能是本人", {"deputy": ["代理人不能是本人"]})
    if deputy is not None:
        bureau.person(deputy)
    for matter in scope:
        bureau.matter(matter)
    made = Absence(user, starts, ends, deputy, reason.strip(), tuple(scope), by)
    with bureau.store.writing() as transaction:
        transaction.run(statements.put_absence, {
            "user": user, "starts_at": moment_text(starts), "ends_at": moment_text(ends), "deputy": deputy,
            "reason": made.reason, "scope": " ".join(scope), "by": by,
        })  # fmt: skip
    return made


def end(bureau: Bureau, by: str, absence: Absence) -> None:
    """Back earlier than entered: the absence ends now."""
    _may(bureau, by, absence.user)
    with bureau.store.writing() as transaction:
        transaction.run(statements.end_absence, {
            "of_user": absence.user, "of_start": moment_text(absence.starts),
            "ends_at": moment_text(max(absence.starts, min(absence.ends, bureau.cases.clock()))),
        })  # fmt: skip


def absences(bureau: Bureau, user: str) -> list[Absence]:
    """The latest first."""
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.absences_of, {"of_user": user})
    return [
        Absence(row[0], moment_of(row[1]), moment_of(row[2]), row[3], row[4], tuple(row[5].split()), row[6])
        for row in rows
    ]


def pair(bureau: Bureau, by: str, user: str, partner: str | None) -> None:
    """Name the B角 of `user`, or nobody any more. By the chief."""
    if by not in heads(bureau, user):
        raise NotPermitted("AB 角由科室负责人确定")
    if partner == user:
        raise InvalidInput("AB 角不能是同一人", {"partner": ["AB 角不能是同一人"]})
    if partner is not None:
        bureau.person(partner)
    with bureau.store.writing() as transaction:
        if partner is None:
            transaction.run(statements.drop_partner, {"of_user": user})
        else:
            transaction.run(statements.put_partner, {"user": user, "partner": partner})


def partners(bureau: Bureau) -> dict[str, str]:
    """B角 by A角."""
    with bureau.store.reading() as transaction:
        return {row[0]: row[1] for row in transaction.all(statements.partners, {})}


def principals(bureau: Bureau, user: str) -> dict[str, frozenset[str]]:
    """For whom `user` stands in at this moment, and in which matters (empty: in all)."""
    with bureau.store.reading() as transaction:
        rows = transaction.all(
            statements.stands_in_for, {"deputy": user, "now": moment_text(bureau.cases.clock())}
        )
    found: dict[str, frozenset[str]] = {}
    for principal, scope in rows:
        held = frozenset(scope.split())
        found[principal] = frozenset() if not held or found.get(principal) == frozenset() else held
    return found


def holders(bureau: Bureau, account: Account, row: Mapping[str, Any]) -> list[str]:
    """Whose power lets this person act on a work item: his own first, then those for whom he stands in."""
    claimed, post = row["claimed_by"], row["post"]
    found = []
    if claimed == account.user or (claimed is None and post in account.may_act_as):
        found.append(account.user)
    for principal, scope in principals(bureau, account.user).items():
        if scope and row["matter"] not in scope:
            continue
        if claimed == principal or (claimed is None and post in bureau.person(principal).may_act_as):
            found.append(principal)
    return found


def actor_for(bureau: Bureau, account: Account, case_id: str, item: str) -> Actor:
    """Who acts on an item, and on whose behalf. The person himself where nobody's power is needed or helps."""
    if not principals(bureau, account.user):
        return Actor(account.user, account.name)
    row = bureau.cases.view(case_id, lambda view: view.item(item))
    found = holders(bureau, account, row)
    behalf = found[0] if found and found[0] != account.user else None
    return Actor(account.user, account.name, behalf)


def may_act(bureau: Bureau, account: Account, actor: Actor, row: Mapping[str, Any]) -> str:
    """Whose the item is or becomes. Raises NotPermitted, ItemTaken."""
    holder = actor.on_behalf_of or account.user
    posts = account.may_act_as if holder == account.user else bureau.person(holder).may_act_as
    if row["claimed_by"] != holder and row["post"] not in posts:
        raise NotPermitted()
    if row["claimed_by"] not in (None, holder):
        raise ItemTaken()
    return holder


def in_the_name_of(command: Command, holder: str) -> Command:
    """The command as the holder's, where a command says whose it is."""
    if getattr(command, "user", holder) == holder:
        return command
    changed: Command = command._replace(user=holder)  # type: ignore[call-arg]
    return changed


def not_recused(bureau: Bureau, view: Looking, element: str, people: Collection[str]) -> None:
    """Nobody does a step for which the matter forbids it to whoever did certain steps before (`recuse`), himself or
    through a deputy. Raises Refused."""
    desk = bureau.desk(view.deployment)
    earlier = desk.matter.recuse.get(element)
    if earlier and not view.done_by(earlier).isdisjoint(people):
        names = "、".join(f"“{desk.name_of('', each)}”" for each in earlier)
        raise Refused(f"办理过{names}的人员应当回避，不得办理“{desk.name_of('', element)}”")


def _may(bureau: Bureau, by: str, user: str) -> None:
    bureau.person(user)
    if by != user and by not in heads(bureau, user):
        raise NotPermitted("离岗和代理由本人或者科室负责人登记")

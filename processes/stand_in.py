"""代理、AB角: who acts for whom while somebody is away. Both names go into the journal.

An absence has dates and, where wanted, a scope of matters and a deputy; where it names no deputy, the person's partner
(AB角) stands in. Moments are aware UTC; `ends` is exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.calendar.period import SHANGHAI, day_of
from engine.cases import Actor, Answer, Cases
from engine.cases.actor import CaseView as Looking
from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, ItemTaken, NotPermitted, Refused
from engine.kernel.commands import Command, CompleteItem
from engine.store import Transaction, queries
from engine.store import absences as statements
from processes import ledger
from processes.accounts import Account
from processes.authority import heads
from processes.warnings import SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau


LONGEST = 500


@dataclass(frozen=True, slots=True)
class Absence:
    """`deputy` None: the partner. `scope`: ids of matters, empty for all. `entered_at` by `by`;
    `ended_by` who ended it before its time."""

    user: str
    starts: datetime
    ends: datetime
    deputy: str | None
    reason: str
    scope: tuple[str, ...]
    by: str
    entered_at: datetime | None = None
    ended_by: str | None = None


def declare(
    bureau: Bureau, by: str, user: str, *, starts: datetime, ends: datetime, reason: str, deputy: str | None = None,
    scope: Collection[str] = (),
) -> Absence:  # fmt: skip
    """Enter an absence: by oneself, or by one's chief. The same again is no harm.

    Raises NotPermitted; InvalidInput by field: past or empty times, no reason, nobody to stand in, a deputy who is away
    himself, a time that overlaps another absence; NotFound for an unknown person or matter.
    """
    _may(bureau, by, user)
    now = bureau.cases.clock()
    made = Absence(user, starts, ends, deputy, reason.strip(), tuple(scope), by, now)
    known = absences(bureau, user)
    for one in known:
        if _told(one) == _told(made):
            return one
    _sensible(bureau, made, now)
    for one in known:
        if _overlap(one, made) and (not one.scope or not made.scope or set(one.scope) & set(made.scope)):
            said = f"与已登记的代理（{_span(one)}）时间重叠；请先结束原来的代理"
            raise InvalidInput(said, {"starts": [said]})
    while any(one.starts == made.starts for one in known):
        made = replace(made, starts=made.starts + timedelta(microseconds=1))  # the row is found by its start
    names, told = bureau.accounts.names(), _words(bureau, made)
    with bureau.store.writing() as transaction:
        _note(bureau, transaction, names, by, user, "absence_entered", {}, told, made.reason)
        transaction.run(statements.put_absence, {
            "user": user, "starts_at": moment_text(made.starts), "ends_at": moment_text(ends), "deputy": deputy,
            "reason": made.reason, "scope": " ".join(scope), "by": by, "entered_at": moment_text(now),
            "ended_by": None,
        })  # fmt: skip
    return made


def _sensible(bureau: Bureau, made: Absence, now: datetime) -> None:
    starts, ends = made.starts, made.ends
    if starts.tzinfo is None or ends.tzinfo is None or starts >= ends:
        raise InvalidInput("代理的结束时间须晚于开始时间", {"ends": ["结束时间须晚于开始时间"]})
    if day_of(starts) < day_of(now):
        raise InvalidInput("开始时间不能早于今天", {"starts": ["不能早于今天"]})
    if ends <= now:
        raise InvalidInput("结束时间已经过去", {"ends": ["已经过去"]})
    if not made.reason or len(made.reason) > LONGEST:
        raise InvalidInput("请写明离岗事由", {"reason": [f"请写明离岗事由，不超过 {LONGEST} 字"]})
    stands = made.deputy or partners(bureau).get(made.user)
    if stands is None:
        raise InvalidInput("没有 AB 角的人员须指定代理人", {"deputy": ["请指定代理人"]})
    if stands == made.user:
        raise InvalidInput("代理人不能是本人", {"deputy": ["代理人不能是本人"]})
    name = bureau.person(stands).name
    for one in absences(bureau, stands):
        if _overlap(one, made):
            said = f"{name}自己在此期间不在岗（{_span(one)}），请另行指定代理人"
            raise InvalidInput(said, {"deputy": [said]})
    for matter in made.scope:
        bureau.matter(matter)


def _told(one: Absence) -> tuple[Any, ...]:
    return one.user, one.starts, one.ends, one.deputy, one.reason, one.scope


def _overlap(one: Absence, other: Absence) -> bool:
    return one.starts < other.ends and other.starts < one.ends


def _span(one: Absence) -> str:
    return f"{_told_moment(one.starts)} 至 {_told_moment(one.ends)}"


def _told_moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _words(bureau: Bureau, one: Absence) -> dict[str, str]:
    names = bureau.accounts.names()
    return {
        "开始": _told_moment(one.starts), "结束": _told_moment(one.ends),
        "代理人": names.get(one.deputy, one.deputy) if one.deputy else "AB 角",
        "事项": "、".join(bureau.matter_name(matter) for matter in one.scope) or "全部",
    }  # fmt: skip


def _note(
    bureau: Bureau, transaction: Transaction, names: Mapping[str, str], by: str, user: str, what: str,
    before: Mapping[str, str], after: Mapping[str, str], reason: str,
) -> None:  # fmt: skip
    """A line in the ledger of the organisation, in the transaction that does it."""
    transaction.lock("organisation")
    change = ledger.Change(what, user, names.get(user, user), before, after)
    ledger.write(bureau, transaction, by, names.get(by, by), (change,), reason, None)


def end(bureau: Bureau, by: str, absence: Absence) -> None:
    """Back earlier than entered: the absence ends now, or never begins. Raises Refused when it is over."""
    _may(bureau, by, absence.user)
    now = bureau.cases.clock()
    if absence.ended_by == by and absence.ends <= now:
        return  # pressed twice
    if absence.ends <= now:
        raise Refused("该代理已经结束")
    names, before = bureau.accounts.names(), _words(bureau, absence)
    after = {**before, "结束": _told_moment(now)}
    with bureau.store.writing() as transaction:
        _note(bureau, transaction, names, by, absence.user, "absence_ended", before, after, absence.reason)
        transaction.run(statements.end_absence, {
            "of_user": absence.user, "of_start": moment_text(absence.starts), "ended_by": by,
            "ends_at": moment_text(max(absence.starts, min(absence.ends, now))),
        })  # fmt: skip


def absences(bureau: Bureau, user: str) -> list[Absence]:
    """The latest first."""
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.absences_of, {"of_user": user})
    return [_read(row) for row in rows]


def since(bureau: Bureau, moment: datetime) -> list[Absence]:
    """Of everybody, whatever ends after that moment; the latest first."""
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.absences_since, {"since": moment_text(moment)})
    return [_read(row) for row in rows]


def _read(row: Sequence[Any]) -> Absence:
    return Absence(
        row[0], moment_of(row[1]), moment_of(row[2]), row[3], row[4], tuple(row[5].split()), row[6],
        moment_of(row[7]) if row[7] else None, row[8],
    )  # fmt: skip


def pair(bureau: Bureau, by: str, user: str, partner: str | None) -> None:
    """Name the B角 of `user`, or nobody any more. By the chief or the office."""
    if not may_arrange(bureau, by, user):
        raise NotPermitted("AB 角由科室负责人、局领导或者办公室主任确定")
    if partner == user:
        raise InvalidInput("AB 角不能是同一人", {"partner": ["AB 角不能是同一人"]})
    if partner is not None:
        bureau.person(partner)
    names, known = bureau.accounts.names(), partners(bureau).get(user)
    if known == partner:
        return
    before, after = ({"B 角": names.get(one, one)} if one else {} for one in (known, partner))
    with bureau.store.writing() as transaction:
        _note(bureau, transaction, names, by, user, "partner_named", before, after, "")
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
        before = found.get(principal)
        found[principal] = held if before is None else before | held if before and held else frozenset()
    return found


def covers(scope: Collection[str], row: Mapping[str, Any]) -> bool:
    """Whether a work item is within the scope of an absence."""
    return not scope or row["matter"] in scope


def holders(bureau: Bureau, account: Account, row: Mapping[str, Any]) -> list[str]:
    """Whose power lets this person act on a work item: his own first, then those for whom he stands in."""
    claimed, post = row["claimed_by"], row["post"]
    found = []
    if claimed == account.user or (claimed is None and post in account.may_act_as):
        found.append(account.user)
    for principal, scope in principals(bureau, account.user).items():
        if not covers(scope, row):
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


def submit(
    cases: Cases, case_id: str, item: str, command: Callable[[Looking], Command], actor: Actor, key: str | None,
    revision: int | None,
) -> Answer:  # fmt: skip
    """A command on a step in another's name. What is done with it stands among what either has done."""
    asked: list[Command] = []

    def build(view: Looking) -> Command:
        asked[:] = [command(view)]
        return asked[0]

    def work(transaction: Transaction) -> Answer:
        answer = cases.submit_in(
            transaction, case_id, build, actor=actor, key=key, item=item, revision=revision
        )
        told = {effect.event for effect in answer.effects if getattr(effect, "item", "") == item}
        done = not told.isdisjoint({"item_completed", "item_returned"})
        signed = "item_set_aside" in told and bool(asked) and isinstance(asked[0], CompleteItem)
        if not answer.replayed and (done or signed):
            found = {"of_case": case_id, "of_item": item, "closed_through": actor.user}
            transaction.run(queries.close_through, found)
        return answer

    return cases.run(work)


def not_recused(bureau: Bureau, view: Looking, element: str, people: Collection[str]) -> None:
    """Nobody acts in a case from which he has stepped aside, nor does a step for which the matter forbids it to whoever
    did certain steps before (`recuse`), himself or for somebody else. Raises Refused, NotPermitted."""
    if not view.state.recused.keys().isdisjoint(people):
        raise NotPermitted("应当回避的人员不得办理该办件")
    desk = bureau.desk(view.deployment)
    earlier = desk.matter.recuse.get(element)
    if earlier and not view.done_by(earlier).isdisjoint(people):
        names = "、".join(f"“{desk.name_of('', each)}”" for each in earlier)
        raise Refused(f"办理过{names}的人员应当回避，不得办理“{desk.name_of('', element)}”")


def may_arrange(bureau: Bureau, by: str, user: str) -> bool:
    """Whether somebody arranges for another: his chief, a leader, the office's director."""
    return SUPERVISION in bureau.person(by).posts or by in heads(bureau, user)


def _may(bureau: Bureau, by: str, user: str) -> None:
    bureau.person(user)
    if by != user and by not in heads(bureau, user):
        raise NotPermitted("离岗和代理由本人或者科室负责人登记")

"""离职交接: everything that a person has on the desk goes to others, one command each.

Begun on the page, it is worked through by the ticker and can be watched; from the command line it runs at once. Broken
off, it goes on where it was: what has gone over is not on the desk any more. What nobody can take (a recused
successor) is told and stays. Moments are aware UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cases import Actor
from engine.cases.actor import CaseView as Looking
from engine.codec import dumps, loads, moment_of, moment_text
from engine.errors import Busy, ChengbanError, InvalidInput, NotFound, NotPermitted, Refused
from engine.kernel.commands import Command, TransferItem
from engine.store import hand_overs, queries
from processes import ledger, stand_in
from processes.accounts import Account
from processes.authority import USER, addressee, administers, directs_person, is_leader, people
from processes.warnings import SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau

PAGE = 200
SLICE = 50  # items of one tick: about half a second
LEASE = timedelta(minutes=2)
LONGEST = 500
REST = ""
"""The key of the successor for every step that names none."""


class Done(NamedTuple):
    """One of many: `error` is empty where it was done."""

    case_id: str
    item: str
    error: str = ""


class Group(NamedTuple):
    """Items of one step on a desk; `key` names it where a successor is chosen for it."""

    key: str
    matter_name: str
    step: str
    items: int


class Progress(NamedTuple):
    """A hand-over as it stands: `to` as shown, by step where several; `ended_at` None while it goes on."""

    hand_over: str
    person: str
    person_name: str
    to: Sequence[str]
    reason: str
    by: str
    at: datetime
    total: int
    done: int
    failed: Sequence[tuple[str, str, str]]
    ended_at: datetime | None


def leavers(bureau: Bureau, by: str) -> list[tuple[str, str]]:
    """Whose desk `by` may hand over: login and name, with those whose account is closed for the office and leaders."""
    account, everybody = bureau.person(by), people(bureau)
    wide = _wide(account)
    found = [(one.user, one.name) for one in everybody if wide or directs_person(account, one)]
    if wide:
        known = {one.user for one in everybody}
        found += [
            (user, f"{name}（账号已停用）")
            for user, name in bureau.accounts.names().items()
            if user not in known
        ]
    return found


def preview(bureau: Bureau, by: str, person: str) -> list[Group]:
    """What is on the desk, by matter and step. Raises NotPermitted, NotFound."""
    _permit(bureau, by, person)
    with bureau.store.reading() as transaction:
        rows = transaction.all(hand_overs.desk_by_step, {"of_user": person})
    return [
        Group(f"{matter}|{element}", bureau.matter_name(matter), name, int(count))
        for matter, element, name, count in rows
    ]


def begin(bureau: Bureau, by: str, person: str, to: Mapping[str, str], reason: str, *, key: str) -> str:
    """Have the ticker work it through; the name under which `progress` tells how far it is. `to`: successor by step
    (`Group.key`), `REST` for every other. The same `key` again begins nothing.

    Raises NotPermitted, InvalidInput by field, Refused while another hand-over of the person goes on.
    """
    groups = preview(bureau, by, person)
    targets = {step: _target(bureau, person, given, f"to-{step}") for step, given in to.items() if given}
    if REST not in targets and {group.key for group in groups} - targets.keys():
        raise InvalidInput("请选择接手人", {"to": ["请选择接手人"]})
    if not reason.strip() or len(reason) > LONGEST:
        raise InvalidInput("交接须写明理由", {"reason": [f"请写明理由，不超过 {LONGEST} 字"]})
    total = sum(group.items for group in groups)
    name = hashlib.sha256(f"{by}:{person}:{key}".encode()).hexdigest()[:24]
    now, names = moment_text(bureau.cases.clock()), bureau.accounts.names()
    told = {"接手人": "、".join(dict.fromkeys(_called(names, one) for one in targets.values()))}
    with bureau.store.writing() as transaction:
        transaction.lock(f"hand-over:{person}")
        if transaction.one(hand_overs.one, {"of_hand_over": name}) is not None:
            return name
        if not total:
            raise Refused("其名下没有待办，无须交接")
        if transaction.one(hand_overs.under_way, {"of_person": person}) is not None:
            raise Refused("该人员的交接正在进行")
        change = ledger.Change(
            "handed_over", person, names.get(person, person), {"待办": f"{total} 件"}, told
        )
        transaction.lock("organisation")
        ledger.write(bureau, transaction, by, names.get(by, by), (change,), reason.strip(), None)
        transaction.run(hand_overs.add, {
            "hand_over": name, "person": person, "targets": dumps(targets), "reason": reason.strip(), "by": by,
            "at": now, "total": total, "done": 0, "failed": "[]", "run_at": now, "ended_at": None,
        })  # fmt: skip
    return name


def progress(bureau: Bureau, by: str, hand_over: str) -> Progress:
    """Raises NotFound, NotPermitted."""
    with bureau.store.reading() as transaction:
        row = transaction.one(hand_overs.one, {"of_hand_over": hand_over})
    if row is None:
        raise NotFound("没有这次交接")
    _permit(bureau, by, row[1])
    return _shown(bureau, row)


def latest(bureau: Bureau, by: str, *, limit: int = 20) -> list[Progress]:
    """Those of the persons whom `by` may hand over, the newest first."""
    mine = {user for user, _ in leavers(bureau, by)}
    with bureau.store.reading() as transaction:
        rows = transaction.all(hand_overs.latest, {"limit": 200})
    return [_shown(bureau, row) for row in rows if row[1] in mine][:limit]


def work(bureau: Bureau, *, most: int = SLICE) -> int:
    """A slice of one hand-over that waits for its turn; how many items it looked at."""
    now = bureau.cases.clock()
    taken = {"now": moment_text(now), "until": moment_text(now + LEASE)}
    with bureau.store.reading() as transaction:
        if transaction.one(hand_overs.any_waiting, {"now": taken["now"]}) is None:
            return 0
    with bureau.store.writing() as transaction:
        row = transaction.one(hand_overs.claim, taken)
    if row is None:
        return 0
    name, person, targets, reason, by = row[0], row[1], loads(row[2]), row[3], str(row[4])
    total, done, failed = row[6], row[7], [Done(*one) for one in loads(row[8])]
    tried = {(one.case_id, one.item) for one in failed}
    actor = Actor(by, bureau.accounts.names().get(by, by))
    seen: list[Done] = []
    busy = False
    try:
        seen.extend(islice(_each(bureau, actor, person, targets, reason, name, tried), most))
    except Busy:
        busy = True
    failed += [one for one in seen if one.error]
    done += sum(not one.error for one in seen)
    over = not busy and len(seen) < most
    with bureau.store.writing() as transaction:
        transaction.run(hand_overs.went_on, {
            "of_hand_over": name, "done": max(done, total - len(failed)) if over else done,
            "failed": dumps([list(one) for one in failed]), "run_at": None if over else moment_text(bureau.cases.clock()),
            "ended_at": moment_text(bureau.cases.clock()) if over else None,
        })  # fmt: skip
    return len(seen)


def hand_over(bureau: Bureau, by: str, person: str, to: str, reason: str, *, key: str) -> Iterator[Done]:
    """At once, told as it is done; by who may begin one, or `system` for the administrator."""
    if by != "system":
        _permit(bureau, by, person)
    targets = {REST: _target(bureau, person, to, "to")}
    if not reason.strip():
        raise InvalidInput("交接须写明理由", {"reason": ["请写明理由"]})
    actor = Actor(by, "系统管理员" if by == "system" else bureau.person(by).name)
    return _each(bureau, actor, person, targets, reason, key, ())


def _each(
    bureau: Bureau, actor: Actor, person: str, targets: Mapping[str, str], reason: str, key: str,
    tried: Collection[tuple[str, str]],
) -> Iterator[Done]:  # fmt: skip
    for query in (queries.held_by, queries.waiting_of):
        after = ("", "")
        while True:
            with bureau.store.reading() as transaction:
                rows = transaction.all(query, {
                    "user": person, "after_case": after[0], "after_item": after[1], "limit": PAGE,
                })  # fmt: skip
            for case_id, item in rows:
                if (case_id, item) not in tried:
                    yield _handed(bureau, actor, person, case_id, item, targets, reason, key)
            if len(rows) < PAGE:
                break
            after = (rows[-1][0], rows[-1][1])


def _handed(
    bureau: Bureau, actor: Actor, person: str, case_id: str, item: str, targets: Mapping[str, str], reason: str,
    key: str,
) -> Done:  # fmt: skip
    def command(view: Looking) -> Command:
        row = bureau.open_row(view, item)
        if row["claimed_by"] != person:
            raise Refused("该待办已不在其名下")
        target = targets.get(f"{row['matter']}|{row['element']}") or targets.get(REST)
        if target is None:
            raise Refused("该环节没有指定接手人")
        if target.startswith(USER):
            stand_in.not_recused(bureau, view, row["element"], {target.removeprefix(USER)})
        return TransferItem(item, target, reason, person)

    try:
        answer = bureau.cases.submit(case_id, command, actor=actor, key=f"{key}:{item}", item=item)
        if answer.replayed:  # it had gone over, and came back since
            bureau.cases.submit(case_id, command, actor=actor, item=item)
    except Busy:
        raise
    except ChengbanError as refused:
        return Done(case_id, item, refused.message)
    return Done(case_id, item)


def _wide(account: Account) -> bool:
    return is_leader(account) or SUPERVISION in account.posts or administers(account)


def _permit(bureau: Bureau, by: str, person: str) -> None:
    account = bureau.person(by)
    if person not in bureau.accounts.names():
        raise NotFound(f"没有用户“{person}”")
    if _wide(account):
        return
    try:
        if directs_person(account, bureau.person(person)):
            return
    except NotFound:  # a closed account has no section any more
        pass
    raise NotPermitted("离职交接由科室负责人、办公室主任或者局领导办理")


def _target(bureau: Bureau, person: str, given: str, name: str) -> str:
    try:
        target = addressee(bureau, given)
    except InvalidInput as error:
        raise InvalidInput(error.message, {name: [error.message]}) from error
    if target == f"{USER}{person}":
        raise InvalidInput("不能交接给本人", {name: ["不能交接给本人"]})
    return target


def _shown(bureau: Bureau, row: Sequence[Any]) -> Progress:
    names, targets = bureau.accounts.names(), loads(row[2])
    return Progress(
        row[0], row[1], names.get(row[1], row[1]), list(dict.fromkeys(_called(names, one) for one in targets.values())),
        row[3], names.get(row[4], row[4]), moment_of(row[5]), row[6], row[7],
        [(one[0], one[1], one[2]) for one in loads(row[8])], moment_of(row[9]) if row[9] else None,
    )  # fmt: skip


def _called(names: Mapping[str, str], target: str) -> str:
    user = target.removeprefix(USER)
    return names.get(user, user)

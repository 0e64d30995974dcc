"""People, as the administrator keeps them: accounts, appointments with dates, granted roles, passwords given once."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from engine.codec import moment_of
from engine.errors import InvalidInput, NotFound, Refused
from engine.store import Transaction
from engine.store import organisation as statements
from processes import ledger, passwords
from processes.authority import ADMIN, APART, GRANTED
from processes.ledger import Change
from processes.organisation import Section

if TYPE_CHECKING:
    from processes.bureau import Bureau

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")
PAGE = 20
STATES = {"": "全部", "active": "在用", "closed": "停用"}


class Found(NamedTuple):
    """A line of the list; `posts` in force or to come, with their dates where they have any."""

    user: str
    name: str
    active: bool
    must_change: bool
    posts: Sequence[Appointment]
    roles: Sequence[str]


class Appointment(NamedTuple):
    """Days in Asia/Shanghai, both inclusive; None where there is no bound."""

    post: str
    starts: date | None
    ends: date | None

    def __str__(self) -> str:
        if self.starts is None and self.ends is None:
            return self.post
        return f"{self.post}（{self.starts or ''} 至 {self.ends or ''}）"


@dataclass(frozen=True, slots=True)
class Someone:
    """One person as the administrator sees them. `holding`: steps in hand now. `password_at`: when it was last set."""

    user: str
    name: str
    active: bool
    must_change: bool
    password_at: datetime | None
    posts: tuple[Appointment, ...]
    roles: tuple[str, ...]
    holding: int
    locked_until: datetime | None


def listed(
    bureau: Bureau, by: str, *, query: str = "", state: str = "", section: str = "", after: str = ""
) -> tuple[list[Found], str | None]:
    """One page in the order of logins, and where the next begins. Raises NotPermitted."""
    ledger.admit(bureau, by)
    plain = query.strip().lower()[:50]
    for sign in "!%_":
        plain = plain.replace(sign, f"!{sign}")
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.people, {
            "after": after, "words": f"%{plain}%", "state": state, "of_section": section, "limit": PAGE + 1,
        })  # fmt: skip
        found = [
            Found(row[0], row[1], bool(row[2]), bool(row[3]), _posts(transaction, row[0]), _roles(transaction, row[0]))
            for row in rows[:PAGE]
        ]  # fmt: skip
    return found, found[-1].user if len(rows) > PAGE else None


def counts(bureau: Bureau, by: str) -> dict[str, int]:
    """How many accounts are open and closed."""
    ledger.admit(bureau, by)
    with bureau.store.reading() as transaction:
        return {
            "active" if active else "closed": number
            for active, number in transaction.all(statements.count_people, {})
        }


def someone(bureau: Bureau, by: str, user: str) -> Someone:
    """Raises NotFound, NotPermitted."""
    ledger.admit(bureau, by)
    with bureau.store.reading() as transaction:
        row = transaction.one(statements.person, {"of_user": user})
        if row is None:
            raise NotFound("没有这个人员")
        posts, roles = _posts(transaction, user), _roles(transaction, user)
        held = transaction.one(statements.held_items, {"of_user": user})
    return Someone(
        user, row[1], bool(row[2]), bool(row[3]), moment_of(row[4]) if row[4] else None, posts, roles,
        held[0] if held else 0, bureau.accounts.locked_until(user),
    )  # fmt: skip


class Newcomer(NamedTuple):
    user: str
    name: str
    posts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def check(bureau: Bureau, one: Newcomer) -> dict[str, list[str]]:
    """What is wrong with a person to be added, by field, but for logins that are taken."""
    wrong = {}
    if not LOGIN.fullmatch(one.user):
        wrong["user"] = ["用户名为 2 至 32 位小写字母、数字和 . _ -，以字母开头"]
    elif one.user == ledger.SYSTEM:
        wrong["user"] = ["此用户名由系统保留"]
    if not one.name or len(one.name) > 30 or not one.name.isprintable():
        wrong["name"] = ["请填写 30 字以内的姓名"]
    known = {f"{each.name}/{post}" for each in _sections(bureau) for post in each.posts}
    if unknown := [post for post in one.posts if post not in known]:
        wrong["posts"] = [f"没有岗位“{post}”" for post in unknown]
    wrong |= _role_faults(one.roles)
    return wrong


def add(
    bureau: Bureau,
    by: str,
    people: Sequence[Newcomer],
    reason: str,
    *,
    key: str | None = None,
    sso: bool = False,
) -> dict[str, str]:
    """New accounts, all or none; their passwords by login, to be handed over once, empty when `key` was used before.

    `sso`: no password; they come by the provider of the house. Raises InvalidInput (fields of the first that is wrong),
    NotPermitted.
    """
    ledger.admit(bureau, by)
    for one in people:
        if wrong := check(bureau, one):
            raise InvalidInput(f"人员“{one.name or one.user}”没有新增", wrong)
    given = {} if sso else {one.user: passwords.one_time() for one in people}
    hashed = {user: bureau.accounts.hashed(word) for user, word in given.items()}

    def work(transaction: Transaction) -> list[Change]:
        made = []
        for one in people:
            if transaction.one(statements.person, {"of_user": one.user}) is not None:
                raise InvalidInput("人员没有新增", {"user": [f"用户名“{one.user}”已经使用"]})
            transaction.run(statements.add_person, {
                "user": one.user, "name": one.name, "password": hashed.get(one.user), "active": True,
                "data": json.dumps({"demo": False}), "must_change": one.user in hashed, "password_at": "",
            })  # fmt: skip
            for post in one.posts:
                transaction.run(statements.put_appointment, _appointed(bureau, one.user, post))
            for role in one.roles:
                transaction.run(statements.put_role, {"user": one.user, "role": role})
            after = {"姓名": one.name, "岗位": "、".join(one.posts), "角色": _words(one.roles)}
            told = {name: word for name, word in after.items() if word}
            made.append(Change("person_added", one.user, one.name, {}, told))
        return made

    new = ledger.change(bureau, by, reason, key, work)
    return given if new else {}


def rename(bureau: Bureau, by: str, user: str, name: str, reason: str, *, key: str | None = None) -> bool:
    """Raises NotFound, NotPermitted, InvalidInput."""
    person, name = someone(bureau, by, user), name.strip()
    if wrong := check(bureau, Newcomer("xx", name)):
        raise InvalidInput("人员没有更名", wrong)

    def work(transaction: Transaction) -> list[Change]:
        if name == person.name:
            return []
        transaction.run(statements.rename_person, {"of_user": user, "new_name": name})
        return [Change("person_renamed", user, name, {"姓名": person.name}, {"姓名": name})]

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def appoint(
    bureau: Bureau, by: str, user: str, post: str, reason: str, *, starts: date | None = None, ends: date | None = None,
    key: str | None = None,
) -> bool:  # fmt: skip
    """To a post, from a day to a day; again with other dates changes them. Raises NotFound, NotPermitted, InvalidInput."""
    person = someone(bureau, by, user)
    if wrong := check(bureau, Newcomer("xx", "x", (post,))):
        raise InvalidInput("没有任岗", {"post": wrong["posts"]})
    if starts is not None and ends is not None and ends < starts:
        raise InvalidInput("没有任岗", {"ends": ["结束日期不能早于开始日期"]})
    before = next((one for one in person.posts if one.post == post), None)
    after = Appointment(post, starts, ends)

    def work(transaction: Transaction) -> list[Change]:
        if before == after:
            return []
        transaction.run(statements.put_appointment, _appointed(bureau, user, post, starts, ends))
        told = {"岗位": str(before)} if before is not None else {}
        return [Change("appointed", user, person.name, told, {"岗位": str(after)})]

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def dismiss(bureau: Bureau, by: str, user: str, post: str, reason: str, *, key: str | None = None) -> bool:
    """From a post; what he has signed for stays with him. Raises NotFound, NotPermitted, InvalidInput."""
    person = someone(bureau, by, user)
    before = next((one for one in person.posts if one.post == post), None)

    def work(transaction: Transaction) -> list[Change]:
        if before is None:
            return []
        transaction.run(statements.drop_appointment, {"of_user": user, "of_post": post})
        return [Change("dismissed", user, person.name, {"岗位": str(before)}, {})]

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def grant(
    bureau: Bureau, by: str, user: str, roles: Collection[str], reason: str, *, key: str | None = None
) -> bool:
    """Exactly these roles from now on. Raises NotFound, NotPermitted, InvalidInput; Refused for the last administrator."""
    person, wanted = someone(bureau, by, user), set(roles)
    if wrong := _role_faults(roles):
        raise InvalidInput("角色没有变更", wrong)

    def work(transaction: Transaction) -> list[Change]:
        held = set(_roles(transaction, user))
        made = []
        if ADMIN in held - wanted and person.active:
            _leaves_one(transaction, user)
        for role in sorted(held - wanted):
            transaction.run(statements.drop_role, {"of_user": user, "of_role": role})
            made.append(Change("role_withdrawn", user, person.name, {"角色": GRANTED[role]}, {}))
        for role in sorted(wanted - held):
            transaction.run(statements.put_role, {"user": user, "role": role})
            made.append(Change("role_granted", user, person.name, {}, {"角色": GRANTED[role]}))
        return made

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def disable(
    bureau: Bureau, by: str, user: str, reason: str, *, anyway: bool = False, key: str | None = None
) -> bool:
    """Nobody signs in under that name any more, and its tokens open nothing. Raises NotFound, NotPermitted,
    InvalidInput; Refused while steps are in hand, unless `anyway`, and for the last administrator."""
    person = someone(bureau, by, user)

    def work(transaction: Transaction) -> list[Change]:
        if not person.active:
            return []
        if ADMIN in _roles(transaction, user):
            _leaves_one(transaction, user)
        if person.holding and not anyway:
            raise Refused(f"{person.name}名下还有 {person.holding} 件待办，请先办理离职交接")
        transaction.run(statements.set_active, {"of_user": user, "active": False})
        return [Change("disabled", user, person.name, {"状态": "在用"}, {"状态": "停用"})]

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def enable(bureau: Bureau, by: str, user: str, reason: str, *, key: str | None = None) -> bool:
    """Raises NotFound, NotPermitted, InvalidInput."""
    person = someone(bureau, by, user)

    def work(transaction: Transaction) -> list[Change]:
        if person.active:
            return []
        transaction.run(statements.set_active, {"of_user": user, "active": True})
        return [Change("enabled", user, person.name, {"状态": "停用"}, {"状态": "在用"})]

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def reset_password(bureau: Bureau, by: str, user: str, reason: str, *, key: str | None = None) -> str:
    """A password to be handed over once and changed at the first sign-in; "" when `key` was used before.

    Raises NotFound, NotPermitted, InvalidInput.
    """
    person, given = someone(bureau, by, user), passwords.one_time()
    hashed = bureau.accounts.hashed(given)

    def work(transaction: Transaction) -> list[Change]:
        transaction.run(
            statements.set_password,
            {"of_user": user, "password": hashed, "must_change": True, "password_at": ""},
        )
        transaction.run(statements.forget_tries, {"of_user": user})
        return [Change("password_reset", user, person.name, {}, {"口令": "一次性口令，首次登录须修改"})]

    return given if _done(bureau, user, ledger.change(bureau, by, reason, key, work)) else ""


def unlock(bureau: Bureau, by: str, user: str, reason: str, *, key: str | None = None) -> bool:
    """Wrong passwords are forgotten. Raises NotFound, NotPermitted, InvalidInput."""
    person = someone(bureau, by, user)

    def work(transaction: Transaction) -> list[Change]:
        transaction.run(statements.forget_tries, {"of_user": user})
        return [Change("unlocked", user, person.name, {"状态": "锁定"}, {"状态": "可以登录"})]

    return _done(bureau, user, ledger.change(bureau, by, reason, key, work))


def _posts(transaction: Transaction, user: str) -> tuple[Appointment, ...]:
    return tuple(
        Appointment(
            post, date.fromisoformat(starts) if starts else None, date.fromisoformat(ends) if ends else None
        )
        for post, starts, ends in transaction.all(statements.appointments, {"of_user": user})
    )


def _roles(transaction: Transaction, user: str) -> tuple[str, ...]:
    held = {role for (role,) in transaction.all(statements.roles_of, {"of_user": user})}
    return tuple(role for role in GRANTED if role in held)


def _appointed(
    bureau: Bureau, user: str, post: str, starts: date | None = None, ends: date | None = None
) -> dict[str, str]:
    slug = bureau.organisation.section(post.partition("/")[0]).slug
    return {
        "post": post, "user": user, "section": slug, "starts_on": starts.isoformat() if starts else "",
        "ends_on": ends.isoformat() if ends else "",
    }  # fmt: skip


def _sections(bureau: Bureau) -> Sequence[Section]:
    return (*bureau.organisation.sections, *bureau.organisation.units)


def _role_faults(roles: Collection[str]) -> dict[str, list[str]]:
    if unknown := [role for role in roles if role not in GRANTED]:
        return {"roles": [f"没有角色“{role}”" for role in unknown]}
    if set(roles) >= APART:
        return {"roles": ["系统管理员不能兼任审计员"]}
    return {}


def _words(roles: Collection[str]) -> str:
    return "、".join(word for role, word in GRANTED.items() if role in roles)


def _leaves_one(transaction: Transaction, user: str) -> None:
    row = transaction.one(statements.others_with_role, {"of_role": ADMIN, "of_user": user})
    if row is None or not row[0]:
        raise Refused("这是最后一个系统管理员，不能停用或者收回角色")


def _done(bureau: Bureau, user: str, new: bool) -> bool:
    bureau.accounts.forget(user)
    return new

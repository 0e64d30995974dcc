"""Who may direct whose work: chiefs within their section, the bureau's leaders and its supervision everywhere."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.errors import InvalidInput, NotFound
from processes.accounts import Account
from processes.warnings import CHIEFS, LEADER, SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau

USER = "user:"
ADMIN, DESIGNER, AUDITOR = "admin", "designer", "auditor"
GRANTED = {ADMIN: "系统管理员", DESIGNER: "流程设计者", AUDITOR: "审计员"}
"""Roles that the administrator grants; the others follow from posts."""
APART = frozenset({ADMIN, AUDITOR})
"""Who administers does not audit himself."""
COUNTER = "窗口"


def sections(account: Account) -> frozenset[str]:
    """Where a person is appointed."""
    return frozenset(post.partition("/")[0] for post in account.posts)


def is_leader(account: Account) -> bool:
    return any(post.partition("/")[0] == LEADER.partition("/")[0] for post in account.posts)


def is_supervisor(account: Account) -> bool:
    return SUPERVISION in account.posts or is_leader(account)


def roles(account: Account) -> tuple[str, ...]:
    """What a person is, in words: what follows from the posts, then what was granted."""
    named = {post.partition("/")[2] for post in account.posts}
    follow = {
        "局领导": is_leader(account),
        "督办": SUPERVISION in account.posts,
        "科室负责人": not named.isdisjoint(CHIEFS),
        COUNTER: COUNTER in named,
        "经办人": bool(account.posts) and not is_leader(account),
    }
    return (
        *(name for name, held in follow.items() if held),
        *(word for role, word in GRANTED.items() if role in account.roles),
    )


def administers(account: Account) -> bool:
    return ADMIN in account.roles


def directs(account: Account, section: str) -> bool:
    """Whether he heads the section, or the bureau."""
    return is_leader(account) or any(f"{section}/{chief}" in account.posts for chief in CHIEFS)


def directs_person(account: Account, other: Account) -> bool:
    """Whether he may direct another's work; nobody his own, unless he leads the bureau."""
    if is_leader(account):
        return True
    return account.user != other.user and any(directs(account, section) for section in sections(other))


def people(bureau: Bureau) -> list[Account]:
    """Everybody whose account is open, in order of login."""
    found = []
    for user in sorted(bureau.accounts.names()):
        with suppress(NotFound):
            found.append(bureau.person(user))
    return found


def choices(bureau: Bureau) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everybody and every post of the bureau for choice, by section: what `addressee` takes, and what is shown."""
    everybody = people(bureau)
    found = []
    for section in (*bureau.organisation.sections, *bureau.organisation.units):
        posts = [(f"{section.name}/{post}", f"{post}（岗位）") for post in section.posts]
        own = [(one.user, one.name) for one in everybody if section.name in sections(one)]
        found.append((section.name, [*own, *posts]))
    return found


def heads(bureau: Bureau, user: str) -> frozenset[str]:
    """Who may direct a person's work."""
    person = bureau.person(user)
    return frozenset(other.user for other in people(bureau) if directs_person(other, person))


def addressee(bureau: Bureau, given: str) -> str:
    """A post (`科室/岗位`), or a person as login, `user:<login>`, name, or `姓名（登录名）`: as the engine writes it.

    Raises InvalidInput, also for a name that several bear.
    """
    name = given.strip()
    if not name:
        raise InvalidInput("请指明人员或者岗位", {"to": ["请指明人员或者岗位"]})
    if "/" in name:
        if name not in bureau.organisation.posts:
            raise InvalidInput(f"没有岗位“{name}”", {"to": [f"没有岗位“{name}”"]})
        return name
    written = NAMED.fullmatch(name)
    try:
        return USER + bureau.person(written["login"] if written else name.removeprefix(USER)).user
    except NotFound:
        return USER + _of_name(bureau, name)


NAMED = re.compile(r"[^（(]+[（(](?P<login>[^（()）]+)[）)]")
"""How a person is offered for choice: 张慧（zhanghui）."""


def _of_name(bureau: Bureau, name: str) -> str:
    found = []
    for login, called in bureau.accounts.names().items():
        if called == name:
            try:
                found.append(bureau.person(login).user)
            except NotFound:
                continue  # the account was closed
    if not found:
        raise InvalidInput(f"没有人员“{name}”", {"to": [f"没有人员“{name}”"]})
    if len(found) > 1:
        told = f"有 {len(found)} 人名叫“{name}”，请写明登录名：{'、'.join(sorted(found))}"
        raise InvalidInput(told, {"to": [told]})
    return found[0]

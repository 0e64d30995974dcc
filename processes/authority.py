"""Who may direct whose work: chiefs within their section, the bureau's leaders and its supervision everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InvalidInput, NotFound
from processes.accounts import Account
from processes.warnings import CHIEFS, LEADER, SUPERVISION

if TYPE_CHECKING:
    from processes.bureau import Bureau

USER = "user:"


def sections(account: Account) -> frozenset[str]:
    """Where a person is appointed."""
    return frozenset(post.partition("/")[0] for post in account.posts)


def is_leader(account: Account) -> bool:
    return any(post.partition("/")[0] == LEADER.partition("/")[0] for post in account.posts)


def is_supervisor(account: Account) -> bool:
    return SUPERVISION in account.posts or is_leader(account)


def directs(account: Account, section: str) -> bool:
    """Whether he heads the section, or the bureau."""
    return is_leader(account) or any(f"{section}/{chief}" in account.posts for chief in CHIEFS)


def heads(bureau: Bureau, user: str) -> frozenset[str]:
    """Who may direct a person's work; nobody his own, unless he leads the bureau."""
    own = sections(bureau.person(user))
    found = set()
    for other in bureau.accounts.names():
        try:
            account = bureau.person(other)
        except NotFound:
            continue
        if is_leader(account) or (other != user and any(directs(account, section) for section in own)):
            found.add(other)
    return frozenset(found)


def addressee(bureau: Bureau, given: str) -> str:
    """A post (`科室/岗位`), or a person as login or `user:<login>`: as the engine writes it. Raises InvalidInput."""
    name = given.strip()
    if "/" in name:
        if name not in bureau.organisation.posts:
            raise InvalidInput(f"没有岗位“{name}”", {"to": [f"没有岗位“{name}”"]})
        return name
    try:
        return USER + bureau.person(name.removeprefix(USER)).user
    except NotFound as unknown:
        raise InvalidInput(f"没有人员“{name}”", {"to": [f"没有人员“{name}”"]}) from unknown

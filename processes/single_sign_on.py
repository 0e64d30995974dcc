"""Who comes in by the provider of the house (OIDC): somebody whom it has named, and who has an account here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InvalidInput, NotFound, NotPermitted
from engine.store import organisation as statements
from processes import ledger, people
from processes.accounts import Account
from processes.people import Newcomer

if TYPE_CHECKING:
    from processes.bureau import Bureau


def admitted(bureau: Bureau, login: object, name: object = "", *, create: bool = False) -> Account:
    """The account with the login that the provider gives; with `create` one is made where there is none, without posts.

    Raises NotPermitted, saying why.
    """
    user = login.strip().lower() if isinstance(login, str) else ""
    if not user:
        raise NotPermitted("统一身份认证没有给出用户名，请联系系统管理员核对设置")
    try:
        return bureau.person(user)
    except NotFound:
        pass
    with bureau.store.reading() as transaction:
        known = transaction.one(statements.person, {"of_user": user}) is not None
    if known:
        raise NotPermitted("您在承办系统中的账号已停用，请联系系统管理员")
    if not create:
        raise NotPermitted(f"您已通过统一身份认证，但承办系统中没有“{user}”的账号，请联系系统管理员建立")
    told = name.strip()[:30] if isinstance(name, str) and name.strip() else user
    try:
        people.add(
            bureau, ledger.SYSTEM, [Newcomer(user, told)], "首次通过统一身份认证登录，自动建号", sso=True
        )
    except InvalidInput as error:
        raise NotPermitted(f"统一身份认证给出的用户名“{user[:64]}”不能作为承办系统的用户名") from error
    return bureau.person(user)

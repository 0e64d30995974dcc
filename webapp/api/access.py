"""Who asks: a Bearer token, its scopes, its pace; and the headers that make a command safe to repeat."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import InvalidInput, NotFound, NotPermitted
from processes import tokens
from processes.authority import administers
from webapp.api.problems import problem
from webapp.context import bureau

P = ParamSpec("P")
KEY = re.compile(r"[!-~]{8,100}")
REVISION = re.compile(r'"?([1-9][0-9]{0,8})"?')
IDS = re.compile(r"[\w.:-]{1,128}")


class Refusal(HTTPException):
    """Ends the request with the answer given."""

    def __init__(self, answer: AnyResponse) -> None:
        super().__init__(response=answer)
        self.code = answer.status_code


def guarded(scope: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """The view runs for a good token with that scope; before anything of the request's body is read."""

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def run(*given: P.args, **named: P.kwargs) -> Any:
            _admit(scope)
            if any(not IDS.fullmatch(str(one)) for one in named.values()):
                raise NotFound("没有找到所指的对象")
            if any(not _clean(value) for _name, value in request.args.items(multi=True)):
                raise InvalidInput("查询参数中有不能使用的字符")
            return view(*given, **named)

        return run

    return decorate


def caller() -> str:
    """The user that the token stands for."""
    user: str = g.api_token.user
    return user


def bearer() -> str | None:
    kind, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    return secret if kind.lower() == "bearer" and 0 < len(secret) <= 200 else None


def pace_of() -> str:
    """Whose calls are counted together: those of one token, else those of one address."""
    secret = bearer()
    if secret is None:
        return f"address:{request.remote_addr}"
    return f"token:{hashlib.sha256(secret.encode('utf-8', 'replace')).hexdigest()}"


def idempotency_key() -> str | None:
    """What makes a repeated command one command: unique by person, operation and object. Raises InvalidInput."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not KEY.fullmatch(given):
        raise InvalidInput(
            "Idempotency-Key 有误", {"Idempotency-Key": ["应为 8 至 100 个可见 ASCII 字符，不含空格"]}
        )
    place = hashlib.sha256(request.path.encode("utf-8", "replace")).hexdigest()[:16]
    return f"api:{caller()}:{place}:{given}"


def seen_revision() -> int | None:
    """The revision in `If-Match`; None where any will do. Raises InvalidInput."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    found = REVISION.fullmatch(given.strip())
    if found is None:
        raise InvalidInput("If-Match 有误", {"If-Match": ['应为办件的 revision，例如 "7"']})
    return int(found[1])


def keyed() -> dict[str, str | None]:
    """What makes a command happen once."""
    return {"key": idempotency_key()}


def expected() -> dict[str, Any]:
    """As `keyed`, and not at all where the case has gone on."""
    return {"key": idempotency_key(), "revision": seen_revision()}


def _admit(scope: str) -> None:
    secret = bearer()
    token = tokens.identify(bureau(), secret) if secret is not None else None
    if token is None:
        raise Refusal(problem(401))
    try:
        account = bureau().person(token.user)
    except NotFound:
        raise Refusal(problem(401)) from None
    g.api_token = token
    if scope not in token.scopes:
        raise NotPermitted(f"令牌没有“{tokens.SCOPES[scope]}”（{scope}）范围")
    if scope == "admin" and not administers(account):
        raise NotPermitted("此事由系统管理员办理")


def _clean(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)

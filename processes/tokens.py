"""Keys of the REST API: a long secret that stands for a person within scopes, until it expires or is revoked.

Only the SHA-256 of the secret is stored: 256 random bits need no slow derivation. The prefix tells keys apart in
lists and logs. What a key may do is what its person may do, narrowed to its scopes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, NotFound, NotPermitted
from engine.store import api_tokens as queries
from processes.authority import administers

if TYPE_CHECKING:
    from processes.bureau import Bureau

SCOPES = {"read": "查看", "work": "办理", "admin": "管理"}
PREFIX = "cb_"
SHOWN = 11  # characters of the secret that lists show, `cb_` included
LONGEST_DAYS = 366
MOST = 50  # keys of one person that are neither revoked nor expired
SEEN_EVERY = timedelta(minutes=1)  # how exactly the last use is kept


class Token(NamedTuple):
    """Moments are aware UTC. `state` at a moment: good, expired, revoked."""

    token: str
    prefix: str
    user: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "good"


def create(bureau: Bureau, user: str, name: str, scopes: Iterable[str], days: int = 90) -> tuple[Token, str]:
    """A new key and its secret, which is never shown again. Raises InvalidInput by field, NotPermitted, NotFound."""
    account, now = bureau.person(user), bureau.cases.clock()
    asked, wrong = set(scopes), {}
    if not name.strip() or len(name.strip()) > 60 or not name.isprintable():
        wrong["name"] = ["请用 60 字以内的名称说明用途"]
    if not asked or not asked <= SCOPES.keys():
        wrong["scopes"] = ["权限范围只有：" + "、".join(SCOPES)]
    if not 1 <= days <= LONGEST_DAYS:
        wrong["days"] = [f"有效期为 1 至 {LONGEST_DAYS} 日"]
    if wrong:
        raise InvalidInput("令牌内容有误", wrong)
    if "admin" in asked and not administers(account):
        raise NotPermitted("管理范围只给系统管理员")
    if sum(one.state(now) == "good" for one in of_user(bureau, user)) >= MOST:
        raise InvalidInput(f"有效的令牌最多 {MOST} 个，请先吊销不用的")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        f"t{secrets.token_hex(8)}", secret[:SHOWN], user, name.strip(), tuple(one for one in SCOPES if one in asked),
        now, now + timedelta(days=days), None, None,
    )  # fmt: skip
    with bureau.store.writing() as transaction:
        transaction.add(queries.add_token, {
            **token._asdict(), "hash": _hashed(secret), "scopes": " ".join(token.scopes),
            "created_at": moment_text(now), "expires_at": moment_text(token.expires_at),
        })  # fmt: skip
    return token, secret


def of_user(bureau: Bureau, user: str | None) -> list[Token]:
    """A person's keys, or everybody's; the newest first."""
    with bureau.store.reading() as transaction:
        if user is None:
            return [_token(row) for row in transaction.all(queries.tokens, {})]
        return [_token(row) for row in transaction.all(queries.tokens_of_user, {"of_user": user})]


def revoke(bureau: Bureau, token: str, *, user: str | None = None) -> None:
    """At once and for good; doing it twice changes nothing. `user`: only one of theirs. Raises NotFound."""
    given = {"of_token": token, "revoked_at": moment_text(bureau.cases.clock())}
    with bureau.store.writing() as transaction:
        found = (
            transaction.one(queries.token, {"of_token": token})
            if user is None
            else transaction.one(queries.token_of_user, {"of_token": token, "of_user": user})
        )
        if found is None:
            raise NotFound("没有这个令牌")
        transaction.run(queries.revoke_token, given)


def identify(bureau: Bureau, secret: str) -> Token | None:
    """The good key with this secret, marked as used; None for any other, and which is wrong is not told."""
    now = bureau.cases.clock()
    with bureau.store.reading() as transaction:
        row = transaction.one(queries.token_by_hash, {"of_hash": _hashed(secret)})
    if row is None:
        return None
    token = _token(row)
    if token.state(now) != "good":
        return None
    if token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY:
        with bureau.store.writing() as transaction:
            transaction.run(queries.token_used, {"of_token": token.token, "last_used_at": moment_text(now)})
    return token


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: Sequence[object]) -> Token:
    token, prefix, user, name, scopes, created_at, expires_at = map(str, row[:7])
    used, revoked = row[7], row[8]
    return Token(
        token, prefix, user, name, tuple(scopes.split()), moment_of(created_at), moment_of(expires_at),
        moment_of(str(used)) if used else None, moment_of(str(revoked)) if revoked else None,
    )  # fmt: skip

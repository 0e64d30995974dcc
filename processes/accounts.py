"""Who may sign in: accounts with argon2 passwords, and the posts and roles each holds, as the database has them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.calendar.period import day_of
from engine.codec import moment_of, moment_text
from engine.errors import NotFound, Refused
from engine.store import Store
from engine.store import accounts as queries
from engine.store import organisation as statements
from processes.organisation import Organisation, Person

KEPT_SECONDS = 10.0  # how long a change of posts made by another process may go unseen
TRIES = 5  # wrong passwords one after the other, and then nobody signs in under that name for a while
LOCKED = timedelta(minutes=15)


class Locked(Refused):
    """连续输错口令次数过多，请 15 分钟后再试，或者请系统管理员解除锁定"""

    code = "locked"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who has signed in. `posts` as appointed and in force today; `may_act_as` adds the outside parties they
    register for; `roles` as granted (`processes.authority.roles` tells all). `must_change`: the password was given by
    somebody else, or is too old."""

    user: str
    name: str
    posts: tuple[str, ...]
    may_act_as: frozenset[str]
    demo: bool = False
    roles: frozenset[str] = frozenset()
    must_change: bool = False
    password_at: datetime | None = None


class Accounts:
    """Reads are cached for a few seconds: an account is asked for at every request."""

    def __init__(
        self, store: Store, organisation: Callable[[], Organisation], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._organisation = organisation
        self._clock = clock
        self._hasher = PasswordHasher()
        self._hashing = threading.Semaphore(
            2
        )  # 64 MiB each: all who come at 8:30 must not take the memory at once
        self._nobody: str | None = None
        self._kept: dict[str, tuple[float, Account]] = {}
        self._lock = threading.Lock()

    def account(self, user: str) -> Account:
        """Raises NotFound for an unknown or inactive user."""
        kept = self._kept.get(user)
        now = time.monotonic()
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        today = day_of(self._clock()).isoformat()
        with self._store.reading() as transaction:
            row = transaction.one(queries.account, {"of_user": user})
            posts = tuple(
                post for (post,) in transaction.all(queries.posts_of, {"of_user": user, "today": today})
            )
            roles = frozenset(role for (role,) in transaction.all(statements.roles_of, {"of_user": user}))
        if row is None or not row[3]:
            self.forget(user)
            raise NotFound("没有这个用户，或者该用户已停用")
        data = json.loads(row[4] or "{}")
        account = Account(
            user, row[1], posts, frozenset(self._organisation().expand(posts)), bool(data.get("demo")), roles,
            bool(row[5]), moment_of(row[6]) if row[6] else None,
        )  # fmt: skip
        with self._lock:
            self._kept[user] = (now, account)
        return account

    def authenticate(self, user: str, password: str) -> Account | None:
        """None for an unknown user, a wrong password or an inactive account; each takes the same time to find out.

        Raises Locked after `TRIES` wrong ones in a row, for a name that nobody has as for one that somebody has. A try
        is counted before it is looked at, so that many at once get no further than one after the other.
        """
        self._count(user)
        if not self._opens_for(user, password):
            return None
        self.unlock(user)
        return self.account(user)

    def confirm(self, user: str, password: str) -> bool:
        """Whether this is the password of the person who sits there already; counted as a try. Raises Locked."""
        self._count(user)
        if right := self._opens_for(user, password):
            self.unlock(user)
        return right

    def _opens_for(self, user: str, password: str) -> bool:
        with self._store.reading() as transaction:
            row = transaction.one(queries.account, {"of_user": user})
        stored = row[2] if row is not None and row[3] and row[2] else None
        return self.opens(stored or self._decoy(), password) and stored is not None

    def _count(self, user: str) -> None:
        now = self._clock()
        since = moment_text(now - LOCKED)
        with self._store.writing() as transaction:
            transaction.lock(f"sign-in:{user}")
            transaction.run(statements.forget_old_tries, {"before": since})
            row = transaction.one(statements.tries, {"of_user": user})
            if row is None or row[0] < TRIES:
                transaction.run(statements.count_try, {"user": user, "last_at": moment_text(now)})
        if row is not None and row[0] >= TRIES:
            raise Locked()

    def unlock(self, user: str) -> None:
        """Forget wrong passwords."""
        with self._store.writing() as transaction:
            transaction.run(statements.forget_tries, {"of_user": user})

    def locked_until(self, user: str) -> datetime | None:
        """None for a name under which one may try."""
        with self._store.reading() as transaction:
            row = transaction.one(statements.tries, {"of_user": user})
        until = moment_of(row[1]) + LOCKED if row is not None and row[0] >= TRIES else None
        return until if until is not None and until > self._clock() else None

    def hashed(self, password: str) -> str:
        return self._hasher.hash(password)

    def enrol(self, people: Iterable[Person], password: str | None, *, demo: bool) -> None:
        """Add or update accounts with their posts; a password is set where `password` does not already open it."""
        hashed: str | None = None
        opens: dict[str, bool] = {}
        now = moment_text(self._clock())
        for person in people:
            with self._store.reading() as transaction:
                row = transaction.one(queries.account, {"of_user": person.user})
            kept = row[2] if row is not None else None
            if password is not None and kept is not None and kept not in opens:
                opens[kept] = self.opens(kept, password)
            if password is not None and not opens.get(kept or "", False):
                # one derivation serves all demo accounts: the password is public anyway
                hashed = hashed or self._hasher.hash(password)
                kept = hashed
                opens[kept] = True
            with self._store.writing() as transaction:
                transaction.add(queries.put_account, {
                    "user": person.user, "name": person.name, "password": kept, "active": True,
                    "data": json.dumps({"demo": demo}), "must_change": False, "password_at": now,
                })  # fmt: skip
                transaction.run(queries.drop_posts, {"of_user": person.user})
                transaction.many(queries.add_posts, [
                    {"post": post, "user": person.user, "section": self._organisation().section(post.split("/")[0]).slug}
                    for post in person.posts
                ])  # fmt: skip
                transaction.many(
                    statements.put_role, [{"user": person.user, "role": role} for role in person.roles]
                )
            self.forget(person.user)

    def names(self) -> dict[str, str]:
        """Name by user, for lists and histories."""
        with self._store.reading() as transaction:
            return {row[0]: row[1] for row in transaction.all(queries.accounts, {})}

    def forget(self, user: str) -> None:
        """Drop what is cached of a user, at once."""
        with self._lock:
            self._kept.pop(user, None)

    def opens(self, stored: str, password: str) -> bool:
        """Whether the password is the one behind a stored hash."""
        try:
            with self._hashing:
                return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _decoy(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash("decoy")
        return self._nobody

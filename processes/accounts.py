"""Who may sign in: accounts with argon2 passwords, and the posts each holds, as the database has them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import NotFound
from engine.store import Store
from engine.store import accounts as queries
from processes.organisation import Organisation, Person

KEPT_SECONDS = 60.0  # how long a change of posts made elsewhere may go unseen


@dataclass(frozen=True, slots=True)
class Account:
    """A person who has signed in. `posts` as appointed; `may_act_as` adds the outside parties they register for."""

    user: str
    name: str
    posts: tuple[str, ...]
    may_act_as: frozenset[str]
    demo: bool = False


class Accounts:
    """Reads are cached for a minute: an account is asked for at every request."""

    def __init__(self, store: Store, organisation: Organisation) -> None:
        self._store = store
        self._organisation = organisation
        self._hasher = PasswordHasher()
        self._nobody: str | None = None
        self._kept: dict[str, tuple[float, Account]] = {}
        self._lock = threading.Lock()

    def account(self, user: str) -> Account:
        """Raises NotFound for an unknown or inactive user."""
        kept = self._kept.get(user)
        now = time.monotonic()
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        with self._store.reading() as transaction:
            row = transaction.one(queries.account, {"of_user": user})
            posts = tuple(post for (post,) in transaction.all(queries.posts_of, {"of_user": user}))
        if row is None or not row[3]:
            self.forget(user)
            raise NotFound("没有这个用户，或者该用户已停用")
        data = json.loads(row[4] or "{}")
        account = Account(
            user, row[1], posts, frozenset(self._organisation.expand(posts)), bool(data.get("demo"))
        )
        with self._lock:
            self._kept[user] = (now, account)
        return account

    def authenticate(self, user: str, password: str) -> Account | None:
        """None for an unknown user, a wrong password or an inactive account; each takes the same time to find out."""
        with self._store.reading() as transaction:
            row = transaction.one(queries.account, {"of_user": user})
        stored = row[2] if row is not None and row[3] and row[2] else None
        try:
            self._hasher.verify(stored or self._decoy(), password)
        except (VerificationError, InvalidHashError):
            return None
        return self.account(user) if stored else None

    def enrol(self, people: Iterable[Person], password: str | None, *, demo: bool) -> None:
        """Add or update accounts with their posts; a password is set where `password` does not already open it."""
        hashed: str | None = None
        opens: dict[str, bool] = {}
        for person in people:
            with self._store.reading() as transaction:
                row = transaction.one(queries.account, {"of_user": person.user})
            kept = row[2] if row is not None else None
            if password is not None and kept is not None and kept not in opens:
                opens[kept] = self._opens(kept, password)
            if password is not None and not opens.get(kept or "", False):
                # one derivation serves all demo accounts: the password is public anyway
                hashed = hashed or self._hasher.hash(password)
                kept = hashed
                opens[kept] = True
            with self._store.writing() as transaction:
                transaction.add(queries.put_account, {
                    "user": person.user, "name": person.name, "password": kept, "active": True,
                    "data": json.dumps({"demo": demo}),
                })  # fmt: skip
                transaction.run(queries.drop_posts, {"of_user": person.user})
                transaction.many(queries.add_posts, [
                    {"post": post, "user": person.user, "section": self._organisation.section(post.split("/")[0]).slug}
                    for post in person.posts
                ])  # fmt: skip
            self.forget(person.user)

    def put_sections(self) -> None:
        """Bring the table of sections to what the organisation says."""
        with self._store.writing() as transaction:
            for section in (*self._organisation.sections, *self._organisation.units):
                transaction.add(
                    queries.put_section, {"section": section.slug, "name": section.name, "parent": None}
                )

    def names(self) -> dict[str, str]:
        """Name by user, for lists and histories."""
        with self._store.reading() as transaction:
            return {row[0]: row[1] for row in transaction.all(queries.accounts, {})}

    def forget(self, user: str) -> None:
        """Drop what is cached of a user, at once."""
        with self._lock:
            self._kept.pop(user, None)

    def _opens(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _decoy(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash("decoy")
        return self._nobody

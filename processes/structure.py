"""The organisation as it stands: what `organisation.yaml` begins with, and what the administrator has changed since."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from engine.store import Store
from engine.store import organisation as statements
from processes.organisation import Organisation, Section

KEPT_SECONDS = 5.0  # how long a change made by another process may go unseen


class Structure:
    """Closed sections and posts are not among those of `now`; `all_sections` has them. Safe between threads."""

    def __init__(self, store: Store, seed: Organisation) -> None:
        self._store = store
        self._seed = seed
        self._kept: tuple[float, Organisation] | None = None
        self._lock = threading.Lock()

    def plant(self) -> None:
        """Bring sections and posts of the file into the database where they are not there yet; closed ones stay closed."""
        with self._store.writing() as transaction:
            for section in (*self._seed.sections, *self._seed.units):
                transaction.add(statements.seed_section, {
                    "section": section.slug, "name": section.name, "parent": None, "number": section.number,
                    "full_name": section.full_name, "active": True,
                })  # fmt: skip
                transaction.add(statements.name_section, {
                    "of_section": section.slug, "full_name": section.full_name, "number": section.number,
                })  # fmt: skip
                for place, post in enumerate(section.posts):
                    transaction.add(
                        statements.seed_post,
                        {"section": section.slug, "name": post, "ordinal": place, "active": True},
                    )
        self.forget()

    def now(self) -> Organisation:
        """What the file says, as long as nothing has been planted."""
        kept, now = self._kept, time.monotonic()
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        found = self._read()
        with self._lock:
            self._kept = (now, found)
        return found

    def all_sections(self) -> list[tuple[Section, bool]]:
        """Every section with its open posts, and whether it is open itself; by number, the units last."""
        with self._store.reading() as transaction:
            rows = transaction.all(statements.sections, {})
            posts: dict[str, list[str]] = {}
            for slug, name, _place, active in transaction.all(statements.section_posts, {}):
                if active:
                    posts.setdefault(slug, []).append(name)
        found = [
            (Section(number, slug, name, full or name, tuple(posts.get(slug, ()))), bool(active))
            for slug, name, number, full, active in rows
        ]
        return sorted(found, key=lambda one: (one[0].number == 0, one[0].number, one[0].slug))

    def forget(self) -> None:
        """Drop what is cached, at once."""
        with self._lock:
            self._kept = None

    def _read(self) -> Organisation:
        known = [section for section, active in self.all_sections() if active]
        if not known:
            return self._seed
        return replace(
            self._seed,
            sections=tuple(section for section in known if section.number),
            units=tuple(section for section in known if not section.number),
        )

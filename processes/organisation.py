"""The bureau: sections, posts, outside parties, people; and how the catalogue's role spellings map to posts.

A post is written `科室/岗位`. Outside parties do not sign in: their steps are registered from their papers by a
section, under a post `某方/某科室代录` that the section's registrars hold besides their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from engine.errors import NotFound
from processes.sources import Source

HOST = "{主办科}"
FILE = Path(__file__).with_name("organisation.yaml")


@dataclass(frozen=True, slots=True)
class Section:
    """One of the 21 sections (`number` 1-21), or a unit beside them (`number` 0)."""

    number: int
    slug: str
    name: str
    full_name: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """`posts` as appointed; `Organisation.posts_of` adds the registrar posts that follow from them. `roles` as granted."""

    user: str
    name: str
    posts: tuple[str, ...]
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organisation:
    bureau: str
    sections: tuple[Section, ...]
    units: tuple[Section, ...]
    registrars: Mapping[str, tuple[str, ...]]  # registrar post -> the posts whose holders hold it too
    spellings: Mapping[str, str]
    people: Mapping[str, Person]

    @cached_property
    def posts(self) -> frozenset[str]:
        """Every post there is."""
        own = {
            f"{section.name}/{post}" for section in (*self.sections, *self.units) for post in section.posts
        }
        return frozenset(own | set(self.registrars))

    def section(self, name_or_slug: str) -> Section:
        """Raises NotFound."""
        for section in (*self.sections, *self.units):
            if name_or_slug in (section.name, section.slug, section.full_name):
                return section
        raise NotFound(f"没有科室“{name_or_slug}”")

    def expand(self, posts: tuple[str, ...]) -> tuple[str, ...]:
        """Appointed posts and the registrar posts that come with them, in a fixed order."""
        extra = [post for post, holders in self.registrars.items() if not set(holders).isdisjoint(posts)]
        return (*posts, *extra)

    def posts_of(self, user: str) -> tuple[str, ...]:
        """Raises NotFound for an unknown user."""
        return self.expand(self.person(user).posts)

    def person(self, user: str) -> Person:
        try:
            return self.people[user]
        except KeyError:
            raise NotFound(f"没有用户“{user}”") from None

    def post_for(self, spelling: str, host: str) -> str | None:
        """The post that a role of the catalogue means in a matter of section `host`; None if nobody says."""
        found = self.spellings.get(spelling, spelling).replace(HOST, host)
        return found if found in self.posts else None


def read(text: str | bytes, file: str) -> Organisation:
    """Raises DeploymentError with every fault: file, line, path."""
    source = Source(text, file)
    data = source.data if isinstance(source.data, dict) else {}
    keys = frozenset({"bureau", "sections", "units", "parties", "spellings", "people"})
    source.only((), data, keys)
    for key in keys:
        if key not in data:
            source.fault((key,), "missing", f"缺少“{key}”")
    source.check()
    sections = tuple(
        _section(source, path, entry) for path, entry in source.items(("sections",), data["sections"])
    )
    units = tuple(_section(source, path, entry) for path, entry in source.items(("units",), data["units"]))
    source.check()
    own = {f"{section.name}/{post}" for section in (*sections, *units) for post in section.posts}
    registrars = _registrars(source, data["parties"], own)
    for spelling, post in data["spellings"].items():
        if HOST not in post and post not in own and post not in registrars:
            source.fault(("spellings", spelling), "post", f"“{post}”不是任何科室的岗位")
    people: dict[str, Person] = {}
    for path, entry in source.items(("people",), data["people"]):
        person = Person(entry["user"], entry["name"], tuple(entry["posts"]), tuple(entry.get("roles", ())))
        if person.user in people:
            source.fault(path, "duplicate", f"用户“{person.user}”重复")
        for post in person.posts:
            if post not in own:
                source.fault((*path, "posts"), "post", f"“{post}”不是任何科室的岗位")
        people[person.user] = person
    source.check()
    return Organisation(data["bureau"], sections, units, registrars, data["spellings"], people)


def _section(source: Source, path: tuple[str | int, ...], entry: dict[str, object]) -> Section:
    number, slug, name, posts = (entry.get(key) for key in ("number", "slug", "name", "posts"))
    source.require((*path, "slug"), slug, str, "英文短名")
    source.require((*path, "name"), name, str, "科室名称")
    source.require((*path, "posts"), posts, list, "岗位列表")
    full = entry.get("full_name") or name
    listed = posts if isinstance(posts, list) else []
    return Section(number if isinstance(number, int) else 0, str(slug), str(name), str(full), tuple(listed))


def _registrars(source: Source, parties: object, own: set[str]) -> dict[str, tuple[str, ...]]:
    registrars: dict[str, tuple[str, ...]] = {}
    for path, party in source.items(("parties",), parties):
        for post in party["registered_by"]:
            if post not in own:
                source.fault((*path, "registered_by"), "post", f"“{post}”不是任何科室的岗位")
            registrar = f"{party['name']}/{post.split('/')[0]}代录"
            registrars[registrar] = (*registrars.get(registrar, ()), post)
    return registrars


@cache
def organisation() -> Organisation:
    """The bureau of `organisation.yaml`, read once."""
    return read(FILE.read_bytes(), "processes/organisation.yaml")

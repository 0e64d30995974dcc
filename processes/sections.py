"""Sections and their posts, as the administrator keeps them.

The short name stands in the posts that published procedures name, and stays; what changes is the full name. What a
procedure needs, somebody holds or work waits at is not closed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InvalidInput, NotFound, Refused
from engine.store import Transaction
from engine.store import organisation as statements
from processes import ledger
from processes.ledger import Change
from processes.organisation import Section

if TYPE_CHECKING:
    from processes.bureau import Bureau

SLUG = re.compile(r"[a-z][a-z0-9_]{1,40}")


class Holder(NamedTuple):
    """Days in Asia/Shanghai, empty where there is no bound."""

    user: str
    name: str
    starts_on: str
    ends_on: str


def listed(bureau: Bureau, by: str) -> list[tuple[Section, bool]]:
    """Every section, and whether it is open. Raises NotPermitted."""
    ledger.admit(bureau, by)
    return bureau.structure.all_sections()


def holders(bureau: Bureau, by: str, post: str) -> list[Holder]:
    ledger.admit(bureau, by)
    return _holders(bureau, post)


def section(bureau: Bureau, by: str, slug: str) -> tuple[Section, bool]:
    """Raises NotFound, NotPermitted."""
    for found, active in listed(bureau, by):
        if found.slug == slug:
            return found, active
    raise NotFound("没有这个科室")


def add(
    bureau: Bureau, by: str, slug: str, name: str, full_name: str, reason: str, *, key: str | None = None
) -> bool:
    """A new section at the end of the list. Raises InvalidInput by field, NotPermitted."""
    known = [found for found, _ in listed(bureau, by)]
    slug, name, full_name = slug.strip(), name.strip(), full_name.strip() or name.strip()
    wrong = {**_name_faults("name", name), **_name_faults("full_name", full_name)}
    if not SLUG.fullmatch(slug):
        wrong["slug"] = ["英文短名用小写字母、数字和下划线，以字母开头"]

    def work(transaction: Transaction) -> list[Change]:
        if any(one.slug == slug for one in known):
            wrong["slug"] = [f"英文短名“{slug}”已经使用"]
        if any(name in (one.name, one.full_name) for one in known):
            wrong["name"] = [f"已有科室“{name}”"]
        if wrong:
            raise InvalidInput("科室没有新增", wrong)
        transaction.run(statements.seed_section, {
            "section": slug, "name": name, "parent": None, "number": max((one.number for one in known), default=0) + 1,
            "full_name": full_name, "active": True,
        })  # fmt: skip
        return [Change("section_added", slug, name, {}, {"简称": name, "全称": full_name})]

    return _done(bureau, ledger.change(bureau, by, reason, key, work))


def rename(
    bureau: Bureau, by: str, slug: str, full_name: str, reason: str, *, key: str | None = None
) -> bool:
    """Another full name. Raises NotFound, NotPermitted, InvalidInput."""
    found, active = section(bureau, by, slug)
    full_name = full_name.strip()
    if wrong := _name_faults("full_name", full_name):
        raise InvalidInput("科室没有更名", wrong)

    def work(transaction: Transaction) -> list[Change]:
        if full_name == found.full_name:
            return []
        transaction.run(
            statements.change_section, {"of_section": slug, "full_name": full_name, "active": active}
        )
        return [Change("section_renamed", slug, found.name, {"全称": found.full_name}, {"全称": full_name})]

    return _done(bureau, ledger.change(bureau, by, reason, key, work))


def close(bureau: Bureau, by: str, slug: str, reason: str, *, key: str | None = None) -> bool:
    """Raises NotFound, NotPermitted, Refused where it is still needed, InvalidInput without a reason."""
    found, active = section(bureau, by, slug)

    def work(transaction: Transaction) -> list[Change]:
        if not active:
            return []
        for post in found.posts:
            _spare(bureau, transaction, f"{found.name}/{post}")
        hosted = [matter.name for matter in bureau.matters() if matter.section == found.name]
        if hosted:
            raise Refused(f"已发布的事项由{found.name}主办：{'、'.join(hosted)}")
        given = {"of_section": slug, "full_name": found.full_name, "active": False}
        transaction.run(statements.change_section, given)
        return [Change("section_closed", slug, found.name, {"状态": "在用"}, {"状态": "停用"})]

    return _done(bureau, ledger.change(bureau, by, reason, key, work))


def reopen(bureau: Bureau, by: str, slug: str, reason: str, *, key: str | None = None) -> bool:
    """Raises NotFound, NotPermitted, InvalidInput without a reason."""
    found, active = section(bureau, by, slug)

    def work(transaction: Transaction) -> list[Change]:
        if active:
            return []
        given = {"of_section": slug, "full_name": found.full_name, "active": True}
        transaction.run(statements.change_section, given)
        return [Change("section_opened", slug, found.name, {"状态": "停用"}, {"状态": "在用"})]

    return _done(bureau, ledger.change(bureau, by, reason, key, work))


def add_post(bureau: Bureau, by: str, slug: str, name: str, reason: str, *, key: str | None = None) -> bool:
    """A post of the section, new or opened again. Raises NotFound, NotPermitted, InvalidInput, Refused."""
    found, active = section(bureau, by, slug)
    name = name.strip()
    if wrong := _name_faults("post", name):
        raise InvalidInput("岗位没有新增", wrong)
    if not active:
        raise Refused("科室已经停用")

    def work(transaction: Transaction) -> list[Change]:
        if name in found.posts:
            return []
        transaction.run(
            statements.put_post,
            {"section": slug, "name": name, "ordinal": len(found.posts) + 100, "active": True},
        )
        return [Change("post_added", slug, found.name, {}, {"岗位": name})]

    return _done(bureau, ledger.change(bureau, by, reason, key, work))


def close_post(bureau: Bureau, by: str, slug: str, name: str, reason: str, *, key: str | None = None) -> bool:
    """Raises NotFound, NotPermitted, Refused where it is still needed, InvalidInput without a reason."""
    found, _active = section(bureau, by, slug)
    if name not in found.posts:
        raise NotFound("没有这个岗位")

    def work(transaction: Transaction) -> list[Change]:
        _spare(bureau, transaction, f"{found.name}/{name}")
        transaction.run(statements.put_post, {"section": slug, "name": name, "ordinal": 0, "active": False})
        return [Change("post_closed", slug, found.name, {"岗位": name}, {})]

    return _done(bureau, ledger.change(bureau, by, reason, key, work))


def _spare(bureau: Bureau, transaction: Transaction, post: str) -> None:
    """Raises Refused where the post is needed."""
    using = [matter.name for matter in bureau.matters() if any(step.post == post for step in matter.steps)]
    if using:
        raise Refused(f"已发布的事项有环节由“{post}”办理：{'、'.join(using)}")
    if people := _holders(bureau, post):
        raise Refused(f"“{post}”还有任岗人员：{'、'.join(one.name for one in people)}，请先免岗")
    waiting = transaction.one(statements.waiting_at_post, {"of_post": post})
    if waiting is not None and waiting[0]:
        raise Refused(f"“{post}”还有 {waiting[0]} 件待办，请先办结或者转办")


def _holders(bureau: Bureau, post: str) -> list[Holder]:
    with bureau.store.reading() as transaction:
        return [Holder(*row) for row in transaction.all(statements.holders_of_post, {"of_post": post})]


def _name_faults(field: str, name: str) -> dict[str, list[str]]:
    if not name or len(name) > 60 or not name.isprintable() or "/" in name:
        return {field: ["请用 60 字以内的名称，不含“/”"]}
    return {}


def _done(bureau: Bureau, new: bool) -> bool:
    bureau.structure.forget()
    return new

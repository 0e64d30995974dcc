"""Whom a step can be handed to, or who can be asked: as they are offered for choice, and as `authority.addressee` reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from processes.accounts import Account
from processes.authority import people, sections

if TYPE_CHECKING:
    from processes.bureau import Bureau

KEPT_SECONDS = 60.0  # how long somebody new goes unoffered; typed by name he is found at once


class Offered(NamedTuple):
    """`value` as it is typed, `label` what is told beside it."""

    value: str
    label: str


_kept: WeakKeyDictionary[Bureau, tuple[float, list[Account]]] = WeakKeyDictionary()


def offered(bureau: Bureau, section: str = "") -> list[Offered]:
    """Everybody and every post of the bureau, or of one section: people first."""
    everybody = [one for one in _people(bureau) if not section or section in _near(one)]
    posts = sorted(bureau.organisation.posts) if not section else sorted(
        post for post in bureau.organisation.posts if post.partition("/")[0] == section
    )  # fmt: skip
    return [
        *(Offered(f"{one.name}（{one.user}）", "、".join(one.posts)) for one in everybody),
        *(Offered(post, "岗位") for post in posts),
    ]


def _people(bureau: Bureau) -> list[Account]:
    kept, now = _kept.get(bureau), time.monotonic()
    if kept is None or now - kept[0] > KEPT_SECONDS:
        kept = _kept[bureau] = (now, people(bureau))
    return kept[1]


def _near(account: Account) -> frozenset[str]:
    return sections(account) | {post.partition("/")[0] for post in account.may_act_as}

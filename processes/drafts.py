"""Drafts: what a person has typed at a step and not yet sent, exactly as typed. Theirs alone, and no part of the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from engine.codec import dumps, loads, moment_of, moment_text
from engine.errors import InvalidInput, NotPermitted
from engine.store import drafts as statements
from processes import stand_in

if TYPE_CHECKING:
    from processes.bureau import Bureau

CLASSIFIED = "classified"  # 保守国家秘密法: what is secret is not kept here, not even half-typed
KEPT = timedelta(days=60)
LARGEST = 2_000_000  # characters; a form's texts together may have a million

Fields = Mapping[str, Sequence[str]]


class Draft(NamedTuple):
    """`fields` by name, each with all its values in order; `saved_at` aware UTC."""

    fields: dict[str, list[str]]
    saved_at: datetime


def save(bureau: Bureau, user: str, case_id: str, item: str, fields: Fields) -> datetime:
    """In place of the one before. At the counter `case_id` is empty and `item` is the matter. Names that begin with
    `_` are the page's own and are left out, but for those of files. Raises NotFound, NotPermitted, InvalidInput."""
    account = bureau.person(user)
    if case_id:
        row = bureau.cases.view(case_id, lambda view: view.item(item))
        mine = row["post"] in account.may_act_as or user in (row["claimed_by"], row["closed_by"])
        if not mine and not stand_in.holders(bureau, account, row):
            raise NotPermitted()
    elif account.may_act_as.isdisjoint(bureau.matter(item).posts):
        raise NotPermitted()
    if fields.get(CLASSIFIED) == ["true"]:
        drop(bureau, user, case_id, item)
        raise InvalidInput("涉及国家秘密的，内容不得录入本系统，没有保存")
    typed = {name: list(values) for name, values in fields.items() if name[:1] != "_" or name == "_file"}
    typed.pop("csrf_token", None)
    text = dumps(typed)
    if len(text) > LARGEST:
        raise InvalidInput("填写的内容太多，草稿没有保存")
    now = bureau.cases.clock()
    with bureau.store.writing() as transaction:
        transaction.add(statements.save_draft, {
            "user": user, "case_id": case_id, "item": item, "fields": text, "saved_at": moment_text(now),
        })  # fmt: skip
        oldest = transaction.one(statements.oldest_kept, {"of_user": user})
        if oldest is not None:
            transaction.add(statements.drop_beyond, {"of_user": user, "oldest": oldest[0]})
    return now


def find(bureau: Bureau, user: str, case_id: str, item: str) -> Draft | None:
    with bureau.store.reading() as transaction:
        row = transaction.one(statements.draft, {"of_user": user, "of_case": case_id, "of_item": item})
    return None if row is None else Draft(loads(row[0]), moment_of(row[1]))


def drop(bureau: Bureau, user: str, case_id: str, item: str) -> None:
    """Nothing happens where there is none."""
    if find(bureau, user, case_id, item) is None:
        return
    with bureau.store.writing() as transaction:
        transaction.add(statements.drop_draft, {"of_user": user, "of_case": case_id, "of_item": item})


def sweep(bureau: Bureau) -> None:
    """Those that nobody came back for."""
    with bureau.store.writing() as transaction:
        transaction.add(statements.drop_old, {"before": moment_text(bureau.cases.clock() - KEPT)})

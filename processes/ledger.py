"""组织变更台账: every change of sections, posts, people and roles, by whom, when, why, from what to what.

A change and its line are one transaction; the database refuses to change or drop a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, NotPermitted
from engine.store import Transaction
from engine.store import organisation as statements
from processes.authority import administers

if TYPE_CHECKING:
    from processes.bureau import Bureau

SYSTEM = "system"  # whoever runs the command line on the server
PAGE = 50
LAST = 2**31 - 1
WHAT = {
    "section_added": "新增科室", "section_renamed": "科室更名", "section_closed": "停用科室",
    "section_opened": "启用科室", "post_added": "新增岗位", "post_closed": "停用岗位", "person_added": "新增人员",
    "person_renamed": "人员更名", "appointed": "任岗", "dismissed": "免岗", "role_granted": "授予角色",
    "role_withdrawn": "收回角色", "disabled": "停用账号", "enabled": "启用账号", "password_reset": "重置口令",
    "unlocked": "解除锁定", "absence_entered": "登记离岗和代理", "absence_ended": "结束离岗和代理",
    "partner_named": "确定 AB 角", "handed_over": "离职交接",
}  # fmt: skip


class Line(NamedTuple):
    """`before` and `after` in words by what they are; moments are aware UTC."""

    ordinal: int
    at: datetime
    actor: str
    actor_name: str
    what: str
    subject: str
    subject_name: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    reason: str


class Change(NamedTuple):
    """What was changed. Where nothing is different, nothing is written."""

    what: str
    subject: str
    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]


def admit(bureau: Bureau, by: str) -> str:
    """The name of who administers. Raises NotPermitted."""
    if by == SYSTEM:
        return "系统"
    account = bureau.person(by)
    if not administers(account):
        raise NotPermitted("组织机构、人员和权限由系统管理员维护")
    return account.name


def change(
    bureau: Bureau, by: str, reason: str, key: str | None, work: Callable[[Transaction], list[Change]]
) -> bool:
    """Do and write down in one transaction; False where the same `key` did it before.

    Raises NotPermitted, InvalidInput without a reason, and what `work` raises; nothing has happened then.
    """
    name = admit(bureau, by)
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise InvalidInput("请写明变更的理由", {"_reason": ["请用 500 字以内写明理由"]})
    with bureau.store.writing() as transaction:
        transaction.lock("organisation")
        if key is not None and transaction.one(statements.entry_with_key, {"of_key": key}):
            return False
        write(bureau, transaction, by, name, work(transaction), reason, key)
    return True


def write(
    bureau: Bureau, transaction: Transaction, by: str, name: str, made: Iterable[Change], reason: str, key: str | None,
) -> None:  # fmt: skip
    """The lines of changes that were done in this transaction, which holds the lock `organisation`."""
    last = transaction.one(statements.last_entry, {})
    assert last is not None
    for place, one in enumerate(made, 1):
        transaction.add(statements.add_entry, {
            "ordinal": last[0] + place, "at": moment_text(bureau.cases.clock()), "actor": by, "actor_name": name,
            "what": one.what, "subject": one.subject, "subject_name": one.name, "before": _text(one.before),
            "after": _text(one.after), "reason": reason, "key": key if place == 1 else None,
        })  # fmt: skip


def lines(
    bureau: Bureau, by: str, *, subject: str = "", before: int | None = None
) -> tuple[list[Line], int | None]:
    """The latest first, of one section or person where named; and where the next page begins.

    Raises NotPermitted: the administrator and the auditor look.
    """
    account = bureau.person(by)
    if not administers(account) and "auditor" not in account.roles:
        raise NotPermitted("组织变更台账由系统管理员和审计员查看")
    with bureau.store.reading() as transaction:
        rows = transaction.all(
            statements.entries,
            {"before_ordinal": before or LAST, "of_subject": subject, "limit": PAGE + 1},
        )
    found = [
        Line(
            row[0],
            moment_of(row[1]),
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            json.loads(row[7]),
            json.loads(row[8]),
            row[9],
        )
        for row in rows[:PAGE]
    ]
    return found, found[-1].ordinal if len(rows) > PAGE else None


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)

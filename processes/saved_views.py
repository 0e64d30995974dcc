"""保存的视图: filters of the inbox under a name, each person's own; one of them may open with the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InvalidInput, NotFound
from engine.store import Duplicate
from engine.store import saved_views as statements
from processes.inbox import BOXES

if TYPE_CHECKING:
    from processes.bureau import Bureau

MOST = 20
LONGEST_NAME, LONGEST_FILTERS = 30, 1000


class View(NamedTuple):
    """`filters` as they stand in the address of the list; `first` opens with the inbox."""

    name: str
    box: str
    filters: str
    first: bool


def views(bureau: Bureau, user: str) -> list[View]:
    """In the order in which they were kept."""
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.views_of, {"of_user": user})
    return [View(row[0], row[1], row[2], bool(row[3])) for row in rows]


def keep(bureau: Bureau, user: str, name: str, box: str, filters: str) -> View:
    """Under a new name, or anew under one that is there. Raises InvalidInput."""
    name = _name(name)
    if box not in BOXES:
        raise InvalidInput("没有这个待办箱")
    if len(filters) > LONGEST_FILTERS:
        raise InvalidInput("筛选条件太多，不能保存")
    there = {view.name for view in views(bureau, user)}
    if name not in there and len(there) >= MOST:
        raise InvalidInput(
            f"最多保存 {MOST} 个视图，请先删除不用的视图", {"name": [f"最多保存 {MOST} 个视图"]}
        )
    with bureau.store.writing() as transaction:
        transaction.add(statements.put_view, {
            "user": user, "name": name, "box": box, "filters": filters, "first": False,
        })  # fmt: skip
    return View(name, box, filters, False)


def rename(bureau: Bureau, user: str, name: str, new: str) -> None:
    """Raises InvalidInput for a name that is taken, NotFound."""
    new = _name(new)
    if new == name:
        return
    try:
        with bureau.store.writing() as transaction:
            changed = transaction.run(statements.rename_view, {"of_user": user, "of_name": name, "name": new})
    except Duplicate:
        raise InvalidInput(f"已有名为“{new}”的视图", {"name": ["名称已被使用"]}) from None
    _there(changed)


def drop(bureau: Bureau, user: str, name: str) -> None:
    """Raises NotFound."""
    with bureau.store.writing() as transaction:
        changed = transaction.run(statements.drop_view, {"of_user": user, "of_name": name})
    _there(changed)


def open_with(bureau: Bureau, user: str, name: str | None) -> None:
    """Which view the inbox opens with; None for 待办 as it is. Raises NotFound."""
    with bureau.store.writing() as transaction:
        transaction.run(statements.none_first, {"of_user": user})
        if name is not None:
            _there(transaction.run(statements.set_first, {"of_user": user, "of_name": name, "first": True}))


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("视图须有名称", {"name": [f"请填写不超过 {LONGEST_NAME} 个字的名称"]})
    return name


def _there(changed: int) -> None:
    if not changed:
        raise NotFound("没有这个视图")

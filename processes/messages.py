"""消息: what a person has been told, by name and by post, and which of it they have read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import notices

if TYPE_CHECKING:
    from processes.bureau import Bureau

SEPARATOR = "|"


def messages(
    bureau: Bureau, user: str, *, after: str | None = None, limit: int = 20
) -> tuple[list[notices.Notice], str | None]:
    """The newest first, with what goes into the next call as `after`."""
    moment, _, notice = (after or "").partition(SEPARATOR)
    place = (moment, notice) if notice else None
    page = notices.page(bureau.store, user, _posts(bureau, user), after=place, limit=limit)
    return page.notices, SEPARATOR.join(page.after) if page.after else None


def copies(
    bureau: Bureau, user: str, *, after: str | None = None, limit: int = 20
) -> tuple[list[notices.Notice], str | None]:
    """抄送: what was copied to this person or to a post held, the newest first; `after` as in `messages`."""
    moment, _, notice = (after or "").partition(SEPARATOR)
    place = (moment, notice) if notice else None
    page = notices.page(bureau.store, user, _posts(bureau, user), after=place, limit=limit, copies=True)
    return page.notices, SEPARATOR.join(page.after) if page.after else None


def unread_copies(bureau: Bureau, user: str) -> int:
    """How many copies this person has not read."""
    return notices.unread(bureau.store, user, _posts(bureau, user), copies=True)


def unread(bureau: Bureau, user: str) -> int:
    """How many this person has not read."""
    return notices.unread(bureau.store, user, _posts(bureau, user))


def read(bureau: Bureau, user: str, notice: str) -> None:
    """Mark one as read. Raises NotFound, NotPermitted for a notice to somebody else."""
    notices.read(bureau.store, notice, user, _posts(bureau, user), bureau.cases.clock())


def opened(bureau: Bureau, user: str, notice: str) -> tuple[str, str]:
    """Mark as read, and say what it is about: the case, and the limit where it warns of one. Raises as `read` does."""
    read(bureau, user, notice)
    return notices.subject(bureau.store, notice)


def _posts(bureau: Bureau, user: str) -> list[str]:
    return sorted(bureau.person(user).may_act_as)

"""What a clerk's desk lists: boxes narrowed and ordered by choice, with what the person does for others.

Days are days in Asia/Shanghai, moments aware UTC. Everything is of the person who asks: nobody reads another's desk but
whoever stands in for him.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from engine import worklist
from engine.calendar.period import ONE_DAY, day_of, moment_of
from engine.errors import InvalidInput
from engine.kernel.operations import allows
from engine.worklist import Filters, Source
from processes import messages, stand_in
from processes.accounts import Account
from processes.looking import inbox_row
from processes.views import InboxPage, Row

if TYPE_CHECKING:
    from processes.bureau import Bureau

SEPARATOR = "|"
BOXES = (*worklist.BOXES, "copies")
LIGHTS = ("red", "yellow", "green", "grey")
CLAIMED = ("yes", "no", "any")
INSTANT = timedelta(microseconds=1)
WITHIN = ("0", "3", "5", "10")  # working days after today
ORDERS = worklist.ORDERS


class Chosen(NamedTuple):
    """What a list is narrowed to and ordered by; what is empty does not narrow.

    `due`: ends within so many working days after today; `since`, `until` (inclusive): when it came (done: was closed;
    begun: was begun); `claimed`: yes | no | any, in the box todo; `behalf`: of that person alone, for whom the reader
    stands in, `-` for nobody but himself.
    """

    matter: str = ""
    step: str = ""
    light: str = ""
    due: str = ""
    since: date | None = None
    until: date | None = None
    claimed: str = ""
    urgent: bool = False
    behalf: str = ""
    words: str = ""
    order: str = "due"


ALL = Chosen()


class Deputed(NamedTuple):
    """For whom a person stands in now, and how much of theirs is to be done."""

    user: str
    name: str
    items: int


class Counts(NamedTuple):
    """Of each box, at most `worklist.MOST` + 1; the lights of what is to be done; what others have given to do."""

    boxes: Mapping[str, int]
    lights: Mapping[str, int]
    deputed: tuple[Deputed, ...]


def page(
    bureau: Bureau,
    user: str,
    box: str = "todo",
    chosen: Chosen = ALL,
    *,
    after: str | None = None,
    back: bool = False,
    limit: int = 20,
) -> InboxPage:
    """One page of a box (todo | claimable | done | started). Raises InvalidInput."""
    account, now = bureau.person(user), bureau.cases.clock()
    place = tuple(after.split(SEPARATOR)) if after else None
    filters = _filters(bureau, account, chosen, now)
    others = stand_in.principals(bureau, user)
    if box == "started":
        found = worklist.begun(bureau.store, user, place, limit, filters=filters, back=back)
    else:
        order = "closed" if box == "done" else chosen.order
        if order not in (*ORDERS, "closed"):
            raise InvalidInput("不能这样排序", {"order": ["请选择排序方式"]})
        found = worklist.page(
            bureau.store, sources(bureau, account, box, chosen, others), place, limit, filters=filters,
            order=cast("worklist.Order", order), now=now, back=back,
        )  # fmt: skip
    names = bureau.accounts.names()
    rows = [_row(bureau, account, others, found_row, now, names) for found_row in found.rows]
    return InboxPage(
        rows,
        SEPARATOR.join(found.after) if found.after else None,
        SEPARATOR.join(found.before) if found.before else None,
    )


def count(bureau: Bureau, user: str, box: str, chosen: Chosen = ALL, *, fresh: datetime | None = None) -> int:
    """How many, at most `worklist.MOST` + 1; with `fresh`, of those that came after that moment."""
    account, now = bureau.person(user), bureau.cases.clock()
    if box == "copies":
        return messages.unread_copies(bureau, user)
    filters = _filters(bureau, account, chosen, now)._replace(fresh=fresh)
    if box == "started":
        return worklist.count_begun(bureau.store, user, filters=filters)
    others = stand_in.principals(bureau, user)
    found = sources(bureau, account, box, chosen, others)
    return worklist.count(bureau.store, found, filters=filters, now=now)


def counts(bureau: Bureau, user: str) -> Counts:
    """Of every box, with the lights of what is to be done. Of copies, those not read."""
    account, now = bureau.person(user), bureau.cases.clock()
    others = stand_in.principals(bureau, user)
    own = {box: sources(bureau, account, box, ALL, others) for box in worklist.BOXES if box != "started"}
    found = {box: worklist.count(bureau.store, own[box]) for box in own}
    found["started"] = worklist.count_begun(bureau.store, user)
    found["copies"] = messages.unread_copies(bureau, user)
    names = bureau.accounts.names()
    deputed = tuple(
        Deputed(one, names.get(one, one), count(bureau, user, "todo", Chosen(behalf=one, claimed="any")))
        for one in others
    )
    lights = worklist.lights(bureau.store, own["todo"], now) if found["todo"] else dict.fromkeys(LIGHTS, 0)
    return Counts(found, lights, deputed)


def sources(
    bureau: Bureau, account: Account, box: str, chosen: Chosen, others: Mapping[str, frozenset[str]]
) -> list[Source]:
    """Where a box takes its items from: the person's own desk and posts, then those of whom he stands in for."""
    if box == "done":
        return worklist.sources(account.user, (), "done")
    if box not in ("todo", "claimable"):
        raise InvalidInput(f"没有名为 {box} 的待办箱")
    claimed = "no" if box == "claimable" else chosen.claimed or "yes"
    if claimed not in CLAIMED:
        raise InvalidInput("签收状态有误", {"claimed": ["请选择签收状态"]})
    wanted = {one: scope for one, scope in others.items() if chosen.behalf in ("", one)}
    own = chosen.behalf in ("", "-")
    found: list[Source] = []
    if claimed != "no":
        found += worklist.sources(account.user, (), "todo") if own else []
        found += [Source("held", one, *_parted(scope)) for one, scope in wanted.items()]
    if claimed != "yes":
        mine = (f"user:{account.user}", *sorted(account.may_act_as))
        found += [Source("free", key) for key in mine] if own else []
        # Two of them may hold one post: it is listed once, for all the matters of either.
        lent: dict[str, set[str] | None] = {}
        for principal, scope in wanted.items():
            matters, posts = _parted(scope)
            for key in (f"user:{principal}", *sorted(bureau.person(principal).may_act_as)):
                if key not in mine and (not posts or key in posts):
                    kept = lent.setdefault(key, set())
                    lent[key] = None if kept is None or not matters else kept | set(matters)
        found += [Source("free", key, tuple(sorted(scope or ()))) for key, scope in lent.items()]
    return found


def _parted(scope: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The matters and the posts that an absence names (`stand_in.covers`)."""
    matters = tuple(sorted(one for one in scope if "/" not in one))
    return matters, tuple(sorted(one for one in scope if "/" in one))


def for_whom(
    bureau: Bureau, account: Account, others: Mapping[str, frozenset[str]], row: worklist.Row
) -> str:
    """Whose the item is, where the reader acts for somebody; empty for his own."""
    if row.claimed_by == account.user or (row.claimed_by is None and _may(account, row.post)):
        return ""
    for principal, scope in others.items():
        if not stand_in.covers(scope, {"matter": row.matter, "post": row.post}):
            continue
        if row.claimed_by == principal or (
            row.claimed_by is None and _may(bureau.person(principal), row.post)
        ):
            return principal
    return ""


def _may(account: Account, post: str | None) -> bool:
    return post in account.may_act_as or post == f"user:{account.user}"


def _filters(bureau: Bureau, account: Account, chosen: Chosen, now: datetime) -> Filters:
    if chosen.light and chosen.light not in LIGHTS:
        raise InvalidInput("没有这种灯", {"light": ["请选择红灯、黄灯、绿灯或者未计时"]})
    if chosen.due and chosen.due not in WITHIN:
        raise InvalidInput("到期范围有误", {"due": ["请选择到期范围"]})
    due_until = None
    if chosen.due:
        today = day_of(now)
        ahead = int(chosen.due)
        last = bureau.cases.calendar.working_days_after(today, ahead) if ahead else today
        due_until = moment_of(last + ONE_DAY) + INSTANT  # a due moment is the first instant after its day
    return Filters(
        matter=chosen.matter,
        element=chosen.step,
        light=chosen.light,
        due_until=due_until,
        since=moment_of(chosen.since) if chosen.since else None,
        until=moment_of(chosen.until + ONE_DAY) if chosen.until else None,
        words=chosen.words,
        addressees=(f"user:{account.user}", *sorted(account.may_act_as)) if chosen.urgent else (),
    )


def _row(
    bureau: Bureau,
    account: Account,
    others: Mapping[str, frozenset[str]],
    found: worklist.Row,
    now: datetime,
    names: Mapping[str, str],
) -> Row:
    row = inbox_row(
        found,
        now,
        bureau.cases.calendar,
        names,
        bureau.matter_name(found.matter),
        bureau.light_of(found, now),
    )
    if not found.item:
        return replace(row, stopped=found.stopped or "")
    closed = found.state == "completed"
    if closed:
        whom = found.closed_by or "" if found.closed_through == account.user else ""
    else:
        whom = for_whom(bureau, account, others, found)
    through = found.closed_through or "" if found.closed_by == account.user else ""
    if found.before_by:
        previous = f"{names.get(found.before_by, found.before_by)} {found.before_step or ''}".strip()
    else:
        previous = f"{names.get(found.begun_by or '', found.begun_by or '')} 收件".strip()
    return replace(
        row,
        previous=previous,
        stopped=found.stopped or "",
        urged=found.urged or "",
        behalf=whom,
        behalf_name=names.get(whom, whom),
        through_name=names.get(through, through),
        batch=_batch(bureau, found),
        closed_at=found.closed_at,
    )


def _batch(bureau: Bureau, found: worklist.Row) -> bool:
    """Whether the step lets itself be done for many cases at once."""
    net = bureau.cases.executable(found.deployment).net.processes.get(found.process)
    return net is not None and found.element in net.nodes and allows(net.nodes[found.element], "batch")

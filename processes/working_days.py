"""日历: the bureau's calendar versions: a year's notice read and compared, kept as a draft, published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from engine import recomputation
from engine.calendar.notice import Notice, read_csv, read_json
from engine.calendar.working import WorkingCalendar
from engine.cases import Actor
from engine.cases.calendars import Version
from engine.errors import InvalidInput, NotPermitted
from engine.recomputation import Moved

if TYPE_CHECKING:
    from processes.bureau import Bureau

KEEPERS = ("办公室/主任", "政策法规科/科长", "局领导/局长")
AT_ONCE = 4  # batches of cases recomputed while the publisher waits; the worker does the rest


class Change(NamedTuple):
    """A day that is a working day in one version and not in the other, and what each says of it."""

    day: date
    before: str
    after: str
    working: bool


@dataclass(frozen=True)
class Published:
    """One version, what it changes against the one stored before it, and the clocks it has moved so far."""

    version: Version
    current: bool
    changes: Sequence[Change]
    moved: Sequence[Moved]


def may_keep(bureau: Bureau, user: str) -> bool:
    return not set(bureau.person(user).posts).isdisjoint(KEEPERS)


def versions(bureau: Bureau) -> tuple[list[Version], str]:
    """The newest first, and the name of the one in force."""
    return list(reversed(bureau.cases.calendars.versions())), bureau.cases.calendar.version


def notice_from(text: str, *, source: str, published: str, years: str) -> Notice:
    """JSON where the text begins with a brace, else CSV with the notice named beside it. Raises InvalidInput by field."""
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        return read_json(text.lstrip("\ufeff"))
    wrong = {}
    if not source.strip():
        wrong["source"] = ["请填写通知的名称和文号"]
    try:
        on = date.fromisoformat(published.strip())
    except ValueError:
        wrong["published"] = ["日期应写作 2026-11-05"]
    numbers = years.replace("、", " ").replace(",", " ").replace("，", " ").split()
    if not numbers or not all(one.isdecimal() and 2000 <= int(one[:5]) <= 2100 for one in numbers):
        wrong["years"] = ["请填写年份，如 2027"]
    if not text.strip():
        wrong["text"] = ["请粘贴放假安排，或者选择文件"]
    if wrong:
        raise InvalidInput("放假通知填写不完整", wrong)
    return read_csv(text, source=source.strip(), published=on, years=[int(one) for one in numbers])


def preview(bureau: Bureau, user: str, notice: Notice) -> list[Change]:
    """What the notice would change against the version stored last."""
    _keeper(bureau, user)
    newest = bureau.cases.calendars.newest()
    return changes(newest, notice.applied_to(newest, "preview"))


def keep(bureau: Bureau, user: str, notice: Notice, version: str) -> str:
    """Store as a draft, under a name of its own where none is given. Raises InvalidInput, NotPermitted."""
    _keeper(bureau, user)
    calendars = bureau.cases.calendars
    name = version.strip() or _free_name(bureau, "-".join(map(str, notice.years)))
    if len(name) > 40:
        raise InvalidInput("版本名称过长", {"version": ["不能超过 40 字"]})
    calendars.add(notice.applied_to(calendars.newest(), name), bureau.cases.clock(), user)
    return name


def publish(bureau: Bureau, user: str, version: str) -> None:
    """From now on clocks count by it. Raises NotFound, NotPermitted, Refused when a later version is in force."""
    account = _keeper(bureau, user)
    bureau.cases.calendars.put_in_force(version, bureau.cases.clock())
    recomputation.recompute(bureau.cases, Actor(user, account), most=AT_ONCE)


def published(bureau: Bureau, version: str) -> Published | None:
    """None where there is no such version."""
    stored = bureau.cases.calendars.versions()
    place = next((number for number, one in enumerate(stored) if one.version == version), None)
    if place is None:
        return None
    calendars = bureau.cases.calendars
    before = calendars.version(stored[place - 1].version) if place else None
    found = changes(before, calendars.version(version)) if before is not None else []
    one = stored[place]
    moved = recomputation.report(bureau.cases, version) if one.in_force_at else []
    return Published(one, version == bureau.cases.calendar.version, found, moved)


def changes(before: WorkingCalendar, after: WorkingCalendar) -> list[Change]:
    days = sorted({row.day for row in (*before.days, *after.days)})
    return [
        Change(day, before.why(day), after.why(day), after.is_working_day(day))
        for day in days
        if before.is_working_day(day) != after.is_working_day(day) or before.name(day) != after.name(day)
    ]


def _keeper(bureau: Bureau, user: str) -> str:
    if not may_keep(bureau, user):
        raise NotPermitted("工作日历由办公室主任、政策法规科科长或者局长维护")
    return bureau.person(user).name


def _free_name(bureau: Bureau, stem: str) -> str:
    taken = {one.version for one in bureau.cases.calendars.versions()}
    return next(name for number in range(1, 1000) if (name := f"{stem}-{number}") not in taken)

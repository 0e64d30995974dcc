"""Reading a year's holiday notice from the small form in which a clerk types it: CSV or JSON.

CSV: one line a day or a run of days, `日期,类型,名称`; a run is `2027-02-05/2027-02-11`; 类型 is 放假 or 上班. Lines that
begin with # are left out. JSON: `{"source": …, "published": …, "years": [2027], "days": [{"date": …, "type": …,
"name": …}]}`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.calendar.working import CalendarDay, WorkingCalendar
from engine.errors import InvalidInput

KINDS = {"放假": False, "休": False, "上班": True, "班": True}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its title and number, when it was published, the years it arranges, the days."""

    source: str
    published: date
    years: tuple[int, ...]
    days: tuple[CalendarDay, ...]

    def applied_to(self, calendar: WorkingCalendar, version: str) -> WorkingCalendar:
        return calendar.with_notice(version, self.source, self.published, self.years, self.days)


def read_csv(text: str, *, source: str, published: date, years: Iterable[int]) -> Notice:
    """Raises InvalidInput with every faulty line (fields: line number → message)."""
    faults: dict[str, Any] = {}
    days: dict[date, CalendarDay] = {}
    lines = (line for line in io.StringIO(text.lstrip("\ufeff")))
    for number, row in enumerate(csv.reader(lines), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#") or cells[0] in ("日期", "date"):
            continue
        _read(f"第{number}行", cells + [""] * (3 - len(cells)), days, faults)
    return _checked(source, published, tuple(years), days, faults)


def read_json(text: str) -> Notice:
    """Raises InvalidInput with every faulty entry."""
    try:
        data = json.loads(text)
        source, published = str(data["source"]), date.fromisoformat(data["published"])
        years = tuple(int(year) for year in data["years"])
        entries = list(data["days"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"节假日通知的 JSON 无法读取：{error}") from None
    faults: dict[str, Any] = {}
    days: dict[date, CalendarDay] = {}
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            faults[f"第{number}项"] = ["应当是一个对象"]
            continue
        cells = [str(entry.get(key) or "") for key in ("date", "type", "name")]
        _read(f"第{number}项", cells, days, faults)
    return _checked(source, published, years, days, faults)


def _read(place: str, cells: list[str], days: dict[date, CalendarDay], faults: dict[str, Any]) -> None:
    when, kind, name = cells[:3]
    if kind not in KINDS:
        faults[place] = [f"类型“{kind}”应为“放假”或“上班”"]
        return
    try:
        run = list(_run(when))
    except ValueError:
        faults[place] = [f"日期“{when}”应为 2027-01-01 或 2027-02-05/2027-02-11"]
        return
    for day in run:
        if day in days and days[day].working != KINDS[kind]:
            faults[place] = [f"{day} 既放假又上班"]
        days[day] = CalendarDay(day, KINDS[kind], name or ("调休上班" if KINDS[kind] else "放假"))


def _run(text: str) -> Iterator[date]:
    first, _, last = text.partition("/")
    day, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    if end < day or (end - day).days > 31:
        raise ValueError(text)
    while day <= end:
        yield day
        day += timedelta(days=1)


def _checked(
    source: str,
    published: date,
    years: tuple[int, ...],
    days: dict[date, CalendarDay],
    faults: dict[str, Any],
) -> Notice:
    if not source.strip():
        faults["source"] = ["须注明通知的名称和文号"]
    if not years:
        faults["years"] = ["须注明通知安排的年份"]
    for day in days:
        # A New Year's arrangement may reach into the last days of the year before.
        if years and not (day.year in years or (day.month == 12 and day.year + 1 in years)):
            faults[str(day)] = [f"不在通知安排的年份（{'、'.join(map(str, years))}）之内"]
        elif days[day].working and day.weekday() < 5:
            faults[str(day)] = ["调休上班日应是星期六或星期日"]
    if not days and not faults:
        faults["days"] = ["通知中没有任何日期"]
    if faults:
        raise InvalidInput("节假日通知有误", fields=faults)
    return Notice(source, published, years, tuple(days[day] for day in sorted(days)))

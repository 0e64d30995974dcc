"""The first calendar version: every notice that the package `chinesecalendar` knows, 2004 onwards."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.metadata import version as package_version

from chinese_calendar import constants

from engine.calendar.working import CalendarDay, WorkingCalendar

HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


@lru_cache(maxsize=1)
def seed() -> WorkingCalendar:
    """2004 up to the last year whose notice the installed package carries; later years are provisional."""
    days = [
        CalendarDay(day, False, HOLIDAY_NAMES.get(str(name), str(name)))
        for day, name in constants.holidays.items()
    ]
    days += [
        CalendarDay(day, True, f"{HOLIDAY_NAMES.get(str(name), str(name))}调休上班")
        for day, name in constants.workdays.items()
    ]
    first, last = min(row.day.year for row in days), max(row.day.year for row in days)
    release = package_version("chinesecalendar")
    return WorkingCalendar(
        version=f"seed-{release}",
        source=f"国务院办公厅{first}年至{last}年部分节假日安排的通知（取自 chinesecalendar {release}）",
        # The notices come out in the autumn before; the exact day is not in the package.
        published=date(last - 1, 12, 31),
        years=frozenset(range(first, last + 1)),
        days=tuple(sorted(days, key=lambda row: row.day)),
    )

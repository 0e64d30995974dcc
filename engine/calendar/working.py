"""Which days are working days: versioned calendars made of the State Council's yearly notices and local orders.

国务院关于职工工作时间的规定 第七条 (Saturday and Sunday rest), 全国年节及纪念日放假办法 第二、六、七条, and each
year's 国务院办公厅 notice, which names the days off and the weekends worked in exchange. All dates are dates in
Asia/Shanghai. A year without a published notice is provisional: weekends only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_FIRST_INDEXED, _LAST_INDEXED = date(2000, 1, 1), date(2050, 12, 31)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that departs from the plain week, or a named holiday: one row of `calendar_day`.

    `order` is the number of the local order (typhoon, local closure); empty for the national notice.
    """

    day: date
    working: bool
    name: str = ""
    order: str = ""

    def to_row(self) -> dict[str, Any]:
        return {"day": self.day, "working": self.working, "name": self.name, "order": self.order}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> CalendarDay:
        day = row["day"]
        return cls(
            day if isinstance(day, date) else date.fromisoformat(day),
            bool(row["working"]),
            row.get("name") or "",
            row.get("order") or "",
        )


@dataclass(frozen=True)
class WorkingCalendar:
    """One version of the calendar: what it rests on, when that was published, the years it covers, the days.

    `years` are those with a published notice; every other year is provisional. `days` holds only departures
    from Monday-to-Friday and named holidays, one row a day; a local order prevails over the national notice.
    """

    version: str
    source: str
    published: date
    years: frozenset[int]
    days: tuple[CalendarDay, ...] = ()

    @cached_property
    def _rows(self) -> dict[date, CalendarDay]:
        return {row.day: row for row in self.days}

    @cached_property
    def _swapped(self) -> dict[date, bool]:
        return {day: row.working for day, row in self._rows.items()}

    @cached_property
    def _ordinals(self) -> list[int]:
        swapped = self._swapped
        found = []
        for ordinal in range(_FIRST_INDEXED.toordinal(), _LAST_INDEXED.toordinal() + 1):
            working = swapped.get(date.fromordinal(ordinal))
            # Ordinal 1 is a Monday.
            if working if working is not None else (ordinal - 1) % 7 < 5:
                found.append(ordinal)
        return found

    def is_working_day(self, day: date) -> bool:
        working = self._swapped.get(day)
        return day.weekday() < 5 if working is None else working

    def working_days_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (which is not counted); before it when `count` is negative.

        0 gives `day` itself.
        """
        if count == 0:
            return day
        ordinals = self._ordinals
        ordinal = day.toordinal()
        if _FIRST_INDEXED <= day <= _LAST_INDEXED:
            index = (
                bisect_right(ordinals, ordinal) + count - 1
                if count > 0
                else bisect_left(ordinals, ordinal) + count
            )
            if 0 <= index < len(ordinals):
                return date.fromordinal(ordinals[index])
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and including `last`; negative when `last` is earlier."""
        if last < first:
            return -self.working_days_between(last, first)
        if first >= _FIRST_INDEXED and last <= _LAST_INDEXED:
            ordinals = self._ordinals
            return bisect_right(ordinals, last.toordinal()) - bisect_right(ordinals, first.toordinal())
        count = 0
        while first < last:
            first += timedelta(days=1)
            count += self.is_working_day(first)
        return count

    def provisional(self, year: int) -> bool:
        """No notice for that year is in this version."""
        return year not in self.years

    def name(self, day: date) -> str:
        """The holiday's name, or that of the local order; empty for a plain day."""
        row = self._rows.get(day)
        return row.name if row else ""

    def why(self, day: date) -> str:
        """Why the day is or is not a working day, in Chinese."""
        row = self._rows.get(day)
        weekday = WEEKDAYS[day.weekday()]
        if row is None:
            if day.weekday() < 5:
                return "工作日"
            return f"周末（{weekday}）"
        order = f"（{row.order}）" if row.order else ""
        if row.working:
            return (row.name or "调休上班") + (order or f"（{weekday}）")
        return (row.name or "放假") + order

    def with_notice(
        self, version: str, source: str, published: date, years: Iterable[int], days: Iterable[CalendarDay]
    ) -> WorkingCalendar:
        """A new version with one more notice: its days replace ours of the same date; local orders stay."""
        local = {row.day for row in self.days if row.order}
        fresh = tuple(row for row in days if row.day not in local)
        replaced = {row.day for row in fresh}
        covered = frozenset(years)
        kept = tuple(
            row
            for row in self.days
            if row.order or (row.day not in replaced and not self._superseded(row, covered))
        )
        return WorkingCalendar(version, source, published, self.years | covered, _ordered(kept + fresh))

    def _superseded(self, row: CalendarDay, covered: frozenset[int]) -> bool:
        # An amended notice of a year that was covered already replaces that year's days whole.
        return row.day.year in covered and row.day.year in self.years

    def with_local(
        self, version: str, order: str, published: date, days: Iterable[CalendarDay]
    ) -> WorkingCalendar:
        """A new version with a bureau's own closures or extra working days, under the order's number."""
        if not order.strip():
            raise ValueError("本地调整须注明文号")
        fresh = tuple(CalendarDay(row.day, row.working, row.name, order) for row in days)
        replaced = {row.day for row in fresh}
        kept = tuple(row for row in self.days if row.day not in replaced)
        return WorkingCalendar(version, order, published, self.years, _ordered(kept + fresh))

    def header(self) -> dict[str, Any]:
        """The row of `calendar_version`."""
        return {
            "version": self.version,
            "source": self.source,
            "published": self.published,
            "years": sorted(self.years),
        }

    def rows(self) -> list[dict[str, Any]]:
        """The rows of `calendar_day`."""
        return [row.to_row() for row in self.days]

    @classmethod
    def from_rows(cls, header: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> WorkingCalendar:
        published = header["published"]
        return cls(
            header["version"],
            header["source"],
            published if isinstance(published, date) else date.fromisoformat(published),
            frozenset(int(year) for year in header["years"]),
            _ordered(CalendarDay.from_row(row) for row in rows),
        )


def _ordered(days: Iterable[CalendarDay]) -> tuple[CalendarDay, ...]:
    return tuple(sorted(days, key=lambda row: row.day))

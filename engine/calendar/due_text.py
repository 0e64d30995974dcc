"""The answer of `chengban due` as plain data: the same code that the engine's clocks run on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from engine.calendar.period import SHANGHAI, UNITS, NeverDueError, Period, Span, due
from engine.calendar.working import WorkingCalendar
from engine.errors import InvalidInput


def _point(text: str, option: str) -> date | datetime:
    text = text.strip()
    try:
        # DATE[THH:MM]: without an offset it is Shanghai's time.
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{option}“{text}”应为 2026-09-25 或 2026-09-25T09:30", {option: [text]}) from None


def _span(text: str) -> Span:
    first, slash, last = text.partition("/")
    if not slash or not last.strip():
        raise InvalidInput(f"--suspend“{text}”应为 起日/止日", {"--suspend": [text]})
    start, end = _point(first, "--suspend"), _point(last, "--suspend")
    if str(end) < str(start):
        raise InvalidInput(f"--suspend“{text}”的止日早于起日", {"--suspend": [text]})
    return Span(start, end, "中止")


def due_answer(
    calendar: WorkingCalendar,
    *,
    amount: int,
    unit: str,
    start: str,
    before: bool = False,
    suspend: Sequence[str] = (),
    extend: int = 0,
) -> dict[str, Any]:
    """`{"due", "provisional", "days": [{"date", "counted", "why", "count"}]}`.

    `due` is the date in Shanghai, for hours the moment with its offset; `moment` the same in UTC, `calendar` the
    version. `extend` is in the limit's unit. Raises InvalidInput naming the option.
    """
    if unit not in UNITS:
        raise InvalidInput(f"--unit“{unit}”应为 {'、'.join(UNITS)} 之一", {"--unit": [unit]})
    if amount < 0 or extend < 0:
        raise InvalidInput("期限和延长须是非负整数", {"--amount": [f"{amount}"], "--extend": [f"{extend}"]})
    try:
        period = Period(amount, unit, "before" if before else "after")
        extension = Period(extend, unit, period.direction) if extend else None
        answer = due(
            period,
            _point(start, "--from"),
            calendar,
            spans=[_span(text) for text in suspend],
            extension=extension,
        )
        days = answer.days
    except NeverDueError as error:
        raise InvalidInput(error.message) from None
    except (OverflowError, ValueError):
        raise InvalidInput("期限过长，超出日历范围", {"--amount": [f"{amount}"]}) from None
    local = answer.moment.astimezone(SHANGHAI)
    return {
        "due": local.isoformat() if unit == "hour" else answer.date.isoformat(),
        "moment": answer.moment.isoformat().replace("+00:00", "Z"),
        "provisional": answer.provisional,
        "calendar": calendar.version,
        "days": [
            {"date": row.date.isoformat(), "counted": row.counted, "why": row.why, "count": row.count}
            for row in days
        ],
    }

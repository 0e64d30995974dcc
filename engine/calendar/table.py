"""The table of days: date, counted or not and why, running count; what a clerk or a court follows by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from engine.calendar.period import ONE_DAY, Day, Due, Span, Unit, day_of, gaps, in_gaps, raw_end
from engine.calendar.working import WorkingCalendar


def _grounds(day: date, spans: tuple[Span, ...]) -> str:
    names = [
        span.ground or "中止"
        for span in spans
        if day_of(span.start) < day and (span.end is None or day <= day_of(span.end))
    ]
    return "、".join(dict.fromkeys(names))


def table(answer: Due) -> tuple[Day, ...]:
    """Every day from the event to the due date, the event's own first with count 0."""
    origin = day_of(answer.start)
    if answer.parts[0].unit == "hour":
        return _hour_table(answer, origin)
    stretches = gaps(answer.spans)
    backward = answer.parts[0].direction == "before"
    last_counted = raw_end(answer.parts, origin, stretches, answer.calendar)
    by_working_day = [part.unit == "working_day" for part in answer.parts]
    switch = [
        raw_end(answer.parts[: index + 1], origin, stretches, answer.calendar)
        for index in range(len(answer.parts))
    ]
    step = -ONE_DAY if backward else ONE_DAY
    rows = [
        Day(origin, False, "当日不计入，自下一日开始计算" if not backward else "事项当日不计入，向前倒推", 0)
    ]
    day, count, part = origin, 0, 0
    while day != answer.date:
        day += step
        why = answer.calendar.why(day)
        if (day < last_counted) if backward else (day > last_counted):
            suspended = in_gaps(day, stretches)
            reason = f"不计入（{_grounds(day, answer.spans)}）" if suspended else why
            if day == answer.date:
                reason += "，末日提前至此日" if backward else "，末日顺延至此日"
            else:
                reason += "，提前" if backward else "，顺延"
            rows.append(Day(day, False, reason, count))
            continue
        while part < len(switch) - 1 and ((day < switch[part]) if backward else (day > switch[part])):
            part += 1
        if in_gaps(day, stretches):
            rows.append(Day(day, False, f"不计入（{_grounds(day, answer.spans)}）", count))
            continue
        counted = not by_working_day[part] or answer.calendar.is_working_day(day)
        count += counted
        rows.append(Day(day, counted, why, count))
    return tuple(rows)


def table_until(
    unit: Unit, start: date | datetime, spans: tuple[Span, ...], calendar: WorkingCalendar, until: date
) -> tuple[Day, ...]:
    """The days of a forward limit whose end is not known yet, for a suspension is open: from the event to `until`."""
    day = day_of(start)
    stretches = gaps(spans)
    rows = [Day(day, False, "当日不计入，自下一日开始计算", 0)]
    count = 0
    while day < until:
        day += ONE_DAY
        if in_gaps(day, stretches):
            rows.append(Day(day, False, f"不计入（{_grounds(day, spans)}）", count))
            continue
        counted = unit != "working_day" or calendar.is_working_day(day)
        count += counted
        rows.append(Day(day, counted, calendar.why(day), count))
    return tuple(rows)


def _hour_table(answer: Due, origin: date) -> tuple[Day, ...]:
    """Hours are shown a line a day; the count is of days touched, the moment itself is the answer."""
    low, high = min(origin, answer.date), max(origin, answer.date)
    rows = []
    day = low
    while day <= high:
        rows.append(Day(day, True, "按小时连续计算，不扣除夜间和休假日", (day - low).days + 1))
        day += timedelta(days=1)
    return tuple(rows)


def calendar_note(calendar: WorkingCalendar) -> str:
    """What the table rests on, for the foot of a printed sheet."""
    return f"工作日历版本 {calendar.version}：{calendar.source}（{calendar.published:%Y-%m-%d}）"

"""A second way to count, for the tests: day by day over the raw lists of `chinesecalendar`, nothing of ours.

Works on ordinals and a plain list of flags; months are found by trying dates, suspensions by striking days off.
"""

from datetime import date, datetime, timedelta

from chinese_calendar.constants import holidays, workdays

FIRST = date(1999, 1, 1).toordinal()
WORKING = [
    (date.fromordinal(o) in workdays)
    or (date.fromordinal(o).isoweekday() <= 5 and date.fromordinal(o) not in holidays)
    for o in range(FIRST, date(2036, 1, 1).toordinal())
]


def struck_off(suspensions):
    days = set()
    for begun, ended in suspensions:
        days.update(range(begun.toordinal() + 1, ended.toordinal() + 1))
    return days


def same_number(day, months):
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    for number in (day.day, 30, 29, 28):
        if number <= day.day:
            try:
                return date(year, month, number)
            except ValueError:
                continue
    raise AssertionError(day)


def last_day(amount, unit, start, suspensions=(), backwards=False):
    step = -1 if backwards else 1
    off = struck_off(suspensions)
    at = start.toordinal()
    if unit in ("month", "year"):
        months = amount * (12 if unit == "year" else 1)
        laid_out = same_number(start, months * step).toordinal()
        put_off = 0
        if off:
            while (found := sum(1 for o in off if at < o <= laid_out + put_off)) != put_off:
                put_off = found
        at = laid_out + put_off
    else:
        left = amount
        while left:
            at += step
            if at not in off and (unit == "day" or WORKING[at - FIRST]):
                left -= 1
    while at in off or not WORKING[at - FIRST]:
        at += step
    return date.fromordinal(at)


def last_hour(amount, start, suspensions=()):
    """Whole hours only: start and suspensions lie on the hour."""
    at, left = start, amount
    while left:
        if not any(begun <= at < ended for begun, ended in suspensions):
            left -= 1
        at += timedelta(hours=1)
    return at


def local(moment: datetime) -> datetime:
    return (moment + timedelta(hours=8)).replace(tzinfo=None)

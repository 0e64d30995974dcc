"""The counter is judged by another algorithm on raw data, and by another package's idea of the holidays."""

import random
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays as holidays_package

sys.path.insert(0, str(Path(__file__).parent))
from brute_force_counter import last_day, last_hour, local

from engine.calendar.period import Period, Span, due
from engine.calendar.seed import seed

SEED = 20260925
FROM, TO = date(2004, 1, 1).toordinal(), date(2026, 12, 31).toordinal()
# Where mistakes live: leap days, month ends, New Year, Spring Festival, National Day, Mid-Autumn.
EDGES = [
    date(year, month, day)
    for year in range(2004, 2027)
    for month, day in ((1, 1), (1, 31), (2, 28), (9, 30), (10, 1), (10, 7), (12, 31), (8, 31), (5, 31))
] + [date(year, 2, 29) for year in range(2004, 2027, 4)]
MOST = {"working_day": 90, "day": 120, "month": 14, "year": 3}


def a_start(rng):
    if rng.random() < 0.25:
        return EDGES[int(rng.random() * len(EDGES))] + timedelta(days=int(rng.random() * 9) - 4)
    return date.fromordinal(FROM + int(rng.random() * (TO - FROM)))


def some_suspensions(rng, start, reach):
    found = []
    for _ in range(int(rng.random() * 4)):
        begun = start + timedelta(days=int(rng.random() * reach))
        found.append((begun, begun + timedelta(days=int(rng.random() * 25))))
    return found


def test_a_hundred_thousand_random_limits_agree_with_counting_day_by_day():
    rng = random.Random(SEED)
    calendar = seed()
    for turn in range(100_000):
        pick = rng.random()
        unit = "working_day" if pick < 0.45 else "day" if pick < 0.8 else "month" if pick < 0.95 else "year"
        amount = int(rng.random() ** 2 * MOST[unit]) + (unit != "day")
        start = a_start(rng)
        backwards = rng.random() < 0.2
        suspensions = [] if backwards or rng.random() < 0.5 else some_suspensions(rng, start, 60)
        extra = (
            int(rng.random() * 5) * (2 if unit in ("working_day", "day") else 1) if rng.random() < 0.2 else 0
        )
        direction = "before" if backwards else "after"
        answer = due(
            Period(amount, unit, direction),
            start,
            calendar,
            spans=[Span(begun, ended) for begun, ended in suspensions],
            extension=Period(extra, unit, direction) if extra else None,
        )
        expected = last_day(amount + extra, unit, start, suspensions, backwards)
        told = f"turn {turn} of seed {SEED}: {amount}+{extra} {unit} {direction} {start} {suspensions}"
        assert answer.date == expected, told
        assert local(answer.moment) == datetime.combine(expected, datetime.min.time()) + timedelta(days=1), (
            told
        )
        years = range(min(start, expected).year, max(start, expected).year + 1)
        assert answer.provisional == any(not 2004 <= year <= 2026 for year in years), told


def test_ten_thousand_hour_limits_agree_with_counting_hour_by_hour():
    rng = random.Random(SEED)
    calendar = seed()
    for turn in range(10_000):
        start = datetime.combine(a_start(rng), datetime.min.time()) + timedelta(hours=int(rng.random() * 24))
        start = start.replace(tzinfo=UTC)
        amount = int(rng.random() * 72)
        suspensions = []
        for _ in range(int(rng.random() * 3)):
            begun = start + timedelta(hours=int(rng.random() * 80) - 8)
            suspensions.append((begun, begun + timedelta(hours=int(rng.random() * 30))))
        answer = due(Period(amount, "hour"), start, calendar, spans=[Span(*pair) for pair in suspensions])
        expected = last_hour(amount, start, suspensions)
        assert answer.moment == expected, f"turn {turn} of seed {SEED}: {amount}h {start} {suspensions}"


def test_the_package_holidays_has_the_same_working_days_from_2024_to_2026():
    theirs = holidays_package.CN(years=[2024, 2025, 2026])
    calendar = seed()
    day = date(2024, 1, 1)
    while day <= date(2026, 12, 31):
        working = day in theirs.weekend_workdays or (day.weekday() < 5 and day not in theirs)
        assert calendar.is_working_day(day) == working, day
        day += timedelta(days=1)


def test_the_table_of_days_of_random_limits_walks_day_by_day_to_the_due_date():
    rng = random.Random(SEED)
    calendar = seed()
    for turn in range(3_000):
        unit = ("working_day", "day", "month")[turn % 3]
        amount = int(rng.random() * (4 if unit == "month" else 40))
        start = a_start(rng)
        backwards = turn % 5 == 0
        suspensions = [] if backwards else some_suspensions(rng, start, 40)
        answer = due(
            Period(amount, unit, "before" if backwards else "after"),
            start,
            calendar,
            spans=[Span(*pair, "听证") for pair in suspensions],
        )
        rows = answer.days
        told = f"turn {turn} of seed {SEED}: {amount} {unit} {start} {backwards} {suspensions}"
        assert (rows[0].date, rows[-1].date) == (start, answer.date), told
        assert len(rows) == abs((answer.date - start).days) + 1, told
        counted = [row for row in rows if row.counted]
        assert [row.count for row in counted] == list(range(1, len(counted) + 1)), told
        assert unit == "month" or len(counted) == amount, told
        assert all(row.why for row in rows), told

"""Suspending and resuming any number of times, overlapping or not, never loses or gains a day."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.calendar.clock import NO_CLOCKS, ClockRefused, Limits, advance, explain, resume, suspend
from engine.calendar.limit import Ground, Limit
from engine.calendar.period import Period, Span, due
from engine.calendar.seed import seed

CALENDAR = seed()
NOW = datetime(2026, 3, 2, tzinfo=UTC)
GROUNDS = ("听证", "鉴定", "检测")
STARTS = st.dates(date(2004, 1, 1), date(2026, 6, 30))
UNITS = st.sampled_from(["working_day", "day", "month"])


def a_clock(unit, amount, start):
    limits = Limits(
        [Limit("l", "期限", amount, unit, "s", suspensions=tuple(Ground(name) for name in GROUNDS))]
    )
    return limits, advance(limits, NO_CLOCKS, {"s": start}, NOW, CALENDAR)[0]


@settings(max_examples=300, deadline=None)
@given(
    UNITS,
    st.integers(2, 60),
    STARTS,
    st.lists(st.tuples(st.sampled_from(GROUNDS), st.integers(0, 12)), max_size=14),
)
def test_what_was_left_at_the_stop_is_left_at_the_resumption(unit, amount, start, moves):
    amount = amount if unit != "month" else amount % 6 + 1
    limits, clocks = a_clock(unit, amount, start)
    day, open_grounds, left_when_stopped = start, set(), None
    for ground, step in moves:
        day += timedelta(days=step)
        try:
            if ground in open_grounds:
                clocks, (line,) = resume(
                    limits, clocks, "l", ground=ground, on=day, now=NOW, calendar=CALENDAR
                )
                open_grounds.discard(ground)
            else:
                clocks, (line,) = suspend(
                    limits, clocks, "l", ground=ground, notice="告", on=day, now=NOW, calendar=CALENDAR
                )
                open_grounds.add(ground)
        except ClockRefused:
            assume(False)
        if left_when_stopped is not None:
            assert line.left == left_when_stopped
        left_when_stopped = line.left if open_grounds else None
        assert (clocks["l"].state == "suspended") == bool(open_grounds)
        assert (clocks.due("l") is None) == bool(open_grounds)
    if not open_grounds and unit != "month":
        rows = explain(limits["l"], clocks["l"], CALENDAR)
        assert [row.count for row in rows if row.counted] == list(range(1, amount + 1))


@settings(max_examples=200, deadline=None)
@given(
    UNITS, st.integers(1, 40), STARTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=5)
)
def test_order_repetition_and_splitting_of_suspensions_do_not_matter(unit, amount, start, offsets):
    spans = [
        Span(start + timedelta(days=begun), start + timedelta(days=begun + length))
        for begun, length in offsets
    ]
    once = due(Period(amount, unit), start, CALENDAR, spans=spans)
    assert due(Period(amount, unit), start, CALENDAR, spans=[*reversed(spans), *spans]).date == once.date
    halves = []
    for span in spans:
        middle = span.start + (span.end - span.start) // 2
        halves += [Span(span.start, middle), Span(middle, span.end)]
    assert due(Period(amount, unit), start, CALENDAR, spans=halves).date == once.date


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 40), STARTS, st.integers(0, 30), st.integers(0, 30))
def test_each_suspended_calendar_day_puts_a_day_limit_off_by_one_before_the_roll(
    amount, start, begun, length
):
    assume(begun < amount)
    span = Span(start + timedelta(days=begun), start + timedelta(days=begun + length))
    assert (
        due(Period(amount, "day"), start, CALENDAR, spans=[span]).date
        == due(Period(amount + length, "day"), start, CALENDAR).date
    )

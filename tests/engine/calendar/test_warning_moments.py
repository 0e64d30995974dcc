"""The moments of the chain agree with the light, whatever the limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar.clock import NO_CLOCKS, Limits, Suspension, advance
from engine.calendar.lights import light, promised, warned
from engine.calendar.limit import Limit
from engine.calendar.period import Period, Unit, moment_of
from engine.calendar.reckoning import settled
from engine.calendar.run import Clock
from engine.calendar.seed import seed
from engine.calendar.warnings import outlook

CALENDAR = seed()
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def running(limit: Limit, start: date, held: int = 0) -> Clock:
    clocks, _ = advance(Limits([limit]), NO_CLOCKS, {"begun_on": start}, NOW, CALENDAR)
    clock = clocks[limit.id]
    if held:
        span = Suspension("听证", start + timedelta(days=2), start + timedelta(days=2 + held), "告1号")
        clock = settled(limit, replace(clock, suspensions=(span,)), CALENDAR)
    return clock


@settings(max_examples=150, deadline=None)
@given(
    unit=st.sampled_from(["working_day", "day", "month", "hour"]),
    amount=st.integers(2, 40),
    start=st.dates(date(2025, 1, 1), date(2026, 6, 30)),
    held=st.integers(0, 12),
    yellow=st.one_of(st.integers(1, 6), st.decimals("0.1", "0.5", places=2)),
    promise=st.booleans(),
)
def test_the_light_turns_at_the_very_moments_of_the_warnings(
    unit: Unit, amount: int, start: date, held: int, yellow: int | Decimal, promise: bool
) -> None:
    limit = Limit("x", "期限", amount, unit, "begun_on", yellow=yellow)
    if promise:
        limit = replace(limit, promised=Period(max(1, amount // 2), unit))
    clock = running(limit, start, held)
    found = outlook(limit, clock, CALENDAR)
    assert found is not None
    assert [one.moment for one in found.warnings] == sorted(one.moment for one in found.warnings)
    tick = timedelta(seconds=1)
    yellow_at, due = found.yellow_at, found.due
    if (
        yellow_at < found.warnings[1].moment
    ):  # else little is left only on the last day, of which somebody is told
        assert light(clock, limit, yellow_at, CALENDAR) == "yellow"
        assert light(clock, limit, due - tick, CALENDAR) == "yellow"
    if yellow_at > moment_of(start) + tick:
        assert light(clock, limit, yellow_at - tick, CALENDAR) == "green"
    assert light(clock, limit, due, CALENDAR) == "red"
    assert promised(limit, clock, CALENDAR) is None or due == promised(limit, clock, CALENDAR).moment  # type: ignore[union-attr]
    for number, one in list(enumerate(found.warnings))[2:]:
        assert set(warned(clock, limit, one.moment, CALENDAR)) >= {
            other.role for other in found.warnings[: number + 1]
        }


def test_a_limit_that_counts_back_warns_before_its_last_day() -> None:
    limit = Limit("renew", "提前申请延续", 30, "day", "begun_on", direction="before", yellow=10)
    clock = running(limit, date(2026, 9, 30))
    found = outlook(limit, clock, CALENDAR)
    assert found is not None
    assert light(clock, limit, found.yellow_at, CALENDAR) == "yellow"
    assert light(clock, limit, found.yellow_at - timedelta(seconds=1), CALENDAR) == "green"


def test_clocks_that_do_not_run_have_no_outlook() -> None:
    limit = Limit("x", "期限", 20, "working_day", "begun_on")
    clock = running(limit, date(2026, 3, 2))
    for state in ("met", "cancelled", "suspended"):
        assert outlook(limit, replace(clock, state=state), CALENDAR) is None
    assert outlook(replace(limit, effect="lapsed"), replace(clock, state="expired"), CALENDAR) is None
    assert outlook(limit, replace(clock, state="expired"), CALENDAR) is not None

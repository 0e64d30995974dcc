"""A suspension entered by mistake is struck out: the clock is as if it had not been, and the ledger says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.calendar import clock as law
from engine.calendar.clock import NO_CLOCKS, ClockRefused, Clocks, Ground, Limit, Limits
from engine.calendar.seed import seed

NOW = datetime(2026, 9, 28, 2, tzinfo=UTC)
CALENDAR = seed()
LIMIT = Limit(
    "decide", "作出决定", 20, "working_day", "accepted_on", "decided_on",
    suspensions=(Ground("专家评审"), Ground("听证")),
)  # fmt: skip
LIMITS = Limits((LIMIT,))


def started() -> Clocks:
    return law.advance(LIMITS, NO_CLOCKS, {"accepted_on": date(2026, 9, 18)}, NOW, CALENDAR)[0]


def suspend(clocks: Clocks, ground: str, on: date) -> Clocks:
    return law.suspend(
        LIMITS, clocks, "decide", ground=ground, notice="告1号", on=on, now=NOW, calendar=CALENDAR
    )[0]


def strike(clocks: Clocks, ground: str, on: date, reason: str = "登错办件") -> law.Result:
    return law.strike(
        LIMITS,
        clocks,
        "decide",
        ground=ground,
        start=on,
        reason=reason,
        now=NOW,
        calendar=CALENDAR,
        who="chenwei",
    )


def test_the_clock_is_as_if_the_suspension_had_not_been() -> None:
    before = started()
    after, (line,) = strike(suspend(before, "听证", date(2026, 9, 22)), "听证", date(2026, 9, 22))
    assert after == before
    assert (line.event, line.due_before, line.due_after) == ("struck", None, before["decide"].due)
    assert (line.reason, line.document, line.who) == ("登错办件", "告1号", "chenwei")


def test_another_suspension_that_is_still_open_keeps_the_clock_standing() -> None:
    two = suspend(suspend(started(), "听证", date(2026, 9, 22)), "专家评审", date(2026, 9, 23))
    after, _ = strike(two, "听证", date(2026, 9, 22))
    assert (after["decide"].state, [one.ground for one in after["decide"].suspensions]) == (
        "suspended", ["专家评审"],
    )  # fmt: skip
    assert after["decide"].due is None


def test_an_act_that_was_in_time_for_the_suspension_alone_is_late_without_it() -> None:
    held = suspend(started(), "听证", date(2026, 9, 22))
    resumed = law.resume(
        LIMITS, held, "decide", ground="听证", on=date(2026, 10, 12), now=NOW, calendar=CALENDAR
    )[0]
    due = started()["decide"].due
    assert due is not None
    late = (due + timedelta(days=3)).date()
    met = law.advance(LIMITS, resumed, {"decided_on": late}, NOW + timedelta(days=60), CALENDAR)[0]
    assert (met["decide"].state, met["decide"].late) == ("met", False)
    after, _ = strike(met, "听证", date(2026, 9, 22))
    assert (after["decide"].state, after["decide"].late) == ("met", True)


@pytest.mark.parametrize(
    ("ground", "on", "reason", "said"),
    [
        ("听证", date(2026, 9, 23), "错", "没有登记"),
        ("专家评审", date(2026, 9, 22), "错", "没有登记"),
        ("听证", date(2026, 9, 22), " ", "理由"),
    ],
    ids=["another-day", "another-ground", "no-reason"],
)
def test_what_is_not_there_or_has_no_reason_is_refused(ground: str, on: date, reason: str, said: str) -> None:
    with pytest.raises(ClockRefused, match=said):
        strike(suspend(started(), "听证", date(2026, 9, 22)), ground, on, reason)


def test_a_clock_that_has_run_out_keeps_what_it_was() -> None:
    cancelled = law.cancel(
        LIMITS, suspend(started(), "听证", date(2026, 9, 22)), reason="撤回申请", now=NOW, calendar=CALENDAR
    )[0]
    with pytest.raises(ClockRefused, match="终结"):
        strike(cancelled, "听证", date(2026, 9, 22))

"""A clock's life: what starts, moves, stops and ends it, and what the ledger then says."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.calendar.clock import (
    NO_CLOCKS,
    ClockRefused,
    Clocks,
    Limits,
    advance,
    cancel,
    expire,
    explain,
    extend,
    reset,
    resume,
    suspend,
)
from engine.calendar.lights import light, promised, share_due, warned
from engine.calendar.limit import Limit
from engine.calendar.period import Period
from engine.calendar.seed import seed

CALENDAR = seed()
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
LIMITS = Limits.from_json(
    [
        {"id": "decide", "name": "作出许可决定", "amount": 20, "unit": "working_day", "starts": "accepted_on",
         "ends": "decided_on", "suspensions": ["听证", "专家评审"], "covers": ["survey", "review"],
         "shares": {"survey": 5}, "promised": 10, "yellow": "0.25",
         "extension": {"amount": 10, "approver": "局长"},
         "source": {"law": "行政许可法(2019-04-23)", "article": "第四十二条"}},
        {"id": "deliver", "name": "送达", "amount": 10, "unit": "working_day", "starts": "decided_on",
         "ends": "delivered_on", "yellow": 3},
        {"id": "report", "name": "速报", "amount": 2, "unit": "hour", "starts": "happened_at", "ends": "reported_at"},
        {"id": "term", "name": "使用期限", "amount": 2, "unit": "year", "starts": "decided_on", "effect": "lapsed"},
    ]
)  # fmt: skip


def at(year, month, day, hour=16, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def after(clocks, **written):
    return advance(LIMITS, clocks, written, NOW, CALENDAR)


def started(day=date(2026, 3, 2)):
    return after(NO_CLOCKS, accepted_on=day)[0]


def held(clocks, ground, begun, ended=None):
    clocks, _ = suspend(
        LIMITS, clocks, "decide", ground=ground, notice="告1号", on=begun, now=NOW, calendar=CALENDAR
    )
    if ended is not None:
        clocks, _ = resume(LIMITS, clocks, "decide", ground=ground, on=ended, now=NOW, calendar=CALENDAR)
    return clocks


def test_several_clocks_run_at_once_and_one_event_ends_one_and_starts_others():
    clocks, lines = after(started(), decided_on=date(2026, 3, 20))
    assert [(line.limit, line.event) for line in lines] == [
        ("decide", "met"),
        ("deliver", "started"),
        ("term", "started"),
    ]
    assert (lines[0].used, lines[0].left) == (14, 6)
    assert clocks["term"].due == at(2028, 3, 20)
    assert clocks["term"].provisional


def test_variables_that_are_no_case_events_leave_the_clocks_as_they_are():
    clocks = started()
    same, lines = after(clocks, note="x", area=Decimal(3))
    assert same is clocks
    assert lines == ()


def test_writing_the_same_date_again_says_nothing():
    clocks = started()
    assert after(clocks, accepted_on=date(2026, 3, 2)) == (clocks, ())


def test_an_event_dated_back_moves_the_due_date_and_says_so():
    # Saturday 28 February 2026 is worked.
    _, (line,) = after(started(), accepted_on=date(2026, 2, 27))
    assert line.event == "corrected"
    assert (line.due_before, line.due_after) == (at(2026, 3, 30), at(2026, 3, 26))
    assert "2026-03-02" in line.reason
    assert "2026-02-27" in line.reason


def test_a_start_taken_back_leaves_the_clock_waiting():
    clocks, (line,) = after(started(), accepted_on=None)
    assert line.event == "withdrawn"
    assert "decide" not in clocks


def test_an_act_done_in_time_but_registered_late_meets_the_clock():
    clocks, _ = expire(LIMITS, started(), "decide", now=at(2026, 3, 30), calendar=CALENDAR)
    assert clocks["decide"].state == "expired"
    clocks, (line,) = (
        after(clocks, decided_on=date(2026, 3, 30))[0],
        after(clocks, decided_on=date(2026, 3, 30))[1][:1],
    )
    assert (line.event, clocks["decide"].state, clocks["decide"].late) == ("met", "met", False)


def test_on_the_days_that_a_limit_rolls_over_nothing_is_left_and_nothing_overdue():
    limits = Limits([Limit("pay", "缴款", 15, "day", "served_on", "paid_on")])
    clocks, _ = advance(limits, NO_CLOCKS, {"served_on": date(2026, 9, 18)}, NOW, CALENDAR)
    _, (line,) = advance(limits, clocks, {"paid_on": date(2026, 10, 8)}, NOW, CALENDAR)
    assert (line.event, line.left) == ("met", 0)
    _, (line,) = advance(limits, clocks, {"paid_on": date(2026, 10, 9)}, NOW, CALENDAR)
    assert (line.event, line.left) == ("met_late", -6)


def test_an_act_after_expiry_stays_late():
    clocks, _ = expire(LIMITS, started(), "decide", now=at(2026, 3, 30), calendar=CALENDAR)
    clocks, lines = after(clocks, decided_on=date(2026, 3, 31))
    assert (lines[0].event, lines[0].left) == ("met_late", -1)
    assert (clocks["decide"].state, clocks["decide"].late) == ("expired", True)
    assert light(clocks["decide"], LIMITS["decide"], NOW, CALENDAR) == "red"
    again, lines = after(clocks, decided_on=date(2026, 3, 31))
    assert (again, lines) == (clocks, ())


def test_a_later_round_starts_a_met_clock_anew():
    clocks, _ = after(started(), decided_on=date(2026, 3, 20))
    clocks, lines = after(clocks, accepted_on=date(2026, 4, 1))
    assert [line.event for line in lines] == ["restarted"]
    assert clocks["decide"].state == "running"


def test_a_date_written_as_text_counts_and_any_other_text_does_not():
    assert after(NO_CLOCKS, accepted_on="2026-03-02")[0] == started()
    assert after(NO_CLOCKS, accepted_on="明天") == (NO_CLOCKS, ())


def test_whichever_ending_event_comes_first_meets_the_clock_and_an_empty_other_does_not_reopen_it():
    limits = Limits.from_json(
        [{"id": "n", "name": "告知补正", "amount": 5, "unit": "working_day", "starts": "received_on",
          "ends": ["told_on", "accepted_on"]}]
    )  # fmt: skip
    clocks, _ = advance(limits, NO_CLOCKS, {"received_on": date(2026, 3, 2)}, NOW, CALENDAR)
    clocks, (line,) = advance(
        limits, clocks, {"told_on": None, "accepted_on": date(2026, 3, 3)}, NOW, CALENDAR
    )
    assert (line.event, line.on) == ("met", date(2026, 3, 3))
    assert advance(limits, clocks, {"told_on": None}, NOW, CALENDAR) == (clocks, ())
    assert advance(limits, clocks, {"told_on": date(2026, 3, 9)}, NOW, CALENDAR) == (clocks, ())
    clocks, (line,) = advance(limits, clocks, {"accepted_on": None}, NOW, CALENDAR)
    assert (line.event, clocks["n"].state) == ("reopened", "running")


def test_expiry_before_the_due_moment_is_refused():
    with pytest.raises(ClockRefused, match="尚未届满"):
        expire(LIMITS, started(), "decide", now=at(2026, 3, 30) - timedelta(seconds=1), calendar=CALENDAR)


def test_a_suspended_clock_has_no_due_moment_and_cannot_expire():
    clocks = held(started(), "听证", date(2026, 3, 5))
    assert clocks.due("decide") is None
    assert light(clocks["decide"], LIMITS["decide"], NOW, CALENDAR) == "grey"
    with pytest.raises(ClockRefused, match="中止"):
        expire(LIMITS, clocks, "decide", now=at(2027, 1, 1), calendar=CALENDAR)


def test_overlapping_suspensions_count_once_and_the_clock_waits_for_the_last():
    clocks = held(held(started(), "听证", date(2026, 3, 5)), "专家评审", date(2026, 3, 9))
    clocks, (line,) = resume(
        LIMITS, clocks, "decide", ground="听证", on=date(2026, 3, 11), now=NOW, calendar=CALENDAR
    )
    assert (clocks["decide"].state, line.left) == ("suspended", 17)
    clocks, (line,) = resume(
        LIMITS, clocks, "decide", ground="专家评审", on=date(2026, 3, 13), now=NOW, calendar=CALENDAR
    )
    # 3, 4, 5 March used; 17 from the 16th.
    assert (clocks["decide"].state, line.left, clocks.due("decide")) == ("running", 17, at(2026, 4, 8))


def test_a_suspension_after_the_last_day_is_refused():
    with pytest.raises(ClockRefused, match="届满"):
        held(started(), "听证", date(2026, 3, 31))


def test_a_suspension_on_the_last_day_gives_nothing_back_for_the_limit_is_used_up():
    with pytest.raises(ClockRefused, match="届满"):
        held(started(), "听证", date(2026, 3, 30))


def test_resuming_what_is_not_suspended_is_refused():
    with pytest.raises(ClockRefused):
        resume(LIMITS, started(), "decide", ground="听证", on=date(2026, 3, 5), now=NOW, calendar=CALENDAR)


def test_cancelling_ends_every_open_clock_and_leaves_the_ended():
    clocks, _ = after(started(), decided_on=date(2026, 3, 20))
    clocks, lines = cancel(LIMITS, clocks, reason="申请人撤回", now=NOW, calendar=CALENDAR)
    assert {line.limit for line in lines} == {"deliver", "term"}
    assert clocks["decide"].state == "met"
    assert clocks.due("deliver") is None


def test_a_reset_forgets_what_ran_before():
    clocks = held(started(), "听证", date(2026, 3, 5), date(2026, 3, 13))
    clocks, (line,) = reset(
        LIMITS, clocks, "decide", on=date(2026, 3, 16), reason="收到补正", now=NOW, calendar=CALENDAR
    )
    assert (line.event, line.used, line.left, clocks["decide"].suspensions) == ("restarted", 0, 20, ())


def test_an_hour_limit_runs_from_the_moment():
    clocks, _ = after(NO_CLOCKS, happened_at=at(2026, 10, 1, 15, 30))
    assert clocks.due("report") == at(2026, 10, 1, 17, 30)
    clocks, (line,) = after(clocks, reported_at=at(2026, 10, 1, 17, 31))
    assert line.event == "met_late"


def test_the_state_of_a_clock_survives_json_and_stays_small():
    clocks = held(started(), "听证", date(2026, 3, 5), date(2026, 3, 13))
    clocks, _ = extend(
        LIMITS, clocks, "decide", approver="局长", reason="案情复杂", notice="延2号", on=date(2026, 3, 16),
        now=NOW, calendar=CALENDAR,
    )  # fmt: skip
    clocks, _ = after(clocks, happened_at=at(2026, 10, 1, 15, 30))
    text = json.dumps(clocks.to_json(), ensure_ascii=False, separators=(",", ":"))
    assert Clocks.from_json(text) == clocks
    assert dict(Clocks.from_json(text)) == dict(clocks)
    assert len(text.encode()) < 600


def test_the_table_of_days_explains_the_due_date():
    clocks = held(started(), "听证", date(2026, 3, 5), date(2026, 3, 13))
    rows = explain(LIMITS["decide"], clocks["decide"], CALENDAR)
    assert (rows[0].date, rows[0].count) == (date(2026, 3, 2), 0)
    assert (rows[-1].date, rows[-1].count) == (date(2026, 4, 8), 20)
    why = {row.date: (row.counted, row.why) for row in rows}
    assert why[date(2026, 3, 6)] == (False, "不计入（听证）")
    assert why[date(2026, 3, 14)] == (False, "周末（星期六）")
    assert why[date(2026, 4, 6)] == (False, "清明节")
    assert [row.count for row in rows if row.counted] == list(range(1, 21))


def test_a_suspended_clock_is_explained_up_to_today():
    clocks = held(started(), "听证", date(2026, 3, 5))
    rows = explain(LIMITS["decide"], clocks["decide"], CALENDAR, today=date(2026, 3, 9))
    assert [(row.counted, row.count) for row in rows[1:4]] == [(True, 1), (True, 2), (True, 3)]
    assert [(row.date, row.why) for row in rows[4:]] == [
        (date(2026, 3, day), "不计入（听证）") for day in (6, 7, 8, 9)
    ]  # fmt: skip


def test_a_suspending_event_says_nothing_to_a_clock_that_does_not_run():
    limits = Limits.from_json(
        [{"id": "l", "name": "期限", "amount": 5, "unit": "day", "starts": "s", "ends": "e",
          "suspensions": [{"name": "听证", "starts": "h", "ends": "h_end", "notice": "n"}]}]
    )  # fmt: skip
    assert advance(limits, NO_CLOCKS, {"h": date(2026, 3, 2), "n": "1号"}, NOW, CALENDAR) == (NO_CLOCKS, ())
    clocks, _ = advance(limits, NO_CLOCKS, {"s": date(2026, 3, 2), "e": date(2026, 3, 3)}, NOW, CALENDAR)
    assert advance(limits, clocks, {"h": date(2026, 3, 4), "n": "1号"}, NOW, CALENDAR) == (clocks, ())


def test_the_same_suspension_written_again_is_not_a_second_one():
    limits = Limits.from_json(
        [{"id": "l", "name": "期限", "amount": 5, "unit": "working_day", "starts": "s",
          "suspensions": [{"name": "听证", "starts": "h", "ends": "h_end", "notice": "n"}]}]
    )  # fmt: skip
    clocks, _ = advance(limits, NO_CLOCKS, {"s": date(2026, 3, 2)}, NOW, CALENDAR)
    stop = {"h": date(2026, 3, 3), "n": "1号"}
    clocks, _ = advance(limits, clocks, stop, NOW, CALENDAR)
    assert advance(limits, clocks, stop, NOW, CALENDAR) == (clocks, ())
    clocks, (line,) = advance(limits, clocks, stop | {"h_end": date(2026, 3, 6)}, NOW, CALENDAR)
    assert line.event == "resumed"
    assert advance(limits, clocks, stop | {"h_end": date(2026, 3, 6)}, NOW, CALENDAR) == (clocks, ())


def test_lights_follow_the_promise_and_legality_the_law():
    limit, clock = LIMITS["decide"], started()["decide"]
    assert promised(limit, clock, CALENDAR).date == date(2026, 3, 16)
    colours = [light(clock, limit, at(2026, 3, day, 2), CALENDAR) for day in (3, 12, 13, 16, 17)]
    assert colours == ["green", "green", "yellow", "yellow", "red"]
    assert clock.due == at(2026, 3, 30)


def test_the_warning_climbs_the_chain():
    limit, clock = LIMITS["decide"], started()["decide"]
    told = [len(warned(clock, limit, at(2026, 3, day, 2), CALENDAR)) for day in (3, 13, 16, 17, 18)]
    assert told == [0, 1, 2, 3, 4]


def test_a_step_has_its_inner_share_but_never_beyond_the_limit():
    limit, clock = LIMITS["decide"], started()["decide"]
    assert share_due(limit, clock, "survey", date(2026, 3, 4), CALENDAR).date == date(2026, 3, 11)
    assert share_due(limit, clock, "survey", date(2026, 3, 27), CALENDAR).date == date(2026, 3, 30)
    assert share_due(limit, clock, "review", date(2026, 3, 4), CALENDAR) is None


def test_a_faulty_limit_is_named():
    with pytest.raises(ValueError, match=r"decide.*amont"):
        Limit.from_json({"id": "decide", "name": "x", "amount": 1, "unit": "day", "starts": "a", "amont": 3})
    with pytest.raises(ValueError, match="fortnight"):
        Limit.from_json({"id": "decide", "name": "x", "amount": 1, "unit": "fortnight", "starts": "a"})
    with pytest.raises(ValueError, match="非负整数"):
        Period(-1, "day")

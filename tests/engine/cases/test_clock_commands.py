"""The clocks of running cases: what people may do to them through the one door."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import due, history
from engine.calendar.clock import ClockRefused
from engine.calendar.seed import seed
from engine.cases import Actor, Cases
from engine.codec import moment_of, moment_text
from engine.errors import NotFound
from engine.kernel.commands import (
    CancelClock,
    CompleteItem,
    ExtendClock,
    RecomputeClocks,
    ResetClock,
    ResumeClock,
    SetVariables,
    StrikeSuspension,
    SuspendClock,
)
from engine.store import Store, queries
from tests.engine.cases.permits import CLERK, Clock
from tests.engine.cases.running_clocks import DECIDE, MONDAY, RECLAIM, accepted, clock_of, deployed

CHIEF = Actor("chen", "陈科长")
HOLD = SuspendClock("decide", "听证", "听告1号", date(2026, 3, 4))
GO_ON = ResumeClock("decide", "听证", date(2026, 3, 11))
STRETCH = ExtendClock("decide", "本行政机关负责人", "案情复杂", "延告1号", date(2026, 3, 5))


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    found = Cases(store, clock=clock)
    deployed(found)
    return found


def timers(cases: Cases, case_id: str) -> list[str | None]:
    with cases.store.reading() as transaction:
        row = transaction.one(queries.timer_of_case, {"of_case": case_id, "of_timer": "t1"})
    return [] if row is None else [row[1]]


def item_due(cases: Cases, case_id: str, item: str = "i1") -> str:
    found: str = cases.view(case_id, lambda view: view.item(item))["due"]
    return found


def sound(cases: Cases, case_id: str) -> bool:
    return history.verify(cases.store) == [] and history.replay(cases, case_id) is None


def test_a_suspended_clock_is_due_by_what_was_left_and_its_timer_and_items_move_with_it(cases: Cases) -> None:
    case_id = accepted(cases)
    before = clock_of(cases, case_id).due
    assert before == datetime(2026, 3, 30, 16, tzinfo=UTC)
    assert timers(cases, case_id) == [moment_text(before)]
    cases.submit(case_id, HOLD, actor=CHIEF)
    assert clock_of(cases, case_id).state == "suspended"
    assert timers(cases, case_id) == [None]
    assert item_due(cases, case_id).startswith("9999")
    answer = cases.submit(case_id, GO_ON, actor=CHIEF)
    # 5, 6, 9, 10 and 11 March are not counted: five working days.
    after = datetime(2026, 4, 7, 16, tzinfo=UTC)
    assert clock_of(cases, case_id).due == after
    assert timers(cases, case_id) == [moment_text(after)]
    assert item_due(cases, case_id) == moment_text(after)
    assert [(effect.change, effect.due) for effect in answer.effects] == [("resumed", after)]  # type: ignore[union-attr]
    assert sound(cases, case_id)


def test_a_suspension_struck_out_leaves_clock_timer_and_items_as_they_were(cases: Cases) -> None:
    case_id = accepted(cases)
    before = (clock_of(cases, case_id), timers(cases, case_id), item_due(cases, case_id))
    cases.submit(case_id, HOLD, actor=CHIEF)
    strike = StrikeSuspension("decide", HOLD.ground, date(2026, 3, 4), "登错办件")
    for wrong in (strike._replace(reason=""), strike._replace(start=date(2026, 3, 5))):
        with pytest.raises(ClockRefused):
            cases.submit(case_id, wrong, actor=CHIEF)
    answer = cases.submit(case_id, strike, actor=CHIEF, key="k1")
    assert cases.submit(case_id, strike, actor=CHIEF, key="k1").replayed
    assert (clock_of(cases, case_id), timers(cases, case_id), item_due(cases, case_id)) == before
    assert [(effect.change, effect.due) for effect in answer.effects] == [("struck", before[0].due)]  # type: ignore[union-attr]
    assert sound(cases, case_id)


def test_a_suspension_needs_a_ground_of_the_law_and_a_notice(cases: Cases) -> None:
    case_id = accepted(cases)
    for wrong in (HOLD._replace(ground="出差"), HOLD._replace(notice=" ")):
        with pytest.raises(ClockRefused):
            cases.submit(case_id, wrong, actor=CHIEF)
    assert len(list(history.entries(cases.store, case_id))) == 1
    assert clock_of(cases, case_id).state == "running"


def test_an_extension_needs_the_approver_whom_the_law_names_reasons_and_a_notice(cases: Cases) -> None:
    case_id = accepted(cases)
    for wrong in (
        STRETCH._replace(approver="科长"), STRETCH._replace(reason=""), STRETCH._replace(notice=""),
        STRETCH._replace(amount=11),
    ):  # fmt: skip
        with pytest.raises(ClockRefused):
            cases.submit(case_id, wrong, actor=CHIEF)
    cases.submit(case_id, STRETCH, actor=CHIEF)
    assert clock_of(cases, case_id).due == datetime(2026, 4, 14, 16, tzinfo=UTC)
    with pytest.raises(ClockRefused, match="已经用完"):
        cases.submit(case_id, STRETCH, actor=CHIEF)
    assert sound(cases, case_id)


def test_the_same_key_twice_suspends_once(cases: Cases) -> None:
    case_id = accepted(cases)
    first = cases.submit(case_id, HOLD, actor=CHIEF, key="k1")
    again = cases.submit(case_id, HOLD, actor=CHIEF, key="k1")
    assert again == first._replace(replayed=True)
    assert len(clock_of(cases, case_id).suspensions) == 1


def test_an_unknown_limit_is_named(cases: Cases) -> None:
    case_id = accepted(cases)
    for command in (CancelClock("nothing", "撤回"), ResetClock("nothing", MONDAY.date(), "补充")):
        with pytest.raises((NotFound, ClockRefused), match="nothing"):
            cases.submit(case_id, command, actor=CHIEF)


def test_a_cancelled_clock_warns_and_fires_no_more_and_a_reset_starts_anew(
    cases: Cases, clock: Clock
) -> None:
    deployed(cases, {**DECIDE, "restarts": ["supplemented_on"]})
    case_id = accepted(cases)
    cases.submit(case_id, CancelClock("decide", "移送其他机关"), actor=CHIEF)
    clock.advance(timedelta(days=60))
    assert due.run_once(cases, {}) == 0
    cases.submit(case_id, ResetClock("decide", date(2026, 5, 6), "退回重新办理"), actor=CHIEF)
    assert clock_of(cases, case_id).start == date(2026, 5, 6)
    assert timers(cases, case_id) == [moment_text(datetime(2026, 6, 2, 16, tzinfo=UTC))]  # 9 May is worked
    assert sound(cases, case_id)


def test_a_limit_starts_anew_only_where_its_law_says_so_and_with_reasons(cases: Cases) -> None:
    case_id = accepted(cases)
    with pytest.raises(ClockRefused, match="没有规定"):
        cases.submit(case_id, ResetClock("decide", date(2026, 3, 2), "重新办理"), actor=CHIEF)
    deployed(cases, {**DECIDE, "restarts": ["supplemented_on"]})
    case_id = accepted(cases)
    with pytest.raises(ClockRefused, match="理由"):
        cases.submit(case_id, ResetClock("decide", date(2026, 3, 2), " "), actor=CHIEF)


def test_a_term_outlives_its_case_and_the_limits_of_the_procedure_do_not(cases: Cases) -> None:
    case_id = accepted(cases)
    cases.submit(case_id, SetVariables({"term_ended_on": date(2026, 3, 2)}), actor=CHIEF)
    cases.submit(case_id, CompleteItem("i1"), actor=CHIEF)
    assert cases.view(case_id, lambda view: view.row())["status"] == "completed"
    assert clock_of(cases, case_id).state == "cancelled"
    assert clock_of(cases, case_id, "reclaim").state == "running"
    assert clock_of(cases, case_id, "reclaim").due == datetime(2027, 3, 2, 16, tzinfo=UTC)
    cases.submit(case_id, CancelClock("reclaim", "复垦已验收"), actor=CHIEF)
    assert clock_of(cases, case_id, "reclaim").state == "cancelled"
    assert sound(cases, case_id)


def test_a_limit_may_say_itself_whether_it_outlives(store: Store, clock: Clock) -> None:
    cases = Cases(store, clock=clock)
    deployed(cases, {**DECIDE, "outlives": True}, {**RECLAIM, "outlives": False})
    case_id = accepted(cases, term_ended_on=date(2026, 3, 2))
    cases.submit(case_id, CompleteItem("i1"), actor=CHIEF)
    assert clock_of(cases, case_id).state == "running"
    assert clock_of(cases, case_id, "reclaim").state == "cancelled"


def test_a_calendar_that_is_not_in_force_recomputes_nothing(cases: Cases) -> None:
    from engine.errors import Refused

    case_id = accepted(cases)
    with pytest.raises(Refused, match="不是现行版本"):
        cases.submit(case_id, RecomputeClocks("2027-1"), actor=CHIEF)


def test_a_timer_on_a_clock_fires_once_within_a_tick_also_after_downtime(cases: Cases, clock: Clock) -> None:
    case_id = accepted(cases)
    cases.submit(case_id, HOLD, actor=CHIEF)
    cases.submit(case_id, GO_ON, actor=CHIEF)
    at = clock_of(cases, case_id).due
    assert at is not None
    clock.now = at - timedelta(microseconds=1)
    assert due.run_once(cases, {}) == 0
    clock.now = at + timedelta(days=3)  # the worker was down at that moment
    assert due.run_once(cases, {}) == 1
    assert due.run_once(cases, {}) == 0
    fired = [event for event in history.events(cases.store, case_id) if event.event == "timer_fired"]
    assert len(fired) == 1
    assert clock_of(cases, case_id).state == "expired"
    assert clock_of(cases, case_id).ended == at
    assert sound(cases, case_id)


def test_a_timer_claimed_while_its_clock_moves_does_not_fire(cases: Cases, clock: Clock) -> None:
    case_id = accepted(cases)
    at = clock_of(cases, case_id).due
    assert at is not None
    clock.now = at
    taken = {"now": moment_text(clock()), "until": moment_text(clock() + due.LEASE), "limit": 5}
    row = cases.run(lambda transaction: transaction.all(queries.claim_timers, taken))[0]
    cases.submit(case_id, STRETCH, actor=CHIEF)
    due._fire(cases, due.TimerRow(*row), timedelta(seconds=1))
    assert clock_of(cases, case_id).state == "running"
    assert due.run_once(cases, {}) == 0
    found = clock_of(cases, case_id).due
    assert found is not None
    assert timers(cases, case_id) == [moment_text(found)]
    clock.now = moment_of(str(timers(cases, case_id)[0]))
    assert due.run_once(cases, {}) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(0, 40), min_size=2, max_size=10, unique=True).map(sorted),
    grounds=st.lists(st.sampled_from(["听证", "专家评审"]), min_size=5, max_size=5),
)  # fmt: skip
def test_suspending_and_resuming_never_loses_or_gains_a_day(
    cases: Cases, days: list[int], grounds: list[str]
) -> None:
    case_id = accepted(cases)
    start, calendar = MONDAY.date(), seed()
    held: list[tuple[date, date]] = []
    for number, (first, last) in enumerate(pairwise(days[: len(days) // 2 * 2])):
        if number % 2:
            continue
        begun, ended = start + timedelta(days=first), start + timedelta(days=last)
        ground = grounds[number // 2]
        try:
            cases.submit(case_id, SuspendClock("decide", ground, "告1号", begun), actor=CHIEF)
        except ClockRefused:  # the limit had run out by then
            break
        cases.submit(case_id, ResumeClock("decide", ground, ended), actor=CHIEF)
        held.append((begun, ended))
    day, left = start, 20
    while left:  # one by one
        day += timedelta(days=1)
        if calendar.is_working_day(day) and not any(begun < day <= ended for begun, ended in held):
            left -= 1
    assert clock_of(cases, case_id).due == datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def test_overlapping_grounds_count_once_and_the_clock_runs_when_both_are_over(cases: Cases) -> None:
    case_id = accepted(cases)
    cases.submit(case_id, HOLD, actor=CHIEF)
    cases.submit(case_id, SuspendClock("decide", "专家评审", "评告1号", date(2026, 3, 6)), actor=CHIEF)
    cases.submit(case_id, GO_ON, actor=CHIEF)
    assert clock_of(cases, case_id).state == "suspended"
    cases.submit(case_id, ResumeClock("decide", "专家评审", date(2026, 3, 13)), actor=CLERK)
    # 5, 6, 9, 10, 11, 12 and 13 March: seven working days, 20 + 7 from 3 March, over 清明节 on 6 April.
    assert clock_of(cases, case_id).due == datetime(2026, 4, 9, 16, tzinfo=UTC)
    assert sound(cases, case_id)

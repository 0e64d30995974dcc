"""A new calendar moves exactly the open clocks that it should, and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine import due, history
from engine.calendar.clock import explain
from engine.calendar.notice import read_csv
from engine.calendar.seed import seed
from engine.calendar.working import CalendarDay, WorkingCalendar
from engine.cases import Cases
from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, NotFound, Refused
from engine.kernel.commands import CompleteItem, SetVariables, SuspendClock
from engine.recomputation import publish_calendar, recompute, report
from engine.store import Store, queries
from tests.engine.cases.permits import CLERK, Clock
from tests.engine.cases.running_clocks import accepted, clock_of, deployed

DECEMBER = datetime(2026, 12, 15, 2, tzinfo=UTC)
NOTICE_2027 = """日期,类型,名称
2027-01-01/2027-01-03,放假,元旦
2027-02-05/2027-02-11,放假,春节
2027-01-30,上班,春节调休上班
2027-02-20,上班,春节调休上班
2027-10-01/2027-10-07,放假,国庆节
"""


@pytest.fixture
def clock() -> Clock:
    return Clock(DECEMBER)


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    found = Cases(store, clock=clock)
    found.calendars.prepare(clock())
    deployed(found)
    return found


def calendar_2027(base: WorkingCalendar, version: str = "2027-1") -> WorkingCalendar:
    notice = read_csv(NOTICE_2027, source="国办发明电〔2026〕7号", published=date(2026, 11, 20), years=[2027])
    return notice.applied_to(base, version)


def entries(cases: Cases, case_id: str) -> int:
    return len(list(history.entries(cases.store, case_id)))


def test_a_year_s_notice_moves_the_clocks_it_should_and_no_other(cases: Cases, clock: Clock) -> None:
    moved = accepted(cases, date(2026, 12, 14))  # 20 working days reach into January
    same_day = accepted(cases, date(2026, 12, 1))  # due on 29 December: no year without a notice
    ended = accepted(cases, date(2026, 12, 14))
    cases.submit(ended, SetVariables({"decided_on": date(2026, 12, 15)}), actor=CLERK)
    suspended = accepted(cases, date(2026, 12, 14))
    cases.submit(suspended, SuspendClock("decide", "听证", "告1号", date(2026, 12, 15)), actor=CLERK)
    long_term = accepted(
        cases, date(2026, 12, 1), term_ended_on=date(2027, 6, 30)
    )  # due 2028: still provisional
    before = {case_id: entries(cases, case_id) for case_id in (moved, same_day, ended, suspended, long_term)}
    was = clock_of(cases, moved)
    assert was.provisional
    assert was.due == datetime(2027, 1, 11, 16, tzinfo=UTC)

    told = publish_calendar(cases, calendar_2027(cases.calendar), CLERK)

    # 1 January, a Friday, is a holiday now: one working day more.
    now = clock_of(cases, moved)
    assert now.due == datetime(2027, 1, 12, 16, tzinfo=UTC)
    assert not now.provisional
    assert [(line.case_id, line.limit, line.due_before, line.due_after) for line in told] == [
        (moved, "decide", was.due, now.due)
    ]
    assert {case_id: entries(cases, case_id) - count for case_id, count in before.items()} == {
        moved: 1, same_day: 0, ended: 0, suspended: 0, long_term: 0,
    }  # fmt: skip
    with cases.store.reading() as transaction:
        timer = transaction.one(queries.timer_of_case, {"of_case": moved, "of_timer": "t1"})
    assert timer is not None
    assert moment_of(timer[1]) == now.due
    assert history.verify(cases.store) == []
    for case_id in before:
        assert history.replay(cases, case_id) is None


def test_publishing_again_moves_nothing_and_tells_the_same(cases: Cases) -> None:
    case_id = accepted(cases, date(2026, 12, 14))
    calendar = calendar_2027(cases.calendar)
    first = publish_calendar(cases, calendar, CLERK)
    assert publish_calendar(cases, "2027-1", CLERK) == first == report(cases, "2027-1")
    assert entries(cases, case_id) == 2
    assert recompute(cases) == 0


def test_a_publication_that_was_killed_goes_on_where_it_stopped(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_ids = [accepted(cases, date(2026, 12, 14)) for _ in range(7)]
    run: Callable[..., Any] = cases.run
    rounds = 0

    def killed(work: Callable[..., Any]) -> Any:
        nonlocal rounds
        rounds += 1
        if rounds > 3:  # one for what is untouched, two batches
            raise KeyboardInterrupt
        return run(work)

    monkeypatch.setattr(cases, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        publish_calendar(cases, calendar_2027(cases.calendar), CLERK, batch=2)
    monkeypatch.undo()
    assert sum(entries(cases, case_id) == 2 for case_id in case_ids) == 4
    assert recompute(cases) > 0  # what the next worker does
    assert [entries(cases, case_id) for case_id in case_ids] == [2] * 7
    assert len(report(cases, "2027-1")) == 7
    assert history.verify(cases.store) == []


def test_a_local_closure_moves_only_the_clocks_that_cross_it(cases: Cases) -> None:
    crosses = accepted(cases, date(2026, 12, 1))  # due on 29 December
    over = accepted(cases, date(2026, 11, 16))  # due on 14 December
    closed = cases.calendar.with_local(
        "2026-local", "市政府通知〔2026〕3号", date(2026, 12, 15), [CalendarDay(date(2026, 12, 16), False, "暴雪停工")]
    )  # fmt: skip
    told = publish_calendar(cases, closed, CLERK)
    assert [line.case_id for line in told] == [crosses]
    assert entries(cases, over) == 1
    days = cases.view(
        crosses,
        lambda view: explain(cases.executable(view.deployment).limits["decide"], view.clocks["decide"], closed),
    )  # fmt: skip
    row = next(row for row in days if row.date == date(2026, 12, 16))
    assert (row.counted, row.why) == (False, "暴雪停工（市政府通知〔2026〕3号）")


def test_another_process_picks_the_new_version_up_without_restart(
    cases: Cases, database_url: str, clock: Clock
) -> None:
    with Store.open(database_url) as store:
        other = Cases(store, clock=clock)
        assert other.calendar.version == seed().version
        publish_calendar(cases, calendar_2027(cases.calendar), CLERK)
        other.calendars._asked -= 1.0  # a second later
        assert other.calendar == calendar_2027(seed())
        assert clock_of(other, accepted(other, date(2026, 12, 14))).calendar == "2027-1"


def test_a_clock_started_by_a_process_that_had_not_heard_is_found_by_the_next_round(
    cases: Cases, database_url: str, clock: Clock
) -> None:
    with Store.open(database_url) as store:
        slow = Cases(store, clock=clock, calendar=seed())
        publish_calendar(cases, calendar_2027(cases.calendar), CLERK)
        case_id = accepted(slow, date(2026, 12, 14))
    assert clock_of(cases, case_id).calendar == seed().version
    assert recompute(cases) == 1
    assert clock_of(cases, case_id).due == datetime(2027, 1, 12, 16, tzinfo=UTC)
    assert history.replay(cases, case_id) is None


def test_a_term_that_outlived_its_case_moves_too(cases: Cases) -> None:
    case_id = accepted(cases, date(2026, 12, 1), term_ended_on=date(2026, 10, 3))
    cases.submit(case_id, CompleteItem("i1"), actor=CLERK)
    told = publish_calendar(cases, calendar_2027(cases.calendar), CLERK)
    # 3 October 2027 lies in the National Day week now: the last day rolls to the 8th.
    assert [(line.limit, line.due_after) for line in told] == [
        ("reclaim", datetime(2027, 10, 8, 16, tzinfo=UTC))
    ]
    assert cases.view(case_id, lambda view: view.row())["status"] == "completed"


def test_a_draft_changes_nothing_until_it_is_published(cases: Cases) -> None:
    case_id = accepted(cases, date(2026, 12, 14))
    cases.calendars.add(calendar_2027(cases.calendar), cases.clock(), "chen")
    assert cases.calendars.refresh().version == seed().version
    assert recompute(cases) == 0
    assert [version.in_force_at is None for version in cases.calendars.versions()] == [False, True]
    assert cases.calendars.newest() == cases.calendars.version("2027-1") == calendar_2027(seed())
    publish_calendar(cases, "2027-1", CLERK)
    assert entries(cases, case_id) == 2


def test_versions_have_names_of_their_own_and_an_older_one_is_not_published_over_a_newer(
    cases: Cases,
) -> None:
    first = calendar_2027(cases.calendar)
    second = first.with_local("2027-2", "市政府通知〔2027〕1号", date(2027, 1, 5), [])
    for calendar in (first, second):
        cases.calendars.add(calendar, cases.clock(), "chen")
    with pytest.raises(InvalidInput, match="已经存在"):
        cases.calendars.add(first, cases.clock(), "chen")
    publish_calendar(cases, "2027-2", CLERK)
    with pytest.raises(Refused, match="2027-2"):
        publish_calendar(cases, "2027-1", CLERK)
    with pytest.raises(NotFound):
        publish_calendar(cases, "2030", CLERK)
    with pytest.raises(NotFound):
        report(cases, "2027-1")


def test_a_deadline_moved_by_a_calendar_fires_at_its_new_moment(cases: Cases, clock: Clock) -> None:
    case_id = accepted(cases, date(2026, 12, 14))
    publish_calendar(cases, calendar_2027(cases.calendar), CLERK)
    clock.now = datetime(2027, 1, 11, 17, tzinfo=UTC)  # overdue by the calendar before
    assert due.run_once(cases, {}) == 0
    clock.now = datetime(2027, 1, 12, 16, tzinfo=UTC)
    assert due.run_once(cases, {}) == 1
    assert moment_text(clock.now) == moment_text(clock_of(cases, case_id).due or clock.now)


def test_a_read_within_a_transaction_in_memory_leaves_it_whole() -> None:
    with Store.open("sqlite://") as store:
        store.migrate()
        cases = Cases(store, clock=Clock(DECEMBER))
        with store.writing() as transaction:
            transaction.add(
                queries.add_key, {"key": "k", "case_id": "", "seq": 0, "at": moment_text(DECEMBER)}
            )
            cases.calendars.refresh()
        with store.reading() as transaction:
            assert transaction.one(queries.answered_without_case, {"key": "k"}) == ("", 0)

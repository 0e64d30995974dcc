"""Each warning once, at its moment, also after downtime, and moved with its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine import due, history, notices, supervision
from engine.calendar.period import SHANGHAI
from engine.cases import Cases
from engine.errors import NotFound, NotPermitted
from engine.kernel.commands import (
    CancelClock,
    ClaimItem,
    CompleteItem,
    ExtendClock,
    ResumeClock,
    SetVariables,
    SuspendClock,
)
from engine.store import Store
from engine.warning_chain import Holder, give
from tests.engine.cases.permits import CLERK, Clock
from tests.engine.cases.running_clocks import DECIDE, MONDAY, accepted, deployed

# Accepted on Monday 2 March 2026: due on Monday 30 March.
CHAIN = {"section_chief": "审核科/科长", "bureau_leader": "局领导/分管副局长", "supervision": "办公室/主任"}
ALL = ("审核科/经办人", *CHAIN.values())


def addressees(role: str, header: Mapping[str, Any], holders: Sequence[Holder]) -> list[str]:
    assert header["section"] == "审核科"
    if role == "handler":
        return [f"user:{one.user}" if one.user else str(one.post) for one in holders]
    return [CHAIN[role]]


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    found = Cases(store, clock=clock)
    deployed(found)
    return found


def shanghai(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def rounds(cases: Cases) -> list[tuple[str, str]]:
    """Everything given up to now, as (warning, addressee), the oldest first."""
    while give(cases, addressees):
        pass
    found = notices.page(cases.store, "nobody", (*ALL, "user:zhang"), limit=100).notices
    return [(one.warning, one.addressee) for one in reversed(found)]


def test_each_warning_comes_at_its_moment_to_the_next_of_the_chain(cases: Cases, clock: Clock) -> None:
    accepted(cases)
    given: list[tuple[str, str]] = []
    for moment, warning, addressee in (
        (shanghai(3, 24), "yellow", "审核科/经办人"),  # five working days are left, today's among them
        (shanghai(3, 30), "last_day", "审核科/科长"),
        (shanghai(3, 31), "overdue", "局领导/分管副局长"),
        (shanghai(4, 1), "overdue_one_day", "办公室/主任"),
    ):
        clock.now = moment - timedelta(seconds=1)
        assert rounds(cases) == given
        clock.now = moment
        given.append((warning, addressee))
        assert rounds(cases) == given
    clock.now = shanghai(6, 1)
    assert rounds(cases) == given


def test_what_fell_due_while_no_worker_ran_is_given_once_and_says_how_it_stands(
    cases: Cases, clock: Clock
) -> None:
    accepted(cases, number="LSYD-2026-0001")
    clock.now = shanghai(4, 3, 9)
    given = rounds(cases)
    assert sorted(given) == sorted(
        zip(("yellow", "last_day", "overdue", "overdue_one_day"), ALL, strict=True)
    )
    text = notices.page(cases.store, "nobody", ["审核科/经办人"]).notices[0].text
    assert (
        text
        == "LSYD-2026-0001 临时用地：期限“作出许可决定”（行政许可法(2019-04-23)第四十二条）已于2026-03-30届满，超期4个工作日"
    )
    assert rounds(cases) == given


def test_many_workers_give_each_warning_once(cases: Cases, clock: Clock) -> None:
    for _ in range(20):
        accepted(cases)
    clock.now = shanghai(3, 30)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: [give(cases, addressees, limit=3) for _ in range(10)], range(4)))
    assert sorted(rounds(cases)) == [("last_day", "审核科/科长")] * 20 + [("yellow", "审核科/经办人")] * 20


def test_a_suspended_clock_warns_nobody_and_warns_anew_when_little_is_left_again(
    cases: Cases, clock: Clock
) -> None:
    case_id = accepted(cases)
    clock.now = shanghai(3, 24, 9)
    assert [warning for warning, _ in rounds(cases)] == ["yellow"]
    cases.submit(case_id, SuspendClock("decide", "听证", "告1号", date(2026, 3, 24)), actor=CLERK)
    clock.now = shanghai(4, 20, 9)
    assert [warning for warning, _ in rounds(cases)] == ["yellow"]
    cases.submit(case_id, ResumeClock("decide", "听证", date(2026, 4, 20)), actor=CLERK)
    # Four days are left: it is as yellow as it was, and that has been said.
    assert [warning for warning, _ in rounds(cases)] == ["yellow"]
    cases.submit(
        case_id, ExtendClock("decide", "本行政机关负责人", "复杂", "延1号", date(2026, 4, 20)), actor=CLERK
    )
    assert [warning for warning, _ in rounds(cases)] == ["yellow"]
    clock.now = shanghai(5, 7, 9)  # fourteen were left after the extension; the due date is 11 May
    assert [warning for warning, _ in rounds(cases)] == ["yellow", "yellow"]


def test_a_decision_in_time_silences_the_chain(cases: Cases, clock: Clock) -> None:
    case_id = accepted(cases)
    cases.submit(case_id, SetVariables({"decided_on": date(2026, 3, 20)}), actor=CLERK)
    clock.now = shanghai(5, 1)
    assert rounds(cases) == []


def test_the_handler_is_whoever_has_claimed_the_step(cases: Cases, clock: Clock) -> None:
    case_id = accepted(cases)
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    clock.now = shanghai(3, 24)
    assert rounds(cases) == [("yellow", "user:zhang")]


def test_notices_are_read_by_each_person_of_a_post_alone(cases: Cases, clock: Clock) -> None:
    accepted(cases)
    clock.now = shanghai(3, 24)
    rounds(cases)
    posts = ["审核科/经办人"]
    one = notices.page(cases.store, "zhang", posts).notices[0]
    assert not one.read
    assert notices.unread(cases.store, "zhang", posts) == notices.unread(cases.store, "li", posts) == 1
    notices.read(cases.store, one.notice, "zhang", posts, clock())
    notices.read(cases.store, one.notice, "zhang", posts, clock())
    assert notices.unread(cases.store, "zhang", posts) == 0
    assert notices.page(cases.store, "zhang", posts).notices[0].read
    assert notices.unread(cases.store, "li", posts) == 1
    with pytest.raises(NotPermitted):
        notices.read(cases.store, one.notice, "wang", ["窗口/经办人"], clock())
    with pytest.raises(NotFound):
        notices.read(cases.store, "nothing", "zhang", posts, clock())


def test_notices_are_mailed_once_and_paged_without_gaps(cases: Cases, clock: Clock) -> None:
    for _ in range(5):
        accepted(cases)
    clock.now = shanghai(3, 24)
    rounds(cases)
    mails = notices.unmailed(cases.store)
    assert len(mails) == 5
    assert [notices.mark_mailed(cases.store, mails[0].notice, clock()) for _ in range(2)] == [True, False]
    assert len(notices.unmailed(cases.store)) == 4
    seen: list[str] = []
    page = notices.page(cases.store, "zhang", ALL, limit=2)
    while True:
        seen += [one.notice for one in page.notices]
        if page.after is None:
            break
        page = notices.page(cases.store, "zhang", ALL, after=page.after, limit=2)
    assert len(seen) == len(set(seen)) == 5


def test_supervision_sees_what_is_overdue_what_will_be_and_in_whose_hands(cases: Cases, clock: Clock) -> None:
    late = accepted(cases, date(2026, 3, 2), number="A1")
    soon = accepted(cases, date(2026, 3, 9), number="A2")
    accepted(cases, date(2026, 3, 30), number="A3")
    held = accepted(cases, date(2026, 3, 9), number="A4")
    done = accepted(cases, date(2026, 3, 2), number="A5")
    cases.submit(done, SetVariables({"decided_on": date(2026, 3, 20)}), actor=CLERK)
    cases.submit(late, ClaimItem("i1", "zhang"), actor=CLERK)
    cases.submit(held, SuspendClock("decide", "听证", "告1号", date(2026, 3, 10)), actor=CLERK)
    clock.now = shanghai(4, 1, 9)
    rounds(cases)
    page = supervision.overdue(cases.store, clock())
    assert [(one.case_id, one.number, one.section, one.due_on, one.steps) for one in page.clocks] == [
        (late, "A1", "审核科", date(2026, 3, 30), ("审核",))
    ]
    assert supervision.overdue(cases.store, clock(), section="别科").clocks == []
    coming = supervision.coming(cases.store, clock(), clock() + timedelta(days=10))
    assert [one.case_id for one in coming.clocks] == [soon]
    assert supervision.lights(cases.store, clock()) == [supervision.Lights("审核科", 1, 1, 1, 1)]
    assert [(one.user, one.post, one.items) for one in supervision.holders(cases.store, clock())] == [
        ("zhang", "审核科/经办人", 1)
    ]
    ahead = supervision.holders(cases.store, clock(), clock() + timedelta(days=10))
    assert [(one.user, one.items) for one in ahead] == [(None, 1)]


def test_what_ran_out_with_nothing_but_escalation_stays_red_until_its_case_ends(
    cases: Cases, clock: Clock
) -> None:
    case_id = accepted(cases)
    clock.now = shanghai(4, 1, 9)
    assert due.run_once(cases, {}) == 1
    rounds(cases)
    assert [one.state for one in supervision.overdue(cases.store, clock()).clocks] == ["expired"]
    assert supervision.lights(cases.store, clock()) == [supervision.Lights("审核科", 0, 0, 1, 0)]
    for item in ("i1", "i2"):
        cases.submit(case_id, CompleteItem(item), actor=CLERK)
    rounds(cases)
    assert supervision.overdue(cases.store, clock()).clocks == []
    assert supervision.lights(cases.store, clock()) == []


def test_a_duty_that_outlives_its_case_is_watched_until_it_is_said_to_be_done(
    cases: Cases, clock: Clock
) -> None:
    case_id = accepted(cases, term_ended_on=date(2026, 3, 2))
    cases.submit(case_id, CompleteItem("i1"), actor=CLERK)
    clock.now = datetime(2027, 3, 3, 1, tzinfo=UTC)  # a year later, and a day
    while due.run_once(cases, {}):
        pass
    assert ("overdue", "局领导/分管副局长") in rounds(cases)
    assert [(one.limit, one.state) for one in supervision.overdue(cases.store, clock()).clocks] == [
        ("reclaim", "expired")
    ]
    cases.submit(case_id, CancelClock("reclaim", "复垦已在另案验收"), actor=CLERK)
    rounds(cases)
    assert supervision.overdue(cases.store, clock()).clocks == []
    assert history.replay(cases, case_id) is None


def test_a_least_time_warns_nobody(store: Store, clock: Clock) -> None:
    cases = Cases(store, clock=clock)
    deployed(cases, {**DECIDE, "minimum": True, "suspensions": [], "extension": None})
    accepted(cases)
    clock.now = shanghai(6, 1)
    assert rounds(cases) == []

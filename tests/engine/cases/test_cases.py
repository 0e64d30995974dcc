"""The one door, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from engine import due, history, worklist
from engine.cases import Actor, Answer, Cases, CaseView
from engine.codec import loads, moment_text
from engine.errors import InvalidInput, ItemClosed, ItemTaken, NotFound, Refused
from engine.kernel.commands import (
    Annotate,
    CancelCase,
    ClaimItem,
    Command,
    CompleteItem,
    FireTimer,
    SetVariables,
)
from engine.store import Store, queries
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    return Cases(store, clock=clock)


def deploy(cases: Cases, xml: bytes, limits: list[dict[str, object]] | None = None) -> str:
    return cases.deploy(permits.bundle(xml, limits), CLERK)


def test_a_case_goes_through_two_steps_to_its_end(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {"金额": 3}, actor=CLERK).case_id
    assert cases.submit(case_id, CompleteItem("i1", {"意见": "同意"}), actor=CLERK).status == "running"
    answer = cases.submit(case_id, CompleteItem("i2"), actor=CLERK)
    assert (answer.seq, answer.status) == (3, "completed")
    assert cases.view(case_id, lambda view: view.row())["ended_at"] == moment_text(permits.START)
    assert history.verify(cases.store) == []
    assert history.replay(cases, case_id) is None


def test_a_key_used_twice_has_one_effect_and_one_answer(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    started = cases.start("permit", {}, actor=CLERK, key="start")
    assert cases.start("permit", {}, actor=CLERK, key="start") == started._replace(replayed=True)
    done = cases.submit(started.case_id, CompleteItem("i1"), actor=CLERK, key="c")
    assert cases.submit(started.case_id, CompleteItem("i1"), actor=CLERK, key="c") == done._replace(
        replayed=True
    )
    assert cases.case_ids() == [started.case_id]


def test_one_start_key_raced_by_sixteen_begins_one_case(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    answers = race(
        16, lambda _: cases.start("permit", {}, actor=CLERK, key="k", number_format="LSYD-{year}-{seq:04d}")
    )
    assert len({answer.case_id for answer in answers if isinstance(answer, Answer)}) == 1
    assert (
        sorted(answer.replayed for answer in answers if isinstance(answer, Answer)) == [False] + [True] * 15
    )
    assert len(cases.case_ids()) == 1


def test_one_key_of_one_case_raced_by_sixteen_has_one_effect(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    answers = race(16, lambda _: cases.submit(case_id, CompleteItem("i1"), actor=CLERK, key="k"))
    assert (
        sorted(answer.replayed for answer in answers if isinstance(answer, Answer)) == [False] + [True] * 15
    )


def race(count: int, work: Callable[[int], Answer]) -> list[Answer | Exception]:
    barrier = threading.Barrier(count)

    def one(number: int) -> Answer | Exception:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_sixteen_clerks_completing_one_item_get_one_effect_and_fifteen_clear_refusals(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    for _ in range(3):
        case_id = cases.start("permit", {}, actor=CLERK).case_id
        told = race(
            16,
            lambda n, case_id=case_id: cases.submit(
                case_id, CompleteItem("i1", {}, f"u{n}"), actor=Actor(f"u{n}")
            ),
        )  # type: ignore[misc]
        assert sorted(type(answer).__name__ for answer in told) == ["Answer"] + ["ItemClosed"] * 15
    assert history.verify(cases.store) == []


def test_sixteen_clerks_claiming_one_item_get_one_owner(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    told = race(16, lambda n: cases.submit(case_id, ClaimItem("i1", f"u{n}"), actor=Actor(f"u{n}")))
    assert sorted(type(answer).__name__ for answer in told) == ["Answer"] + ["ItemTaken"] * 15
    owner = cases.view(case_id, lambda view: view.item("i1"))["claimed_by"]
    with pytest.raises(ItemTaken):
        cases.submit(case_id, CompleteItem("i1", {}, "nobody"), actor=CLERK)
    cases.submit(case_id, CompleteItem("i1", {}, owner), actor=Actor(owner))


def test_annotations_of_sixteen_on_one_case_are_all_kept(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    told = race(16, lambda n: cases.submit(case_id, Annotate(f"第{n}条"), actor=CLERK))
    assert [type(answer) for answer in told] == [Answer] * 16
    assert history.verify(cases.store, case_id) == []


def test_two_processes_worth_of_cases_see_each_others_commands(cases: Cases, clock: Clock) -> None:
    deploy(cases, permits.TWO_STEPS)
    with Store.open(cases.store.address) as second_store:
        other = Cases(second_store, clock=clock)
        case_id = cases.start("permit", {}, actor=CLERK).case_id
        other.submit(case_id, CompleteItem("i1"), actor=CLERK)
        with pytest.raises(ItemClosed):
            cases.submit(case_id, CompleteItem("i1"), actor=CLERK)
        cases.submit(case_id, CompleteItem("i2"), actor=CLERK)
    assert history.verify(cases.store) == []


def test_a_refused_command_writes_nothing(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    with pytest.raises((NotFound, ItemClosed)):
        cases.submit(case_id, CompleteItem("i9"), actor=CLERK)
    with pytest.raises(NotFound):
        cases.submit("nowhere", CompleteItem("i1"), actor=CLERK)
    with pytest.raises(NotFound):
        cases.start("unknown", {}, actor=CLERK)
    assert len(list(history.entries(cases.store, case_id))) == 1


def test_a_command_can_be_built_from_the_case_inside_the_transaction(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {"金额": 3}, actor=CLERK, header={"title": "某某用地"}).case_id

    def build(view: CaseView) -> Command:
        assert view.header["title"] == "某某用地"
        assert view.item("i1")["post"] == "窗口/经办人"
        return CompleteItem("i1", {"两倍": view.variables_at("i1")["金额"] * 2})

    cases.submit(case_id, build, actor=CLERK)
    assert cases.view(case_id, lambda view: view.variables["两倍"]) == 6


def test_numbers_are_allocated_with_the_case_and_not_with_a_failed_start(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    numbered = "LSYD-{year}-{seq:04d}"
    first = cases.start("permit", {}, actor=CLERK, number_format=numbered).case_id
    with pytest.raises(InvalidInput):
        cases.start("permit", {"x": object()}, actor=CLERK, number_format=numbered)
    second = cases.start("permit", {}, actor=CLERK, number_format=numbered).case_id
    assert [cases.view(case_id, lambda view: view.header["number"]) for case_id in (first, second)] == [
        "LSYD-2026-0001",
        "LSYD-2026-0002",
    ]


def test_a_case_stays_with_the_version_it_began_with(cases: Cases) -> None:
    old = deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    new = deploy(cases, permits.TIMER)
    assert cases.newest("permit") == new
    assert cases.view(case_id, lambda view: view.deployment) == old
    cases.submit(case_id, CompleteItem("i1"), actor=CLERK)
    assert deploy(cases, permits.TWO_STEPS) == old == cases.newest("permit")


def test_the_chain_can_be_of_sm3(store: Store, clock: Clock) -> None:
    cases = Cases(store, clock=clock, hash_name="sm3")
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    Cases(store, clock=clock).submit(case_id, CompleteItem("i1"), actor=CLERK)
    assert [entry.hash.partition(":")[0] for entry in history.entries(store, case_id)] == ["sm3", "sha256"]
    assert history.verify(store) == []


def test_a_cancelled_case_leaves_nothing_to_do(cases: Cases) -> None:
    deploy(cases, permits.TWO_STEPS)
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    assert cases.submit(case_id, CancelCase("申请人撤回"), actor=CLERK).status == "cancelled"
    assert worklist.inbox(cases.store, "zhang", ["窗口/经办人"], "claimable").rows == []


# -- messages and signals --


def test_a_message_goes_to_exactly_one_subscriber(cases: Cases) -> None:
    deploy(cases, permits.MESSAGE)
    first = cases.start("permit", {"编号": "甲"}, actor=CLERK).case_id
    second = cases.start("permit", {"编号": "乙"}, actor=CLERK).case_id
    assert cases.deliver("补正材料", {"编号": "乙"}, {"页数": 3}).case_id == second
    assert cases.deliver("补正材料").case_id == first
    assert cases.deliver("补正材料").status == "kept"


def test_a_message_that_comes_early_is_kept_for_its_time_to_live(cases: Cases, clock: Clock) -> None:
    deploy(cases, permits.MESSAGE)
    assert cases.deliver("补正材料", {}, {"页数": 3}, key="m").status == "kept"
    assert cases.deliver("补正材料", {}, {"页数": 3}, key="m").replayed
    case_id = cases.start("permit", {}, actor=CLERK).case_id
    assert due.run_once(cases, {}) == 1
    assert cases.view(case_id, lambda view: view.variables["页数"]) == 3
    cases.deliver("补正材料")
    clock.advance(timedelta(days=2))
    late = cases.start("permit", {}, actor=CLERK).case_id
    assert due.run_once(cases, {}) == 0
    assert cases.view(late, lambda view: list(view.state.items)) == []
    assert due.drop_expired_messages(cases) == 1


def test_a_message_begins_a_case_when_nobody_awaits_it(cases: Cases) -> None:
    deploy(cases, permits.MESSAGE_START)
    answer = cases.deliver("网上申请", {}, {"申请人": "李四"}, key="m")
    assert cases.view(answer.case_id, lambda view: view.variables["申请人"]) == "李四"
    assert cases.deliver("网上申请", {}, {"申请人": "李四"}, key="m") == answer._replace(replayed=True)


def test_a_thrown_message_arrives_once_after_the_commit(cases: Cases) -> None:
    deploy(cases, permits.MESSAGE)
    deploy(cases, permits.THROWING)
    waiting = [cases.start("permit", {}, actor=CLERK).case_id for _ in range(2)]
    assert cases.start("sender", {}, actor=CLERK).status == "completed"
    assert due.run_once(cases, {}) == 1
    assert due.run_once(cases, {}) == 0
    assert [cases.view(each, lambda view: len(view.state.items)) for each in waiting] == [1, 0]


def test_a_signal_reaches_every_case_that_listens(cases: Cases) -> None:
    deploy(cases, permits.SIGNAL)
    listening = [cases.start("permit", {}, actor=CLERK).case_id for _ in range(3)]
    assert [answer.case_id for answer in cases.signal("停电")] == listening
    assert cases.signal("停电") == []


# -- limits --


def test_an_untouched_correction_becomes_accepted_at_the_end_of_its_fifth_working_day(
    cases: Cases, clock: Clock
) -> None:
    # 2026-09-25 is Mid-Autumn; 10-01..07 National Day; 09-20 and 10-10 are working weekends.
    deploy(cases, permits.LIMITED, permits.CORRECTION)
    case_id = cases.start("permit", {"received_on": date(2026, 9, 25)}, actor=CLERK).case_id
    moment = due.next_moment(cases)
    assert moment is not None
    clock.now = moment - timedelta(microseconds=1)
    assert due.run_once(cases, {}) == 0
    clock.now = moment
    assert due.run_once(cases, {}) == 1
    assert due.run_once(cases, {}) == 0
    assert [row.name for row in worklist.inbox(cases.store, "x", ["窗口/经办人"], "claimable").rows] == [
        "视为受理"
    ]
    with cases.store.reading() as transaction:
        runs = transaction.all(queries.limit_runs_of_case, {"of_case": case_id})
        ledger = transaction.all(queries.ledger_of_case, {"of_case": case_id})
    assert [row[3] for row in runs] == ["expired"]
    assert [line["event"] for row in ledger for line in loads(row[2])] == ["started", "expired"]


def test_a_clock_that_moves_takes_its_timer_and_its_item_along(cases: Cases, clock: Clock) -> None:
    deploy(cases, permits.LIMITED, permits.CORRECTION)
    case_id = cases.start("permit", {"received_on": date(2026, 9, 25)}, actor=CLERK).case_id
    before = due.next_moment(cases)
    cases.submit(case_id, SetVariables({"received_on": date(2026, 9, 28)}), actor=CLERK)
    after = due.next_moment(cases)
    assert before is not None
    assert after is not None
    assert after > before
    assert worklist.inbox(cases.store, "x", ["窗口/经办人"], "claimable").rows[0].due == after
    with pytest.raises(Refused):
        cases.submit(case_id, FireTimer("t1"), actor=CLERK)

"""Papers: numbers without gaps, the hash in the journal, voiding, service, replay."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from engine import history
from engine.cases import Cases
from engine.cases.actor import CaseView
from engine.cases.documents import Draft, content, content_hash, documents, issue
from engine.errors import InvalidInput, NotFound, Refused
from engine.kernel.commands import Annotate, CancelCase, RecordService, VoidDocument
from engine.store import Store
from engine.store import documents as statements
from engine.store.database import Query
from tests.engine.cases import paper_racer, permits
from tests.engine.cases.paper_racer import SERIES, paper
from tests.engine.cases.permits import CLERK, Clock

CLIENTS, ROUNDS = 16, 4


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    made = Cases(store, clock=clock)
    made.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    return made


@pytest.fixture
def case_id(cases: Cases) -> str:
    return cases.start("permit", {}, actor=CLERK).case_id


def permit(view: CaseView) -> Draft:
    return Draft("临时用地批准书", "临时用地批准书", SERIES, dict(view.variables))


def test_every_statement_on_documents_compiles_on_both_databases() -> None:
    named = [query for query in vars(statements).values() if isinstance(query, Query)]
    assert len(named) >= 10
    for query in named:
        assert query.sqlite
        assert query.postgres


@pytest.mark.slow
def test_sixteen_processes_that_issue_at_once_get_every_number_once_and_leave_no_gap(store: Store) -> None:
    cases = Cases(store)
    cases.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    case_ids = [cases.start("permit", {}, actor=CLERK).case_id for _ in range(CLIENTS)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.cases.paper_racer"])
    barrier = context.Barrier(CLIENTS)
    with ProcessPoolExecutor(CLIENTS, context, paper_racer.prepare, (barrier,)) as pool:
        asked = [
            pool.submit(paper_racer.race, store.address, number, case_ids[number], ROUNDS)
            for number in range(CLIENTS)
        ]
        told = [number for each in asked for number in each.result(120)]
    year = datetime.now(UTC).year
    assert sorted(told) == sorted(SERIES.format(year=year, seq=seq) for seq in range(1, CLIENTS * ROUNDS + 1))
    kept = [each for case_id in case_ids for each in documents(store, case_id)]
    assert sorted(each.number for each in kept) == sorted(told)
    for case_id in case_ids:
        for each in documents(store, case_id):
            # what was made for a number that another took in between was not what was issued
            assert content(store, case_id, each.document, "pdf") == f"临时用地批准书 {each.number}".encode()
    assert history.verify(store) == []


def test_a_paper_that_is_refused_takes_no_number(cases: Cases, case_id: str) -> None:
    def refuse(draft: Draft, number: str) -> Mapping[str, bytes]:
        raise InvalidInput("缺少决定理由")

    issue(cases, case_id, permit, paper, actor=CLERK)
    with pytest.raises(InvalidInput):
        issue(cases, case_id, permit, refuse, actor=CLERK)
    issue(cases, case_id, permit, paper, actor=CLERK)
    assert [each.number for each in documents(cases.store, case_id)] == [
        "晋自然资临〔2026〕1号",
        "晋自然资临〔2026〕2号",
    ]


def test_a_paper_made_while_another_took_its_number_is_made_anew(cases: Cases, case_id: str) -> None:
    other = cases.start("permit", {}, actor=CLERK).case_id
    made = []

    def slowly(draft: Draft, number: str) -> Mapping[str, bytes]:
        made.append(number)
        if len(made) <= 2:
            issue(cases, other, permit, paper, actor=CLERK)
        return paper(draft, number)

    issue(cases, case_id, permit, slowly, actor=CLERK)
    assert made == ["晋自然资临〔2026〕1号", "晋自然资临〔2026〕2号", "晋自然资临〔2026〕3号"]
    assert [each.number for each in documents(cases.store, case_id)] == ["晋自然资临〔2026〕3号"]


def test_a_paper_is_made_in_the_transaction_where_others_always_come_between(
    cases: Cases, case_id: str
) -> None:
    other = cases.start("permit", {}, actor=CLERK).case_id
    made = []

    def overtaken(draft: Draft, number: str) -> Mapping[str, bytes]:
        made.append(number)
        if len(made) <= 3:
            issue(cases, other, permit, paper, actor=CLERK)
        return paper(draft, number)

    issue(cases, case_id, permit, overtaken, actor=CLERK)
    assert made[-1] == "晋自然资临〔2026〕4号"
    assert len(made) == 4


def test_the_same_key_twice_issues_one_paper(cases: Cases, case_id: str) -> None:
    first = issue(cases, case_id, permit, paper, actor=CLERK, key="once")
    second = issue(cases, case_id, permit, paper, actor=CLERK, key="once")
    assert second.replayed
    assert second.effects == first.effects
    assert len(documents(cases.store, case_id)) == 1


def test_each_year_of_shanghai_begins_at_one(cases: Cases, case_id: str, clock: Clock) -> None:
    clock.now = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    issue(cases, case_id, permit, paper, actor=CLERK)
    clock.advance(timedelta(minutes=1))
    issue(cases, case_id, permit, paper, actor=CLERK)
    assert [each.number for each in documents(cases.store, case_id)] == [
        "晋自然资临〔2026〕1号",
        "晋自然资临〔2027〕1号",
    ]


def test_the_journal_has_the_hash_of_what_was_issued_and_replays(cases: Cases, case_id: str) -> None:
    issue(cases, case_id, permit, paper, actor=CLERK)
    cases.submit(case_id, VoidDocument("d1", "当事人名称有误"), actor=CLERK)
    cases.submit(case_id, Annotate("重新制作"), actor=CLERK)
    entry = next(each for each in history.entries(cases.store, case_id) if each.command == "IssueDocument")
    assert entry.data["files"] == {"pdf": content_hash("临时用地批准书 晋自然资临〔2026〕1号".encode())}
    assert entry.effects[0]["event"] == "document_issued"
    assert history.verify(cases.store, case_id) == []
    assert history.replay(cases, case_id) is None


def test_a_voided_paper_keeps_its_number_and_the_reason(cases: Cases, case_id: str) -> None:
    issue(cases, case_id, permit, paper, actor=CLERK)
    with pytest.raises(InvalidInput):
        cases.submit(case_id, VoidDocument("d1", "  "), actor=CLERK)
    cases.submit(case_id, VoidDocument("d1", "当事人名称有误"), actor=CLERK)
    issue(cases, case_id, permit, paper, actor=CLERK)
    first, second = documents(cases.store, case_id)
    assert (first.number, first.void_reason, first.voided_by) == (
        "晋自然资临〔2026〕1号", "当事人名称有误", "zhang",
    )  # fmt: skip
    assert (second.number, second.voided_at) == ("晋自然资临〔2026〕2号", None)
    with pytest.raises(Refused):
        cases.submit(case_id, VoidDocument("d1", "再次作废"), actor=CLERK)
    with pytest.raises(Refused):
        cases.submit(case_id, RecordService("d1", "直接", date(2026, 9, 25)), actor=CLERK)
    with pytest.raises(NotFound):
        cases.submit(case_id, VoidDocument("d9", "没有"), actor=CLERK)


def test_service_is_recorded_with_mode_and_day_and_not_before_issue_nor_after_today(
    cases: Cases, case_id: str
) -> None:
    issue(cases, case_id, permit, paper, actor=CLERK)
    for wrong in (
        RecordService("d1", "托人带去", date(2026, 9, 25)),
        RecordService("d1", "直接", date(2026, 9, 24)),
        RecordService("d1", "直接", date(2026, 9, 26)),
    ):
        with pytest.raises(InvalidInput):
            cases.submit(case_id, wrong, actor=CLERK)
    cases.submit(
        case_id,
        RecordService("d1", "留置", date(2026, 9, 25), "王某", "送1号", "拒收，村委会见证"),
        actor=CLERK,
    )
    (served,) = documents(cases.store, case_id)[0].services
    assert (served.mode, served.on, served.receiver, served.note) == (
        "留置", date(2026, 9, 25), "王某", "拒收，村委会见证",
    )  # fmt: skip


def test_a_paper_is_served_and_voided_after_its_case_has_ended(cases: Cases, case_id: str) -> None:
    issue(cases, case_id, permit, paper, actor=CLERK)
    cases.submit(case_id, CancelCase("申请人撤回"), actor=CLERK)
    cases.submit(case_id, RecordService("d1", "电子", date(2026, 9, 25)), actor=CLERK)
    cases.submit(case_id, VoidDocument("d1", "办件已取消"), actor=CLERK)
    assert history.replay(cases, case_id) is None
    assert cases.view(case_id, lambda view: view.row()["status"]) == "cancelled"


def test_content_that_was_changed_in_the_database_is_not_given_out(cases: Cases, case_id: str) -> None:
    issue(cases, case_id, permit, paper, actor=CLERK)
    (issued,) = documents(cases.store, case_id)
    from sqlalchemy import bindparam, update

    from engine.store.tables import document_content

    forge = Query(
        update(document_content)
        .where(document_content.c.hash == bindparam("of_hash"))
        .values(content=bindparam("content"))
    )
    with cases.store.writing() as transaction:
        transaction.run(forge, {"of_hash": issued.files["pdf"], "content": b"forged"})
    with pytest.raises(Refused, match="散列值不一致"):
        content(cases.store, case_id, "d1", "pdf")

"""What is found in cases, on both databases: by whom, in which order, when, and after a worker's death."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import search
from engine.cases import Cases
from engine.kernel.commands import Annotate, ClaimItem, CompleteItem
from engine.search import Place
from engine.store import Store
from engine.store import search as index
from engine.store.search import Document, Reach
from engine.store.words import terms
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock
from tests.engine.search.test_words import contains

ALL = Reach(everything=True)
TEXTS = st.text(alphabet="临时用地项a1B 2（-、号", max_size=10)


@pytest.fixture
def cases(store: Store) -> Cases:
    cases = Cases(store, clock=Clock())
    cases.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    return cases


def begin(cases: Cases, **header: str) -> str:
    values = {"note": header.pop("note", ""), "received": "收"}
    return cases.start("permit", values, actor=CLERK, header=header).case_id


def found(cases: Cases, query: str, reach: Reach = ALL) -> list[str]:
    return [hit.case_id for hit in search.find(cases.store, query, reach)]


def settle(cases: Cases) -> None:
    while search.catch_up(cases):
        pass


def test_a_case_is_found_by_its_header_as_soon_as_it_begins(cases: Cases) -> None:
    case_id = begin(
        cases, number="LSYD-2026-0118", applicant="太行高速建设有限公司", title="第三标段施工便道"
    )
    for query in (
        "LSYD-2026-0118",
        "lsyd-2026-01",
        "太行",
        "高速建设",
        "便道",
        "道",
        "施工 太行",
        "第三标段",
    ):
        assert found(cases, query) == [case_id], query
    for query in ("118", "太行煤矿", "道便", "（）", "", "太行 煤矿"):
        assert found(cases, query) == [], query


def test_what_forms_said_is_found_after_a_round_of_the_worker(cases: Cases) -> None:
    case_id = begin(cases, title="便道", note="占用永久基本农田")
    assert found(cases, "基本农田") == []
    settle(cases)
    assert found(cases, "基本农田") == [case_id]
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    cases.submit(case_id, CompleteItem("i1", {"opinion": "权属清楚，拟同意"}, "zhang"), actor=CLERK)
    cases.submit(case_id, Annotate("申请人来电询问"), actor=CLERK)
    settle(cases)
    for query in ("权属清楚", "来电", "便道 权属", "基本农田 来电"):
        assert found(cases, query) == [case_id], query


def test_a_word_that_is_written_again_stays_and_nothing_stands_twice(cases: Cases) -> None:
    case_id = begin(cases, title="便道")
    for number in range(4):
        cases.submit(case_id, Annotate(f"第{number}次踏勘"), actor=CLERK)
        settle(cases)
    assert found(cases, "踏勘") == [case_id]
    assert all(found(cases, f"第{number}次") == [case_id] for number in range(4))


def test_a_worker_that_dies_before_its_mark_loses_nothing_and_repeats_nothing(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [begin(cases, note=f"占用林地{number}") for number in range(3)]

    whole, done = index.replace, []

    def dies_at_the_second(*given: object) -> bool:
        if done:
            raise KeyboardInterrupt
        done.append(given)
        return whole(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(index, "replace", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            search.catch_up(cases)
    assert len(found(cases, "林地")) == 1
    settle(cases)
    assert found(cases, "林地") == ids[::-1]


def test_entries_that_the_mark_has_passed_by_are_found_by_the_round(cases: Cases) -> None:
    settle(cases)
    case_id = begin(cases, note="跨河大桥")
    with cases.store.writing() as transaction:
        index.set_mark(transaction, "entry", "9999-01-01" if cases.store.postgres else str(10**9))
    settle(cases)
    assert found(cases, "跨河大桥") == [case_id]


def test_two_workers_index_a_case_once(cases: Cases) -> None:
    case_id = begin(cases, note="采矿权")
    first = index.header("", "", "")
    with cases.store.writing() as transaction:
        known = index.known(transaction, case_id)
    assert known is not None
    settle(cases)
    with cases.store.writing() as transaction:
        late = index.replace(transaction, case_id, known[1], first, 1, Document(told=("采矿权",)))
    assert late is False
    assert found(cases, "采矿权") == [case_id]


def test_the_index_made_anew_is_the_same(cases: Cases) -> None:
    ids = [begin(cases, number=f"N-{number}", note=f"第{number}矿区") for number in range(5)]
    settle(cases)
    before = {query: found(cases, query) for query in ("矿区", "n", "第3矿", "区")}
    assert before["矿区"] == ids[::-1]
    assert search.rebuild(cases) == 5
    assert {query: found(cases, query) for query in before} == before


def test_a_case_from_before_the_index_is_taken_up(cases: Cases) -> None:
    from sqlalchemy import text

    from engine.store.database import Query

    case_id = begin(cases, title="旧办件")
    with cases.store.writing() as transaction:
        index.clear(transaction)
        transaction.run(Query(text("DELETE FROM search_case")), {})
    assert found(cases, "旧办件") == []
    settle(cases)
    assert found(cases, "旧办件") == [case_id]


def test_an_exact_number_stands_first_then_heads_then_texts_each_the_latest_first(cases: Cases) -> None:
    told = [begin(cases, number=f"A-{number}", note="引用 LSYD-1 的材料") for number in range(2)]
    longer = begin(cases, number="LSYD-12", title="甲")
    exact = begin(cases, number="LSYD-1", title="乙")
    head = begin(cases, number="B-1", title="与 LSYD-1 合并")
    settle(cases)
    assert found(cases, "LSYD-1") == [exact, head, longer, *told[::-1]]


def test_pages_follow_each_other_without_gap_or_double(cases: Cases) -> None:
    for number in range(9):
        begin(cases, title="便道" if number % 3 else "临时用地", note="便道" if number % 2 else "")
    settle(cases)
    whole = found(cases, "便道")
    assert len(whole) == 7
    for size in (1, 2, 3, 5):
        pages: list[str] = []
        after: Place | None = None
        while hits := search.find(cases.store, "便道", ALL, after, size):
            assert len(hits) <= size
            pages += [hit.case_id for hit in hits]
            after = Place(hits[-1].tier, hits[-1].part)
        assert pages == whole


def test_nobody_finds_what_neither_he_nor_his_post_or_section_has_to_do_with(cases: Cases) -> None:
    case_id = begin(cases, title="便道", section="用途管制科", matter="temporary")
    cases.submit(case_id, ClaimItem("i1", "li"), actor=CLERK)
    seeing = (
        Reach(users=("zhang",)), Reach(users=("li",)), Reach(posts=("窗口/经办人",)), Reach(matters=("temporary",)),
        Reach(sections=("用途管制科",)), ALL,
    )  # fmt: skip
    blind = (
        Reach(), Reach(users=("wang",), posts=("审核科/经办人",), sections=("矿业权科",), told=("user:wang",)),
    )  # fmt: skip
    assert [found(cases, "便道", reach) for reach in seeing] == [[case_id]] * len(seeing)
    assert [found(cases, "便道", reach) for reach in blind] == [[], []]


def test_what_a_step_wrote_is_found_by_those_who_did_a_step_and_those_who_head_the_section(
    cases: Cases,
) -> None:
    case_id = begin(cases, title="便道", section="用途管制科")
    cases.submit(case_id, ClaimItem("i1", "li"), actor=CLERK)
    cases.submit(case_id, CompleteItem("i1", {"opinion": "权属存疑"}, "li"), actor=CLERK)
    settle(cases)
    began = Reach(users=("zhang",))
    assert found(cases, "便道", began) == [case_id]
    assert found(cases, "权属存疑", began) == []
    assert found(cases, "权属存疑", Reach(users=("li",), hands=("li",))) == [case_id]
    assert found(cases, "权属存疑", Reach(sections=("用途管制科",), heads=("用途管制科",))) == [case_id]
    assert found(cases, "权属存疑") == [case_id]


@pytest.fixture
def six(cases: Cases) -> tuple[Store, list[str]]:
    return cases.store, [begin(cases) for _ in range(6)]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=6, max_size=6), TEXTS)
def test_what_is_found_is_what_contains_it(
    six: tuple[Store, list[str]], texts: list[tuple[str, str, str]], query: str
) -> None:
    """Each part of the query within one of a case's texts, in the tier of the last text that is needed."""
    store, ids = six
    with store.writing() as transaction:
        index.clear(transaction)
        for case_id, parts in zip(ids, texts, strict=True):
            index.replace(
                transaction, case_id, index.NOT_YET, Document(), 1, Document(*((each,) for each in parts))
            )
    wanted = {}
    asked = [part for part in query.split() if terms(part)]
    for case_id, parts in zip(ids, texts, strict=True):
        for tier in (3, 2, 1):
            if asked and all(any(contains(each, part) for each in parts[:tier]) for part in asked):
                wanted[case_id] = tier
    assert {hit.case_id: hit.tier for hit in search.find(store, query, ALL)} == wanted

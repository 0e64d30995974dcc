"""Who finds what by words: only cases that he may open, and of what steps wrote only what he may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bureau_world import World

from engine.cases import reception
from engine.errors import InvalidInput, NotPermitted
from processes import searching, stand_in

pytestmark = pytest.mark.slow  # `make test-fast` goes without

ACCEPTED = {"told_on": "2026-11-02", "acceptance_doc_no": "受〔2026〕17号"}
CLERK, HANDLER, CHIEF, LEADER, STRANGER = "zhanghui", "wangjian", "chenwei", "huanghe", "guoqiang"


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.bureau.close()


@pytest.fixture
def stranger(world: World) -> str:
    """Somebody of a section that has nothing to do with temporary land."""
    people = world.bureau.organisation.people.values()
    return next(one.user for one in people if one.posts == ("矿产权管理科/经办人",))


def settle(world: World) -> None:
    while world.bureau.tick():
        pass


def found(world: World, user: str, query: str) -> list[str]:
    return [hit.case_id for hit in searching.find(world.bureau, user, query).found]


def test_whoever_may_open_a_case_finds_it_and_nobody_else(world: World, stranger: str) -> None:
    case = world.start(project_name="太行高速第九标段便道")
    settle(world)
    people = [one.user for one in world.bureau.organisation.people.values()]
    for query in ("第九标段", "LSYD-2026-0001", "91140000MA0GT9L609"):
        finding = {user for user in people if found(world, user, query) == [case]}
        opening = set()
        for user in people:
            try:
                world.bureau.case(user, case)
            except NotPermitted:
                continue
            opening.add(user)
        assert finding == opening, query
        assert CLERK in finding
        assert stranger not in finding


def test_an_opinion_is_found_by_who_had_a_step_heads_the_section_or_sees_all(
    world: World, stranger: str
) -> None:
    case = world.start()
    world.do(CLERK, case, "accept", "齐全且属本级权限", **ACCEPTED)
    world.do(
        HANDLER, case, "survey", "完成踏勘", survey_on="2026-11-02", surveyor_1="甲", surveyor_2="乙",
        site_opinion="地块西侧有古树名木",
    )  # fmt: skip
    settle(world)
    assert found(world, HANDLER, "古树名木") == [case]
    assert found(world, CHIEF, "古树名木") == [case]
    assert found(world, LEADER, "古树名木") == [case]
    assert found(world, stranger, "古树名木") == []
    (hit,) = searching.find(world.bureau, HANDLER, "古树名木").found
    (line,) = hit.lines
    assert ("古树名木", True) in line.pieces
    assert line.label not in ("", "填报内容")


def test_a_deputy_finds_for_as_long_as_he_stands_in(world: World, stranger: str) -> None:
    case = world.start(project_name="南干线检修道")
    assert found(world, stranger, "南干线") == []
    ends = world.now + timedelta(days=2)
    stand_in.declare(world.bureau, CLERK, CLERK, starts=world.now, ends=ends, reason="出差", deputy=stranger)
    assert found(world, stranger, "南干线") == [case]
    world.now += timedelta(days=3)
    assert found(world, stranger, "南干线") == []


def test_the_query_code_finds_nothing(world: World) -> None:
    case = world.start()
    code = reception.code_of(world.bureau.cases, case)
    settle(world)
    assert found(world, LEADER, code) == []
    assert found(world, LEADER, "LSYD-2026-0001") == [case]


def test_the_number_of_a_notice_finds_its_case(world: World) -> None:
    case = world.start()
    world.start()
    world.do(CLERK, case, "accept", "齐全且属本级权限", **ACCEPTED)
    settle(world)
    for query in ("受〔2026〕17号", "受2026 17号", "受(2026)17"):
        assert found(world, CLERK, query) == [case], query


def test_pages_of_hits_end(world: World) -> None:
    cases = [world.start(project_name=f"施工便道{number}") for number in range(5)]
    pages, after = [], None
    while True:
        page = searching.find(world.bureau, CLERK, "施工便道", after=after, limit=2)
        pages.append([hit.case_id for hit in page.found])
        after = page.next
        if after is None:
            break
    assert sum(pages, []) == cases[::-1]  # noqa: RUF017
    for wrong in ("x", "9|1", "1|", "1|x", "1|99999999999999999999"):
        with pytest.raises(InvalidInput):
            searching.find(world.bureau, CLERK, "便道", after=wrong)


@pytest.mark.parametrize(
    "query", ["", "（）", "'", '"', "* OR x", "head:", "!", "\\", "a" * 500, "\x00", "NOT", ":*"]
)
def test_no_query_is_anything_but_words(world: World, query: str) -> None:
    world.start()
    assert found(world, LEADER, query) == []

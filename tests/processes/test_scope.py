"""Who may open which case: own, section, bureau, deputed; on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from bureau_world import World

from engine.errors import NotFound, NotPermitted
from processes import attachments, clock_office, documents, people, scope, stand_in

pytestmark = pytest.mark.slow
COUNTER, HANDLER, CHIEF, LEADER, AUDITOR, STRANGER, ADMIN = (
    "zhanghui", "wangjian", "chenwei", "huanghe", "jiangtao", "songping", "caixia",
)  # fmt: skip


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.bureau.close()


def seers(world: World, case_id: str) -> set[str]:
    return {user for user in world.bureau.organisation.people if scope.visible(world.bureau, user, [case_id])}


def test_each_sees_what_is_his_his_posts_his_sections_or_the_bureaus(world: World) -> None:
    case_id = world.start()
    item = world.open(case_id)["accept"]
    world.bureau.claim(COUNTER, case_id, item)
    # received at the counter: the counter, the chiefs of counter and host, the leaders, the auditor
    assert seers(world, case_id) == {
        COUNTER, "lixiaoyan", "sunlei", CHIEF, LEADER, "fangyuan", AUDITOR,
    }  # fmt: skip
    for look in (
        lambda user: world.bureau.case(user, case_id),
        lambda user: attachments.files(world.bureau, user, case_id),
        lambda user: documents.papers(world.bureau, user, case_id),
        lambda user: world.bureau.annotate(user, case_id, "x"),
        lambda user: clock_office.clock_page(world.bureau, user, case_id, "decide"),
    ):
        for user in (HANDLER, STRANGER, ADMIN):
            with pytest.raises(NotPermitted):
                look(user)
    world.do(COUNTER, case_id, "accept", "齐全且属本级权限", told_on="2026-11-02", acceptance_doc_no="1")
    assert HANDLER in seers(world, case_id)
    assert STRANGER not in seers(world, case_id)
    assert world.bureau.case(HANDLER, case_id).case_id == case_id


def test_a_deputy_sees_for_as_long_and_as_far_as_he_stands_in(world: World) -> None:
    case_id, now = world.start(), world.now
    assert STRANGER not in seers(world, case_id)

    def stands_in(matter: str, start: timedelta) -> bool:
        stand_in.declare(
            world.bureau, COUNTER, COUNTER, starts=now + start, ends=now + start + timedelta(hours=1), reason="休假",
            deputy=STRANGER, scope=[matter],
        )  # fmt: skip
        world.now = now + start
        return STRANGER in seers(world, case_id)

    assert stands_in("temporary-land-use", timedelta(hours=1))
    world.now += timedelta(hours=2)
    assert STRANGER not in seers(world, case_id)
    assert not stands_in("mining-right-registration", timedelta(hours=5))


def test_a_closed_account_sees_nothing_and_lends_nothing(world: World) -> None:
    case_id, now = world.start(), world.now
    stand_in.declare(
        world.bureau,
        COUNTER,
        COUNTER,
        starts=now,
        ends=now + timedelta(days=1),
        reason="休假",
        deputy=STRANGER,
    )
    assert STRANGER in seers(world, case_id)
    people.disable(world.bureau, ADMIN, COUNTER, "离职")
    with pytest.raises(NotFound):
        world.bureau.case(COUNTER, case_id)
    with pytest.raises(NotPermitted):
        world.bureau.case(STRANGER, case_id)


def test_an_auditor_reads_everything_and_writes_nothing(world: World) -> None:
    case_id = world.start()
    assert world.bureau.case(AUDITOR, case_id).powers.may == frozenset()
    deeds: tuple[Callable[[], object], ...] = (
        lambda: world.bureau.annotate(AUDITOR, case_id, "x"),
        lambda: world.bureau.cancel(AUDITOR, case_id, "x"),
        lambda: world.bureau.claim(AUDITOR, case_id, world.open(case_id)["accept"]),
    )
    for deed in deeds:
        with pytest.raises(NotPermitted):
            deed()


def test_to_administer_opens_no_case(world: World) -> None:
    people.add(world.bureau, ADMIN, [people.Newcomer("lina", "李娜", (), ("admin",))], "分权")
    with pytest.raises(NotPermitted):
        world.bureau.case("lina", world.start())

"""A desk handed over slice by slice in the background, on both databases: by two workers, broken off, to several."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from bureau_world import World

from engine import history
from engine.codec import moment_text
from engine.errors import InvalidInput, NotPermitted, Refused
from engine.store import hand_overs
from processes import case_operations, handing_over, people
from processes.handing_over import REST

pytestmark = pytest.mark.slow

LEAVING, HEIR, CHIEF = "zhanghui", "lixiaoyan", "sunlei"
STEP = "temporary-land-use|accept"


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.bureau.close()


def held(world: World, count: int) -> list[str]:
    cases = [world.start() for _ in range(count)]
    for case_id in cases:
        world.bureau.claim(LEAVING, case_id, world.open(case_id)["accept"])
    return cases


def todo(world: World, user: str) -> int:
    return world.bureau.counts(user)["todo"]


def test_two_workers_never_hand_one_item_over_twice(world: World) -> None:
    cases = held(world, 12)
    name = handing_over.begin(world.bureau, CHIEF, LEAVING, {REST: HEIR}, "调离", key="key-one")
    with ThreadPoolExecutor(2) as pool:
        while not handing_over.progress(world.bureau, CHIEF, name).ended_at:
            list(pool.map(lambda _: handing_over.work(world.bureau, most=4), range(2)))
    assert (todo(world, LEAVING), todo(world, HEIR)) == (0, 12)
    for case_id in cases:
        entries = [entry.command for entry in history.entries(world.bureau.store, case_id)]
        assert entries == ["StartCase", "ClaimItem", "TransferItem"]


def test_a_worker_that_died_leaves_its_lease_and_the_rest_goes_on_after_it(world: World) -> None:
    held(world, 6)
    bureau = world.bureau
    name = handing_over.begin(bureau, CHIEF, LEAVING, {REST: HEIR}, "调离", key="key-one")
    until = moment_text(world.now + handing_over.LEASE)
    with bureau.store.writing() as transaction:
        assert transaction.one(hand_overs.claim, {"now": moment_text(world.now), "until": until}) is not None
    list(
        islice(handing_over.hand_over(bureau, CHIEF, LEAVING, HEIR, "调离", key=name), 2)
    )  # and then it died
    assert (handing_over.work(bureau), todo(world, HEIR)) == (0, 2)
    world.now += handing_over.LEASE
    assert handing_over.work(bureau) == 4
    found = handing_over.progress(bureau, CHIEF, name)
    assert (found.done, found.failed, found.ended_at is not None) == (6, [], True)
    assert handing_over.begin(bureau, CHIEF, LEAVING, {REST: HEIR}, "调离", key="key-one") == name
    assert handing_over.work(bureau) == 0


def test_what_is_recused_stays_and_everything_else_goes_to_whom_its_step_names(world: World) -> None:
    cases = held(world, 3)
    case_operations.recuse(world.bureau, CHIEF, cases[1], HEIR, "近亲属")
    name = handing_over.begin(world.bureau, CHIEF, LEAVING, {STEP: HEIR, REST: CHIEF}, "调离", key="key-one")
    world.bureau.tick()
    found = handing_over.progress(world.bureau, CHIEF, name)
    assert [(case_id, "回避" in said) for case_id, _, said in found.failed] == [(cases[1], True)]
    assert (found.done, todo(world, LEAVING), todo(world, HEIR), todo(world, CHIEF)) == (2, 1, 2, 0)


def test_the_desk_of_a_closed_account_is_handed_over_by_a_leader_and_not_by_a_chief(world: World) -> None:
    bureau = world.bureau
    held(world, 2)
    people.disable(bureau, "caixia", LEAVING, "已离职", anyway=True)
    with pytest.raises(NotPermitted):
        handing_over.preview(bureau, "sunlei", LEAVING)
    assert LEAVING in dict(handing_over.leavers(bureau, "huanghe"))
    name = handing_over.begin(bureau, "huanghe", LEAVING, {REST: HEIR}, "已离职", key="key-one")
    bureau.tick()
    assert handing_over.progress(bureau, "huanghe", name).done == 2
    assert todo(world, HEIR) == 2


def test_only_who_directs_the_person_begins_one_and_it_names_who_takes_over(world: World) -> None:
    bureau = world.bureau
    held(world, 1)
    with pytest.raises(NotPermitted):
        handing_over.begin(bureau, "chenwei", LEAVING, {REST: HEIR}, "调离", key="key-one")
    for to, reason in (
        ({}, "调离"),
        ({REST: LEAVING}, "调离"),
        ({REST: HEIR}, " "),
        ({REST: "nobody"}, "调离"),
    ):
        with pytest.raises(InvalidInput):
            handing_over.begin(bureau, CHIEF, LEAVING, to, reason, key="key-one")
    with pytest.raises(Refused, match="没有待办"):
        handing_over.begin(bureau, CHIEF, HEIR, {REST: LEAVING}, "调离", key="key-one")
    assert [group.items for group in handing_over.preview(bureau, CHIEF, LEAVING)] == [1]

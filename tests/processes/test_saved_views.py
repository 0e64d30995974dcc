"""Views of the inbox that people keep, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bureau_world import World

from engine.errors import InvalidInput, NotFound
from processes import saved_views
from processes.saved_views import View

ME, OTHER = "zhanghui", "wangjian"


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.bureau.close()


def names(world: World, user: str = ME) -> list[str]:
    return [view.name for view in saved_views.views(world.bureau, user)]


def test_views_are_each_ones_own_and_stand_in_the_order_they_were_kept(world: World) -> None:
    saved_views.keep(world.bureau, ME, "本周到期", "todo", "due=5")
    saved_views.keep(world.bureau, ME, " 临时  用地 ", "claimable", "matter=temporary-land-use")
    saved_views.keep(world.bureau, OTHER, "别人的", "todo", "light=red")
    assert names(world) == ["本周到期", "临时 用地"]
    assert names(world, OTHER) == ["别人的"]
    saved_views.keep(world.bureau, ME, "本周到期", "todo", "due=3")
    assert saved_views.views(world.bureau, ME)[0] == View("本周到期", "todo", "due=3", False)
    for change in (
        lambda: saved_views.rename(world.bureau, ME, "别人的", "我的"),
        lambda: saved_views.drop(world.bureau, ME, "别人的"),
        lambda: saved_views.open_with(world.bureau, ME, "别人的"),
    ):
        with pytest.raises(NotFound):
            change()


def test_one_view_at_most_opens_with_the_inbox(world: World) -> None:
    for name in ("甲", "乙"):
        saved_views.keep(world.bureau, ME, name, "todo", "light=red")
        saved_views.open_with(world.bureau, ME, name)
    assert [view.first for view in saved_views.views(world.bureau, ME)] == [False, True]
    saved_views.keep(world.bureau, ME, "乙", "todo", "light=yellow")
    saved_views.rename(world.bureau, ME, "乙", "丙")
    assert saved_views.views(world.bureau, ME)[1] == View("丙", "todo", "light=yellow", True)
    saved_views.open_with(world.bureau, ME, None)
    assert not any(view.first for view in saved_views.views(world.bureau, ME))
    saved_views.drop(world.bureau, ME, "丙")
    assert names(world) == ["甲"]


def test_what_cannot_be_a_view_is_refused(world: World) -> None:
    saved_views.keep(world.bureau, ME, "甲", "todo", "")
    saved_views.keep(world.bureau, ME, "乙", "todo", "")
    for wrong in (
        lambda: saved_views.keep(world.bureau, ME, " ", "todo", ""),
        lambda: saved_views.keep(world.bureau, ME, "长" * 31, "todo", ""),
        lambda: saved_views.keep(world.bureau, ME, "丙", "nothing", ""),
        lambda: saved_views.keep(world.bureau, ME, "丙", "todo", "q" * 1001),
        lambda: saved_views.rename(world.bureau, ME, "甲", "乙"),
        lambda: saved_views.rename(world.bureau, ME, "甲", ""),
    ):
        with pytest.raises(InvalidInput):
            wrong()
    assert names(world) == ["甲", "乙"]
    for number in range(saved_views.MOST - 2):
        saved_views.keep(world.bureau, ME, f"视图{number}", "todo", "")
    with pytest.raises(InvalidInput):
        saved_views.keep(world.bureau, ME, "再一个", "todo", "")

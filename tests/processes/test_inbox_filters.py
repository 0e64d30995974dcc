"""A clerk's list, narrowed by matter and by words; its lights are those of the limit that is due first."""

from __future__ import annotations

from bureau_world import World
from submissions import submission

from engine.calendar.period import day_of


def _numbers(world: World, user: str, box: str, **narrowed: str) -> list[str]:
    found, after = [], None
    while True:
        page = world.bureau.inbox(user, box, after=after, limit=3, **narrowed)
        found += [row.number for row in page.rows]
        after = page.next
        if after is None:
            return found


def _mine(world: World, name: str) -> None:
    form = world.bureau.start_form("mining-right-registration").form
    changes = {"mine_name": name, "cross_city": "false", "elevation_top": "900", "elevation_bottom": "300"}
    data = submission(form, "start", None, {}, day_of(world.now), changes)
    world.bureau.start("zhanghui", "mining-right-registration", data)


def test_words_are_found_in_number_applicant_and_title_on_every_page(world: World) -> None:
    for number in range(8):
        world.start(project_name=f"便道{number}", applicant_name=f"太行{number}公司")
    _mine(world, "西山煤矿")
    for box in ("claimable", "started"):
        assert len(_numbers(world, "zhanghui", box)) == 9
        assert _numbers(world, "zhanghui", box, query="便道5") == ["LSYD-2026-0006"]
        assert _numbers(world, "zhanghui", box, query="太行3") == ["LSYD-2026-0004"]
        assert _numbers(world, "zhanghui", box, query="lsyd-2026-0002") == ["LSYD-2026-0002"]
        assert len(_numbers(world, "zhanghui", box, query="便道")) == 8
        assert _numbers(world, "zhanghui", box, matter="mining-right-registration") == ["CKQ-2026-0001"]
        assert _numbers(world, "zhanghui", box, matter="mining-right-registration", query="便道") == []


def test_signs_of_patterns_are_words_like_others(world: World) -> None:
    world.start(project_name="100%便道")
    world.start(project_name="一_二")
    world.start(project_name="平常!")
    assert _numbers(world, "zhanghui", "claimable", query="%") == ["LSYD-2026-0001"]
    assert _numbers(world, "zhanghui", "claimable", query="_") == ["LSYD-2026-0002"]
    assert _numbers(world, "zhanghui", "claimable", query="!") == ["LSYD-2026-0003"]


def test_what_is_claimed_and_done_is_narrowed_alike(world: World) -> None:
    first, second = world.start(project_name="甲"), world.start(project_name="乙")
    for case in (first, second):
        world.bureau.claim("zhanghui", case, world.open(case)["accept"])
    assert _numbers(world, "zhanghui", "todo", query="乙") == ["LSYD-2026-0002"]
    for case in (first, second):
        world.do("zhanghui", case, "accept", "需补正", told_on="2026-11-02", correction_items="缺权属材料")
    assert _numbers(world, "zhanghui", "done", query="甲") == ["LSYD-2026-0001"]


def test_a_title_does_not_repeat_the_applicant(world: World) -> None:
    world.start()
    row = world.bureau.inbox("zhanghui", "claimable").rows[0]
    assert (row.applicant, row.title) == ("太行高速建设有限公司", "太行高速第三标段施工便道")


def test_a_list_turns_yellow_when_its_limit_does(world: World) -> None:
    case = world.start()
    world.do(
        "zhanghui",
        case,
        "accept",
        "齐全且属本级权限",
        told_on="2026-11-02",
        acceptance_doc_no="受〔2026〕1号",
    )
    lights = {}
    for day in (20, 23, 24, 30):
        world.at(2026, 11, day)
        row = world.bureau.inbox("wangjian", "claimable").rows[0]
        clock = next(clock for clock in world.bureau.case("wangjian", case).clocks if clock.id == "decide")
        assert row.light == clock.light
        lights[day] = row.light
    assert lights == {
        20: "green",
        23: "green",
        24: "yellow",
        30: "yellow",
    }  # five of twenty days are left on the 24th
    world.at(2026, 12, 1)
    assert world.bureau.inbox("wangjian", "claimable").rows[0].light == "red"

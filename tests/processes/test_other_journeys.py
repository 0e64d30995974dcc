"""Batch conversion and mining-right registration from intake to their ends, as the people concerned."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bureau_world import World
from submissions import submission

from engine.calendar.period import day_of
from forms.errors import InvalidForm
from processes.clocks import ClockView

pytestmark = pytest.mark.slow

REVIEWERS = {
    "r_plan": "tangyue", "r_quota": "hanxue", "r_balance": "liufang", "r_survey": "maliang", "r_eco": "linsen",
    "r_expro": "zhaomin", "r_law": "guohai",
}  # fmt: skip
MINE = {"cross_city": "false", "mine_size": "中型", "elevation_top": "900", "elevation_bottom": "300"}


def begun(world: World, user: str, matter: str, **changes: Any) -> str:
    form = world.bureau.start_form(matter).form
    data = submission(form, "start", None, {}, day_of(world.now), changes)
    return world.bureau.start(user, matter, data).case_id


def act(world: World, user: str, case: str, element: str, outcome: str, **changes: Any) -> None:
    """A step done with what its form asks for, dated today."""
    item = mine(world, user, case, element)
    view = world.bureau.item(user, case, item)
    assert view.form is not None
    known = world.bureau.cases.view(case, lambda case: {**case.variables, **case.variables_at(item)})
    data = submission(view.form, element, outcome, known, day_of(world.now), changes)
    world.bureau.complete(user, case, item, data)


def mine(world: World, user: str, case: str, element: str) -> str:
    """The person's own work item where several sign the step."""
    account = world.bureau.person(user)
    return next(
        item
        for item, held in world.bureau.cases.view(case, lambda view: dict(view.state.items)).items()
        if held.element == element
        and world.bureau.cases.view(case, lambda view, item=item: view.item(item))["post"]
        in account.may_act_as
    )


SIGNERS = ("huanghe", "chenwei", "gaopeng", "luozheng", "fangyuan")


def clocks(world: World, user: str, case: str) -> dict[str, ClockView]:
    return {clock.id: clock for clock in world.bureau.case(user, case).clocks}


def test_a_batch_goes_from_the_county_to_the_province_and_is_used(world: World) -> None:
    case = begun(world, "wangjian", "batch-conversion", illegal_use="false", permanent_basic_farmland_ha="0")
    act(world, "wangjian", case, "compile", "报送")
    world.at(2026, 11, 5)
    act(world, "wangjian", case, "intake", "图形或材料不合格", fix_from="2026-11-05")
    review = clocks(world, "wangjian", case)["city-review"]
    assert review.status == "suspended"  # the county's time is not the city's
    world.at(2026, 11, 12)
    act(world, "wangjian", case, "fix", "已补正", fixed_on="2026-11-12")
    review = clocks(world, "wangjian", case)["city-review"]
    assert (review.status, review.due) == (
        "running",
        date(2026, 12, 14),
    )  # seven days later, and on from a Saturday
    act(world, "zhaomin", case, "intake", "通过", county_received_on="2026-11-05")
    assert set(world.open(case)) == set(REVIEWERS)
    for element, user in REVIEWERS.items():
        act(world, user, case, element, "完成")
    act(world, "chenwei", case, "gather", "全部通过")
    for signer in SIGNERS:
        act(world, signer, case, "meeting", "通过")
    act(world, "wangjian", case, "gov", "同意上报")
    act(world, "wangjian", case, "submit", "已上报")
    assert clocks(world, "wangjian", case)["city-review"].status == "met"
    world.at(2026, 12, 20)
    act(world, "wangjian", case, "upper", "批准")
    act(world, "wangjian", case, "pay", "已缴清")
    act(world, "wangjian", case, "publish", "完成")
    lapse = clocks(world, "wangjian", case)["lapse"]
    assert (lapse.status, lapse.due) == ("running", date(2028, 12, 20))
    world.at(2027, 6, 1)
    act(world, "hanxue", case, "monitor", "已征收并供地")
    seen = world.bureau.case("wangjian", case)
    assert (seen.number, seen.status) == ("PCZY-2026-0001", "completed")
    assert {clock.id: clock.status for clock in seen.clocks}["lapse"] == "met"
    assert world.bureau.verify(case) == []


def test_an_approval_that_nobody_uses_lapses_by_itself(world: World) -> None:
    case = begun(world, "wangjian", "batch-conversion", illegal_use="false", permanent_basic_farmland_ha="0")
    act(world, "wangjian", case, "compile", "报送")
    act(world, "wangjian", case, "intake", "通过")
    for element, user in REVIEWERS.items():
        act(world, user, case, element, "完成")
    act(world, "chenwei", case, "gather", "全部通过")
    for signer in SIGNERS:
        act(world, signer, case, "meeting", "通过")
    for element, outcome in (
        ("gov", "同意上报"),
        ("submit", "已上报"),
        ("upper", "批准"),
        ("pay", "已缴清"),
        ("publish", "完成"),
    ):
        act(world, "wangjian", case, element, outcome)
    world.at(2028, 11, 2, 15, 59, 59)
    world.bureau.tick()
    assert list(world.open(case)) == ["monitor"]
    world.at(2028, 11, 2, 16, 0, 1)
    world.bureau.tick()
    seen = world.bureau.case("wangjian", case)
    assert seen.status == "completed"
    assert "批准文件失效" in seen.history[-1].sentence


def test_a_mining_right_is_entered_in_the_book_and_announced_by_the_county(world: World) -> None:
    case = begun(world, "zhanghui", "mining-right-registration", **MINE)
    act(world, "zhanghui", case, "accept", "齐全")
    assert clocks(world, "zhanghui", case)["decide"].due == date(
        2026, 12, 14
    )  # forty days are up on a Saturday
    world.at(2026, 11, 6)
    act(
        world,
        "songping",
        case,
        "check",
        "不一致退件",
        amend_from="2026-11-06",
        amend_notice_no="补〔2026〕1号",
    )
    assert clocks(world, "songping", case)["decide"].status == "suspended"
    world.at(2026, 11, 16)
    act(world, "zhanghui", case, "amend", "已补充")
    assert clocks(world, "songping", case)["decide"].due == date(2026, 12, 22)
    act(world, "songping", case, "check", "一致")
    act(world, "songping", case, "overlap", "无重叠并取得统一编码")
    act(world, "dengkai", case, "review", "同意")
    act(world, "huanghe", case, "decide", "准予登记")
    assert clocks(world, "songping", case)["decide"].status == "met"
    act(world, "zhanghui", case, "notify", "已缴费")
    with pytest.raises(InvalidForm) as refused:
        act(world, "zhanghui", case, "enroll", "已登簿发证", term_from="2026-11-16", term_to="2046-11-17")
    assert "第七条" in refused.value.errors["term_to"][0]
    act(world, "zhanghui", case, "enroll", "已登簿发证", term_from="2026-11-16", term_to="2046-11-15")
    renewal = clocks(world, "zhanghui", case)["renewal"]
    assert renewal.status == "running"
    assert renewal.due == date(2046, 10, 16)  # thirty days back from 2046-11-15; a Tuesday
    act(world, "songping", case, "inform", "已通知")
    act(world, "songping", case, "county_notice", "已公告")
    seen = world.bureau.case("songping", case)
    assert (seen.number, seen.status) == ("CKQ-2026-0001", "completed")
    states = {clock.id: clock.status for clock in seen.clocks}
    assert states["county"] == states["pay"] == "met"
    assert states["renewal"] == states["validity"] == states["use-fee"] == "running"  # they outlive the case
    assert world.bureau.verify(case) == []


def test_an_overlap_is_refused_with_its_reasons(world: World) -> None:
    case = begun(world, "zhanghui", "mining-right-registration", **MINE)
    act(world, "zhanghui", case, "accept", "齐全")
    act(world, "songping", case, "check", "一致")
    with pytest.raises(InvalidForm) as refused:
        act(world, "songping", case, "overlap", "有重叠", right_cert_no="C1400002026117110000001")
    assert "第二十三条" in str(refused.value.errors)
    act(world, "songping", case, "overlap", "有重叠")
    act(world, "zhanghui", case, "refuse_notice", "已送达")
    seen = world.bureau.case("zhanghui", case)
    assert seen.status == "completed"
    assert {clock.id: clock.status for clock in seen.clocks}["decide"] == "met"


def test_the_bureau_votes_by_weight_and_the_last_signature_decides(world: World) -> None:
    case = begun(world, "wangjian", "batch-conversion", illegal_use="false", permanent_basic_farmland_ha="0")
    act(world, "wangjian", case, "compile", "报送")
    act(world, "wangjian", case, "intake", "通过")
    for element, user in REVIEWERS.items():
        act(world, user, case, element, "完成")
    act(world, "chenwei", case, "gather", "全部通过")
    for signer, vote in zip(SIGNERS, ("退回", "通过", "通过", "退回"), strict=False):
        act(world, signer, case, "meeting", vote, meeting_opinion=f"{signer} 的意见")
    seen = world.bureau.item("fangyuan", case, mine(world, "fangyuan", case, "meeting")).state
    assert seen.count == "通过 2，退回 2，弃权 0，未签署 2"
    assert "60%" in seen.rule
    assert "全部签署后" in seen.rule
    assert [(one.word, one.weight) for one in seen.ballots][-1] == ("未签署", "2")
    act(world, "fangyuan", case, "meeting", "通过", meeting_opinion="同意上报")
    assert list(world.open(case)) == ["gov"]
    said = world.bureau.cases.view(case, lambda view: dict(view.variables))
    assert (said["meeting_outcome"], said["meeting_on"]) == ("通过", day_of(world.now))
    assert "局领导/局务会：通过。同意上报" in said["meeting_opinion"]
    told = [line.sentence for line in world.bureau.case("wangjian", case).history][-1]
    assert told == "签署“集体会审”（签署完毕，通过）：通过"

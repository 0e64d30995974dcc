"""Temporary land from the counter to the licence, as the people of the bureau."""

from __future__ import annotations

from datetime import date

import pytest
from bureau_world import APPLICATION, World

from engine.errors import ItemClosed, ItemTaken, NotPermitted
from forms.errors import InvalidForm


def to_the_decision(world: World, **review: str) -> str:
    """Up to the decision, or into the hearing and expert review that `review` asks for."""
    case = world.start()
    world.do(
        "zhanghui",
        case,
        "accept",
        "齐全且属本级权限",
        told_on="2026-11-02",
        acceptance_doc_no="受〔2026〕1号",
    )
    world.at(2026, 11, 4)
    world.do(
        "wangjian", case, "survey", "完成踏勘", survey_on="2026-11-04", surveyor_1="王建国", surveyor_2="赵敏",
        site_opinion="现状与申请一致，未先行使用。",
    )  # fmt: skip
    world.do(
        "liufang", case, "farmland_opinion", "出具意见", farmland_opinion_text="占用耕地 0.5 公顷，可以复垦。"
    )
    world.do("yangjing", case, "reclaim_review", "通过", reclaim_opinion_text="方案可行。")
    world.do(
        "linsen",
        case,
        "ecology_opinion",
        "出具意见",
        ecology_opinion_text="已批准。",
        forest_consent_no="林临〔2026〕9号",
    )
    world.do("zhouting", case, "planning_consent", "同意", planning_opinion_text="不影响近期规划实施。")
    world.do("chenwei", case, "review", "拟准予", review_opinion="符合条件，拟准予。", **review)
    return case


def test_an_application_goes_from_the_counter_to_the_licence_by_the_people_concerned(world: World) -> None:
    case = to_the_decision(world)
    world.at(2026, 11, 12)
    world.do("huanghe", case, "decide", "准予", decided_on="2026-11-12")
    world.at(2026, 11, 16)
    world.do(
        "zhanghui", case, "issue", "已送达", approval_no="临〔2026〕1号", approval_date="2026-11-12",
        expiry_date="2028-11-11", tax_notified_on="2026-11-16", delivered_on="2026-11-16", delivery_mode="直接送达",
    )  # fmt: skip
    world.do(
        "wangjian", case, "register", "已配号公开", registration_no="LS2026000001", registered_on="2026-11-16"
    )
    seen = world.bureau.case("wangjian", case)
    assert seen.number == "LSYD-2026-0001"
    assert [item.step for item in seen.items] == ["使用期监管"]
    clocks = {clock.id: clock for clock in seen.clocks}
    assert clocks["correct-notice"].status == "met"
    assert clocks["decide"].status == "met"
    assert clocks["decide"].started_on == date(2026, 11, 2)
    assert clocks["decide"].due == date(2026, 11, 30)
    assert clocks["deliver"].status == "met"
    assert clocks["register"].status == "met"
    assert clocks["term-general"].due == date(2028, 11, 13)  # 11-12 is a Sunday and rolls on
    assert "第四十二条" in clocks["decide"].source
    assert world.bureau.verify(case) == []


def test_the_end_of_the_term_turns_the_case_to_reclamation_by_itself(world: World) -> None:
    case = to_the_decision(world)
    world.do("huanghe", case, "decide", "准予", decided_on="2026-11-12")
    world.do(
        "zhanghui", case, "issue", "已送达", approval_no="临〔2026〕1号", approval_date="2026-11-12",
        expiry_date="2027-11-11", tax_notified_on="2026-11-16", delivered_on="2026-11-16", delivery_mode="直接送达",
    )  # fmt: skip
    world.do(
        "wangjian", case, "register", "已配号公开", registration_no="LS2026000001", registered_on="2026-11-16"
    )
    world.at(2027, 11, 11, 15, 59, 59)
    world.bureau.tick()
    assert world.bureau.case("wangjian", case).status == "running"
    world.at(2027, 11, 11, 16, 0, 1)
    world.bureau.tick()
    assert "批准期满" in world.bureau.case("wangjian", case).history[-1].sentence
    assert list(world.open(case)) == ["reclaim"]
    clocks = {clock.id: clock for clock in world.bureau.case("wangjian", case).clocks}
    assert clocks["term-general"].status == "met"
    assert clocks["reclaim"].started_on == date(2027, 11, 11)
    assert clocks["reclaim"].due == date(2028, 11, 13)  # 11-11 is a Saturday and rolls on
    world.at(2028, 6, 1)
    world.do(
        "wangjian", case, "reclaim", "已复垦并通过验收", reclaimed_on="2028-06-01", reclaim_confirmation_no="复验〔2028〕1号"
    )  # fmt: skip
    seen = world.bureau.case("wangjian", case)
    assert seen.status == "completed"
    assert "期满，已复垦" in seen.history[-1].sentence
    assert {clock.id: clock.status for clock in seen.clocks}["reclaim"] == "met"


def test_an_application_without_word_on_its_papers_still_comes_to_the_counter(world: World) -> None:
    data = {**APPLICATION}
    case = world.bureau.start("zhanghui", "temporary-land-use", data).case_id
    assert list(world.open(case)) == ["accept"]


def test_untouched_for_five_working_days_a_case_is_accepted_as_of_the_day_of_receipt(world: World) -> None:
    world.at(2026, 9, 25)
    case = world.start(received_on="2026-09-25", channel="网上")
    clock = world.bureau.case("zhanghui", case).clocks[0]
    assert (clock.id, clock.due) == ("correct-notice", date(2026, 10, 9))
    world.at(2026, 10, 9, 15, 59, 59)
    world.bureau.tick()
    assert list(world.open(case)) == ["accept"]
    world.at(2026, 10, 9, 16, 0, 1)
    world.bureau.tick()
    assert list(world.open(case)) == ["survey"]
    seen = world.bureau.case("zhanghui", case)
    values = world.bureau.cases.view(case, lambda view: dict(view.variables))
    assert values["accepted_on"] == date(2026, 9, 25)
    assert values["deemed_accepted"] is True
    line = seen.history[-1]
    assert line.by == "系统"
    assert "2026-09-25" in line.sentence
    assert "第三十二条" in line.sentence
    decide = next(clock for clock in seen.clocks if clock.id == "decide")
    assert decide.started_on == date(2026, 9, 25)
    notice = next(clock for clock in seen.clocks if clock.id == "correct-notice")
    assert "2026-09-25" in notice.note
    assert world.bureau.verify(case) == []


def test_after_correction_the_case_is_accepted_on_the_day_all_papers_came(world: World) -> None:
    case = world.start()
    world.at(2026, 11, 4)
    world.do("zhanghui", case, "accept", "需补正", told_on="2026-11-04", correction_items="缺土地权属材料")
    world.at(2026, 11, 20)
    world.bureau.tick()
    world.do("zhanghui", case, "correct", "已补正", corrected_on="2026-11-18")
    world.do("zhanghui", case, "recheck", "齐全", acceptance_doc_no="受〔2026〕1号")
    clocks = {clock.id: clock for clock in world.bureau.case("zhanghui", case).clocks}
    assert clocks["decide"].started_on == date(2026, 11, 18)
    assert clocks["correct-notice"].status == "met"


def test_the_form_of_a_step_is_shown_only_to_its_post(world: World) -> None:
    case = world.start()
    item = world.open(case)["accept"]
    assert world.bureau.item("zhanghui", case, item).form is not None
    with pytest.raises(NotPermitted) as refused:
        world.bureau.item("liufang", case, item)
    assert "行政审批科" not in refused.value.message
    with pytest.raises(NotPermitted):
        world.bureau.complete("liufang", case, item, {"accept_outcome": "需补正"})
    with pytest.raises(NotPermitted):
        world.bureau.claim("liufang", case, item)


def test_what_a_colleague_has_claimed_is_not_ones_own(world: World) -> None:
    case = world.start()
    item = world.open(case)["accept"]
    world.bureau.claim("lixiaoyan", case, item)
    with pytest.raises(ItemTaken):
        world.bureau.complete("zhanghui", case, item, {"accept_outcome": "需补正"})
    assert world.bureau.item("lixiaoyan", case, item).may >= {"release", "complete"}


def test_a_step_done_is_not_done_again_and_the_same_key_has_one_effect(world: World) -> None:
    case = world.start()
    item = world.open(case)["accept"]
    data = {"accept_outcome": "需补正", "told_on": "2026-11-02", "correction_items": "缺土地权属材料"}
    first = world.bureau.complete("zhanghui", case, item, data, key="zhanghui:page-one")
    again = world.bureau.complete("zhanghui", case, item, data, key="zhanghui:page-one")
    assert (again.seq, again.replayed) == (first.seq, True)
    with pytest.raises(ItemClosed):
        world.bureau.complete("zhanghui", case, item, data, key="zhanghui:page-two")


def test_one_surveyor_is_refused_with_the_article(world: World) -> None:
    case = world.start()
    world.do(
        "zhanghui",
        case,
        "accept",
        "齐全且属本级权限",
        told_on="2026-11-02",
        acceptance_doc_no="受〔2026〕1号",
    )
    with pytest.raises(InvalidForm) as refused:
        world.do(
            "wangjian", case, "survey", "完成踏勘", survey_on="2026-11-04", surveyor_1="王建国",
            surveyor_2="王建国", site_opinion="一致",
        )  # fmt: skip
    assert "（《行政许可法》第三十四条）" in refused.value.errors["surveyor_2"][0]


def test_without_a_sound_reclamation_plan_nothing_can_be_granted(world: World) -> None:
    case = world.start(forest_ha="", in_planning_area="false")
    world.do(
        "zhanghui",
        case,
        "accept",
        "齐全且属本级权限",
        told_on="2026-11-02",
        acceptance_doc_no="受〔2026〕1号",
    )
    world.do(
        "wangjian", case, "survey", "完成踏勘", survey_on="2026-11-04", surveyor_1="王建国", surveyor_2="赵敏",
        site_opinion="一致",
    )  # fmt: skip
    assert set(world.open(case)) == {"farmland_opinion", "reclaim_review"}
    world.do("liufang", case, "farmland_opinion", "出具意见", farmland_opinion_text="可以复垦")
    world.do("yangjing", case, "reclaim_review", "修改", reclaim_opinion_text="表土剥离不足")
    world.do("zhanghui", case, "revise_plan", "不再修改")
    assert set(world.open(case)) == {"decide"}
    with pytest.raises(InvalidForm):
        world.do("huanghe", case, "decide", "准予", decided_on="2026-11-12")
    world.do(
        "huanghe", case, "decide", "不予", decided_on="2026-11-12", decision_reasons="复垦方案不符合要求"
    )
    world.do(
        "zhanghui", case, "refuse", "已送达", refusal_doc_no="不予〔2026〕1号", remedies_told="true",
        delivered_on="2026-11-13", delivery_mode="直接送达",
    )  # fmt: skip
    assert world.bureau.case("zhanghui", case).status == "completed"


def test_a_returned_case_comes_back_to_the_survey_and_can_go_on(world: World) -> None:
    case = world.start()
    world.do(
        "zhanghui",
        case,
        "accept",
        "齐全且属本级权限",
        told_on="2026-11-02",
        acceptance_doc_no="受〔2026〕1号",
    )
    world.do(
        "wangjian", case, "survey", "完成踏勘", survey_on="2026-11-04", surveyor_1="王建国", surveyor_2="赵敏",
        site_opinion="一致",
    )  # fmt: skip
    item = world.open(case)["farmland_opinion"]
    view = world.bureau.item("liufang", case, item)
    assert [place.element for place in view.return_targets] == ["survey"]
    world.bureau.return_to("liufang", case, item, "survey", "未附照片")
    assert set(world.open(case)) == {"survey"}


def test_a_wrong_password_opens_nothing_and_the_right_one_opens_the_account(world: World) -> None:
    assert world.bureau.authenticate("zhanghui", "wrong") is None
    assert world.bureau.authenticate("nobody", "demo-only-password") is None
    account = world.bureau.authenticate("zhanghui", "demo-only-password")
    assert account is not None
    assert account.posts == ("行政审批科/窗口",)
    assert account.demo


def test_the_inbox_of_each_post_shows_what_it_may_take(world: World) -> None:
    world.start()
    assert [row.step for row in world.bureau.inbox("zhanghui", "claimable").rows] == ["受理审查"]
    assert world.bureau.inbox("liufang", "claimable").rows == []
    assert world.bureau.counts("zhanghui")["claimable"] == 1
    assert [row.number for row in world.bureau.inbox("zhanghui", "started").rows] == ["LSYD-2026-0001"]

"""Rules of the law that bar an act until another is done, each under its name, as the three matters keep them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bureau_world import World
from submissions import submission
from test_other_journeys import MINE, REVIEWERS, act, begun
from test_temporary_land_journey import to_the_decision
from whole_cases import walk

from engine.model.bpmn import UserTask, nodes_within
from forms.errors import InvalidForm
from forms.form import Form
from processes.matters import matters

pytestmark = pytest.mark.slow

MATTERS = sorted(matters())
WINDOW = "行政审批科/窗口"
# What a form may ask an applicant to pay, and the law or administrative regulation that orders it.
CHARGES = {
    ("temporary-land-use", "compensation_amount"): "土地管理法 第五十七条",  # to the owner, by contract
    ("temporary-land-use", "reclamation_cost"): "土地复垦条例 第十五条",  # stays the applicant's
    ("batch-conversion", "new_land_fee"): "土地管理法 第五十五条",
    ("batch-conversion", "fees_paid"): "土地管理法实施条例 第三十二条",
    ("mining-right-registration", "fee_paid"): "矿产资源开采登记管理办法 第六条",
}


def refused(world: World, user: str, case: str, element: str, outcome: str, **data: Any) -> dict[str, Any]:
    """The fields that the form would not take; the step stays open."""
    with pytest.raises(InvalidForm) as error:
        world.do(user, case, element, outcome, **data)
    assert element in world.open(case)
    return dict(error.value.errors)


def forms(world: World) -> dict[str, Form]:
    return {matter: world.bureau.start_form(matter).form for matter in MATTERS}


def hearing_held(world: World) -> str:
    """Temporary land at the decision, after a hearing whose record is 听笔〔2026〕1号."""
    case = to_the_decision(world, need_hearing="true")
    world.do(
        "wangjian", case, "hearing_tell", "已告知", hearing_told_on="2026-11-04", hearing_notice_no="听告〔2026〕1号"
    )  # fmt: skip
    world.do(
        "zhanghui", case, "hearing_window", "提出申请", hearing_requested_on="2026-11-04",
        hearing_time_notice_no="听时〔2026〕1号",
    )  # fmt: skip
    world.do("huanghe", case, "hearing_appoint", "已指定", hearing_host="罗正")
    world.do(
        "fanlin", case, "hearing_notify", "已送达", hearing_notified_on="2026-11-04", hearing_date="2026-11-17",
        hearing_place="三楼会议室",
    )  # fmt: skip
    world.at(2026, 11, 17)
    world.do(
        "luozheng", case, "hearing_hold", "举行完毕", hearing_held_on="2026-11-17", hearing_record_no="听笔〔2026〕1号"
    )  # fmt: skip
    world.do("luozheng", case, "hearing_write", "提交", hearing_report="有异议", hearing_result="异议不成立")
    return case


@pytest.mark.parametrize(
    ("outcome", "number"),
    [("齐全且属本级权限", "acceptance_doc_no"), ("不需许可或不属本级", "refusal_receipt_no")],
)
def test_licence_written_receipt(world: World, outcome: str, number: str) -> None:
    case = world.start()
    wrong = refused(world, "zhanghui", case, "accept", outcome, refusal_grounds="应向县局申请")
    assert set(wrong) == {"told_on", number}
    world.do(
        "zhanghui", case, "accept", outcome, told_on="2026-11-02", refusal_grounds="应向县局申请",
        **{number: "临〔2026〕1号"},
    )  # fmt: skip
    assert "accept" not in world.open(case)


@pytest.mark.parametrize(
    ("outcome", "number"), [("齐全", "acceptance_doc_no"), ("非本级权限", "refusal_receipt_no")]
)
def test_licence_written_receipt_of_a_registration(world: World, outcome: str, number: str) -> None:
    case = begun(world, "zhanghui", "mining-right-registration", **MINE)
    with pytest.raises(InvalidForm) as error:
        act(world, "zhanghui", case, "accept", outcome, told_on=None, **{number: None})
    assert set(error.value.errors) == {"told_on", number}


@pytest.mark.parametrize("matter", ["temporary-land-use", "mining-right-registration"])
def test_licence_one_window(world: World, matter: str) -> None:
    """What is accepted from the applicant and what is served on them passes through one post."""
    assert world.bureau.matter(matter).posts == (WINDOW,)
    desk = world.bureau._newest(world.bureau.matter(matter))
    tasks = {
        node.id: node
        for process, _ in desk.diagrams.values()
        for node in nodes_within(process.body)
        if isinstance(node, UserTask)
    }
    outward = {
        "accept",
        "recheck",
        "issue",
        "refuse",
        "refuse_notice",
        "serve",
        "announce",
        "notify",
        "enroll",
    }
    assert {tasks[name].post for name in outward & set(tasks)} == {WINDOW}
    assert len(outward & set(tasks)) >= 5


def test_licence_two_inspectors(world: World) -> None:
    case = world.start()
    world.do(
        "zhanghui", case, "accept", "齐全且属本级权限", told_on="2026-11-02", acceptance_doc_no="受〔2026〕1号"
    )  # fmt: skip
    survey = {"survey_on": "2026-11-04", "surveyor_1": "王建国", "site_opinion": "一致"}
    assert set(refused(world, "wangjian", case, "survey", "完成踏勘", **survey)) == {"surveyor_2"}
    wrong = refused(world, "wangjian", case, "survey", "完成踏勘", **survey, surveyor_2="王建国")
    assert "第三十四条" in wrong["surveyor_2"][0]
    world.do("wangjian", case, "survey", "完成踏勘", **survey, surveyor_2="赵敏")


def test_licence_interested_party(world: World) -> None:
    case = walk(world, "temporary-land-use", {}, until="review", third_party_interest="true")
    opinion = {"review_opinion": "拟准予", "third_party_interest": "true"}
    wrong = refused(world, "chenwei", case, "review", "拟准予", **opinion)
    assert set(wrong) == {"third_party_told_on", "third_party_heard"}
    world.do(
        "chenwei", case, "review", "拟准予", **opinion, third_party_told_on="2026-11-03", third_party_heard="未提出意见"
    )  # fmt: skip
    assert list(world.open(case)) == ["decide"]


def test_licence_interested_party_is_heard_before_the_decision_also_where_the_review_was_skipped(
    world: World,
) -> None:
    """A review sent back may leave its mark standing; the decision asks for the hearing of the party all the same."""
    form = forms(world)["temporary-land-use"]
    known = {"accepted_on": date(2026, 11, 2), "third_party_interest": True}
    sent = {"decide_outcome": "准予", "decided_on": "2026-11-12"}
    with pytest.raises(InvalidForm) as error:
        form.load("decide", sent, known)
    assert "第三十六条" in str(error.value.errors)
    form.load("decide", sent, {**known, "third_party_told_on": date(2026, 11, 3), "third_party_heard": "无"})


def test_licence_lower_forwards(world: World) -> None:
    """The county's report is taken for forwarding with its papers whole; what lacks goes back to the county itself."""
    case = begun(
        world, "wangjian", "batch-conversion", illegal_use="false", permanent_basic_farmland_ha="0",
        cultivated_ha="0",
    )  # fmt: skip
    act(world, "wangjian", case, "compile", "报送")
    papers = world.papers("batch-conversion")
    first = next(iter(papers))
    form = forms(world)["batch-conversion"]
    known = world.bureau.cases.view(case, lambda view: view.variables)
    sent = submission(form, "intake", "通过", known, date(2026, 11, 2))
    form.load("intake", sent, known)
    with pytest.raises(InvalidForm) as error:
        form.load("intake", {**sent, "materials": {**papers, first: "缺"}}, known)
    assert set(error.value.errors) == {"materials-m1"}
    act(world, "wangjian", case, "intake", "图形或材料不合格")
    post = world.bureau.cases.view(case, lambda view: view.item(world.open(case)["fix"])["post"])
    assert post.startswith("县级自然资源局/")
    act(world, "wangjian", case, "fix", "已补正")
    act(world, "wangjian", case, "intake", "通过")
    assert set(world.open(case)) == set(REVIEWERS)


def test_licence_hearing_record_binds(world: World) -> None:
    case = hearing_held(world)
    decision = {"decided_on": "2026-11-17"}
    assert set(refused(world, "huanghe", case, "decide", "准予", **decision)) == {"decision_record_no"}
    wrong = refused(
        world, "huanghe", case, "decide", "准予", **decision, decision_record_no="听笔〔2026〕9号"
    )
    assert "第四十八条" in wrong["decision_record_no"][0]
    world.do("huanghe", case, "decide", "准予", **decision, decision_record_no="听笔〔2026〕1号")
    kept = world.bureau.cases.view(case, lambda view: view.variables)
    assert kept["hearing_record_no"] == "听笔〔2026〕1号"
    assert list(world.open(case)) == ["issue"]


def test_licence_reasons_and_remedies(world: World) -> None:
    case = to_the_decision(world)
    wrong = refused(world, "huanghe", case, "decide", "不予", decided_on="2026-11-12")
    assert set(wrong) == {"decision_reasons"}
    world.at(2026, 11, 12)
    world.do(
        "huanghe", case, "decide", "不予", decided_on="2026-11-12", decision_reasons="土地管理法 第五十七条"
    )
    served = {
        "refusal_doc_no": "不许〔2026〕1号", "delivered_on": "2026-11-12", "delivery_mode": "直接送达",
    }  # fmt: skip
    wrong = refused(world, "zhanghui", case, "refuse", "已送达", **served, remedies_told="false")
    assert "第三十八条" in wrong["remedies_told"][0]
    world.do("zhanghui", case, "refuse", "已送达", **served, remedies_told="true")
    assert world.bureau.case("zhanghui", case).status == "completed"


def test_licence_reasons_and_remedies_of_a_registration(world: World) -> None:
    case = walk(world, "mining-right-registration", {"overlap": "有重叠"}, until="refuse_notice")
    with pytest.raises(InvalidForm) as error:
        act(world, "zhanghui", case, "refuse_notice", "已送达", decision_reasons=None, remedies_told="false")
    assert {"decision_reasons", "remedies_told"} <= set(error.value.errors)


def test_licence_decision_public(world: World) -> None:
    """No grant comes to its use or its end without the day on which it was published."""
    case = walk(world, "temporary-land-use", {}, until="register")
    assert list(world.open(case)) == ["register"]
    assert set(refused(world, "wangjian", case, "register", "已配号公开", registration_no="LS1")) == {
        "registered_on"
    }
    for matter, element, published in (
        ("batch-conversion", "publish", "published_on"),
        ("mining-right-registration", "county_notice", "county_announced_on"),
    ):
        fields = {field["name"]: field for field in forms(world)[matter].describe(element)["fields"]}
        assert fields[published]["required"], matter


def test_licence_no_fee(world: World) -> None:
    """Every sum that a form asks about is one that a law or administrative regulation orders."""
    asked = {
        (matter, field["name"])
        for matter, form in forms(world).items()
        for element in form.steps
        for field in form.describe(element)["fields"]
        if field["mode"] == "edit"
        and (
            field["type"] == "money"
            or (field["type"] == "boolean" and ("费" in field["label"] or "缴" in field["label"]))
        )
    }
    assert asked == set(CHARGES)


def test_licence_cancellation_registration(world: World) -> None:
    """A licence whose term is over is not forgotten: the case turns to reclamation and says that it has lapsed."""
    case = walk(world, "temporary-land-use", {}, until="supervise", expiry_date="2027-11-01")
    assert list(world.open(case)) == ["supervise"]
    world.at(2027, 11, 1, 16, 0, 1)
    world.bureau.tick()
    assert list(world.open(case)) == ["reclaim"]
    assert any("批准期满" in line.sentence for line in world.bureau.case("wangjian", case).history)
    mine = walk(world, "mining-right-registration", {})
    outliving = {clock.id: clock.status for clock in world.bureau.case("zhanghui", mine).clocks}
    assert outliving["validity"] == outliving["renewal"] == "running"


@pytest.mark.parametrize("matter", MATTERS)
def test_secret_not_in_engine(world: World, matter: str) -> None:
    user = "wangjian" if matter == "batch-conversion" else "zhanghui"
    with pytest.raises(InvalidForm) as error:
        begun(world, user, matter, classified="true", **(MINE if matter.startswith("mining") else {}))
    assert "第三十一条" in error.value.errors["classified"][0]
    assert world.bureau.cases.case_ids() == []

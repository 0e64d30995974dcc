"""Hearing and expert review stop the twenty days, from the day and on the notice that the clerk puts on record."""

from __future__ import annotations

from datetime import date

import pytest
from bureau_world import World
from test_temporary_land_journey import to_the_decision

from forms.errors import InvalidForm
from processes.clocks import ClockView

pytestmark = pytest.mark.slow

EXPERTS = {
    "expert_basis": "土地复垦条例", "expert_names": "专家甲、专家乙、专家丙", "expert_review_from": "2026-11-05",
    "expert_notice_no": "评告〔2026〕1号",
}  # fmt: skip


def decide_clock(world: World, case: str) -> ClockView:
    return next(clock for clock in world.bureau.case("zhanghui", case).clocks if clock.id == "decide")


def test_the_days_of_an_expert_review_are_not_counted(world: World) -> None:
    case = to_the_decision(world, need_expert_review="true")
    assert decide_clock(world, case).due == date(2026, 11, 30)
    world.at(2026, 11, 5)
    world.do("wangjian", case, "expert_prepare", "已组成", **EXPERTS)
    clock = decide_clock(world, case)
    assert (clock.status, clock.light, clock.due) == ("suspended", "grey", None)
    world.at(2026, 11, 12)
    world.do("wangjian", case, "expert_meet", "通过", expert_conclusion="可行")
    world.do(
        "wangjian", case, "expert_close", "已签署", expert_opinion="通过", expert_review_to="2026-11-12", expert_result="通过"
    )  # fmt: skip
    clock = decide_clock(world, case)
    assert clock.status == "running"
    assert clock.due == date(2026, 12, 7)  # 11-06, 09, 10, 11, 12 do not count
    assert [day.date for day in clock.days if "专家评审" in day.why] == [
        date(2026, 11, d) for d in range(6, 13)
    ]
    assert list(world.open(case)) == ["decide"]


def test_without_the_notice_to_the_applicant_a_review_does_not_begin(world: World) -> None:
    case = to_the_decision(world, need_expert_review="true")
    with pytest.raises(InvalidForm) as refused:
        world.do("wangjian", case, "expert_prepare", "已组成", **{**EXPERTS, "expert_notice_no": ""})
    assert set(refused.value.errors) == {"expert_notice_no"}
    assert decide_clock(world, case).status == "running"


def test_a_hearing_stops_the_clock_from_its_request_until_it_is_held(world: World) -> None:
    case = to_the_decision(world, need_hearing="true")
    world.do(
        "wangjian",
        case,
        "hearing_tell",
        "已告知",
        hearing_told_on="2026-11-04",
        hearing_notice_no="听告〔2026〕1号",
    )
    assert decide_clock(world, case).status == "running"  # the five days to ask for a hearing count
    world.at(2026, 11, 6)
    world.do(
        "zhanghui", case, "hearing_window", "提出申请", hearing_requested_on="2026-11-06",
        hearing_time_notice_no="听时〔2026〕1号",
    )  # fmt: skip
    assert decide_clock(world, case).status == "suspended"
    world.do("huanghe", case, "hearing_appoint", "已指定", hearing_host="罗正")
    with pytest.raises(InvalidForm) as refused:
        world.do(
            "fanlin", case, "hearing_notify", "已送达", hearing_notified_on="2026-11-09", hearing_date="2026-11-18",
            hearing_place="三楼会议室",
        )  # fmt: skip
    assert "第四十八条" in refused.value.errors["hearing_date"][0]
    world.do(
        "fanlin", case, "hearing_notify", "已送达", hearing_notified_on="2026-11-09", hearing_date="2026-11-19",
        hearing_place="三楼会议室",
    )  # fmt: skip
    world.at(2026, 11, 19)
    world.do(
        "luozheng", case, "hearing_hold", "举行完毕", hearing_held_on="2026-11-19", hearing_record_no="听笔〔2026〕1号"
    )  # fmt: skip
    clock = decide_clock(world, case)
    assert clock.status == "running"
    assert clock.due == date(2026, 12, 11)  # nine working days from 11-07 to 11-19 do not count
    world.do(
        "luozheng", case, "hearing_write", "提交", hearing_report="当事人无异议", hearing_result="无异议"
    )
    assert list(world.open(case)) == ["decide"]
    assert decide_clock(world, case).due == date(2026, 12, 11)


def test_a_waived_hearing_stops_nothing(world: World) -> None:
    case = to_the_decision(world, need_hearing="true")
    world.do(
        "wangjian",
        case,
        "hearing_tell",
        "已告知",
        hearing_told_on="2026-11-04",
        hearing_notice_no="听告〔2026〕1号",
    )
    world.at(2026, 11, 11, 16, 0, 1)
    world.bureau.tick()
    assert list(world.open(case)) == ["decide"]
    clock = decide_clock(world, case)
    assert (clock.status, clock.due) == ("running", date(2026, 11, 30))


def test_review_and_hearing_at_once_stop_the_clock_once(world: World) -> None:
    case = to_the_decision(world, need_expert_review="true", need_hearing="true")
    world.at(2026, 11, 5)
    world.do("wangjian", case, "expert_prepare", "已组成", **EXPERTS)
    world.do(
        "wangjian",
        case,
        "hearing_tell",
        "已告知",
        hearing_told_on="2026-11-05",
        hearing_notice_no="听告〔2026〕1号",
    )
    world.do(
        "zhanghui", case, "hearing_window", "提出申请", hearing_requested_on="2026-11-09",
        hearing_time_notice_no="听时〔2026〕1号",
    )  # fmt: skip
    world.at(2026, 11, 12)
    world.do("wangjian", case, "expert_meet", "通过", expert_conclusion="可行")
    world.do(
        "wangjian", case, "expert_close", "已签署", expert_opinion="通过", expert_review_to="2026-11-12", expert_result="通过"
    )  # fmt: skip
    assert decide_clock(world, case).status == "suspended"
    world.do("huanghe", case, "hearing_appoint", "已指定", hearing_host="罗正")
    world.do(
        "fanlin", case, "hearing_notify", "已送达", hearing_notified_on="2026-11-12", hearing_date="2026-11-24",
        hearing_place="三楼会议室",
    )  # fmt: skip
    world.at(2026, 11, 24)
    world.do("luozheng", case, "hearing_hold", "当事人缺席", hearing_held_on="2026-11-24")
    clock = decide_clock(world, case)
    assert clock.status == "running"
    assert clock.due == date(2026, 12, 17)  # thirteen working days from 11-06 to 11-24, each once

"""Beside each button stands what follows it, also where a called process hands back to its matter."""

from __future__ import annotations

from bureau_world import World
from test_temporary_land_journey import to_the_decision


def _captions(world: World, user: str, case: str, element: str) -> dict[str, str]:
    view = world.bureau.item(user, case, world.open(case)[element])
    return {choice.value: choice.next for choice in view.outcomes}


def test_a_step_of_a_called_process_names_the_step_that_the_matter_goes_on_with(world: World) -> None:
    case = world.start()
    assert _captions(world, "zhanghui", case, "accept") == {
        "齐全且属本级权限": "现场踏勘（两人以上）", "需补正": "申请人补正", "不需许可或不属本级": "办结：不予受理",
        "战略性矿产露天开采": "转报省级审批",
    }  # fmt: skip
    world.do("zhanghui", case, "accept", "需补正", told_on="2026-11-02", correction_items="缺土地权属材料")
    assert _captions(world, "zhanghui", case, "correct") == {
        "已补正": "补正材料复核", "逾期未补正": "办结：未补正，视为撤回"
    }  # fmt: skip


def test_the_decision_names_what_the_clerks_do_then(world: World) -> None:
    case = to_the_decision(world)
    assert _captions(world, "huanghe", case, "decide") == {
        "准予": "发证送达和告知完税", "不予": "送达不予许可决定", "提请延长期限": "延长期限审批"
    }  # fmt: skip


def test_one_of_several_parallel_opinions_names_what_comes_when_all_are_there(world: World) -> None:
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
    assert _captions(world, "liufang", case, "farmland_opinion") == {"出具意见": "业务审核"}
    assert _captions(world, "yangjing", case, "reclaim_review")["修改"] == "修改复垦方案"

"""The twenty days are stretched by ten when the head of the bureau says so, and by nobody else (行政许可法 第四十二条)."""

from __future__ import annotations

from datetime import date

import pytest
from bureau_world import World
from test_temporary_land_journey import to_the_decision

from engine.errors import NotPermitted


def test_the_head_of_the_bureau_extends_the_decision_by_ten_working_days(world: World) -> None:
    case = to_the_decision(world)
    world.at(2026, 11, 25)
    world.do("huanghe", case, "decide", "提请延长期限", decision_reasons="权属争议需要核实")
    granted = {
        "extension_granted_on": "2026-11-25", "extension_reason": "权属争议需要核实", "extension_notice_no": "延〔2026〕1号"
    }  # fmt: skip
    with pytest.raises(NotPermitted):
        world.do("huanghe", case, "extend", "批准并告知", **granted)
    world.do("fangyuan", case, "extend", "批准并告知", **granted)
    clock = next(clock for clock in world.bureau.case("fangyuan", case).clocks if clock.id == "decide")
    assert clock.due == date(2026, 12, 14)
    assert "延长" in clock.note
    assert list(world.open(case)) == ["decide"]

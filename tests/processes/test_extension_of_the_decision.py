"""The twenty days are stretched by ten when the head of the bureau says so, and by nobody else (行政许可法 第四十二条)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bureau_world import World
from test_temporary_land_journey import to_the_decision

from engine import history
from engine.errors import ItemClosed, NotPermitted
from processes import stand_in


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


GRANTED = {
    "extend_outcome": "批准并告知", "extension_granted_on": "2026-11-25", "extension_reason": "权属争议需要核实",
    "extension_notice_no": "延〔2026〕1号",
}  # fmt: skip


def asked(world: World) -> tuple[str, str]:
    """A case at the step where the extension is to be approved; its work item."""
    case = to_the_decision(world)
    world.at(2026, 11, 25)
    world.do("huanghe", case, "decide", "提请延长期限", decision_reasons="权属争议需要核实")
    return case, world.open(case)["extend"]


def test_an_approval_sent_twice_has_one_effect_and_one_answer(world: World) -> None:
    case, item = asked(world)
    first = world.bureau.complete("fangyuan", case, item, GRANTED, key="granted")
    again = world.bureau.complete("fangyuan", case, item, GRANTED, key="granted")
    assert (again.seq, again.effects, again.replayed) == (first.seq, first.effects, True)
    with pytest.raises(ItemClosed):
        world.bureau.complete("fangyuan", case, item, GRANTED, key="another")
    commands = [entry.command for entry in history.entries(world.bureau.store, case)]
    assert commands.count("ExtendClock") == 1


def test_who_stands_in_for_the_head_approves_in_his_name(world: World) -> None:
    case, item = asked(world)
    with pytest.raises(NotPermitted):
        world.bureau.complete("caixia", case, item, GRANTED)
    stand_in.declare(
        world.bureau, "fangyuan", "fangyuan", starts=world.now, ends=world.now + timedelta(days=1),
        deputy="caixia", reason="出差",
    )  # fmt: skip
    world.bureau.complete("caixia", case, item, GRANTED)
    told = [entry for entry in history.entries(world.bureau.store, case) if entry.actor == "caixia"]
    assert [(entry.command, entry.on_behalf_of) for entry in told] == [
        ("ExtendClock", "fangyuan"),
        ("CompleteItem", "fangyuan"),
    ]

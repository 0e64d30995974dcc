"""Cases of each matter, done by the people who hold the posts, along the outcomes that are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bureau_world import APPLICATION, World
from submissions import submission

from engine.calendar.period import day_of
from processes.desk import START

LONGEST = 60
STARTS: dict[str, dict[str, Any]] = {
    "temporary-land-use": APPLICATION,
    "batch-conversion": {
        "batch_name": "2026年度第三批次", "county": "清河县", "illegal_use": "false", "permanent_basic_farmland_ha": "0",
        "in_boundary": "true", "plan_year": "2026", "total_area_ha": "12.5", "agri_ha": "10.2", "cultivated_ha": "6.3",
        "collective_ha": "12.5", "unused_ha": "0.4", "forest_ha": "1.1", "quota_ha": "10.6",
    },
    "mining-right-registration": {
        "applicant_name": "太行石料开采有限公司", "mine_name": "北岭石灰岩矿", "main_mineral": "石灰岩", "cross_city": "false",
        "mine_size": "大型", "elevation_top": "900", "elevation_bottom": "300", "legal_rep": "马建设",
        "mining_method": "露天开采", "production_scale": "120", "area_km2": "0.4512",
    },
}  # fmt: skip


def walk(world: World, matter: str, outcomes: Mapping[str, str], *, until: str = "", **values: Any) -> str:
    """A case that takes `outcomes` where it comes to them and else the first; stops before the step `until`."""
    bureau = world.bureau
    receiver = next(
        user
        for user in bureau.organisation.people
        if bureau.person(user).may_act_as & set(bureau.matter(matter).posts)
    )
    form = bureau.start_form(matter).form
    data = submission(form, START, None, {}, day_of(world.now), {**STARTS[matter], **values})
    data["materials"] = world.papers(matter)
    case_id = bureau.start(receiver, matter, data).case_id
    for _ in range(LONGEST):
        opened = world.open(case_id)
        opened.pop(until, None)
        if not opened:
            break
        element, item = next(iter(opened.items()))
        act(world, case_id, element, item, outcomes, values)
    return case_id


def act(
    world: World,
    case_id: str,
    element: str,
    item: str,
    outcomes: Mapping[str, str],
    values: Mapping[str, Any],
) -> None:
    bureau = world.bureau
    row, known, deployment = bureau.cases.view(
        case_id,
        lambda view: (view.item(item), {**view.variables, **view.variables_at(item)}, view.deployment),
    )
    desk = bureau.desk(deployment)
    user = next(name for name in bureau.organisation.people if row["post"] in bureau.person(name).may_act_as)
    offered = [each.value for each in desk.form.step(element).outcomes]
    chosen = outcomes.get(element, offered[0] if offered else None)
    data = submission(desk.form, element, chosen, known, day_of(world.now), values)
    bureau.complete(user, case_id, item, data)

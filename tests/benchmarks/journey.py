"""Temporary land through `Bureau.complete`, step by step, with the floor measured in between."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median
from typing import Any, NamedTuple

from processes.bureau import Bureau
from tests.benchmarks.durable import Floor
from tests.processes.bureau_world import APPLICATION

PASSWORD = "demo-only-password"
CLERK, MATTER = "zhanghui", "temporary-land-use"
NOW = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
STEPS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("zhanghui", "accept", "齐全且属本级权限", {"told_on": "2026-11-02", "acceptance_doc_no": "受〔2026〕1号"}),
    ("wangjian", "survey", "完成踏勘", {
        "survey_on": "2026-11-04", "surveyor_1": "王建国", "surveyor_2": "赵敏",
        "site_opinion": "现状与申请一致，未先行使用。",
    }),
    ("liufang", "farmland_opinion", "出具意见", {"farmland_opinion_text": "占用耕地 0.5 公顷，可以复垦。"}),
    ("yangjing", "reclaim_review", "通过", {"reclaim_opinion_text": "方案可行。"}),
    ("linsen", "ecology_opinion", "出具意见", {
        "ecology_opinion_text": "已批准。", "forest_consent_no": "林临〔2026〕9号",
    }),
    ("zhouting", "planning_consent", "同意", {"planning_opinion_text": "不影响近期规划实施。"}),
    ("chenwei", "review", "拟准予", {"review_opinion": "符合条件，拟准予。"}),
    ("huanghe", "decide", "准予", {"decided_on": "2026-11-12"}),
    ("zhanghui", "issue", "已送达", {
        "approval_no": "临〔2026〕1号", "approval_date": "2026-11-12", "expiry_date": "2028-11-11",
        "tax_notified_on": "2026-11-16", "delivered_on": "2026-11-16", "delivery_mode": "直接送达",
    }),
    ("wangjian", "register", "已配号公开", {
        "registration_no": "LS2026000001", "registered_on": "2026-11-16",
    }),
]  # fmt: skip


class Measured(NamedTuple):
    """Per second, and bytes of the largest state that the eighth step meets or leaves."""

    floor: float
    complete: float
    state: int


def opened(url: str) -> Bureau:
    """Always on the same day, so that the dates of `STEPS` fit."""
    bureau = Bureau.open(url, clock=lambda: NOW)
    bureau.prepare(demo=True, password=PASSWORD)
    return bureau


def begin(bureau: Bureau, **changes: str) -> str:
    papers = {material.id: "收" for material in bureau.start_form(MATTER).form.materials}
    return bureau.start(CLERK, MATTER, {**APPLICATION, **changes, "materials": papers}).case_id


def item_of(bureau: Bureau, case_id: str, element: str) -> str:
    items = bureau.cases.view(case_id, lambda view: dict(view.state.items))
    return next(name for name, item in items.items() if item.element == element)


def measure(bureau: Bureau, rounds: int) -> Measured:
    """Rounds of ten floor commits and the ten steps of one case in turn, so that what else the machine does weighs
    on both; medians of the rounds. The first tenth warms up."""
    floor = Floor(bureau.store)
    floors: list[float] = []
    steps: list[float] = []
    state = 0
    for number in range(rounds + rounds // 10):
        begun = time.perf_counter()
        for _ in STEPS:
            floor.commit()
        floors.append(time.perf_counter() - begun)
        case_id = begin(bureau)
        spent = 0.0
        for step, (user, element, outcome, data) in enumerate(STEPS, 1):
            item = item_of(bureau, case_id, element)
            filled = {f"{element}_outcome": outcome, **data}
            begun = time.perf_counter()
            bureau.complete(user, case_id, item, filled, key=f"{user}:{number}:{element}")
            spent += time.perf_counter() - begun
            if step in (7, 8) and number == 0:
                text = bureau.cases.view(case_id, lambda view: view.state.to_json())
                state = max(state, len(text.encode()))
        steps.append(spent)
    warm = rounds // 10
    return Measured(len(STEPS) / median(floors[warm:]), len(STEPS) / median(steps[warm:]), state)

"""The tables say what the law says: who may approve, and for how long."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.model import read_decisions

BPMN = Path(__file__).parents[2] / "bpmn"
NOTHING = {
    "cultivated_ha": 0,
    "permanent_basic_farmland_ha": 0,
    "in_county": False,
    "use_purpose": "建设项目施工",
}


def decided(file: str, decision: str, **inputs: Any) -> Any:
    decisions = read_decisions((BPMN / file).read_bytes())
    numbers = {name: Decimal(value) if type(value) is int else value for name, value in inputs.items()}
    return decisions.evaluate(decision, numbers)


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"use_purpose": "战略性矿产露天开采边采边复"}, "省级"),  # 矿产资源法 第三十四条
        ({"cultivated_ha": 1}, "市级"),  # 自然资规〔2021〕2号
        ({"cultivated_ha": 1, "in_county": True}, "市级"),
        ({"permanent_basic_farmland_ha": 1, "in_county": True}, "市级"),
        ({"in_county": True}, "县级"),
        ({}, "市级"),  # 土地管理法 第五十七条: 县级以上
    ],
)
def test_farmland_lifts_temporary_land_to_the_city_and_strategic_pits_to_the_province(
    facts: dict[str, Any], level: str
) -> None:
    found = decided("land_use_control/temporary_land_use.dmn", "approval_level", **{**NOTHING, **facts})
    assert found == level


@pytest.mark.parametrize(
    ("facts", "months"),
    [
        ({"infrastructure": False}, 24),  # 土地管理法 第五十七条
        ({"infrastructure": True}, 48),  # 土地管理法实施条例 第二十条
        ({"infrastructure": True, "forest_ha": 1}, 24),  # 森林法 第三十八条
        ({"infrastructure": True, "grassland_ha": 1}, 24),  # 草原法 第四十条
        ({"infrastructure": True, "wetland_ha": 1}, 24),  # 湿地保护法 第二十条
        ({"infrastructure": True, "forest_ha": 0, "grassland_ha": 0, "wetland_ha": 0}, 48),
    ],
)
def test_temporary_land_may_last_two_years_or_four_and_never_four_on_forest_grass_or_wetland(
    facts: dict[str, Any], months: int
) -> None:
    given = {"forest_ha": None, "grassland_ha": None, "wetland_ha": None, **facts}
    assert decided("land_use_control/temporary_land_use.dmn", "max_term_months", **given) == Decimal(months)


@pytest.mark.parametrize(
    ("collective", "cultivated", "other", "by"),
    [(0, 50, 0, "不涉及征收"), (10, 35, 70, "省人民政府"), (40, 36, 0, "国务院"), (80, 0, 71, "国务院")],
)
def test_expropriation_beyond_the_limits_of_article_46_goes_to_the_state_council(
    collective: int, cultivated: int, other: int, by: str
) -> None:
    found = decided(
        "land_use_control/batch_conversion.dmn", "expropriation_by", collective_ha=collective,
        cultivated_ha=cultivated, expropriate_other_ha=other, permanent_basic_farmland_ha=0,
    )  # fmt: skip
    assert found == by


def test_conversion_and_expropriation_are_approved_together_only_within_the_provinces_power() -> None:
    facts = {"cultivated_ha": 1, "expropriate_other_ha": 0, "permanent_basic_farmland_ha": 0}
    within = decided("land_use_control/batch_conversion.dmn", "approval_authority", collective_ha=1, **facts)
    assert within["merged"] is True
    beyond = decided(
        "land_use_control/batch_conversion.dmn",
        "approval_authority",
        collective_ha=40,
        **{**facts, "cultivated_ha": 36},
    )
    assert beyond == {"conversion_by": "省人民政府", "expropriation_by": "国务院", "merged": False}


@pytest.mark.parametrize(("size", "years"), [("大型", 30), ("中型", 20), ("小型", 10)])
def test_a_mine_may_last_as_long_as_its_size_allows(size: str, years: int) -> None:
    found = decided(
        "mining_rights/mining_right_registration.dmn", "application_check", mine_size=size, cross_city=False
    )
    assert found == {"max_term_years": Decimal(years), "registrar": "市自然资源局"}

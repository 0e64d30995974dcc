"""Visibility, requiredness, rules, outcomes and materials, with the FEEL of the product."""

from datetime import date
from decimal import Decimal

import pytest
from sample_forms import APPLICATION, errors_of, form_of, survey_form

from forms.errors import InvalidForm, UnknownStep

SURVEYED = {"survey_date": "2026-09-21", "survey_outcome": "完成踏勘"}
HELD = {"materials": {"contract": "核"}}


def test_values_come_out_typed():
    values = survey_form().load(None, APPLICATION | {"fee": "1,000.5"})
    assert values == {
        "applicant": "省地质院",
        "area_ha": Decimal("1.2460"),
        "cultivated_ha": Decimal("0.8000"),
        "infrastructure": False,
        "fee": Decimal("1000.50"),
    }


def test_blank_required_fields_are_named():
    assert errors_of(survey_form(), None, {"applicant": "  "}) == {
        "applicant": ["请填写申请人"],
        "area_ha": ["请填写用地面积"],
    }


def test_what_the_case_knows_already_need_not_be_sent_again():
    assert survey_form().load(None, {}, {"applicant": "甲", "area_ha": Decimal(1)}) == {}


def test_a_value_taken_back_counts_as_blank():
    known = {"applicant": "甲", "area_ha": Decimal(1)}
    assert errors_of(survey_form(), None, {"applicant": ""}, known) == {"applicant": ["请填写申请人"]}


def test_a_hidden_value_is_dropped_and_reported():
    values = survey_form().load(None, APPLICATION | {"approval": "发改〔2026〕1号"})
    assert "approval" not in values
    assert "在此情形下不需填写" in values.dropped["approval"]


def test_a_wrong_value_in_a_hidden_field_stands_in_nobodys_way():
    values = survey_form().load(None, APPLICATION | {"approval": "x" * 999})
    assert set(values.dropped) == {"approval"}


def test_a_value_known_from_before_is_emptied_once_its_field_is_hidden():
    assert survey_form().load(None, APPLICATION, {"approval": "发改〔2026〕1号"})["approval"] is None


def test_a_shown_field_is_required_by_its_condition():
    assert errors_of(survey_form(), None, APPLICATION | {"infrastructure": True}) == {
        "approval": ["请填写立项文号"]
    }


def test_hiding_one_field_hides_those_that_depend_on_it():
    form = form_of(
        {"name": "a", "type": "boolean"},
        {"name": "c", "visible_when": 'b = "是"'},
        {"name": "b", "visible_when": "a = true"},
    )
    assert form.load(None, {"a": True, "b": "是", "c": "留"}) == {"a": True, "b": "是", "c": "留"}
    values = form.load(None, {"a": False, "b": "是", "c": "去"})
    assert values == {"a": False}
    assert set(values.dropped) == {"b", "c"}


def test_only_true_makes_a_field_visible_or_required():
    form = form_of({"name": "a", "visible_when": "missing > 1"}, {"name": "b", "required_when": '"x" > 5'})
    assert form.load(None, {"a": "去"}) == {}


def test_conditions_see_what_the_case_knows():
    form = form_of({"name": "a", "required_when": "forest_ha > 0"})
    assert errors_of(form, None, {}, {"forest_ha": Decimal("0.1")}) == {"a": ["请填写字段"]}
    assert form.load(None, {}, {"forest_ha": Decimal(0)}) == {}


def test_a_broken_rule_stands_at_its_field_and_cites_its_article():
    assert errors_of(survey_form(), None, APPLICATION | {"cultivated_ha": "2"}) == {
        "cultivated_ha": ["耕地不能大于用地面积（《土地管理法》第五十七条）"]
    }


def test_a_rule_with_an_operand_missing_breaks_nothing():
    assert survey_form().load(None, {"applicant": "甲", "area_ha": "1"})


def test_a_rule_of_one_step_is_asked_only_there_and_only_when_it_applies():
    on_sunday = {"survey_date": "2026-09-27"}
    assert errors_of(survey_form(), "survey", SURVEYED | on_sunday, HELD) == {"": ["踏勘应在工作日"]}
    assert survey_form().load(None, APPLICATION | on_sunday)
    assert survey_form().load("survey", SURVEYED | {"survey_date": "2026-10-10"}, HELD)


def test_a_rule_is_not_asked_where_its_field_cannot_be_changed():
    known = HELD | {"area_ha": Decimal(1), "cultivated_ha": Decimal(2)}
    assert survey_form().load("survey", SURVEYED, known)


def test_a_step_without_an_outcome_chosen_lists_the_outcomes():
    assert errors_of(survey_form(), "survey", {"survey_date": "2026-09-21"}, HELD) == {
        "survey_outcome": ["请选择办理结果（完成踏勘、退回补正）"]
    }
    for chosen in ("准予", ["完成踏勘"], 7):
        assert (
            "没有"
            in errors_of(survey_form(), "survey", {"survey_outcome": chosen}, HELD)["survey_outcome"][0]
        )


def test_sending_back_needs_a_reason_and_no_required_field():
    form = survey_form()
    assert errors_of(form, "survey", {"survey_outcome": "退回补正"}) == {
        "survey_reason": ["“退回补正”须说明理由"]
    }
    assert form.load("survey", {"survey_outcome": "退回补正", "survey_reason": " 缺图 "}) == {
        "survey_outcome": "退回补正",
        "survey_reason": "缺图",
    }
    for reason in ("字" * 2001, ["x"], "\x00"):
        sent = {"survey_outcome": "退回补正", "survey_reason": reason}
        assert set(errors_of(form, "survey", sent)) == {"survey_reason"}


def test_an_outcome_that_needs_all_materials_names_those_not_held():
    form = survey_form()
    assert errors_of(form, "survey", SURVEYED) == {"materials-contract": ["申请材料未收齐：合同"]}
    asked = errors_of(form, "survey", SURVEYED, HELD | {"infrastructure": True})
    assert asked == {"materials-consent": ["申请材料未收齐：林地意见"]}
    values = form.load(
        "survey", SURVEYED | {"materials": {"contract": "收"}}, {"materials": {"contract": "补"}}
    )
    assert values == {
        "survey_outcome": "完成踏勘",
        "survey_date": date(2026, 9, 21),
        "materials": {"contract": "收"},
    }


def test_a_material_state_can_be_taken_back():
    sent = {"survey_outcome": "退回补正", "survey_reason": "缺", "materials": {"contract": ""}}
    assert survey_form().load("survey", sent, HELD)["materials"] == {}


@pytest.mark.parametrize(
    ("states", "key"),
    [
        ({"contract": "有"}, "materials-contract"),
        ({"contract": ["收"]}, "materials-contract"),
        ({"passport": "收"}, "materials-passport"),
        ("全部", "materials"),
    ],
)
def test_unknown_materials_and_states_are_refused(states, key):
    assert key in errors_of(survey_form(), "survey", SURVEYED | {"materials": states}, HELD)


def test_a_field_of_another_step_is_refused_and_blank_ones_are_not():
    form = survey_form()
    errors = errors_of(form, "survey", SURVEYED | {"area_ha": "2"}, HELD)
    assert errors == {"area_ha": ["本环节不能填写“用地面积”（area_ha）"]}
    assert form.load("survey", SURVEYED | {"area_ha": ""}, HELD)


def test_the_outcome_of_another_step_and_foreign_materials_are_refused():
    assert set(errors_of(survey_form(), "archive", SURVEYED)) == {"survey_date", "survey_outcome"}
    assert errors_of(survey_form(), "archive", HELD) == {"materials": ["本环节不能更改申请材料的状态"]}


def test_unknown_fields_are_refused_by_name():
    errors = errors_of(survey_form(), None, APPLICATION | {"is_admin": True, "x" * 5000: "y"})
    assert errors["is_admin"] == ["表单没有“is_admin”这个字段"]
    assert {len(name) for name in errors} == {8, 100}


def test_all_faults_are_told_at_once():
    errors = errors_of(survey_form(), None, {"area_ha": "多", "fee": "1.234", "kinds": ["水田"], "nobody": 1})
    assert set(errors) == {"applicant", "area_ha", "fee", "kinds", "nobody"}


def test_an_unknown_step_is_named():
    with pytest.raises(UnknownStep, match="没有环节“nowhere”"):
        survey_form().load("nowhere", {})


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_what_is_no_mapping_is_refused(data):
    assert errors_of(survey_form(), None, data) == {"": ["填报内容应为“字段: 值”的形式"]}


def test_ten_megabytes_in_one_field_are_refused_by_that_fields_name():
    errors = errors_of(survey_form(), None, APPLICATION | {"opinion": "字" * 10_000_000})
    assert errors == {"opinion": ["“opinion”的内容过长：最多 1000000 字，现有 10000000 字"]}
    for value in ([["字" * 9]] * 200_000, {"a": {"b": "字" * 2_000_000}}):
        assert "内容过长" in errors_of(survey_form(), None, {"plots": value})["plots"][0]


def test_many_fields_that_are_too_much_together_are_refused():
    assert "合计最多" in errors_of(survey_form(), None, {f"x{n}": "字" * 200_000 for n in range(6)})[""][0]
    assert "最多 20000 项" in errors_of(survey_form(), None, {f"x{n}": "" for n in range(20_001)})[""][0]


def test_deep_nesting_is_refused_without_recursion():
    deep = []
    for _ in range(50_000):
        deep = [deep]
    with pytest.raises(InvalidForm):
        survey_form().load(None, APPLICATION | {"plots": deep, "kinds": deep, "boundary": {"type": deep}})


def test_the_schema_is_the_one_that_loading_uses():
    schema = survey_form().schema("survey")
    assert set(schema.fields) == {"survey_date", "surveyors", "opinion", "seen_at"}
    assert schema.load({"survey_date": "2026-9-21"}) == {"survey_date": date(2026, 9, 21)}
    assert schema.validate({"area_ha": "1"}) == {"area_ha": ["没有这个字段"]}

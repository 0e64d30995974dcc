"""One form from load to markup; FEEL is injected as plain functions."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from lxml import html

from forms.codes import credit_code_fault, resident_code_fault
from forms.errors import DefinitionError, InvalidForm, UnknownStep
from forms.form import read_form

CONDITIONS = {
    "infrastructure = true": lambda scope: scope.get("infrastructure") is True,
    "cultivated_ha <= area_ha": lambda scope: (
        None
        if scope.get("cultivated_ha") is None or scope.get("area_ha") is None
        else scope["cultivated_ha"] <= scope["area_ha"]
    ),
}
YAML = """
id: demo
title: 临时用地
sections:
  - id: application
    title: 申请内容
    rows:
      - - {name: applicant, label: 申请人, required: true}
        - {name: area_ha, label: 用地面积, type: area, required: true, min: 0.0001}
        - {name: cultivated_ha, label: 其中耕地, type: area, min: 0}
      - - {name: infrastructure, label: 是否基础设施, type: boolean}
        - {name: approval, label: 立项文号, visible_when: infrastructure = true, required_when: infrastructure = true}
        - {name: fee, label: 补偿费, type: money}
      - {name: kinds, label: 地类, type: multichoice, options: [旱地, 草地]}
      - {name: plots, label: 地块, type: table, columns: [{name: no, label: 编号, required: true}, {name: area, label: 面积, type: area}]}
      - {name: boundary, label: 范围, type: geometry}
  - id: survey
    title: 踏勘记录
    fields:
      - {name: survey_date, label: 踏勘日期, type: date}
      - {name: surveyors, label: 踏勘人员, type: user, multiple: true, min_items: 2}
      - {name: opinion, label: 踏勘意见, type: longtext, help: 写明现状}
      - {name: seen_at, label: 到场时间, type: datetime}
rules:
  - {check: cultivated_ha <= area_ha, message: 耕地不能大于用地面积, field: cultivated_ha, source: {law: 土地管理法, article: 第五十七条}}
materials: [{id: contract, name: 合同, required: true}]
steps:
  survey:
    edit: ["@survey"]
    required: [survey_date]
    materials: edit
    outcomes:
      - {value: 完成踏勘, label: 提交：完成踏勘, materials: complete}
      - {value: 退回补正, check: false, reason: true}
"""


def form():
    return read_form(YAML.encode(), expressions=CONDITIONS.__getitem__)


class Posted(dict):
    """A form-encoded body: each name with the list of its values."""

    def __getitem__(self, name):
        return super().__getitem__(name)[0]

    def get(self, name, default=None):
        return self[name] if name in self.keys() else default

    def getlist(self, name):
        return super().__getitem__(name)


APPLICATION = {"applicant": "省地质院", "area_ha": "1.2460", "cultivated_ha": "0.8", "infrastructure": False}


def wrong(step, data, known=None):
    with pytest.raises(InvalidForm) as caught:
        form().load(step, data, known)
    return caught.value.errors


def test_values_come_out_typed():
    values = form().load(None, APPLICATION | {"fee": "1,000.5", "seen_at": "2026-09-21T09:30"})
    assert values["area_ha"] == Decimal("1.2460")
    assert values["fee"] == Decimal("1000.50")
    assert values["infrastructure"] is False
    assert values["seen_at"] == datetime(2026, 9, 21, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("area_ha", "1.24605", "最多 4 位小数"),
        ("area_ha", "0", "不能小于"),
        ("area_ha", True, "应为面积"),
        ("area_ha", "1e3", "应为面积"),
        ("area_ha", "NaN", "应为面积"),
        ("fee", "9" * 30, "数字过大"),
        ("survey_date", "2026-02-30", "应为日期"),
        ("infrastructure", "也许", "应为是或否"),
        ("kinds", ["水田"], "不在选项之内"),
        ("applicant", "甲" * 201, "最多 200 字，现有 201 字"),
        ("applicant", {"a": 1}, "应为一行文字"),
        ("opinion", "字" * 10_000_000, "过长"),
        ("surveyors", "李文", "至少填写 2 项"),
        ("boundary", "112,37\n113,38\n113,37\n112,38", "自相交"),
        ("no_such", "x", "没有“no_such”"),
    ],
)
def test_bad_input_names_the_field_and_what_was_expected(name, raw, said):
    assert said in wrong(None, APPLICATION | {name: raw})[name][0]


def test_blank_required_fields_are_named():
    assert wrong(None, {"applicant": "  "}) == {"applicant": ["请填写申请人"], "area_ha": ["请填写用地面积"]}


def test_a_field_of_another_step_is_refused():
    sent = {"area_ha": "2", "survey_outcome": "完成踏勘", "survey_date": "2026-09-21"}
    assert "本环节不能填写" in wrong("survey", sent, {"materials": {"contract": "核"}})["area_ha"][0]


def test_hidden_values_are_dropped_and_reported():
    values = form().load(None, APPLICATION | {"approval": "发改〔2026〕1号"})
    assert "approval" not in values
    assert "approval" in values.dropped
    assert wrong(None, APPLICATION | {"infrastructure": True}) == {"approval": ["请填写立项文号"]}


def test_a_broken_rule_cites_its_article():
    found = wrong(None, APPLICATION | {"cultivated_ha": "2"})
    assert found == {"cultivated_ha": ["耕地不能大于用地面积（土地管理法 第五十七条）"]}


def test_outcomes_reasons_and_materials_are_checked():
    assert "survey_outcome" in wrong("survey", {})
    assert wrong("survey", {"survey_outcome": "退回补正"}) == {"survey_reason": ["“退回补正”须说明理由"]}
    sent = {"survey_outcome": "完成踏勘", "survey_date": "2026-09-21"}
    assert wrong("survey", sent) == {"materials-contract": ["申请材料未收齐：合同"]}
    values = form().load("survey", sent | {"materials": {"contract": "收"}})
    assert values == {
        "survey_outcome": "完成踏勘",
        "survey_date": date(2026, 9, 21),
        "materials": {"contract": "收"},
    }
    with pytest.raises(UnknownStep):
        form().load("nowhere", {})


def test_form_encoding_and_json_decode_to_the_same():
    posted = Posted(
        {"applicant": ["甲"], "area_ha": ["1"], "kinds": ["旱地", "草地"], "plots-0-no": ["1"],
         "plots-0-area": ["0.5"], "plots-1-no": [""], "csrf_token": ["x"]}
    )  # fmt: skip
    plain = {
        "applicant": "甲",
        "area_ha": 1,
        "kinds": ["旱地", "草地"],
        "plots": [{"no": "1", "area": "0.5"}],
    }
    got = {k: v for k, v in form().load(None, posted).items() if v is not None}
    assert got == form().load(None, plain)


def test_a_bad_cell_is_named_by_row_and_column():
    found = wrong(None, APPLICATION | {"plots": [{"no": "1", "area": "0.12345"}, {"area": "1"}]})
    assert set(found) == {"plots-0-area", "plots-1-no"}


def test_rows_are_added_and_removed_by_submit_buttons():
    posted = Posted({"plots-0-no": ["1"], "plots-1-no": ["2"], "_table": ["remove:plots:0"]})
    assert form().table_action(None, posted)["plots"] == [{"no": "2"}]
    posted["_table"] = ["add:plots"]
    assert form().table_action(None, posted)["plots"] == [{"no": "1"}, {"no": "2"}, {}]


def test_every_input_has_a_label_and_every_reference_a_target():
    known = {"area_ha": Decimal("1.2460"), "infrastructure": True, "applicant": "<b>甲</b>"}
    for step in (None, "survey"):
        errors = {"survey_date": ["请填写踏勘日期"]}
        markup = form().render(step, known, errors, posted={"survey_date": "昨天 "})
        tree = html.fromstring(f"<form>{markup}</form>")
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        for control in tree.xpath("//input|//select|//textarea"):
            labelled = control.get("id") in tree.xpath("//label/@for") or control.getparent().tag == "label"
            assert labelled or control.get("aria-label"), html.tostring(control)
        assert {word for about in tree.xpath("//@aria-describedby") for word in about.split()} <= set(ids)
        assert {link.removeprefix("#") for link in tree.xpath("//@href")} <= set(ids)
        assert not tree.xpath("//@style|//script|//b|//@onclick")
        assert tree.xpath("//input[@name='survey_date']/@value") == ["昨天 "]
        assert tree.xpath("//input[@name='survey_date']/@aria-invalid") == ["true"]
    assert "1.2460 公顷" in tree.text_content()


def test_values_are_read_as_descriptions():
    view = form().read_view({"infrastructure": False, "survey_date": date(2026, 9, 21)})
    assert "<dd>否</dd>" in view
    assert "<dd>2026-09-21</dd>" in view


def test_check_digits():
    assert credit_code_fault("91350100M000100Y43") is None
    assert credit_code_fault("91350100M000100Y44")
    assert resident_code_fault("11010519491231002X") is None
    assert resident_code_fault("110105194912310021")


def test_faults_of_a_definition_carry_their_lines():
    with pytest.raises(DefinitionError) as caught:
        read_form(
            b"id: x\ntitle: y\nsections:\n  - title: z\n    fields:\n      - {name: a, label: b, type: nope}\n",
            expressions=CONDITIONS.__getitem__,
            file="x.yaml",
        )
    assert [(fault.line, fault.path) for fault in caught.value.faults] == [(6, "sections[0].fields[0].type")]

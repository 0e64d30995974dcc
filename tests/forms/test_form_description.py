"""What API documentation is made from; only additions may be made to it."""

import json

import pytest
from sample_forms import feel, form_of, survey_form

from forms.definition import KINDS
from forms.errors import UnknownStep
from forms.form import read_form


def test_a_step_is_described_whole():
    form = read_form(
        """
id: x
title: 表
sections:
  - id: s
    title: 甲
    fields:
      - {name: area, label: 面积, type: area, min: 0.0001, max: 99, help: 按成果, source: {law: 土地管理法, article: 第五十七条}}
      - {name: why, label: 理由, type: longtext, maxlength: 500, required_when: area > 1, visible_when: area > 0}
      - {name: who, label: 人员, type: user, multiple: true, min_items: 2, max_items: 5, default: [甲, 乙]}
      - {name: code, label: 代码, type: idcode, scheme: credit}
      - {name: kind, label: 地类, type: choice, options: [旱地, {value: grass, label: 草地}], default: grass}
      - {name: on, label: 日期, type: date, min: 2026-01-01}
      - {name: rows, label: 清单, type: table, columns: [{name: no, label: 编号, required: true, pattern: '[0-9]+'}], max_rows: 9}
      - {name: secret, label: 密}
rules:
  - {check: area < 50, when: kind = "grass", message: 过大, field: area, source: {practice: 勾稽}}
  - {check: secret != null, message: 别处, field: secret}
materials: [{id: m, name: 合同, required: true, help: 原件}, {name: 意见, required_when: area > 1, copies: 2}]
steps:
  check:
    edit: [area, why, code, rows]
    hide: [secret]
    required: [code]
    materials: edit
    outcomes: [同意, {value: 退回, label: 退回补正, check: false, reason: true}, {value: 准予, materials: complete}]
""".encode(),
        expressions=feel,
    )
    found = form.describe("check")
    assert found == {
        "id": "x",
        "title": "表",
        "step": "check",
        "fields": [
            {"name": "area", "label": "面积", "type": "area", "format": KINDS["area"], "required": False, "help": "按成果",
             "source": "《土地管理法》第五十七条", "unit": "公顷", "min": "0.0001", "max": "99", "places": 4, "section": "s",
             "mode": "edit"},
            {"name": "why", "label": "理由", "type": "longtext", "format": "文字", "required": False,
             "required_when": "area > 1", "visible_when": "area > 0", "maxlength": 500, "section": "s", "mode": "edit"},
            {"name": "who", "label": "人员", "type": "user", "format": "人员", "required": False, "multiple": True,
             "min_items": 2, "max_items": 5, "default": ["甲", "乙"], "section": "s", "mode": "read"},
            {"name": "code", "label": "代码", "type": "idcode", "format": KINDS["idcode"], "required": True,
             "scheme": "credit", "section": "s", "mode": "edit"},
            {"name": "kind", "label": "地类", "type": "choice", "format": "所列选项之一", "required": False,
             "default": "grass", "section": "s", "mode": "read",
             "options": [{"value": "旱地", "label": "旱地"}, {"value": "grass", "label": "草地"}]},
            {"name": "on", "label": "日期", "type": "date", "format": KINDS["date"], "required": False,
             "min": "2026-01-01", "section": "s", "mode": "read"},
            {"name": "rows", "label": "清单", "type": "table", "format": "表格", "required": False, "multiple": True,
             "max_items": 9, "section": "s", "mode": "edit",
             "columns": [{"name": "no", "label": "编号", "type": "text", "format": "一行文字", "required": True,
                          "maxlength": 200, "pattern": "[0-9]+"}]},
        ],
        "outcomes": {
            "name": "check_outcome",
            "reason_name": "check_reason",
            "values": [
                {"value": "同意", "label": "同意", "check": True, "reason": False, "complete": False},
                {"value": "退回", "label": "退回补正", "check": False, "reason": True, "complete": False},
                {"value": "准予", "label": "准予", "check": True, "reason": False, "complete": True},
            ],
        },
        "rules": [{"check": "area < 50", "when": 'kind = "grass"', "message": "过大", "field": "area", "source": "勾稽"}],
        "materials": {
            "mode": "edit",
            "states": {"收": "已收", "缺": "缺少", "补": "待补正", "核": "已核验"},
            "items": [
                {"id": "m", "name": "合同", "copies": 1, "required": True, "help": "原件"},
                {"id": "m2", "name": "意见", "copies": 2, "required": False, "required_when": "area > 1"},
            ],
        },
    }  # fmt: skip
    assert json.loads(json.dumps(found)) == found


def test_the_whole_form_is_described_without_outcomes():
    found = survey_form().describe()
    assert found["step"] is None
    assert found["outcomes"] is None
    assert {field["mode"] for field in found["fields"]} == {"edit"}
    assert len(found["fields"]) == len(survey_form().fields)


def test_what_a_step_hides_is_not_described():
    assert "fee" not in {field["name"] for field in survey_form().describe("archive")["fields"]}
    assert form_of({"name": "a"}).describe()["materials"] is None


def test_what_is_sent_as_described_is_taken():
    described = survey_form().describe("survey")
    assert [field["name"] for field in described["fields"] if field["required"]] == ["survey_date"]
    sent = {"survey_date": "2026-09-21", described["outcomes"]["name"]: described["outcomes"]["values"][0]["value"],
            "materials": {material["id"]: "收" for material in described["materials"]["items"]}}  # fmt: skip
    assert survey_form().load("survey", sent)


def test_a_step_that_is_not_there_cannot_be_described():
    with pytest.raises(UnknownStep):
        survey_form().describe("nowhere")

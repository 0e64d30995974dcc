"""What the tests of forms share: FEEL as the product evaluates it, and forms of a few lines."""

from datetime import UTC, datetime

import pytest
from lxml import html

from engine.calendar.seed import seed
from engine.feel import Environment, compile_expression
from forms.errors import InvalidForm
from forms.form import compile_form, read_form

ENVIRONMENT = Environment(now=datetime(2026, 9, 21, 1, 30, tzinfo=UTC), working_calendar=seed())

SURVEY = """
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
  - {when: survey_date != null, check: is working day(survey_date), message: 踏勘应在工作日, steps: [survey]}
materials:
  - {id: contract, name: 合同, required: true}
  - {id: consent, name: 林地意见, required_when: infrastructure = true}
steps:
  survey:
    edit: ["@survey"]
    required: [survey_date]
    materials: edit
    outcomes:
      - {value: 完成踏勘, label: 提交：完成踏勘, materials: complete}
      - {value: 退回补正, check: false, reason: true}
  archive:
    edit: [opinion]
    hide: [fee]
    materials: read
"""
APPLICATION = {"applicant": "省地质院", "area_ha": "1.2460", "cultivated_ha": "0.8", "infrastructure": False}


def feel(text):
    compiled = compile_expression(text)
    return lambda scope: compiled.evaluate(scope, environment=ENVIRONMENT)


def survey_form():
    return read_form(SURVEY.encode(), expressions=feel, file="demo.yaml")


def form_of(*fields, **more):
    section = {"title": "内容", "fields": [{"label": "字段", **field} for field in fields]}
    return compile_form({"id": "x", "title": "表", "sections": [section], **more}, expressions=feel)


def value_of(raw, **field):
    """What one field of a form makes of what was sent."""
    return form_of({"name": "f", **field}).load(None, {"f": raw}).get("f")


def refusal_of(raw, **field):
    with pytest.raises(InvalidForm) as caught:
        form_of({"name": "f", **field}).load(None, {"f": raw})
    (messages,) = caught.value.errors.values()
    return messages[0]


def errors_of(form, step, data, known=None):
    with pytest.raises(InvalidForm) as caught:
        form.load(step, data, known)
    return caught.value.errors


def parsed(markup):
    return html.fromstring(f"<form>{markup}</form>")

"""The parts that pages are made of: fields, operations, tables, chips, empty states."""

from __future__ import annotations

import re

import pytest
from flask import Flask, render_template_string
from lxml import html

from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings

FIELD = '{% from "parts/field.html" import field %}'
OPERATION = '{% from "parts/operation.html" import operation %}' + FIELD
TRANSFER = (
    OPERATION
    + """{% call(wrong, sent) operation("transfer", "转办", "k1", errors, typed) %}
{{ field("transfer", "to", "转给", wrong, sent, options=[("a", "甲"), ("b", "乙")]) }}{% endcall %}"""
)


@pytest.fixture
def app(settings: Settings, bureau: Bureau) -> Flask:
    return create_app(settings, bureau)


def written(app: Flask, source: str, **values: object) -> html.HtmlElement:
    with app.test_request_context():
        return html.fragment_fromstring(render_template_string(source, **values), create_parent="div")


def test_a_field_ties_its_label_its_hint_and_what_is_wrong_to_the_control(app: Flask) -> None:
    shown = written(
        app, FIELD + '{{ field("f", "to", "转给", {"to": ["须选择"]}, {"to": "b"}, hint="本科室的人") }}'
    )
    (control,) = shown.xpath("//input")
    assert shown.xpath("//label/@for") == [control.get("id")]
    said = [shown.get_element_by_id(one).text_content() for one in control.get("aria-describedby").split()]
    assert said == ["本科室的人", "须选择"]
    assert control.get("aria-invalid") == "true"
    assert control.value == "b"


def test_a_field_without_trouble_describes_nothing(app: Flask) -> None:
    (control,) = written(app, FIELD + '{{ field("f", "to", "转给") }}').xpath("//input")
    assert "aria-describedby" not in control.attrib
    assert "aria-invalid" not in control.attrib


def test_a_refused_operation_stands_open_with_what_was_typed(app: Flask) -> None:
    typed = {"_command": "transfer", "to": "b", "_reason": "出差"}
    shown = written(app, TRANSFER, errors={"to": ["乙今日休假"]}, typed=typed)
    assert shown.xpath("//details/@open") == [""] or shown.xpath("//details[@open]")
    assert shown.xpath("//option[@selected]/@value") == ["b"]
    assert shown.xpath("//textarea")[0].text_content().strip() == "出差"
    assert "乙今日休假" in shown.text_content()


def test_another_operation_s_trouble_is_not_shown_here(app: Flask) -> None:
    typed = {"_command": "urge", "_reason": "快办"}
    shown = written(app, TRANSFER, errors={"_reason": ["太短"]}, typed=typed)
    assert not shown.xpath("//details[@open]")
    assert "快办" not in shown.text_content()
    assert "太短" not in shown.text_content()


def test_each_operation_of_a_page_has_a_key_of_its_own(app: Flask) -> None:
    shown = written(
        app,
        OPERATION + '{{ operation("a", "甲", "k1") }}{{ operation("b", "乙", "k1", reason="") }}',
    )
    assert shown.xpath("//input[@name='_key']/@value") == ["k1-a", "k1-b"]
    assert len(shown.xpath("//textarea")) == 1  # the second asks for no reason
    assert len(shown.xpath("//input[@name='csrf_token']")) == 2


def test_a_table_is_read_with_its_caption_and_scrolls_by_keyboard(app: Flask) -> None:
    source = '{% from "parts/table.html" import table %}{% call table("岗位", ["岗位", ""]) %}<tr><th scope="row">窗口</th><td></td></tr>{% endcall %}'
    shown = written(app, source)
    assert shown.xpath("//caption")[0].text_content() == "岗位"
    assert [one.text_content() for one in shown.xpath("//thead//th[@scope='col']")] == ["岗位", "操作"]
    assert shown.xpath("//div[@tabindex='0' and @role='region']/@aria-label") == ["岗位，可左右滚动"]


def test_one_chip_is_the_current_one_and_counts_are_grouped(app: Flask) -> None:
    source = '{% from "parts/chips.html" import chips %}{{ chips("筛选", [("全部", "/a", True, 1204), ("停用", "/b", False, none)]) }}'
    shown = written(app, source)
    assert shown.xpath("//a[@aria-current='true']/@href") == ["/a"]
    assert re.search(r"全部\s*1,204", shown.text_content())


def test_an_empty_list_says_what_helps(app: Flask) -> None:
    shown = written(
        app, '{% from "parts/empty.html" import empty %}{{ empty("没有", "收件后在此", "收件", "/counter") }}'
    )
    assert shown.xpath("//a/@href") == ["/counter"]

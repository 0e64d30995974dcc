"""Values that are lists of parts: rows of a table, references to files."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from sample_forms import errors_of, form_of, refusal_of, value_of

COLUMNS = [
    {"name": "text", "label": "文字", "type": "text"},
    {"name": "count", "label": "个数", "type": "integer", "required": True, "max": 9},
    {"name": "money", "label": "金额", "type": "money"},
    {"name": "area", "label": "面积", "type": "area"},
    {"name": "day", "label": "日期", "type": "date"},
    {"name": "moment", "label": "时刻", "type": "datetime"},
    {"name": "clock", "label": "时间", "type": "time"},
    {"name": "yes", "label": "是否", "type": "boolean"},
    {"name": "kind", "label": "地类", "type": "choice", "options": ["旱地", "草地"]},
    {"name": "who", "label": "人员", "type": "user", "multiple": True},
    {"name": "phone", "label": "电话", "type": "phone"},
    {"name": "email", "label": "邮箱", "type": "email"},
    {"name": "code", "label": "代码", "type": "idcode"},
    {"name": "note", "label": "说明", "type": "longtext"},
]
ROW = {"text": " 甲 ", "count": "3", "money": "1.5", "area": "0.5", "day": "2026-09-21", "moment": "2026-09-21 09:30",
       "clock": "9:30", "yes": "否", "kind": "草地", "who": "李文、王强", "phone": "13800138000", "email": "a@b.cn",
       "code": "11010519491231002X", "note": "一\r\n二"}  # fmt: skip
WRONG = {"text": "a\nb", "count": "10", "money": "1.555", "area": "x", "day": "昨天", "moment": "2026-09-21",
         "clock": "25:00", "yes": "也许", "kind": "水田", "who": {"a": 1}, "phone": "1", "email": "a", "code": "1",
         "note": "\x00"}  # fmt: skip


def table(**more):
    return {"name": "t", "label": "清单", "type": "table", "columns": COLUMNS, **more}


def test_a_cell_of_each_type_makes_its_value():
    (row,) = form_of(table()).load(None, {"t": [ROW]})["t"]
    assert row == {
        "text": "甲", "count": Decimal(3), "money": Decimal("1.50"), "area": Decimal("0.5000"), "day": date(2026, 9, 21),
        "moment": datetime(2026, 9, 21, 1, 30, tzinfo=UTC), "clock": time(9, 30), "yes": False, "kind": "草地",
        "who": ["李文", "王强"], "phone": "13800138000", "email": "a@b.cn", "code": "11010519491231002X", "note": "一\n二",
    }  # fmt: skip


def test_a_wrong_cell_of_each_type_is_named_by_row_and_column():
    errors = errors_of(form_of(table()), None, {"t": [ROW, WRONG]})
    assert set(errors) == {f"t-1-{name}" for name in WRONG}
    assert errors["t-1-count"] == ["清单第 2 行，个数：不能大于 9"]


def test_blank_rows_are_left_out_and_do_not_shift_the_naming_of_others():
    form = form_of(table())
    assert len(form.load(None, {"t": [{}, {"text": " "}, ROW]})["t"]) == 1
    assert form.load(None, {"t": [{}, {"text": ""}]}) == {"t": None}
    assert set(errors_of(form, None, {"t": [{}, {"text": "甲"}]})) == {"t-1-count"}


@pytest.mark.parametrize(
    ("raw", "key", "said"),
    [
        ("x", "t", "应为表格，现为“x”"),
        ({"text": "x"}, "t", "应为表格，现为对象"),
        ([7], "t-0", "第 1 行：应为各列的值"),
        ([{"count": 1, "colour": "red"}], "t-0-colour", "没有“colour”这一列"),
        ([{"count": 1}] * 4, "t", "最多 3 行，现有 4 行"),
        ([{"count": 1}], "t", "至少 2 行"),
    ],
)
def test_what_is_no_table_is_refused(raw, key, said):
    assert said in errors_of(form_of(table(min_rows=2, max_rows=3)), None, {"t": raw})[key][0]


def test_a_required_table_needs_one_row():
    assert errors_of(form_of(table(required=True)), None, {"t": [{}]}) == {"t": ["请填写清单"]}


def test_a_file_is_a_reference_and_never_its_content():
    whole = {"id": "a1", "name": "照片.jpg", "size": 12, "media_type": "image/jpeg", "sha256": "0" * 64}
    assert value_of([whole, "a2"], type="file") == [{**whole, "size": Decimal(12)}, {"id": "a2"}]
    assert value_of("a2", type="file") == [{"id": "a2"}]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"name": "x"}, "应为附件"),
        ({"id": 7}, "应为附件"),
        ({"id": "a", "content": "…"}, "应为附件"),
        ({"id": " "}, "附件信息有误"),
        ({"id": "a", "name": "x" * 301}, "附件信息有误"),
        ({"id": "a", "name": ["x"]}, "附件信息有误"),
        ({"id": "a", "size": -1}, "附件大小有误"),
        ({"id": "a", "size": True}, "附件大小有误"),
        ({"id": "a", "size": float("nan")}, "附件大小有误"),
        ({"id": "a", "size": Decimal("NaN")}, "附件大小有误"),
        (["a", "b", "c"], "最多 2 项"),
        (7, "现为数字"),
    ],
)
def test_what_is_no_reference_to_a_file_is_refused(raw, said):
    assert said in refusal_of(raw, type="file", max_items=2)

"""Every type of field: what comes out of what is typed or sent, and what is refused in which words."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from sample_forms import form_of, refusal_of, value_of

from forms.definition import KINDS

OPTIONS = ["旱地", {"value": "grass", "label": "草地"}]
GOOD = [
    ("text", "  省地质院 ", {}, "省地质院"),
    ("text", "<b>&amp;", {}, "<b>&amp;"),
    ("text", "晋〔2026〕12号", {"pattern": r".+〔\d{4}〕\d+号"}, "晋〔2026〕12号"),
    ("longtext", "一\r\n二\r三", {}, "一\n二\n三"),
    ("integer", "18", {}, Decimal(18)),
    ("integer", "-3", {}, Decimal(-3)),
    ("integer", 18.0, {}, Decimal(18)),
    ("integer", "１８", {}, Decimal(18)),
    ("decimal", "1.10", {}, Decimal("1.10")),
    ("decimal", 0.1, {}, Decimal("0.1")),
    ("decimal", "2.50", {"places": 1}, Decimal("2.5")),
    ("decimal", Decimal("1E+2"), {}, Decimal(100)),
    ("money", "1,234,567.5", {}, Decimal("1234567.50")),
    ("money", 3, {}, Decimal("3.00")),
    ("area", "1.246", {}, Decimal("1.2460")),
    ("area", "-0", {}, Decimal("0.0000")),
    ("date", "2026-9-1", {}, date(2026, 9, 1)),
    ("date", "2026/09/21", {}, date(2026, 9, 21)),
    ("date", "2026年9月21日", {}, date(2026, 9, 21)),
    ("date", date(2026, 9, 21), {}, date(2026, 9, 21)),
    ("date", "2026-02-01", {"min": "2026-02-01", "max": "2026-02-01"}, date(2026, 2, 1)),
    ("datetime", "2026-09-21 09:30", {}, datetime(2026, 9, 21, 1, 30, tzinfo=UTC)),
    ("datetime", "2026-09-21T09:30:15.5", {}, datetime(2026, 9, 21, 1, 30, 15, 500000, tzinfo=UTC)),
    ("datetime", "2026年9月21日 9:30", {}, datetime(2026, 9, 21, 1, 30, tzinfo=UTC)),
    ("datetime", "2026-09-21T01:30:00Z", {}, datetime(2026, 9, 21, 1, 30, tzinfo=UTC)),
    ("datetime", "2026-09-20T23:30+00:00", {"min": "2026-09-21"}, datetime(2026, 9, 20, 23, 30, tzinfo=UTC)),
    ("time", "9:30", {}, time(9, 30)),
    ("time", "23：59：59", {}, time(23, 59, 59)),
    ("boolean", "是", {}, True),
    ("boolean", "false", {}, False),
    ("boolean", True, {}, True),
    ("choice", "旱地", {"options": OPTIONS}, "旱地"),
    ("choice", " grass", {"options": OPTIONS}, "grass"),
    ("multichoice", ["旱地", "grass", "旱地"], {"options": OPTIONS}, ["旱地", "grass"]),
    ("multichoice", "grass", {"options": OPTIONS}, ["grass"]),
    ("user", "liwen", {}, "liwen"),
    ("user", "李文、 王强，李文", {"multiple": True, "min_items": 2}, ["李文", "王强"]),
    ("section", "grass", {"options": OPTIONS}, "grass"),
    ("post", "用途管制科/经办人", {}, "用途管制科/经办人"),
    ("organisation", "省厅", {}, "省厅"),
    ("person", "某甲", {}, "某甲"),
    ("phone", "138 0013 8000".replace(" ", ""), {}, "13800138000"),
    ("phone", "+86 13800138000", {}, "+86 13800138000"),
    ("phone", "0351-1234567", {}, "0351-1234567"),
    ("phone", "010-12345678-8001", {}, "010-12345678-8001"),
    ("phone", "４００-123-4567", {}, "400-123-4567"),
    ("phone", "12345", {}, "12345"),
    ("email", "li.wen+desk@example.gov.cn", {}, "li.wen+desk@example.gov.cn"),
    ("idcode", "91350100m000100y43", {"scheme": "credit"}, "91350100M000100Y43"),
    ("idcode", "11010519491231002x", {"scheme": "resident"}, "11010519491231002X"),
    ("idcode", "11010519491231002X", {}, "11010519491231002X"),
]
BAD = [
    ("text", 12, {}, "应为一行文字，现为数字"),
    ("text", ["a"], {}, "现为列表"),
    ("text", "a\nb", {}, "控制字符或者换行"),
    ("text", "a\x00b", {}, "控制字符"),
    ("text", "\ud800x", {}, "控制字符"),
    ("text", "五个字啊啊", {"maxlength": 4}, "最多 4 字，现有 5 字"),
    ("text", "12", {"pattern": r"\d{3}", "pattern_message": "应为三位数字"}, "应为三位数字"),
    ("text", "12", {"pattern": r"\d{3}"}, "格式不对"),
    ("longtext", "a\x0bb", {}, "控制字符"),
    ("longtext", "字" * 20_001, {}, "最多 20000 字，现有 20001 字"),
    ("integer", "1.5", {}, "应为整数"),
    ("integer", 1.5, {}, "应为整数"),
    ("integer", "0x10", {}, "应为整数，现为“0x10”"),
    ("integer", 10**400, {}, "数字过大"),
    ("decimal", "1e3", {}, "应为数字"),
    ("decimal", "NaN", {}, "应为数字"),
    ("decimal", float("inf"), {}, "应为数字"),
    ("decimal", Decimal("-Infinity"), {}, "应为数字"),
    ("decimal", True, {}, "现为是否值"),
    ("decimal", {"a": 1}, {}, "现为对象"),
    ("decimal", 0.1 + 0.2, {}, "最多 10 位小数"),
    ("decimal", Decimal("1.00000000000000000000000000000000001"), {}, "最多 10 位小数"),
    ("decimal", "1,2,3", {}, "应为数字"),
    ("decimal", "9", {"min": 10}, "不能小于 10"),
    ("decimal", "11", {"max": 10, "unit": "米"}, "不能大于 10 米"),
    ("money", "1.234", {}, "最多 2 位小数，现有 3 位"),
    ("money", "9" * 30, {}, "数字过大"),
    ("area", "1.24605", {}, "最多 4 位小数，现有 5 位"),
    ("area", "0", {"min": Decimal("0.0001")}, "不能小于 0.0001 公顷"),
    ("date", "2026-02-30", {}, "应为日期，如 2026-09-21，现为“2026-02-30”"),
    ("date", "21.9.2026", {}, "应为日期"),
    ("date", datetime(2026, 9, 21, tzinfo=UTC), {}, "应为日期"),
    ("date", 20260921, {}, "现为数字"),
    ("date", "2026-01-31", {"min": "2026-02-01"}, "不能早于 2026-02-01"),
    ("date", "2026-02-02", {"max": "2026-02-01"}, "不能晚于 2026-02-01"),
    ("datetime", "2026-09-21", {}, "应为日期和时间"),
    ("datetime", "2026-09-21 25:00", {}, "应为日期和时间"),
    ("datetime", "2026-09-21 09", {}, "应为日期和时间"),
    ("datetime", date(2026, 9, 21), {}, "现为日期"),
    ("datetime", "2026-09-20 23:59", {"min": "2026-09-21"}, "不能早于 2026-09-21"),
    ("datetime", "2026-09-21T16:00:00Z", {"max": "2026-09-21"}, "不能晚于 2026-09-21"),
    ("datetime", datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), {}, "应为日期和时间"),
    ("time", "24:00", {}, "应为时间"),
    ("time", "9点", {}, "应为时间"),
    ("time", 930, {}, "现为数字"),
    ("boolean", "也许", {}, "应为是或否，现为“也许”"),
    ("boolean", 1, {}, "现为数字"),
    ("choice", "水田", {"options": OPTIONS}, "“水田”不在选项之内（旱地、草地）"),
    ("choice", "草地", {"options": OPTIONS}, "不在选项之内"),
    ("choice", ["旱地"], {"options": OPTIONS}, "列表不在选项之内"),
    ("multichoice", ["旱地", "水田"], {"options": OPTIONS}, "“水田”不在选项之内"),
    ("multichoice", ["旱地"], {"options": OPTIONS, "min_items": 2}, "至少填写 2 项"),
    ("multichoice", ["旱地"] * 3, {"options": OPTIONS, "max_items": 2}, "最多 2 项"),
    ("multichoice", 7, {"options": OPTIONS}, "现为数字"),
    ("user", "李文", {"multiple": True, "min_items": 2}, "至少填写 2 项"),
    ("user", "甲、乙、丙", {"multiple": True, "max_items": 2}, "最多 2 项"),
    ("user", ["a"], {}, "应为人员，现为列表"),
    ("section", "矿业科", {"options": OPTIONS}, "不在选项之内"),
    ("phone", "12800138000", {}, "应为电话号码"),
    ("phone", "0351-123", {}, "应为电话号码"),
    ("phone", "13800138000;DROP", {}, "应为电话号码"),
    ("email", "a@b", {}, "应为电子邮箱"),
    ("email", "a b@c.cn", {}, "应为电子邮箱"),
    ("email", "a@" + "b" * 200 + ".cn", {}, "应为电子邮箱"),
    ("idcode", "91350100M000100Y44", {}, "校验码不对"),
    ("idcode", "91350100M000100Y43", {"scheme": "resident"}, "居民身份证号码应为"),
    ("idcode", "11010519491231002X", {"scheme": "credit"}, "校验码不对"),
]


@pytest.mark.parametrize(("kind", "raw", "more", "value"), GOOD)
def test_each_type_makes_its_value(kind, raw, more, value):
    found = value_of(raw, type=kind, **more)
    assert found == value
    assert type(found) is type(value)
    assert str(found) == str(value)


@pytest.mark.parametrize(("kind", "raw", "more", "said"), BAD)
def test_each_type_says_what_it_expected(kind, raw, more, said):
    assert said in refusal_of(raw, type=kind, **more)


@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000"])
def test_blank_is_nothing_for_every_type(blank):
    for kind in KINDS.keys() - {"table"}:
        options = {"options": OPTIONS} if "choice" in kind else {}
        assert value_of(blank, type=kind, **options) is None, kind
    assert value_of(blank, type="table", columns=["no"]) is None


def test_a_moment_is_kept_in_utc():
    assert value_of("2026-09-21 09:30", type="datetime").tzinfo is UTC


def test_a_default_stands_where_nothing_was_sent_or_known():
    form = form_of({"name": "f", "type": "integer", "default": 18})
    assert form.load(None, {}) == {"f": Decimal(18)}
    assert form.load(None, {}, {"f": Decimal(3)}) == {}
    assert form.load(None, {"f": ""}) == {"f": None}


def test_a_message_shows_only_the_beginning_of_what_was_sent():
    assert len(refusal_of("秘" * 90, type="date")) < 80
    assert len(refusal_of("秘" * 5000, type="choice", options=OPTIONS)) < 80

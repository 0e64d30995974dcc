"""The shapes of what comes and goes. Each has its own name in the document.

Numbers of forms and cases are exact decimals: they go out as strings (`"1.2460"`) and may come in as strings or as
JSON numbers. Moments are ISO 8601 in UTC, dates are days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from marshmallow import Schema, fields, validate

LIGHTS = ("green", "yellow", "red", "grey")


def plain(value: Any) -> Any:
    """`value` as JSON has it: decimals and whatever else JSON lacks as text, moments and dates as ISO 8601."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return str(value)


class Exact(fields.Dict):
    """A mapping of a form's or a case's values, as `plain` writes them."""

    default_error_messages = {"invalid": "应为一个 JSON 对象", "required": "必填", "null": "不能为 null"}  # noqa: RUF012

    def _serialize(self, value: Any, attr: str | None, obj: Any, **named: Any) -> Any:
        return None if value is None else plain(value)


class Text(fields.String):
    default_error_messages = {"invalid": "应为文本", "required": "必填", "null": "不能为 null"}  # noqa: RUF012


class Words(fields.List):
    default_error_messages = {"invalid": "应为列表", "required": "必填", "null": "不能为 null"}  # noqa: RUF012


class Number(fields.Integer):
    default_error_messages = {  # noqa: RUF012
        "invalid": "应为整数", "required": "必填", "null": "不能为 null", "too_large": "数字过大",
    }  # fmt: skip


class Day(fields.Date):
    """A day in Asia/Shanghai, within the times that anybody here has to do with."""

    default_error_messages = {"invalid": "日期应写作 2026-09-25", "required": "必填", "null": "不能为 null"}  # noqa: RUF012

    def __init__(self, **named: Any) -> None:
        bound = validate.Range(date(1900, 1, 1), date(2199, 12, 31), error="日期应在 1900 年至 2199 年之间")
        super().__init__(validate=bound, **named)


class Moment(fields.AwareDateTime):
    default_error_messages = {  # noqa: RUF012
        "invalid": "时刻应写作 2026-09-25T09:00:00+08:00", "invalid_awareness": "时刻须带时区", "required": "必填",
        "null": "不能为 null",
    }  # fmt: skip

    def __init__(self, **named: Any) -> None:
        bound = validate.Range(
            datetime(1900, 1, 1, tzinfo=UTC),
            datetime(2199, 12, 31, tzinfo=UTC),
            error="时刻应在 1900 年至 2199 年之间",
        )
        super().__init__(validate=bound, **named)


class Shape(Schema):
    error_messages = {"unknown": "没有这个字段", "type": "应为一个 JSON 对象"}  # noqa: RUF012


def said(longest: int, *, required: bool = True, shortest: int = 1, **named: Any) -> Text:
    """A text of bounded length."""
    bound = validate.Length(shortest, longest, error=f"长度应为 {{min}} 至 {longest} 个字符")
    return Text(required=required, validate=bound, **named)


def one_of(*words: str, **named: Any) -> Text:
    return Text(validate=validate.OneOf(words, error="只能是：" + "、".join(words)), **named)

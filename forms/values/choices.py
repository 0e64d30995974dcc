"""One of the options, and yes or no."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from forms.definition import Field
from forms.values.expected import Decoder, expected, named, short

_TRUE = frozenset({"true", "是", "on", "1"})
_FALSE = frozenset({"false", "否", "off", "0"})
_LISTED = 20


def choice(field: Field) -> Decoder:
    values = frozenset(option.value for option in field.options)

    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        if isinstance(raw, str):
            if raw in values:
                return raw
            text = raw.strip() if len(raw) < 1000 else raw
            if not text:
                return None
            if text in values:
                return text
        listed = "、".join(option.label for option in field.options[:_LISTED])
        more = "……" if len(field.options) > _LISTED else ""
        raise ValidationError(f"{field.label}：{named(raw)}不在选项之内（{listed}{more}）")

    return decode


def boolean(field: Field) -> Decoder:
    def decode(raw: Any) -> bool | None:
        if raw is None or raw is True or raw is False:
            return raw
        text = short(field, raw)
        if text is None:
            return None
        text = text.lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise expected(field, raw)

    return decode

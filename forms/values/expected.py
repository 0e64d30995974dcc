"""What the decoders share: how a wrong value is named, and how a short entry is taken."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from forms.definition import KINDS, Field

Decoder = Callable[[Any], Any]
SHORT = 100


def expected(field: Field, raw: Any) -> ValidationError:
    """“应为…，现为…”; of a text, its beginning."""
    return ValidationError(f"{field.label}：应为{KINDS[field.kind]}，现为{named(raw)}")


def named(raw: Any) -> str:
    """A text by its beginning, anything else by its kind."""
    if isinstance(raw, str):
        return f"“{raw[:30]}{'…' if len(raw) > 30 else ''}”"
    if isinstance(raw, bool):
        return "是否值"
    if isinstance(raw, (int, float, Decimal)):
        return "数字"
    if isinstance(raw, Mapping):
        return "对象"
    if isinstance(raw, (list, tuple)):
        return "列表"
    if isinstance(raw, date):
        return "日期"
    return "时间" if isinstance(raw, time) else "不认识的值"


def short(field: Field, raw: Any) -> str | None:
    """A short entry as typed on any input method (full-width characters become plain), trimmed."""
    if not isinstance(raw, str):
        raise expected(field, raw)
    text = raw.strip() if len(raw) < 2 * SHORT else raw
    if not text:
        return None
    if len(text) > SHORT:
        raise expected(field, text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)

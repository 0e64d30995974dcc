"""Numbers, exact: as many places as the field allows, none rounded."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from marshmallow import ValidationError

from forms.definition import Field
from forms.values.expected import Decoder, expected, short

DIGITS = 18
PLACES = 10
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_ONE = Decimal(1)


def number(field: Field) -> Decoder:
    """Money and areas always with their places (`1.2460`), others as typed; a whole one without a point."""
    allowed = PLACES if field.places is None else field.places
    fixed = _ONE.scaleb(-allowed) if field.kind in ("money", "area") else None
    largest = DIGITS - max(allowed - 6, 0)
    check = _bounds(field)

    def decode(raw: Any) -> Decimal | None:
        found = _parsed(field, raw)
        if found is None:
            return None
        if not found:
            found = abs(found)
        elif found.adjusted() >= largest:
            raise ValidationError(f"{field.label}：数字过大")
        exponent = cast(int, found.as_tuple().exponent)
        if exponent > 0:
            found, exponent = found.quantize(_ONE), 0
        if -exponent > allowed:
            exact = found.quantize(_ONE.scaleb(-allowed))
            if exact != found:
                what = f"最多 {allowed} 位小数，现有 {-exponent} 位" if allowed else "应为整数"
                raise ValidationError(f"{field.label}：{what}")
            found = exact
        check(found)
        return found if fixed is None else found.quantize(fixed)

    return decode


def _parsed(field: Field, raw: Any) -> Decimal | None:
    if isinstance(raw, str):
        text = short(field, raw)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            raise expected(field, raw)
        return Decimal(text.replace(",", "") if "," in text else text)
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        raise expected(field, raw)
    found = raw if isinstance(raw, Decimal) else Decimal(str(raw) if isinstance(raw, float) else raw)
    if not found.is_finite():
        raise expected(field, raw)
    return found


def _bounds(field: Field) -> Decoder:
    low, high = cast(Decimal | None, field.minimum), cast(Decimal | None, field.maximum)
    unit = field.unit and f" {field.unit}"

    def check(found: Decimal) -> None:
        if low is not None and found < low:
            raise ValidationError(f"{field.label}：不能小于 {low}{unit}")
        if high is not None and found > high:
            raise ValidationError(f"{field.label}：不能大于 {high}{unit}")

    return check

"""A boundary: text of points or GeoJSON to a geometry with exact coordinates."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from forms.definition import Field
from forms.geometry import BadGeometry, read_geometry
from forms.values.expected import Decoder, expected

LENGTH = 400_000


def boundary(field: Field) -> Decoder:
    def decode(raw: Any) -> dict[str, Any] | None:
        if raw is None:
            return None
        if isinstance(raw, str):
            if len(raw) > LENGTH:
                raise ValidationError(f"{field.label}：坐标文字过长，最多 {LENGTH} 字")
            if not raw.strip():
                return None
        elif not isinstance(raw, dict):
            raise expected(field, raw)
        try:
            return read_geometry(raw)
        except BadGeometry as wrong:
            raise ValidationError(f"{field.label}：{wrong}") from None

    return decode

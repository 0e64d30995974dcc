"""References to files that are kept elsewhere; a form never carries the content of a file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from forms.definition import Field
from forms.values.expected import Decoder, expected

KEYS = frozenset({"id", "name", "size", "media_type", "sha256"})
LENGTH = 300
LARGEST = 2**63


def attachment(field: Field) -> Decoder:
    """A mapping of `KEYS` (`id` always), or the id alone. `size` in bytes."""

    def decode(raw: Any) -> dict[str, Any] | None:
        if raw is None:
            return None
        if isinstance(raw, str):
            identity = raw.strip() if len(raw) <= 2 * LENGTH else raw
            if not identity:
                return None
            raw = {"id": identity}
        if not isinstance(raw, Mapping) or not isinstance(raw.get("id"), str) or set(raw) - KEYS:
            raise expected(field, raw)
        texts = [value for key, value in raw.items() if key != "size" and value is not None]
        if not raw["id"].strip() or not all(isinstance(text, str) and len(text) <= LENGTH for text in texts):
            raise ValidationError(f"{field.label}：附件信息有误")
        size = raw.get("size")
        if size is None:
            return dict(raw)
        if not _is_size(size):
            raise ValidationError(f"{field.label}：附件大小有误")
        return {**raw, "size": Decimal(size)}

    return decode


def _is_size(size: Any) -> bool:
    if isinstance(size, bool) or not isinstance(size, (int, Decimal)):
        return False
    return Decimal(size).is_finite() and 0 <= size < LARGEST and size == int(size)

"""The marshmallow schema of what a step may edit: one for screen, API and command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import RAISE, Schema
from marshmallow import fields as marshmallow_fields

from forms.definition import Field
from forms.values import Decoder, decoder


class Typed(marshmallow_fields.Field[Any]):
    """A marshmallow field whose value the decoder of a form field makes."""

    def __init__(self, field: Field) -> None:
        super().__init__(allow_none=True, metadata={"label": field.label, "type": field.kind})
        self.decode: Decoder = decoder(field)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        return self.decode(value)


class FormSchema(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "没有这个字段", "type": "填报内容应为“字段: 值”的形式"}  # noqa: RUF012


def schema_of(fields: Iterable[Field]) -> Schema:
    return FormSchema.from_dict({field.name: Typed(field) for field in fields})()


def flatten(messages: Mapping[Any, Any], errors: dict[str, list[str]], before: str = "") -> None:
    """Nested messages to one level: a table's cell is named `plots-0-area`."""
    for key, found in messages.items():
        name = f"{before}-{key}" if before else str(key)
        if isinstance(found, Mapping):
            flatten(found, errors, name)
        else:
            errors.setdefault(name, []).extend(str(text) for text in found)

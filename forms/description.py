"""A form as plain JSON data, for API documentation."""

from __future__ import annotations

from typing import Any

from forms.definition import Definition, Field, Step


def describe(definition: Definition, step: Step) -> dict[str, Any]:
    """What may be sent at the step and what is shown; numbers as text, conditions as FEEL."""
    return {
        "id": definition.id,
        "title": definition.title,
        "step": step.id or None,
        "fields": [
            {**_field(field), "mode": step.modes[field.name], "section": section.id}
            for section in definition.sections
            for field in section.fields
            if step.modes[field.name] != "hide"
        ],
        "outcomes": [
            {"value": o.value, "label": o.label, "check": o.check, "reason": o.reason} for o in step.outcomes
        ],
        "materials": [{"id": m.id, "name": m.name, "copies": m.copies} for m in definition.materials],
    }


def _field(field: Field) -> dict[str, Any]:
    text = field.kind in ("text", "longtext")
    found: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "type": field.kind,
        "required": field.required,
        "help": field.help,
        "unit": field.unit,
        "min": None if field.minimum is None else str(field.minimum),
        "max": None if field.maximum is None else str(field.maximum),
        "maxlength": field.max_length if text else None,
        "places": field.places,
        "pattern": field.pattern,
        "options": [{"value": option.value, "label": option.label} for option in field.options],
        "columns": [_field(column) for column in field.columns],
        "multiple": field.many,
        "visible_when": field.visible_when.text if field.visible_when else None,
        "required_when": field.required_when.text if field.required_when else None,
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}

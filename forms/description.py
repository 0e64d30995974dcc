"""A form as plain JSON data: the reference of what an API may send at a step.

Only additions may be made to it; a key is left out where it says nothing (no bound, no help, not multiple).

- `id`, `title`, `step` (null: the whole form).
- `fields`, in the order of the page, hidden ones left out: `name`, `label`, `section` (id), `mode` (`edit`: may be
  sent; `read`: shown, refused when sent), `type` and `format` (what to send, in words), `required` (always at this
  step; what else is required follows from `required_when`), `required_when` and `visible_when` (FEEL over the case's
  variables), `default`, `help`, `source`, `unit`.
  Bounds, inclusive: `min`, `max` (a number as text, or a date), `places` (decimals), `maxlength` (characters),
  `pattern` (a regular expression that the whole text matches), `scheme` (credit, resident, any).
  Lists: `multiple` (send a list), `min_items`, `max_items`; `options` (`value`, `label`), `accept` (of files);
  `columns` (of a table, described like fields: send a list of objects).
- `outcomes`: `name` (the variable to send), `reason_name`, and `values`: `value`, `label`, `check` (required fields
  and rules apply), `reason` (must be given), `complete` (all materials must be held). Null where the step has none.
- `rules` that apply at the step: `check`, `when` (FEEL), `message`, `field`, `source`.
- `materials`: `mode` (`edit`: states may be sent as `{"materials": {id: state}}`), `states`, and `items`: `id`,
  `name`, `copies`, `required`, `required_when`, `help`, `source`. Null where hidden or where there are none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from forms.definition import KINDS, STATES, Condition, Definition, Field, Material, Rule, Step


def describe(definition: Definition, step: Step, rules: Iterable[Rule] = ()) -> dict[str, Any]:
    """What may be sent at the step and what is shown; the keys are told at the head of this module."""
    return {
        "id": definition.id,
        "title": definition.title,
        "step": step.id or None,
        "fields": [
            {
                **_field(field),
                "section": section.id,
                "mode": step.modes[field.name],
                "required": step.modes[field.name] == "edit"
                and (field.required or field.name in step.required),
            }
            for section in definition.sections
            for field in section.fields
            if step.modes[field.name] != "hide"
        ],
        "outcomes": _outcomes(step),
        "rules": [_rule(rule) for rule in rules],
        "materials": _materials(definition, step),
    }


def _field(field: Field) -> dict[str, Any]:
    written = field.kind in ("text", "longtext")
    found: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "type": field.kind,
        "format": KINDS[field.kind],
        "required": field.required,
        "required_when": _feel(field.required_when),
        "visible_when": _feel(field.visible_when),
        "default": _plain(field.default),
        "help": field.help,
        "source": field.source,
        "unit": field.unit,
        "min": _plain(field.minimum),
        "max": _plain(field.maximum),
        "places": field.places,
        "maxlength": field.max_length if written else None,
        "pattern": field.pattern,
        "scheme": field.scheme if field.kind == "idcode" else None,
        "multiple": field.many or None,
        "min_items": field.min_items,
        "max_items": field.max_items,
        "options": [{"value": option.value, "label": option.label} for option in field.options],
        "accept": field.accept,
        "columns": [_field(column) for column in field.columns],
    }
    return _said(found)


def _outcomes(step: Step) -> dict[str, Any] | None:
    if not step.outcomes:
        return None
    return {
        "name": step.outcome_name,
        "reason_name": step.reason_name,
        "values": [
            {
                "value": outcome.value,
                "label": outcome.label,
                "check": outcome.check,
                "reason": outcome.reason,
                "complete": outcome.complete,
            }
            for outcome in step.outcomes
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return _said(
        {
            "check": rule.check.text,
            "when": _feel(rule.when),
            "message": rule.message,
            "field": rule.field,
            "source": rule.source,
        }
    )


def _materials(definition: Definition, step: Step) -> dict[str, Any] | None:
    if not definition.materials or step.materials == "hide":
        return None
    return {
        "mode": step.materials,
        "states": dict(STATES),
        "items": [_material(material) for material in definition.materials],
    }


def _material(material: Material) -> dict[str, Any]:
    return _said(
        {
            "id": material.id,
            "name": material.name,
            "copies": material.copies,
            "required": material.required,
            "required_when": _feel(material.required_when),
            "help": material.help,
            "source": material.source,
        }
    )


def _feel(condition: Condition | None) -> str | None:
    return condition.text if condition else None


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (bool, str)) else str(value)


def _said(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None and value != "" and value != []}

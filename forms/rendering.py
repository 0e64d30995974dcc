"""A form as accessible HTML, by the macros in `templates/`; no inline style or script (strict CSP)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forms.definition import REFERENCES, STATES, Definition, Field, Step
from forms.display import shown, typed

_ENVIRONMENT = Environment(
    loader=PackageLoader("forms"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _reference(value: Any) -> str:
    """A file reference as a hidden input carries it."""
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, default=lambda number: int(number))
    return str(value)


def _listed(value: Any) -> list[Any]:
    return [] if value in (None, "") else list(value) if isinstance(value, (list, tuple)) else [value]


_ENVIRONMENT.globals.update(shown=shown, typed=typed, reference=_reference, listed=_listed, states=STATES)


def _visible(field: Field, scope: Mapping[str, Any]) -> bool:
    return field.visible_when is None or field.visible_when.holds(scope)


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def render(
    definition: Definition,
    step: Step,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    posted: Mapping[str, Any],
    choices: Mapping[str, Any],
    table_url: str,
    buttons: bool,
) -> Markup:
    """Conditional fields of the step are always in the page, marked `is-inactive` while not called for."""

    def content(field: Field) -> Any:
        if step.modes[field.name] == "edit" and field.name in posted:
            return posted[field.name]
        found = values.get(field.name)
        return field.default if found is None and step.modes[field.name] == "edit" else found

    def required(field: Field) -> bool:
        condition = field.required_when
        return field.required or field.name in step.required or bool(condition and condition.holds(values))

    def pairs(field: Field) -> list[tuple[str, str]]:
        given = choices.get(field.name)
        if given is None and field.kind in REFERENCES:
            given = choices.get(field.kind)
        return list(given) if given is not None else [(o.value, o.label) for o in field.options]

    labels = {field.name: field.label for section in definition.sections for field in section.fields}
    states = posted.get("materials") if step.materials == "edit" else None
    markup = _ENVIRONMENT.get_template("form.html").render(
        definition=definition,
        step=step,
        sections=_sections(definition, step, values),
        content=content,
        required=required,
        pairs=pairs,
        visible=lambda field: _visible(field, values),
        errors={k: [v] if isinstance(v, str) else list(v) for k, v in errors.items()},
        labels=labels,
        material_states=states or values.get("materials") or {},
        reason=posted.get(step.reason_name) or "",
        table_url=table_url,
        buttons=buttons,
    )
    return Markup(markup)  # noqa: S704  (autoescaped by the environment)


def _sections(definition: Definition, step: Step, values: Mapping[str, Any]) -> list[tuple[Any, bool, Any]]:
    """Sections with something to show, whether any field of them is editable, and their rows."""
    found: list[tuple[Any, bool, Any]] = []
    for section in definition.sections:
        editable = any(step.modes[field.name] == "edit" for field in section.fields)
        rows = [
            [
                field
                for field in row
                if step.modes[field.name] == "edit"
                or (step.modes[field.name] == "read" and _visible(field, values))
            ]
            for row in section.rows
        ]
        filled = any(not _blank(values.get(field.name)) for row in rows for field in row)
        if editable or filled:
            found.append((section, editable, [row for row in rows if row]))
    return found


def read_view(definition: Definition, step: Step, values: Mapping[str, Any]) -> Markup:
    modes = {name: "hide" if mode == "hide" else "read" for name, mode in step.modes.items()}
    reading = Step("", modes, frozenset(), (), "hide")  # type: ignore[arg-type]
    return render(definition, reading, values, {}, {}, {}, "", False)

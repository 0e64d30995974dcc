"""A form as accessible HTML, by the macros in `templates/`; no inline style or script (strict CSP)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forms.definition import REFERENCES, STATES, Definition, Field, Material, Mode, Section, Step
from forms.display import shown, typed
from forms.plan import Filling

_ENVIRONMENT = Environment(
    loader=PackageLoader("forms"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_INPUT_TYPES: Mapping[str, str] = {"phone": "tel", "email": "email"}
_YES_OR_NO = (("true", "是"), ("false", "否"))


def _plain(value: Any) -> Any:
    """A size as a JSON number; whatever else someone sent there, as text."""
    whole = isinstance(value, Decimal) and value.is_finite() and 0 <= value < 2**63 and value == int(value)
    return int(value) if whole else str(value)


def _reference(value: Any) -> str:
    """A file reference as a hidden input carries it."""
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, default=_plain)
    return str(value)


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


_ENVIRONMENT.globals.update(
    shown=shown,
    typed=typed,
    reference=_reference,
    listed=_listed,
    states=STATES,
    input_types=_INPUT_TYPES,
    yes_or_no=_YES_OR_NO,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A section with something to show, and whether any of its fields can be filled in."""

    section: Section
    editable: bool
    rows: tuple[tuple[Field, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One rendering of a step: the case's values, over them what was typed, and what is wrong with it.

    Conditional fields that the step may edit are always in the page, marked `is-inactive` while not called for.
    """

    definition: Definition
    step: Step
    values: Mapping[str, Any]
    posted: Mapping[str, Any]
    errors: Mapping[str, Any]
    filling: Filling
    choices: Mapping[str, Any]
    table_url: str = ""
    buttons: bool = True

    def edits(self, field: Field) -> bool:
        return self.step.modes[field.name] == "edit"

    def content(self, field: Field) -> Any:
        """What the field holds; of an editable one exactly what was typed."""
        if not self.edits(field):
            return self.values.get(field.name)
        if field.name in self.posted:
            return self.posted[field.name]
        found = self.values.get(field.name)
        return field.default if found is None else found

    def visible(self, field: Field) -> bool:
        return field.visible_when is None or field.visible_when.holds(self.filling.scope)

    def required(self, field: Field) -> bool:
        condition = field.required_when
        always = field.required or field.name in self.step.required
        return always or (condition is not None and condition.holds(self.filling.scope))

    def options(self, field: Field) -> list[tuple[str, str]]:
        """(value, label) pairs; for people, sections and posts those given for the rendering."""
        given = self.choices.get(field.name)
        if given is None and field.kind in REFERENCES:
            given = self.choices.get(field.kind)
        return list(given) if given is not None else [(o.value, o.label) for o in field.options]

    def wrong(self, name: str, *beside: str) -> list[str]:
        """What is wrong with a field, without the beginnings that stand beside it already."""
        found = self.errors.get(name) or []
        texts = [found] if isinstance(found, str) else [str(text) for text in found]
        for beginning in beside:
            texts = [text.removeprefix(beginning) for text in texts]
        return texts

    def state(self, material: Material) -> str:
        typed_states = self.posted.get("materials") if self.step.materials == "edit" else None
        for states in (typed_states, self.values.get("materials")):
            if isinstance(states, Mapping) and material.id in states:
                return str(states[material.id] or "")
        return ""

    def needed(self, material: Material) -> bool:
        return material.needed(self.filling.scope)

    @property
    def reason(self) -> str:
        return str(self.posted.get(self.step.reason_name) or "")

    @cached_property
    def sections(self) -> list[Shown]:
        found: list[Shown] = []
        for section in self.definition.sections:
            editable = any(self.edits(field) for field in section.fields)
            rows = tuple(tuple(field for field in row if self._is_shown(field)) for row in section.rows)
            filled = any(not _blank(self.values.get(field.name)) for row in rows for field in row)
            if editable or filled:
                found.append(Shown(section, editable, tuple(row for row in rows if row)))
        return found

    def _is_shown(self, field: Field) -> bool:
        mode = self.step.modes[field.name]
        return mode == "edit" or (mode == "read" and self.visible(field))

    @property
    def summary(self) -> list[tuple[str, list[str]]]:
        """All errors in the order of the page, each with the id of what it is about, if that is in the page."""
        shown_fields = {field.name: field for part in self.sections for row in part.rows for field in row}
        order = {name: place for place, name in enumerate(shown_fields)}
        names = sorted(self.errors, key=lambda name: order.get(name.partition("-")[0], len(order)))
        return [(self._target(name, shown_fields), self.wrong(name)) for name in names]

    def _target(self, name: str, shown_fields: Mapping[str, Field]) -> str:
        step = self.step
        if name in shown_fields or (step.outcomes and name in (step.outcome_name, step.reason_name)):
            return f"f-{name}"
        head, _, rest = name.partition("-")
        if head == "materials" and step.materials == "edit":
            there = any(material.id == rest for material in self.definition.materials)
            return f"f-{name}" if there else ""
        table = shown_fields.get(head)
        if table is None or table.kind != "table":
            return ""
        return f"f-{name}" if self._has_cell(table, rest) else f"f-{head}"

    def _has_cell(self, table: Field, cell: str) -> bool:
        row, _, column = cell.partition("-")
        rows = max(len(_listed(self.content(table))), 1)
        there = row.isdecimal() and row.isascii() and len(row) <= 4 and int(row) < rows
        return there and self.edits(table) and any(each.name == column for each in table.columns)


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def render(sheet: Sheet) -> Markup:
    """The inside of a `<form>`."""
    markup = _ENVIRONMENT.get_template("form.html").render(sheet=sheet)
    return Markup(markup)  # noqa: S704  (autoescaped by the environment)


def read_view(definition: Definition, step: Step, values: Mapping[str, Any]) -> Markup:
    """What the step may see, nothing to fill in."""
    modes: dict[str, Mode] = {name: "hide" if mode == "hide" else "read" for name, mode in step.modes.items()}
    return render(
        Sheet(
            definition=definition,
            step=replace(step, modes=modes, outcomes=(), materials="hide"),
            values=values,
            posted={},
            errors={},
            filling=Filling(values, scope=dict(values)),
            choices={},
        )
    )

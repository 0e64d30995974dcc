"""A compiled form: validates what was filled in, for the screen, the API and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import Schema

from forms import encoding, rendering
from forms.definition import Definition, Evaluate, Field, Material, Section, Step
from forms.description import describe
from forms.errors import UnknownStep
from forms.plan import Loaded, Plan
from forms.reading import Path, Reader, read_definition, read_yaml


class Form:
    """One form of one bundle. Immutable after compilation and safe to share between threads."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.id = definition.id
        self.title = definition.title
        self.sections: tuple[Section, ...] = definition.sections
        self.materials: tuple[Material, ...] = definition.materials
        self.steps: Mapping[str, Step] = definition.steps
        self.fields: dict[str, Field] = {
            field.name: field for section in definition.sections for field in section.fields
        }
        whole = Step("", dict.fromkeys(self.fields, "edit"), frozenset(), (), "edit")
        self._plans: dict[str | None, Plan] = {
            name: Plan(definition, self.fields, step) for name, step in definition.steps.items()
        }
        self._plans[None] = Plan(definition, self.fields, whole)

    def plan(self, step: str | None) -> Plan:
        try:
            return self._plans[step]
        except KeyError:
            raise UnknownStep(f"表单“{self.title}”没有环节“{step}”") from None

    def step(self, step: str | None) -> Step:
        """The step's rights; None stands for the whole form, all editable, without outcomes."""
        return self.plan(step).step

    def schema(self, step: str | None = None) -> Schema:
        """The marshmallow schema of what may be edited at the step."""
        return self.plan(step).schema

    def load(
        self, step: str | None, data: Mapping[str, Any], known: Mapping[str, Any] | None = None
    ) -> Loaded:
        """Typed values of what was sent; `known` are the case's values so far, for conditions and rules.

        A form-encoded mapping (one with `getlist`) and JSON decode to the same. Absent fields stay as known.
        Raises InvalidForm with all errors by field (a table's cell is named `plots-0-area`), UnknownStep.
        """
        return self.plan(step).load(data, known or {})

    def from_html(self, step: str | None, data: Any) -> dict[str, Any]:
        """The nested raw values of a form-encoded body (with `getlist`); fields are not checked here."""
        return encoding.nested(self.fields, self.step(step), data)

    def table_action(self, step: str | None, data: Any) -> dict[str, Any] | None:
        """The raw values with a table row added or removed, where such a button was pressed; else None."""
        return encoding.table_action(self.fields, self.step(step), data)

    def render(
        self,
        step: str | None,
        values: Mapping[str, Any] | None = None,
        errors: Mapping[str, Any] | None = None,
        *,
        posted: Any = None,
        choices: Mapping[str, Any] | None = None,
        table_url: str = "",
        buttons: bool = True,
    ) -> Markup:
        """The inside of a `<form>` for the step.

        `values` are the case's; `posted` (raw JSON or form-encoded) is shown in editable fields exactly as
        typed, and what it says already counts for what is required and shown. `choices` gives (value, label)
        pairs for user, section, post, organisation, or for a field by name. With `table_url` the table
        buttons carry htmx attributes; without, they are submit buttons.
        """
        raw = self.from_html(step, posted) if hasattr(posted, "getlist") else posted
        plan = self.plan(step)
        sheet = rendering.Sheet(
            definition=self.definition,
            step=plan.step,
            values=values or {},
            posted=raw or {},
            errors=errors or {},
            filling=plan.preview(raw or {}, values or {}),
            choices=choices or {},
            table_url=table_url,
            buttons=buttons,
        )
        return rendering.render(sheet)

    def read_view(self, values: Mapping[str, Any], step: str | None = None) -> Markup:
        """All values as description lists, or those that `step` may see; blank sections are left out."""
        return rendering.read_view(self.definition, self.step(step), values)

    def describe(self, step: str | None = None) -> dict[str, Any]:
        """The form as plain JSON data, for API documentation: see `forms.description`."""
        plan = self.plan(step)
        return describe(self.definition, plan.step, plan.rules)


def compile_form(
    definition: Mapping[str, Any],
    *,
    expressions: Callable[[str], Evaluate],
    file: str = "表单",
    lines: Mapping[Path, int] | None = None,
) -> Form:
    """A form from plain data. `expressions` turns FEEL text into a function of the variables.

    Raises DefinitionError with every fault; `lines` (from `read_yaml`) gives them their lines.
    """
    return Form(read_definition(Reader(expressions, file, lines or {}), definition))


def read_form(content: bytes, *, expressions: Callable[[str], Evaluate], file: str = "表单") -> Form:
    """The form of one YAML file of a bundle. Raises DefinitionError with every fault and its line."""
    data, lines = read_yaml(content, file)
    return compile_form(data, expressions=expressions, file=file, lines=lines)

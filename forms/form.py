"""A compiled form: validates what was filled in, for the screen, the API and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from marshmallow import RAISE, Schema, ValidationError
from marshmallow import fields as marshmallow_fields

from forms import encoding, rendering
from forms.definition import HELD, STATES, Definition, Evaluate, Field, Material, Outcome, Section, Step
from forms.description import describe
from forms.errors import InvalidForm, UnknownStep
from forms.reading import Path, Reader, read_definition, read_yaml
from forms.values import Decoder, decoder

TOTAL = 1_000_000
NAMES = 20_000


class Loaded(dict[str, Any]):
    """Typed values; `dropped` names the fields whose values were not taken because they are hidden."""

    dropped: dict[str, str]

    def __init__(self, values: Mapping[str, Any], dropped: Mapping[str, str]) -> None:
        super().__init__(values)
        self.dropped = dict(dropped)


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
        self._all = Step("", dict.fromkeys(self.fields, "edit"), frozenset(), (), "edit")
        self._plans = {name: _Plan(self, step) for name, step in definition.steps.items()}
        self._plan = _Plan(self, self._all)

    def step(self, step: str | None) -> Step:
        """The step's rights; None stands for the whole form, all editable, without outcomes."""
        return self.plan(step).step

    def plan(self, step: str | None) -> _Plan:
        if step is None:
            return self._plan
        try:
            return self._plans[step]
        except KeyError:
            raise UnknownStep(f"表单“{self.title}”没有环节“{step}”") from None

    def schema(self, step: str | None = None) -> Schema:
        """The marshmallow schema of what may be edited at the step."""
        return self.plan(step).schema

    def load(
        self, step: str | None, data: Mapping[str, Any], known: Mapping[str, Any] | None = None
    ) -> Loaded:
        """Typed values of what was sent; `known` are the case's values so far, for conditions and rules.

        A form-encoded mapping (one with `getlist`) and JSON decode to the same. Absent fields stay as known.
        Raises InvalidForm with all errors by field; a table's cell is named `plots-0-area`.
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
        typed. `choices` gives (value, label) pairs for user, section, post, organisation, or for a field by
        name. With `table_url` the table buttons carry htmx attributes; without, they are submit buttons.
        """
        raw = self.from_html(step, posted) if hasattr(posted, "getlist") else posted
        return rendering.render(
            self.definition,
            self.step(step),
            values or {},
            errors or {},
            raw or {},
            choices or {},
            table_url,
            buttons,
        )

    def read_view(self, values: Mapping[str, Any], step: str | None = None) -> Markup:
        """All values as description lists, or those that `step` may see; blank sections are left out."""
        return rendering.read_view(self.definition, self.step(step), values)

    def describe(self, step: str | None = None) -> dict[str, Any]:
        """The form as plain JSON data, for API documentation."""
        return describe(self.definition, self.step(step))


class _Plan:
    """What loading at one step needs, worked out once."""

    def __init__(self, form: Form, step: Step) -> None:
        self.form = form
        self.step = step
        self.editable = {name: field for name, field in form.fields.items() if step.modes[name] == "edit"}
        built = FormSchema.from_dict({name: Typed(field) for name, field in self.editable.items()})
        self.schema: Schema = built()
        self.conditional = [field for field in self.editable.values() if field.visible_when]
        self.needed = [
            field
            for field in self.editable.values()
            if field.required or field.required_when or field.name in step.required
        ]
        self.defaults = [field for field in self.editable.values() if field.default is not None]
        self.rules = [
            rule
            for rule in form.definition.rules
            if (step.id in rule.steps if rule.steps else rule.field is None or rule.field in self.editable)
        ]
        self.outcomes = {outcome.value: outcome for outcome in step.outcomes}

    def load(self, data: Mapping[str, Any], known: Mapping[str, Any]) -> Loaded:
        if not isinstance(data, Mapping):
            raise InvalidForm({"": ["填报内容应为“字段: 值”的形式"]})
        if hasattr(data, "getlist"):
            data = encoding.nested(self.form.fields, self.step, data)
        _bounded(data)
        errors: dict[str, list[str]] = {}
        step = self.step
        sent: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, raw in data.items():
            if name in self.editable:
                sent[name] = raw
            elif raw is not None and raw != "" and raw != []:
                fault = self._alien(name, raw, extra)
                if fault:
                    errors[str(name)[:100]] = [fault]
        try:
            values: dict[str, Any] = self.schema.load(sent)
        except ValidationError as wrong:
            _flatten(wrong.messages_dict, errors)
            values = dict(wrong.valid_data) if isinstance(wrong.valid_data, dict) else {}
        for field in self.defaults:
            if field.name not in data and known.get(field.name) is None:
                values[field.name] = decoder(field)(field.default)
        outcome = self._outcome(extra, values, errors)
        scope = {**known, **values}
        hidden, dropped = self._hide(values, scope, known, errors)
        if step.materials == "edit" and "materials" in extra:
            self._materials(extra["materials"], values, known, errors)
            scope["materials"] = values.get("materials", known.get("materials"))
        if outcome is None or outcome.check:
            self._require(scope, hidden, errors)
            self._rule(scope, hidden, errors)
        if outcome is not None and outcome.complete:
            self._complete(scope, errors)
        if errors:
            raise InvalidForm(errors)
        return Loaded(values, dropped)

    def _alien(self, name: Any, raw: Any, extra: dict[str, Any]) -> str | None:
        """Takes what is not a field of the form; the fault of what is not allowed."""
        step = self.step
        if step.outcomes and name in (step.outcome_name, step.reason_name):
            extra[name] = raw
            return None
        if name == "materials" and self.form.materials:
            if step.materials != "edit":
                return "本环节不能更改申请材料的状态"
            extra[name] = raw
            return None
        field = self.form.fields.get(name)
        if field is not None:
            return f"本环节不能填写“{field.label}”（{name}）"
        return f"表单没有“{str(name)[:100]}”这个字段"

    def _outcome(
        self, extra: Mapping[str, Any], values: dict[str, Any], errors: dict[str, list[str]]
    ) -> Outcome | None:
        step = self.step
        if not step.outcomes:
            return None
        name = step.outcome_name
        chosen = extra.get(name)
        listed = "、".join(self.outcomes)
        outcome = self.outcomes.get(chosen) if isinstance(chosen, str) else None
        if outcome is None:
            said = f"没有“{str(chosen)[:30]}”这个办理结果" if chosen else "请选择办理结果"
            errors[name] = [f"{said}（{listed}）"]
            return None
        values[name] = outcome.value
        reason = extra.get(step.reason_name)
        if reason is not None and not isinstance(reason, str):
            errors[step.reason_name] = ["理由：应为文字"]
        elif reason and reason.strip():
            try:
                values[step.reason_name] = _REASON(reason)
            except ValidationError as wrong:
                errors[step.reason_name] = list(wrong.messages)
        elif outcome.reason:
            errors[step.reason_name] = [f"“{outcome.label}”须说明理由"]
        return outcome

    def _hide(
        self,
        values: dict[str, Any],
        scope: dict[str, Any],
        known: Mapping[str, Any],
        errors: dict[str, list[str]],
    ) -> tuple[set[str], dict[str, str]]:
        """Hidden fields lose their values; that may hide others, so it goes on until nothing changes."""
        hidden: set[str] = set()
        dropped: dict[str, str] = {}
        again = bool(self.conditional)
        while again:
            again = False
            for field in self.conditional:
                name = field.name
                condition = field.visible_when
                if name in hidden or condition is None or condition.holds(scope):
                    continue
                hidden.add(name)
                for key in [key for key in errors if key == name or key.startswith(f"{name}-")]:
                    del errors[key]
                    dropped[name] = f"“{field.label}”在此情形下不需填写，所填内容未采用"
                if values.pop(name, None) is not None:
                    dropped[name] = f"“{field.label}”在此情形下不需填写，所填内容未采用"
                if scope.get(name) is not None:
                    scope[name] = None
                    again = True
                if known.get(name) is not None:
                    values[name] = None
        return hidden, dropped

    def _require(self, scope: Mapping[str, Any], hidden: set[str], errors: dict[str, list[str]]) -> None:
        for field in self.needed:
            name = field.name
            if scope.get(name) is not None or name in hidden or name in errors:
                continue
            if not (field.required or name in self.step.required):
                condition = field.required_when
                if condition is None or not condition.holds(scope):
                    continue
            if not any(key.startswith(f"{name}-") for key in errors):
                chosen = field.kind in ("choice", "multichoice", "boolean", "user", "section", "post")
                errors[name] = [f"请{'选择' if chosen else '填写'}{field.label}"]

    def _rule(self, scope: Mapping[str, Any], hidden: set[str], errors: dict[str, list[str]]) -> None:
        for rule in self.rules:
            if rule.field in hidden or (rule.when is not None and not rule.when.holds(scope)):
                continue
            if rule.check.evaluate(scope) is False:
                source = f"（{rule.source}）" if rule.source else ""
                errors.setdefault(rule.field or "", []).append(rule.message + source)

    def _materials(
        self,
        raw: Any,
        values: dict[str, Any],
        known: Mapping[str, Any],
        errors: dict[str, list[str]],
    ) -> None:
        if not isinstance(raw, Mapping):
            errors["materials"] = ["申请材料：应为“材料: 状态”的形式"]
            return
        before = known.get("materials")
        states: dict[str, Any] = dict(before) if isinstance(before, Mapping) else {}
        listed = {material.id: material for material in self.form.materials}
        for identity, state in raw.items():
            if identity not in listed:
                errors[f"materials-{str(identity)[:50]}"] = [f"没有“{str(identity)[:50]}”这份申请材料"]
            elif state is None or state == "":
                states.pop(identity, None)
            elif not isinstance(state, str) or state not in STATES:
                errors[f"materials-{identity}"] = [
                    f"{listed[identity].name}：状态应为{'、'.join(STATES)}之一"
                ]
            else:
                states[identity] = state
        values["materials"] = states

    def _complete(self, scope: Mapping[str, Any], errors: dict[str, list[str]]) -> None:
        states = scope.get("materials")
        held = states if isinstance(states, Mapping) else {}
        for material in self.form.materials:
            condition = material.required_when
            needed = material.required or (condition is not None and condition.holds(scope))
            if needed and held.get(material.id) not in HELD:
                errors.setdefault(f"materials-{material.id}", [f"申请材料未收齐：{material.name}"])


_REASON = decoder(Field("reason", "理由", "longtext", max_length=2000))


def _flatten(messages: Mapping[Any, Any], errors: dict[str, list[str]], before: str = "") -> None:
    for key, found in messages.items():
        name = f"{before}-{key}" if before else str(key)
        if isinstance(found, Mapping):
            _flatten(found, errors, name)
        else:
            errors.setdefault(name, []).extend(str(text) for text in found)


def _bounded(data: Mapping[str, Any]) -> None:
    """Refuses input that is large as a whole; names the field that is too long where one alone is."""
    if len(data) > NAMES:
        raise InvalidForm({"": [f"填报内容过多：最多 {NAMES} 项"]})
    total = 0
    for name, value in data.items():
        size = (
            len(value) if isinstance(value, str) else _size(value) if isinstance(value, (list, dict)) else 1
        )
        if size > TOTAL:
            raise InvalidForm(
                {str(name)[:100]: [f"“{str(name)[:100]}”的内容过长：最多 {TOTAL} 字，现有 {size} 字"]}
            )
        total += size + len(str(name))
    if total > TOTAL:
        raise InvalidForm({"": [f"填报内容过多：合计最多 {TOTAL} 字，现有 {total} 字"]})


def _size(value: Any) -> int:
    total = 0
    waiting = [value]
    while waiting and total <= TOTAL:
        item = waiting.pop()
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
            waiting.extend(item.keys())
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
        total += 1
    return total


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


@lru_cache(maxsize=1024)
def read_form(content: bytes, *, expressions: Callable[[str], Evaluate], file: str = "表单") -> Form:
    """The form of one YAML file of a bundle; the same bytes are compiled once. Raises DefinitionError."""
    data, lines = read_yaml(content, file)
    return compile_form(data, expressions=expressions, file=file, lines=lines)

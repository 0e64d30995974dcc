"""What one step takes: from what was sent to typed values, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError

from forms import encoding
from forms.bounds import check_size, cut
from forms.definition import HELD, STATES, Definition, Field, Outcome, Step
from forms.errors import InvalidForm
from forms.schema import flatten, schema_of
from forms.values import decoder

_CHOSEN = frozenset({"choice", "multichoice", "boolean", "user", "person", "section", "post", "organisation"})
_REASON = decoder(Field("reason", "理由", "longtext", max_length=2000))


class Loaded(dict[str, Any]):
    """Typed values; `dropped` names the fields whose values were not taken because they are hidden."""

    dropped: dict[str, str]

    def __init__(self, values: Mapping[str, Any], dropped: Mapping[str, str]) -> None:
        super().__init__(values)
        self.dropped = dict(dropped)


@dataclass(slots=True)
class Filling:
    """One filling-in under way. `scope` is what conditions see: the case's values and over them the new."""

    known: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    scope: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    dropped: dict[str, str] = field(default_factory=dict)
    outcome: Outcome | None = None

    def wrong_in(self, name: str) -> list[str]:
        """The errors of a field and of its cells."""
        cells = f"{name}-"
        return [key for key in self.errors if key == name or key.startswith(cells)]


class Plan:
    """A step of a form, with what loading needs worked out once: only its own fields, rules and conditions."""

    def __init__(self, definition: Definition, fields: Mapping[str, Field], step: Step) -> None:
        self.definition = definition
        self.fields = fields
        self.step = step
        self.editable = {name: each for name, each in fields.items() if step.modes[name] == "edit"}
        self.schema: Schema = schema_of(self.editable.values())
        self.decoders = [(name, decoder(each)) for name, each in self.editable.items()]
        editable = self.editable.values()
        self.conditional = [each for each in editable if each.visible_when]
        self.needed = [
            each for each in editable if each.required or each.required_when or each.name in step.required
        ]
        self.defaults = [
            (each.name, decoder(each), each.default) for each in editable if each.default is not None
        ]
        self.rules = [
            rule
            for rule in definition.rules
            if (step.id in rule.steps if rule.steps else rule.field is None or rule.field in self.editable)
        ]
        self.outcomes = {outcome.value: outcome for outcome in step.outcomes}

    def load(self, data: Mapping[str, Any], known: Mapping[str, Any]) -> Loaded:
        """Raises InvalidForm with all errors by field."""
        if not isinstance(data, Mapping):
            raise InvalidForm({"": ["填报内容应为“字段: 值”的形式"]})
        if hasattr(data, "getlist"):
            data = encoding.nested(self.fields, self.step, data)
        check_size(data)
        filling = self._fill(data, known)
        if filling.outcome is None or filling.outcome.check:
            self._require(filling)
            self._rule(filling)
        if filling.outcome is not None and filling.outcome.complete:
            self._complete(filling)
        if filling.errors:
            raise InvalidForm(filling.errors)
        return Loaded(filling.values, filling.dropped)

    def preview(self, raw: Mapping[str, Any], known: Mapping[str, Any]) -> Filling:
        """What conditions see while the form is being filled in; what cannot be read counts as not filled in."""
        try:
            check_size(raw)
        except InvalidForm:
            raw = {}
        return self._fill(raw, known)

    def _fill(self, data: Mapping[str, Any], known: Mapping[str, Any]) -> Filling:
        filling = Filling(known)
        sent: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for name, raw in data.items():
            if name in self.editable:
                sent[name] = raw
            elif self._is_own(name):
                own[name] = raw
            elif raw is not None and raw != "" and raw != []:
                filling.errors[cut(name)] = [self._refusal(name)]
        try:
            # What the schema does for fields that are all right, without its ceremony.
            for name, decode in self.decoders:
                if name in sent:
                    raw = sent[name]
                    filling.values[name] = None if raw is None else decode(raw)
        except ValidationError:
            self._faulty(filling, sent)
        for name, decode, default in self.defaults:
            if name not in data and known.get(name) is None:
                filling.values[name] = decode(default)
        if self.outcomes:
            self._choose(filling, own)
        filling.scope = {**known, **filling.values}
        if self.conditional:
            self._hide(filling)
        if own.get("materials") not in (None, ""):
            self._mark(filling, own["materials"])
        return filling

    def _faulty(self, filling: Filling, sent: Mapping[str, Any]) -> None:
        """Every fault of the fields as the schema tells them, and the values that are right all the same."""
        try:
            filling.values = self.schema.load(sent)
        except ValidationError as wrong:
            flatten(wrong.messages_dict, filling.errors)
            filling.values = dict(wrong.valid_data) if isinstance(wrong.valid_data, dict) else {}

    def _is_own(self, name: Any) -> bool:
        """The names that the form takes beside its fields: outcome, reason, materials."""
        step = self.step
        if name == "materials":
            return step.materials == "edit" and bool(self.definition.materials)
        return bool(step.outcomes) and name in (step.outcome_name, step.reason_name)

    def _refusal(self, name: Any) -> str:
        if name == "materials" and self.definition.materials:
            return "本环节不能更改申请材料的状态"
        found = self.fields.get(name)
        if found is not None:
            return f"本环节不能填写“{found.label}”（{name}）"
        return f"表单没有“{cut(name)}”这个字段"

    def _choose(self, filling: Filling, own: Mapping[str, Any]) -> None:
        """The outcome and its reason."""
        step = self.step
        chosen = own.get(step.outcome_name)
        outcome = self.outcomes.get(chosen) if isinstance(chosen, str) else None
        if outcome is None:
            said = f"没有“{str(chosen)[:30]}”这个办理结果" if chosen else "请选择办理结果"
            filling.errors[step.outcome_name] = [f"{said}（{'、'.join(self.outcomes)}）"]
            return
        filling.outcome = outcome
        filling.values[step.outcome_name] = outcome.value
        try:
            reason = _REASON(own.get(step.reason_name))
        except ValidationError as wrong:
            filling.errors[step.reason_name] = list(wrong.messages)
            return
        if reason is not None:
            filling.values[step.reason_name] = reason
        elif outcome.reason:
            filling.errors[step.reason_name] = [f"“{outcome.label}”须说明理由"]

    def _hide(self, filling: Filling) -> None:
        """Hidden fields lose their values; that may hide others, so it goes on until nothing changes."""
        again = True
        while again:
            again = False
            for each in self.conditional:
                condition = each.visible_when
                if each.name in filling.hidden or condition is None or condition.holds(filling.scope):
                    continue
                again = self._drop(filling, each) or again

    def _drop(self, filling: Filling, hidden: Field) -> bool:
        """True where a value went, which other conditions may have read."""
        name = hidden.name
        filling.hidden.add(name)
        wrong = filling.wrong_in(name)
        for key in wrong:
            del filling.errors[key]
        if filling.values.pop(name, None) is not None or wrong:
            filling.dropped[name] = f"“{hidden.label}”在此情形下不需填写，所填内容未采用"
        if filling.known.get(name) is not None:
            filling.values[name] = None
        return filling.scope.pop(name, None) is not None

    def _require(self, filling: Filling) -> None:
        for each in self.needed:
            name = each.name
            if filling.scope.get(name) is not None or name in filling.hidden:
                continue
            if not (each.required or name in self.step.required):
                condition = each.required_when
                if condition is None or not condition.holds(filling.scope):
                    continue
            if not filling.wrong_in(name):
                filling.errors[name] = [f"请{'选择' if each.kind in _CHOSEN else '填写'}{each.label}"]

    def _rule(self, filling: Filling) -> None:
        for rule in self.rules:
            if rule.field in filling.hidden or (rule.when is not None and not rule.when.holds(filling.scope)):
                continue
            if rule.check.evaluate(filling.scope) is False:
                source = f"（{rule.source}）" if rule.source else ""
                filling.errors.setdefault(rule.field or "", []).append(rule.message + source)

    def _mark(self, filling: Filling, raw: Any) -> None:
        """The states of the materials: those sent over those known; a blank one takes the state back."""
        if not isinstance(raw, Mapping):
            filling.errors["materials"] = ["申请材料：应为“材料: 状态”的形式"]
            return
        before = filling.known.get("materials")
        states: dict[str, Any] = dict(before) if isinstance(before, Mapping) else {}
        names = {material.id: material.name for material in self.definition.materials}
        for identity, state in raw.items():
            if identity not in names:
                short = str(identity)[:50]
                filling.errors[f"materials-{short}"] = [f"没有“{short}”这份申请材料"]
            elif state is None or state == "":
                states.pop(identity, None)
            elif not isinstance(state, str) or state not in STATES:
                text = f"{names[identity]}：状态应为{'、'.join(STATES)}之一"
                filling.errors[f"materials-{identity}"] = [text]
            else:
                states[identity] = state
        filling.values["materials"] = filling.scope["materials"] = states

    def _complete(self, filling: Filling) -> None:
        states = filling.scope.get("materials")
        held = states if isinstance(states, Mapping) else {}
        for material in self.definition.materials:
            if material.needed(filling.scope) and held.get(material.id) not in HELD:
                text = f"申请材料未收齐：{material.name}"
                filling.errors.setdefault(f"materials-{material.id}", [text])

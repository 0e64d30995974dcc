"""A published matter, ready to use: its form compiled once, its nets with the names of their steps, its posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.calendar.limit import Limits
from engine.calendar.working import WorkingCalendar
from engine.deployment.bundle import Bundle
from engine.deployment.checks import Executable
from engine.errors import DeploymentError, Fault
from engine.feel import Environment, Expression, FeelSyntaxError, compile_expression
from engine.model import read_bpmn
from engine.model.bpmn import Process, UserTask, nodes_within
from forms.errors import DefinitionError
from forms.form import Form, compile_form
from forms.reading import read_yaml
from processes.bundles import form_in, matter_in
from processes.matters import Matter

START = "start"
OPINIONS = ("opinion", "reasons", "reason", "note", "items", "grounds", "report", "conclusion")


@dataclass(frozen=True)
class Desk:
    """One deployment. Immutable, shared between threads; cached by the hash of the bundle."""

    deployment: str
    matter: Matter
    form: Form
    limits: Limits
    diagrams: Mapping[str, tuple[Process, str]]  # process id -> model and XML
    title: Expression
    applicant: Expression

    @cached_property
    def steps(self) -> Mapping[tuple[str, str], UserTask]:
        return {
            (process.id, node.id): node
            for process, _ in self.diagrams.values()
            for node in nodes_within(process.body)
            if isinstance(node, UserTask)
        }

    @cached_property
    def names(self) -> Mapping[tuple[str, str], str]:
        return {
            (process.id, node.id): node.name
            for process, _ in self.diagrams.values()
            for node in nodes_within(process.body)
        }

    def name_of(self, process: str, element: str) -> str:
        """The label in the diagram; the process may be left empty."""
        found = self.names.get((process, element))
        if found is None:
            found = next((name for (_, each), name in self.names.items() if each == element), element)
        return found

    def next_of(self, step: str, outcome: str) -> str:
        """What the matter says comes after an outcome, in words; empty where it says nothing."""
        for each in self.matter.steps:
            if each.id == step:
                for option in each.outcomes:
                    if option.label == outcome:
                        if option.to.startswith("end:"):
                            return f"办结：{self.name_of('', option.to[4:])}"
                        return next((other.name for other in self.matter.steps if other.id == option.to), "")
        return ""

    def said(self, element: str, values: Mapping[str, Any]) -> str:
        """The opinion within what a step filled in: its long texts, or its reason."""
        texts = [
            str(value)
            for name, value in values.items()
            if isinstance(value, str)
            and value
            and (field := self.form.fields.get(name))
            and field.kind == "longtext"
        ]
        reason = values.get(f"{element}_reason")
        if isinstance(reason, str) and reason:
            texts.append(reason)
        return "；".join(texts)

    def titled(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """Title and applicant of a case begun with these values."""
        title, applicant = self.title.evaluate(values), self.applicant.evaluate(values)
        return str(title or self.matter.name), str(applicant or "")


def desk_of(bundle: Bundle, executable: Executable, calendar: WorkingCalendar, clock: Any) -> Desk:
    """Raises DeploymentError with the faults of the matter, its form, and what does not fit together."""
    matter = matter_in(bundle)
    path, content = form_in(bundle)
    diagrams: dict[str, tuple[Process, str]] = {}
    for name, xml in bundle.of_kind(".bpmn").items():
        for process in read_bpmn(xml, name).processes:
            diagrams[process.id] = (process, xml.decode())
    if matter.process not in diagrams:
        raise DeploymentError(
            [Fault(matter.file, 0, "process", "reference", f"版本包里没有流程“{matter.process}”")]
        )

    def expressions(text: str) -> Any:
        compiled = compile_expression(text)

        def evaluate(scope: Mapping[str, Any]) -> Any:
            return compiled.evaluate(scope, environment=Environment(now=clock(), working_calendar=calendar))

        return evaluate

    try:
        data, lines = read_yaml(content, path)
        form = compile_form(data, expressions=expressions, file=path, lines=lines)
    except DefinitionError as error:
        raise DeploymentError(
            [Fault(each.file, each.line, each.path, "form", each.message) for each in error.faults]
        ) from None
    try:
        title, applicant = compile_expression(matter.title), compile_expression(matter.applicant)
    except FeelSyntaxError as error:
        raise DeploymentError([Fault(matter.file, 0, "title", "feel", error.message)]) from None
    desk = Desk(bundle.hash, matter, form, executable.limits, diagrams, title, applicant)
    faults = _unfit(desk, path)
    if faults:
        raise DeploymentError(faults)
    return desk


def _unfit(desk: Desk, path: str) -> list[Fault]:
    """Steps without a form, and forms for steps that no diagram has."""
    drawn = {element for _, element in desk.steps}
    filled = set(desk.form.steps)
    faults = [
        Fault(path, 0, element, "step", f"流程图的环节“{element}”在表单里没有填写内容")
        for element in sorted(drawn - filled)
    ]
    faults += [
        Fault(path, 0, element, "step", f"表单的环节“{element}”不在任何流程图里")
        for element in sorted(filled - drawn - {START})
    ]
    if START not in filled:
        faults.append(Fault(path, 0, START, "step", "表单缺少环节“start”（收件登记）"))
    faults += [
        Fault(desk.matter.file, 0, step.id, "step", f"事项的环节“{step.name}”不在任何流程图里")
        for step in desk.matter.steps
        if step.id not in drawn
    ]
    named = {name for step, earlier in desk.matter.recuse.items() for name in (step, *earlier)}
    faults += [
        Fault(desk.matter.file, 0, f"recuse.{name}", "step", f"回避所指的环节“{name}”不在任何流程图里")
        for name in sorted(named - drawn)
    ]
    return faults

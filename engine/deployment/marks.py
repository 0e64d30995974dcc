"""The data behind a run of SpiffWorkflow: variables by process instance, and FEEL for the marks of `translation`.

It mirrors the kernel's rules in the plain cases that are compared: one set of variables for a process and its
sub-processes, one for each called process; an instance's item and counter on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.calendar.period import SHANGHAI
from engine.feel import Environment, Expression, YearsAndMonths, to_feel
from engine.kernel import Net, moments
from engine.kernel.net import Node, Transfer
from engine.model import bpmn

Variables = dict[str, Any]


class Marks:
    """Variables of one run. Tasks and workflows are SpiffWorkflow's, asked only for their place."""

    def __init__(self, net: Net, now: Callable[[], datetime]) -> None:
        self.net = net
        self.now = now
        self.variables: dict[int, Variables] = {}

    def begin(self, workflow: Any, values: Mapping[str, Any]) -> None:
        process = self.net.processes[workflow.spec.name]
        mine: Variables = dict.fromkeys((*process.body.data, *(p.variable for p in process.model.properties)))
        mine.update((name, to_feel(value)) for name, value in values.items())
        self.variables[id(workflow)] = mine

    # -- where a task stands -------------------------------------------------------------------------------------

    def _home(self, task: Any) -> Variables:
        """The variables of the process instance that a task belongs to."""
        workflow = task.workflow
        while id(workflow) not in self.variables:
            workflow = workflow.top_workflow.get_task_from_id(workflow.parent_task_id).workflow
        return self.variables[id(workflow)]

    def _locals(self, task: Any) -> Variables:
        """Counters and items of the instances around a task, within its process instance."""
        found: Variables = {}
        while task is not None:
            if str(task.task_spec.name).endswith(" [child]"):
                node = self._node(task.task_spec.bpmn_id)
                inside = task.internal_data
                index = int(inside["item"] if "item" in inside else inside["key_or_index"])
                found.setdefault("loopCounter", Decimal(index + 1))
                loop = node.model.loop  # type: ignore[attr-defined]
                if loop.item and loop.collection:
                    found.setdefault(loop.item, self._home(task)[loop.collection][index])
            if id(task.workflow) in self.variables:
                return found
            task = task.workflow.top_workflow.get_task_from_id(task.workflow.parent_task_id)
        return found

    def _node(self, name: str) -> Node:
        _, process, node = name.split(".", 2)
        return self.net.processes[process].nodes[node]

    # -- data ----------------------------------------------------------------------------------------------------

    def deposit(self, task: Any, process: str, element: str, values: Mapping[str, Any]) -> None:
        """What work brought back."""
        self._write(task, self.net.processes[process].nodes[element], values)

    def _write(self, task: Any, node: Node, values: Mapping[str, Any]) -> None:
        if node.outputs:
            values = self._carried(node.outputs, {**self._scope(task), **values})
        own = self._locals(task)
        self._home(task).update({name: to_feel(each) for name, each in values.items() if name not in own})

    def called(self, task: Any, workflow: Any) -> None:
        process = self.net.processes[workflow.spec.name]
        mine: Variables = dict.fromkeys((*process.body.data, *(p.variable for p in process.model.properties)))
        mine.update(self._carried(self._node(task.task_spec.bpmn_id).inputs, self._scope(task)))
        self.variables[id(workflow)] = mine

    def returned(self, task: Any, workflow: Any) -> None:
        values = self._carried(self._node(task.task_spec.bpmn_id).outputs, self.variables[id(workflow)])
        own = self._locals(task)
        self._home(task).update({name: value for name, value in values.items() if name not in own})

    def _carried(self, transfers: Iterable[Transfer], scope: Mapping[str, Any]) -> Variables:
        values: Variables = {}
        for each in transfers:
            if each.transformation is not None and each.target:
                values[each.target] = self._value(each.transformation, scope)
            elif each.sources and each.target and not each.assignments:
                values[each.target] = scope.get(each.sources[0])
            for expression, target in each.assignments:
                values[target] = self._value(expression, scope)
        return values

    # -- expressions ---------------------------------------------------------------------------------------------

    def _scope(self, task: Any) -> Variables:
        return {**self._home(task), **self._locals(task)}

    def _value(self, expression: Expression, scope: Mapping[str, Any]) -> Any:
        return expression.evaluate(scope, None, self._environment())

    def _environment(self) -> Environment:
        return Environment(now=self.now().astimezone(SHANGHAI))

    def evaluate(self, task: Any, mark: str) -> Any:
        """The value that SpiffWorkflow expects: a boolean, a number of instances, or a timer's text."""
        if mark == "true":
            return True
        kind, process, element, detail = mark.split("|", 3)
        node = self.net.processes[process].nodes[element]
        scope = self._scope(task)
        if kind == "flow":
            flow = next(each for each in node.outgoing if each.id == detail)
            return flow.condition is None or self._value(flow.condition, scope) is True
        if kind == "timer":
            return self._timer(node, int(detail), scope)
        loop = node.model.loop  # type: ignore[attr-defined]
        if kind == "count":
            if loop.collection is not None:
                return len(scope[loop.collection])
            return int(self._value(node.expressions["cardinality"], scope))
        merged = len(task.parent.internal_data.get("merged", ()))
        total = self.evaluate(task, f"count|{process}|{element}|")
        begun = sum(1 for each in task.parent.children if str(each.task_spec.name).endswith(" [child]"))
        counters = {
            "numberOfInstances": Decimal(total),
            "numberOfCompletedInstances": Decimal(merged),
            "numberOfActiveInstances": Decimal(begun - merged),
            "numberOfTerminatedInstances": Decimal(0),
        }
        outside = {**self._home(task), **counters}
        return self._value(node.expressions["completion"], outside) is True

    def _timer(self, node: Node, index: int, scope: Mapping[str, Any]) -> str:
        trigger = node.triggers[index]
        value: Any = trigger.text
        if trigger.expression is not None:
            value = self._value(trigger.expression, scope)
        if trigger.measure == "date":
            return moments.moment(value).isoformat()
        if isinstance(value, timedelta):
            return f"PT{value.total_seconds():.6f}S"
        if isinstance(value, YearsAndMonths):
            return f"P{value.months}M"
        return value.isoformat() if isinstance(value, date) else str(value)

    def execute(self, task: Any, mark: str) -> str:
        """Do what passes at once; the element's name when it is a script."""
        _, process, element, _ = mark.split("|", 3)
        node = self.net.processes[process].nodes[element]
        model = node.model
        if isinstance(model, bpmn.BusinessRuleTask):
            assert model.decision is not None
            value = self.net.decisions[model.decision].evaluate(
                model.decision, self._scope(task), None, self._environment()
            )
            named = model.result or (model.decision if node.outputs and not isinstance(value, dict) else None)
            self._write(task, node, {named: value} if named else value)
            return ""
        if not isinstance(model, bpmn.ScriptTask):
            return ""
        self._write(task, node, self._value(node.expressions["script"], self._scope(task)))
        return "" if model.loop is not None else f"{process}/{element}"

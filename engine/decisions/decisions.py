"""The decisions of a DMN file with its imports: what they require and what they come to (DMN 1.5 §6, §10.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.decisions.boxed import compile_boxed, typed
from engine.decisions.errors import DecisionError
from engine.decisions.run import Compiler, Evaluate, Run, Scope
from engine.errors import DeploymentError, Fault
from engine.feel import Environment, Function, Parameter, Trouble, to_feel
from engine.model import dmn

Key = tuple[str, str]


class Decisions:
    """Compiled decisions. Thread-safe: an evaluation keeps its state to itself."""

    def __init__(self, model: dmn.Model, imports: Sequence[dmn.Model] = ()) -> None:
        models = {each.namespace: each for each in [*imports, model]}
        self.model = model
        self._models = models
        self._elements: dict[Key, dmn.Element] = {
            (one.namespace, each.id or each.name): each for one in models.values() for each in one.elements
        }
        self._aliases = {one.namespace: one.imports for one in models.values()}
        self._code: dict[Key, Evaluate] = {}
        self._needs: dict[Key, list[Key]] = {}
        self._compilers: dict[str, Compiler] = {}
        self._orders: dict[Key, list[Key]] = {}
        faults: list[Fault] = []
        names = frozenset(name for one in models.values() for name in _names(one))
        items = self._items()
        for one in models.values():
            self._compilers[one.namespace] = Compiler(one.file, names, items[one.namespace], faults)
        for key, element in self._elements.items():
            self._compile(key, element, faults if key[0] == model.namespace else [])
        for key in self._elements:
            if key[0] == model.namespace:
                self._orders[key] = self._order(key, faults)
        mine = [fault for fault in faults if fault.file == model.file]
        if mine:
            raise DeploymentError(mine)

    def _items(self) -> dict[str, dict[str, dmn.ItemDefinition]]:
        known = {}
        for namespace, one in self._models.items():
            known[namespace] = dict(one.items)
            for other, alias in one.imports.items():
                for name, item in self._models[other].items.items() if other in self._models else ():
                    known[namespace][f"{alias}.{name}" if alias else name] = item
                    known[namespace].setdefault(name, item)
        return known

    def _compile(self, key: Key, element: dmn.Element, faults: list[Fault]) -> None:
        compiler = self._compilers[key[0]]
        compiler.element, compiler.label = element.id, element.name
        hrefs = [*element.requires, *element.outputs, *element.input_decisions, *element.input_data]
        needs = []
        for href in [*hrefs, *element.encapsulated]:
            found = self._resolve(key[0], href)
            if found is None:
                sentence = f"“{element.name}”要求的“{href}”不存在"
                faults.append(Fault(compiler.file, element.line, element.id, "missing_reference", sentence))
            elif href in element.requires:
                needs.append(found)
        self._needs[key] = needs
        self._code[key] = compile_boxed(compiler, element.expression)

    def _resolve(self, namespace: str, href: str) -> Key | None:
        other, _, identity = href.rpartition("#")
        key = (other or namespace, identity)
        return key if key in self._elements else None

    def _order(self, start: Key, faults: list[Fault]) -> list[Key]:
        """What must be computed before `start`, in order; a circle is a fault. Without recursion."""
        order: list[Key] = []
        done: set[Key] = set()
        path: set[Key] = set()
        pending = [(start, False)]
        while pending:
            key, leaving = pending.pop()
            if leaving:
                path.discard(key)
                done.add(key)
                order.append(key)
            elif key in path:
                element = self._elements[key]
                if element.kind != "businessKnowledgeModel":
                    sentence = f"“{element.name}”循环依赖自身"
                    file = self._compilers[key[0]].file
                    faults.append(Fault(file, element.line, element.id, "cycle", sentence))
            elif key not in done:
                path.add(key)
                pending.append((key, True))
                pending.extend((need, False) for need in reversed(self._needs.get(key, [])))
        return order

    def names(self) -> list[str]:
        """Names of the decisions of this file, in its order."""
        return [each.name for each in self.model.elements if each.kind == "decision"]

    def required(self, name_or_id: str) -> list[str]:
        """Names of the input data that a decision needs, directly or through others."""
        order = self._orders[self._find(name_or_id, "decision", "decisionService")]
        return [self._elements[key].name for key in order if self._elements[key].kind == "inputData"]

    def _find(self, name_or_id: str, *kinds: str) -> Key:
        for each in self.model.elements:
            if each.kind in kinds and name_or_id in (each.id, each.name):
                return self.model.namespace, each.id or each.name
        raise DecisionError(f"没有名为“{name_or_id}”的决策")

    def evaluate(
        self,
        name_or_id: str,
        inputs: Mapping[str, Any],
        troubles: list[Trouble] | None = None,
        environment: Environment | None = None,
    ) -> Any:
        """The value of a decision; null where the standard says so, with a trouble that says why.

        Raises DecisionError for an unknown decision or one that exceeds its bounds.
        """
        key = self._find(name_or_id, "decision")
        run = Run(environment, troubles)
        try:
            return self._evaluate(key, to_feel(dict(inputs)), run, {})
        except RecursionError as error:
            raise DecisionError(f"决策“{name_or_id}”的函数调用层数过深") from error

    def _evaluate(self, start: Key, inputs: Scope, run: Run, given: dict[Key, Any]) -> Any:
        values: dict[Key, Any] = dict(given)
        order = self._orders.get(start) or self._order(start, [])
        for key in order:
            if key in values:
                continue
            element, compiler = self._elements[key], self._compilers[key[0]]
            run.decision = element.name
            if element.kind == "inputData":
                values[key] = typed(self._input(key, inputs), element.type, compiler, run)
            elif element.kind == "decisionService":
                values[key] = self._service_function(key, run)
            else:
                value = self._code[key](self._scope(key, values, run), run)
                if element.kind == "decision":
                    value = typed(value, element.type, compiler, run)
                values[key] = value
        return values[start]

    def _input(self, key: Key, inputs: Scope) -> Any:
        name = self._elements[key].name
        alias = self._aliases[self.model.namespace].get(key[0])
        if alias and isinstance(inputs.get(alias), dict):
            return inputs[alias].get(name)
        return inputs.get(name)

    def _scope(self, key: Key, values: Mapping[Key, Any], run: Run) -> Scope:
        scope: Scope = {}
        for need in self._needs[key]:
            name = self._elements[need].name
            alias = self._aliases[key[0]].get(need[0]) if need[0] != key[0] else None
            target = scope.setdefault(alias, {}) if alias else scope
            target[name] = values.get(need)
        if self._elements[key].kind == "businessKnowledgeModel":
            expression = self._elements[key].expression
            names = () if expression is None else expression.names
            scope[self._elements[key].name] = Function(  # a knowledge model may call itself
                self._elements[key].name,
                tuple(Parameter(name) for name in names),
                lambda feel, arguments: self._code[key](scope, run).call(feel, arguments),
            )
        return scope

    def invoke_service(
        self,
        name_or_id: str,
        inputs: Mapping[str, Any],
        troubles: list[Trouble] | None = None,
        environment: Environment | None = None,
    ) -> Any:
        """The output of a decision service: one value, or a context by decision name (§10.4)."""
        key = self._find(name_or_id, "decisionService")
        try:
            return self._serve(key, to_feel(dict(inputs)), Run(environment, troubles))
        except RecursionError as error:
            raise DecisionError(f"决策服务“{name_or_id}”的函数调用层数过深") from error

    def _serve(self, key: Key, inputs: Scope, run: Run) -> Any:
        service = self._elements[key]
        given = {}
        for href in service.input_decisions:
            found = self._resolve(key[0], href)
            if found is not None:
                element = self._elements[found]
                given[found] = typed(inputs.get(element.name), element.type, self._compilers[found[0]], run)
        outputs = {}
        for href in service.outputs:
            found = self._resolve(key[0], href)
            if found is not None:
                outputs[self._elements[found].name] = self._evaluate(found, inputs, run, given)
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs

    def _service_function(self, key: Key, run: Run) -> Function:
        service = self._elements[key]
        found = [self._resolve(key[0], href) for href in (*service.input_data, *service.input_decisions)]
        names = [self._elements[each].name for each in found if each is not None]
        return Function(
            service.name,
            tuple(Parameter(name) for name in names),
            lambda _, arguments: self._serve(key, dict(zip(names, arguments, strict=True)), run),
        )


def _names(model: dmn.Model) -> Iterator[str]:
    """Every name that an expression of this model may use: also those with spaces."""
    yield from (alias for alias in model.imports.values() if alias)
    pending: list[dmn.Boxed | None] = []
    for element in model.elements:
        yield element.name
        pending.append(element.expression)
    items = list(model.items.values())
    while items:
        item = items.pop()
        items.extend(item.components)
        if item.name:
            yield item.name
    while pending:
        box = pending.pop()
        if box is None:
            continue
        yield from (name for name in box.names if name)
        pending.extend(box.parts)
        pending.extend(cell for row in box.rows for cell in row)
        if box.table is not None:
            yield from (clause.name for clause in box.table.outputs if clause.name)

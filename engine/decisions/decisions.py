"""The decisions of a DMN file with its imports: what they require and what they come to (DMN 1.5 §6, §10.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.decisions.boxed import compile_boxed, typed
from engine.decisions.errors import DecisionError
from engine.decisions.graph import Graph, Key
from engine.decisions.names import scope_names
from engine.decisions.run import Compiler, Evaluate, Run, Scope
from engine.errors import DeploymentError, Fault
from engine.feel import Environment, Function, Parameter, Trouble, to_feel
from engine.model import dmn

_KNOWLEDGE = "businessKnowledgeModel"


class Decisions:
    """Compiled decisions. Thread-safe: an evaluation keeps its state to itself.

    `faults`: FEEL texts that are no FEEL, where other decisions of the file can be computed. What they belong to
    is null when evaluated, with a trouble, and the rest can be tried; a bundle with such a file is not deployed.
    """

    def __init__(self, model: dmn.Model, imports: Sequence[dmn.Model] = ()) -> None:
        self.model = model
        self._graph = Graph(model, imports)
        self._elements = self._graph.elements
        self._code: dict[Key, Evaluate] = {}
        self._needs: dict[Key, list[tuple[str, Key]]] = {}
        self._compilers: dict[str, Compiler] = {}
        self._orders: dict[Key, list[Key]] = {}
        faults: list[Fault] = list(self._graph.faults())
        for one in self._graph.models.values():
            mine = one is model
            self._compilers[one.namespace] = Compiler(
                one.file, self._graph.types[one.namespace], faults if mine else []
            )
        for key, element in self._elements.items():
            self._compile(key, element)
        for key in self._elements:
            self._orders[key] = self._order(key, faults if key[0] == model.namespace else [])
        self.faults = tuple(fault for fault in faults if fault.code == "feel_syntax")
        broken = {fault.element for fault in self.faults}
        computable = any(each.id not in broken for each in model.elements if each.kind == "decision")
        if len(faults) > len(self.faults) or (self.faults and not computable):
            raise DeploymentError(faults)

    def _compile(self, key: Key, element: dmn.Element) -> None:
        compiler = self._compilers[key[0]]
        compiler.element, compiler.label = element.id, element.name
        hrefs = [*element.requires, *element.outputs, *element.input_decisions, *element.input_data]
        needs: dict[Key, str] = {}
        for href in [*hrefs, *element.encapsulated]:
            found = self._graph.resolve(key[0], href)
            if found is None:
                sentence = f"“{element.name}”要求的“{href}”不存在"
                compiler.faults.append(
                    Fault(compiler.file, element.line, element.id, "missing_reference", sentence)
                )
            elif href in element.requires:
                needs[found[1]] = found[0]
        self._needs[key] = [(alias, need) for need, alias in needs.items()]
        required = [(alias, self._elements[need]) for alias, need in self._needs[key]]
        required += [
            (alias, self._elements[output])
            for alias, need in self._needs[key]
            for href in self._elements[need].outputs
            if (output := (self._graph.resolve(need[0], href) or ("", need))[1]) != need
        ]
        compiler.names = scope_names(element, required, compiler.types.items)
        self._code[key] = compile_boxed(compiler, element.expression)

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
                if element.kind != _KNOWLEDGE:
                    sentence = f"“{element.name}”循环依赖自身"
                    file = self._compilers[key[0]].file
                    faults.append(Fault(file, element.line, element.id, "cycle", sentence))
            elif key not in done:
                path.add(key)
                pending.append((key, True))
                pending.extend((need, False) for _, need in reversed(self._needs.get(key, [])))
        return order

    def names(self) -> list[str]:
        """Names of the decisions of this file, in its order."""
        return [each.name for each in self.model.elements if each.kind == "decision"]

    def required(self, name_or_id: str) -> list[str]:
        """Names of the input data that a decision needs, directly or through others."""
        order = self._orders[self._find(name_or_id, "decision", "decisionService")]
        return [self._elements[key].name for key in order if self._elements[key].kind == "inputData"]

    def _find(self, name_or_id: str, *kinds: str) -> Key:
        """The element of that name or id: of this file, else of those that it imports without a name."""
        for namespace in self._graph.merged(self.model.namespace):
            for kind in kinds:
                for each in self._graph.models[namespace].elements:
                    if each.kind == kind and name_or_id in (each.id, each.name):
                        return namespace, each.id or each.name
        raise DecisionError(f"没有名为“{name_or_id}”的决策")

    def evaluate(
        self,
        name_or_id: str,
        inputs: Mapping[str, Any],
        troubles: list[Trouble] | None = None,
        environment: Environment | None = None,
    ) -> Any:
        """The value of a decision, or of a decision service or knowledge model called with the inputs.

        Null where the standard says so, with a trouble that says why. Raises DecisionError for an unknown name
        or what exceeds its bounds. Inputs of an imported file may stand under the import's name.
        """
        key = self._find(name_or_id, "decision", "decisionService", _KNOWLEDGE)
        run = Run(environment, troubles)
        given = to_feel(dict(inputs))
        kind = self._elements[key].kind
        try:
            if kind == "decisionService":
                return self._serve(key, given, run)
            value = self._evaluate(key, given, run, {})
            if kind == _KNOWLEDGE:
                arguments = [given.get(each.name) for each in value.parameters]
                return value.call(None, arguments)
            return value
        except RecursionError as error:
            raise DecisionError(f"决策“{name_or_id}”的函数调用层数过深") from error

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

    def _evaluate(self, start: Key, inputs: Scope, run: Run, values: dict[Key, Any]) -> Any:
        for key in self._orders[start]:
            if key in values:
                continue
            element, compiler = self._elements[key], self._compilers[key[0]]
            run.decision = element.name
            if element.kind == "inputData":
                values[key] = typed(self._input(key, inputs), element.type, compiler, run)
            elif element.kind == "decisionService":
                values[key] = self._service_function(key, run)
            elif element.kind == _KNOWLEDGE:
                values[key] = self._knowledge(key, values, run)
            else:
                value = self._code[key](self._scope(key, values, run), run)
                values[key] = typed(value, element.type, compiler, run)
        return values[start]

    def _input(self, key: Key, inputs: Scope) -> Any:
        name = self._elements[key].name
        for path in self._graph.paths.get(key[0], ()):
            here: Any = inputs
            for alias in path:
                here = here.get(alias) if isinstance(here, dict) else None
            if path and isinstance(here, dict) and name in here:
                return here[name]
            if path and (dotted := ".".join((*path, name))) in inputs:
                return inputs[dotted]
        return inputs.get(name)

    def _scope(self, key: Key, values: dict[Key, Any], run: Run) -> Scope:
        scope: Scope = {}
        for alias, need in self._needs[key]:
            if need not in values and self._elements[need].kind == _KNOWLEDGE:
                values[need] = self._knowledge(need, values, run)
            target = scope.setdefault(alias, {}) if alias else scope
            target[self._elements[need].name] = values.get(need)
        return scope

    def _knowledge(self, key: Key, values: dict[Key, Any], run: Run) -> Function:
        """A knowledge model as a function; what it requires is looked up at its first call.

        So that models may call themselves and each other.
        """
        element, compiler = self._elements[key], self._compilers[key[0]]
        names = () if element.expression is None else element.expression.names
        result = compiler.types.result(element.type)
        made: list[Function] = []

        def call(feel: Any, arguments: list[Any]) -> Any:
            if not made:
                scope = self._scope(key, values, run)
                scope[element.name] = function
                made.append(self._code[key](scope, run))
            return typed(made[0].call(feel, arguments), result, compiler, run)

        function = Function(element.name, tuple(Parameter(name) for name in names), call)
        values[key] = function
        return function

    def _serve(self, key: Key, inputs: Scope, run: Run) -> Any:
        service, compiler = self._elements[key], self._compilers[key[0]]
        values: dict[Key, Any] = {}
        for href in service.input_decisions:
            if found := self._graph.resolve(key[0], href):
                element = self._elements[found[1]]
                value = self._input(found[1], inputs)
                values[found[1]] = typed(value, element.type, self._compilers[found[1][0]], run)
        outputs = {}
        for href in service.outputs:
            if found := self._graph.resolve(key[0], href):
                outputs[self._elements[found[1]].name] = self._evaluate(found[1], inputs, run, values)
        run.decision = service.name
        answer = next(iter(outputs.values())) if len(outputs) == 1 else outputs
        return typed(answer, compiler.types.result(service.type), compiler, run)

    def _service_function(self, key: Key, run: Run) -> Function:
        service = self._elements[key]
        hrefs = (*service.input_data, *service.input_decisions)
        found = [self._graph.resolve(key[0], href) for href in hrefs]
        names = [self._elements[each[1]].name for each in found if each is not None]

        def call(_: Any, arguments: list[Any]) -> Any:
            with run.deeper():
                return self._serve(key, dict(zip(names, arguments, strict=True)), run)

        return Function(service.name, tuple(Parameter(name) for name in names), call)

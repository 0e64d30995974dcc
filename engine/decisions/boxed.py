"""Boxed expressions as closures (DMN 1.5 §10.2)."""

from __future__ import annotations

from typing import Any

from engine.decisions.errors import DecisionError
from engine.decisions.run import DEPTH, Compiler, Evaluate, Run, Scope
from engine.decisions.table import CompiledTable
from engine.decisions.typing import Mismatch, fit
from engine.feel import Function, Parameter, compile_expression
from engine.model import dmn


def compile_boxed(compiler: Compiler, box: dmn.Boxed | None) -> Evaluate:
    """The closure of an expression; an absent one is null, and an output of a wrong type is null."""
    if box is None:
        return lambda scope, run: None
    evaluate = _COMPILERS[box.kind](compiler, box)
    if box.type is None or box.kind == "functionDefinition":
        return evaluate
    return lambda scope, run: typed(evaluate(scope, run), box.type, compiler, run)


def typed(value: Any, type_: str | None, compiler: Compiler, run: Run) -> Any:
    try:
        return fit(value, type_, compiler.items)
    except Mismatch as mismatch:
        run.trouble(str(mismatch))
        return None


def _literal(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    return compiler.feel(box.text, box.line, "表达式")


def _table(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    assert box.table is not None
    return CompiledTable(compiler, box.table, box.line)


def _context(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    entries = [
        (name, type_, compile_boxed(compiler, part))
        for name, type_, part in zip(box.names, box.types, box.parts, strict=True)
    ]

    def evaluate(scope: Scope, run: Run) -> Any:
        inner, result = dict(scope), {}
        for name, type_, part in entries:
            value = typed(part(inner, run), type_, compiler, run)
            if not name:
                return value
            inner[name] = result[name] = value
        return result

    return evaluate


def _list(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    parts = [compile_boxed(compiler, part) for part in box.parts]
    return lambda scope, run: [part(scope, run) for part in parts]


def _relation(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    rows = [[compile_boxed(compiler, cell) for cell in row] for row in box.rows]
    return lambda scope, run: [
        {name: cell(scope, run) for name, cell in zip(box.names, row, strict=False)} for row in rows
    ]


def _function(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    if box.text != "FEEL":
        compiler.fault(box.line, "function_kind", f"不支持 {box.text} 函数，只支持 FEEL")
    body = compile_boxed(compiler, box.parts[0])

    def evaluate(scope: Scope, run: Run) -> Any:
        def call(_: Any, arguments: list[Any]) -> Any:
            run.depth += 1
            try:
                if run.depth > DEPTH:
                    raise DecisionError(f"决策“{run.decision}”的函数调用超过 {DEPTH} 层")
                inner = dict(scope)
                for name, type_, value in zip(box.names, box.types, arguments, strict=True):
                    inner[name] = typed(value, type_, compiler, run)
                return typed(body(inner, run), box.type, compiler, run)
            finally:
                run.depth -= 1

        return Function("", tuple(Parameter(name) for name in box.names), call)

    return evaluate


def _invocation(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    called = compile_boxed(compiler, box.parts[0])
    bindings = [compile_boxed(compiler, part) for part in box.parts[1:]]

    def evaluate(scope: Scope, run: Run) -> Any:
        function = called(scope, run)
        if not isinstance(function, Function):
            run.trouble("所调用的不是函数")
            return None
        given = {name: value(scope, run) for name, value in zip(box.names, bindings, strict=True)}
        if not function.parameters or set(given) - {each.name for each in function.parameters}:
            if function.parameters:
                run.trouble("调用的参数名与函数的形式参数不符")
                return None
            arguments = list(given.values())
        else:
            arguments = [given.get(each.name) for each in function.parameters]
        names = [f"a{index}" for index in range(len(arguments))]
        expression = compile_expression(f"f({', '.join(names)})")
        return expression.evaluate(
            {"f": function, **dict(zip(names, arguments, strict=True))}, run.troubles, run.environment
        )

    return evaluate


def _conditional(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    test, then, otherwise = (compile_boxed(compiler, part) for part in box.parts)
    return lambda scope, run: (then if test(scope, run) is True else otherwise)(scope, run)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _filter(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    source, match = (compile_boxed(compiler, part) for part in box.parts)

    def evaluate(scope: Scope, run: Run) -> Any:
        kept = []
        for item in _items(source(scope, run)):
            entries = item if isinstance(item, dict) else {}
            if match({**scope, **entries, "item": item}, run) is True:
                kept.append(item)
        return kept

    return evaluate


def _iterated(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    source, body = (compile_boxed(compiler, part) for part in box.parts)
    name = box.names[0]

    def evaluate(scope: Scope, run: Run) -> Any:
        values: list[Any] = []
        for item in _items(source(scope, run)):
            values.append(body({**scope, name: item, "partial": values}, run))
        if box.kind == "for":
            return values
        decisive = box.kind == "some"
        if any(value is decisive for value in values):
            return decisive
        return (not decisive) if all(isinstance(value, bool) for value in values) else None

    return evaluate


_COMPILERS = {
    "literalExpression": _literal, "decisionTable": _table, "context": _context, "list": _list,
    "relation": _relation, "functionDefinition": _function, "invocation": _invocation,
    "conditional": _conditional, "filter": _filter, "for": _iterated, "some": _iterated, "every": _iterated,
}  # fmt: skip

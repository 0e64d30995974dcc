"""Boxed expressions as closures (DMN 1.5 §10.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from engine.decisions.run import Compiler, Evaluate, Run, Scope
from engine.decisions.table import CompiledTable
from engine.decisions.typing import Mismatch
from engine.feel import Function, Parameter, Range, compile_expression
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
    """The value as that type; null and a trouble where it does not fit."""
    if type_ is None or value is None:
        return value
    try:
        return compiler.types.fit(value, type_)
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
    for row in box.rows:
        if len(row) != len(box.names):
            compiler.fault(box.line, "relation_width", "关系表一行的单元格数与列数不符")
    columns = list(zip(box.names, box.types, strict=True))

    def evaluate(scope: Scope, run: Run) -> Any:
        return [
            {
                name: typed(cell(scope, run), type_, compiler, run)
                for (name, type_), cell in zip(columns, row, strict=True)
            }
            for row in rows
        ]

    return evaluate


def _function(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    if box.text != "FEEL":
        compiler.fault(box.line, "function_kind", f"不支持 {box.text} 函数，只支持 FEEL")
    body = compile_boxed(compiler, box.parts[0])
    result = compiler.types.result(box.type)

    def evaluate(scope: Scope, run: Run) -> Any:
        def call(_: Any, arguments: list[Any]) -> Any:
            with run.deeper():
                inner = dict(scope)
                for name, type_, value in zip(box.names, box.types, arguments, strict=True):
                    inner[name] = typed(value, type_, compiler, run)
                return typed(body(inner, run), result, compiler, run)

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
        if set(given) - {each.name for each in function.parameters}:
            run.trouble("调用的参数名与函数的形式参数不符")
            return None
        arguments = [given.get(each.name) for each in function.parameters]
        names = [f"a{index}" for index in range(len(arguments))]
        expression = compile_expression(f"f({', '.join(names)})")
        return expression.evaluate(
            {"f": function, **dict(zip(names, arguments, strict=True))}, run.troubles, run.environment
        )

    return evaluate


def _conditional(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    test, then, otherwise = _typed_parts(compiler, box)

    def evaluate(scope: Scope, run: Run) -> Any:
        value = test(scope, run)
        if value is not None and not isinstance(value, bool):
            run.trouble("“如果”的条件应为布尔值")
        return (then if value is True else otherwise)(scope, run)

    return evaluate


def _typed_parts(compiler: Compiler, box: dmn.Boxed) -> list[Evaluate]:
    """The parts, each of the type that its own element names."""
    return [
        _child(compile_boxed(compiler, part), type_, compiler)
        for part, type_ in zip(box.parts, box.types, strict=True)
    ]


def _child(evaluate: Evaluate, type_: str | None, compiler: Compiler) -> Evaluate:
    if type_ is None:
        return evaluate
    return lambda scope, run: typed(evaluate(scope, run), type_, compiler, run)


def _source(compiler: Compiler, box: dmn.Boxed) -> Callable[[Scope, Run], list[Any] | None]:
    """What a filter or loop goes over: a list, a range's steps, or a single value; null stays null."""
    part = box.parts[0]
    if part is not None and part.kind == "literalExpression" and box.kind != "filter":
        code = compiler.feel(part.text, part.line, "“in”", iterated=True)
        code = _child(code, part.type, compiler)
    else:
        code = compile_boxed(compiler, part)
    code = _child(code, box.types[0], compiler)
    each = compile_expression("for item in source return item")

    def items(scope: Scope, run: Run) -> list[Any] | None:
        value = code(scope, run)
        if value is None or isinstance(value, list):
            return value
        if not isinstance(value, Range):
            return [value]
        if run.troubles is None:
            return cast("list[Any] | None", each.evaluate({"source": value}, None, run.environment))
        since = len(run.troubles)
        found = each.evaluate({"source": value}, run.troubles, run.environment)
        run.place(since, compiler.label, "“in”")
        return cast("list[Any] | None", found)

    return items


def _filter(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    """As a FEEL filter (DMN 1.5 §10.2.2.9, table 58): a number is a place, else each `true` is kept."""
    source = _source(compiler, box)
    match = _child(compile_boxed(compiler, box.parts[1]), box.types[1], compiler)

    def evaluate(scope: Scope, run: Run) -> Any:
        items = source(scope, run) or []
        kept = []
        for place, item in enumerate(items or [None]):
            run.charge(1)
            entries = item if isinstance(item, dict) else {}
            found = match({**scope, "item": item, **entries}, run)
            if isinstance(found, Decimal) and place == 0:
                index = int(found) if found == found.to_integral_value() and abs(found) < 10**9 else 0
                inside = 0 < abs(index) <= len(items)
                return items[index - 1 if index > 0 else index] if inside else None
            if found is True and items:
                kept.append(item)
            elif found is not None and not isinstance(found, bool) and items:
                run.trouble("过滤条件应为布尔值或下标")
                return None
        return kept

    return evaluate


def _iterated(compiler: Compiler, box: dmn.Boxed) -> Evaluate:
    """`for`, `some`, `every` (DMN 1.5 §10.2.2.10, §10.2.2.11), in three values as FEEL's own."""
    source = _source(compiler, box)
    body = _child(compile_boxed(compiler, box.parts[1]), box.types[1], compiler)
    name = box.names[0]

    def evaluate(scope: Scope, run: Run) -> Any:
        items = source(scope, run)
        if items is None:
            return None
        values: list[Any] = []
        for item in items:
            run.charge(1 + len(values) // 8)
            values.append(body({**scope, name: item, "partial": list(values)}, run))
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

"""Function definitions and invocations (DMN 1.5 §10.3.2.13, §10.3.2.9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.feel.errors import Failure, FeelLimitError
from engine.feel.nodes import Node
from engine.feel.operations import kind_of
from engine.feel.scope import MISSING, Code, Scope
from engine.feel.types import convert, literal_type, type_of
from engine.feel.values import Function, Parameter, Run

if TYPE_CHECKING:
    from engine.feel.compiler import Compiler


def call_function(run: Run, function: Any, arguments: list[Any]) -> Any:
    """Call a function value with positional arguments; null for null; Failure when they do not fit."""
    if function is None:
        return None
    if not isinstance(function, Function):
        raise Failure(f"{kind_of(function)} 不是函数")
    if not function.built_in:
        if len(arguments) != len(function.parameters):
            raise Failure(f"函数应有 {len(function.parameters)} 个参数，给了 {len(arguments)} 个")
        arguments = [
            convert(value, parameter.type)
            for parameter, value in zip(function.parameters, arguments, strict=True)
        ]
    run.depth += 1
    if run.depth > run.environment.depth:
        raise FeelLimitError(f"函数调用嵌套超过上限（{run.environment.depth} 层）")
    try:
        return function.call(run, arguments)
    finally:
        run.depth -= 1


def _call_named(run: Run, function: Any, arguments: dict[str, Any]) -> Any:
    if function is None:
        return None
    if not isinstance(function, Function):
        raise Failure(f"{kind_of(function)} 不是函数")
    if function.call_named is not None:
        run.depth += 1
        try:
            return function.call_named(run, arguments)
        finally:
            run.depth -= 1
    names = [parameter.name for parameter in function.parameters]
    if set(names) != set(arguments):
        raise Failure(f"函数的参数应为 {', '.join(names)}")
    return call_function(run, function, [arguments[name] for name in names])


def _callee(compiler: Compiler, node: Node) -> tuple[Code, str]:
    target = node.args[0]
    if target.kind != "name":
        return compiler.code(target), ""
    name = str(target.args[0])
    if compiler.is_bound(name) or name == "?":
        return compiler.code(target), name
    built_in = compiler.builtins.get(name)
    if built_in is None:
        compiler.functions.add(name)

    def find(scope: Scope) -> Any:
        value = scope.find(name)
        if isinstance(value, Function):
            return value
        if built_in is None and value is MISSING:
            raise Failure(f"没有函数“{name}”")
        return built_in if built_in is not None else value

    return find, name


def compile_call(compiler: Compiler, node: Node) -> Code:
    """`f(a, b)`."""
    callee, name = _callee(compiler, node)
    arguments = tuple(compiler.code(part) for part in node.args[1])
    line, column = node.line, node.column

    def call(scope: Scope) -> Any:
        try:
            return call_function(scope.run, callee(scope), [argument(scope) for argument in arguments])
        except Failure as failure:
            scope.trouble(f"{name}: {failure.message}" if name else failure.message, line, column)
            return None

    return call


def compile_call_named(compiler: Compiler, node: Node) -> Code:
    """`f(a: 1, b: 2)`; a name given twice is a failure."""
    callee, name = _callee(compiler, node)
    arguments = tuple((str(part.args[0]), compiler.code(part.args[1])) for part in node.args[1])
    line, column = node.line, node.column

    def call(scope: Scope) -> Any:
        try:
            values = {key: argument(scope) for key, argument in arguments}
            if len(values) != len(arguments):
                raise Failure("参数名重复")
            return _call_named(scope.run, callee(scope), values)
        except Failure as failure:
            scope.trouble(f"{name}: {failure.message}" if name else failure.message, line, column)
            return None

    return call


def compile_function(compiler: Compiler, node: Node) -> Code:
    """`function(a, b: number) a + b`. An external function (Java, PMML) is refused: it gives null."""
    line, column = node.line, node.column
    if node.kind == "external":

        def refuse(scope: Scope) -> Any:
            scope.trouble("不支持外部函数", line, column)
            return None

        return refuse
    parameters: list[Parameter] = []
    fault = ""
    for part in node.args[0]:
        declared = next((kind for kind in part.args[1:] if kind is not None), None)
        try:
            parameters.append(
                Parameter(
                    str(part.args[0]), type_of(declared, compiler.types) if declared is not None else None
                )
            )
        except Failure as failure:
            fault = failure.message
    names = [parameter.name for parameter in parameters]
    if len(set(names)) != len(names):
        fault = "参数名重复"
    compiler.bound.append(set(names))
    body = compiler.code(node.args[1])
    compiler.bound.pop()
    weight, result = node.weight, literal_type(node.args[1])

    def define(scope: Scope) -> Any:
        if fault:
            scope.trouble(fault, line, column)
            return None

        def invoke(run: Run, arguments: list[Any]) -> Any:
            run.charge(weight)
            return body(Scope(dict(zip(names, arguments, strict=True)), scope, run))

        return Function("", tuple(parameters), invoke, result=result)

    return define

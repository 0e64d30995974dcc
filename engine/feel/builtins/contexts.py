"""Context functions (DMN 1.5 §10.3.4.10)."""

from __future__ import annotations

from typing import Any

from engine.feel.builtins.signature import Library
from engine.feel.errors import Failure
from engine.feel.values import Run

library = Library()


@library.function("get value", "m:C", "key:S")
def _get_value(run: Run, context: dict[str, Any], key: str) -> Any:
    return context.get(key)


@library.function("get entries", "m:C")
def _get_entries(run: Run, context: dict[str, Any]) -> list[dict[str, Any]]:
    run.charge_list(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@library.function("context", "entries:L")
def _context(run: Run, entries: list[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "key" not in entry or "value" not in entry:
            raise Failure("条目应为含 key 和 value 的上下文")
        key = entry["key"]
        if not isinstance(key, str):
            raise Failure("条目的 key 应为文本")
        if key in result:
            raise Failure(f"条目“{key}”重复")
        result[key] = entry["value"]
    return result


@library.function("context put", "context:C", "key:S", "value:A")
def _put(run: Run, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    run.charge(len(context))
    return {**context, key: value}


@library.function("context put", "context:C", "keys:L", "value:A")
def _put_nested(run: Run, context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    if not keys or len(keys) > 50:
        raise Failure("键的列表为空或过长")
    return _nested(run, context, keys, value)


def _nested(run: Run, context: Any, keys: list[Any], value: Any) -> dict[str, Any]:
    if not isinstance(context, dict) or not isinstance(keys[0], str):
        raise Failure("键的路径不对应上下文")
    run.charge(len(context))
    if len(keys) > 1:
        value = _nested(run, context.get(keys[0], {}), keys[1:], value)
    return {**context, keys[0]: value}


@library.function("context merge", "contexts:L")
def _merge(run: Run, contexts: list[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise Failure("列表中只能有上下文")
        run.charge(len(context))
        result.update(context)
    return result

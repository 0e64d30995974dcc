"""List functions (DMN 1.5 §10.3.4.4) and `sort` (§10.3.4.7)."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

from engine.feel import operations
from engine.feel.builtins.conversion import whole
from engine.feel.builtins.signature import Library
from engine.feel.calls import call_function
from engine.feel.errors import Failure
from engine.feel.operations import same
from engine.feel.values import NUMBERS, Function, Run

library = Library()


@library.function("list contains", "list:L", "element:A")
def _contains(run: Run, values: list[Any], element: Any) -> bool:
    return any(same(value, element, run.charge) for value in values)


@library.function("count", "*list:A")
def _count(run: Run, values: list[Any]) -> Decimal:
    return Decimal(len(values))


def _extreme(values: list[Any], sign: int) -> Any:
    if not values:
        return None
    best = values[0]
    if best is None:
        return None
    for value in values:
        found = operations.order(value, best)
        if found is None:
            return None
        if found == sign:
            best = value
    return best


@library.function("min", "*list:A")
def _min(run: Run, values: list[Any]) -> Any:
    return _extreme(values, -1)


@library.function("max", "*list:A")
def _max(run: Run, values: list[Any]) -> Any:
    return _extreme(values, 1)


def _numbers(values: list[Any]) -> list[Decimal] | None:
    for value in values:
        if not isinstance(value, Decimal):
            if value is None:
                return None
            raise Failure(f"列表中有 {operations.kind_of(value)}，应为数")
    return values


def _total(values: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = NUMBERS.add(total, value)
    return total


@library.function("sum", "*list:A")
def _sum(run: Run, values: list[Any]) -> Any:
    # Durations add up as numbers do: the standard leaves it open, approvals of terms want it.
    if values and values[0] is not None and not isinstance(values[0], Decimal):
        total = values[0]
        if operations.kind_of(total) not in ("days and time duration", "years and months duration"):
            raise Failure(f"{operations.kind_of(total)} 不能求和")
        for value in values[1:]:
            total = operations.arithmetic("+", total, value)
        return total
    numbers = _numbers(values)
    return _total(numbers) if numbers else None


@library.function("mean", "*list:A")
def _mean(run: Run, values: list[Any]) -> Decimal | None:
    numbers = _numbers(values)
    return NUMBERS.divide(_total(numbers), Decimal(len(numbers))) if numbers else None


@library.function("product", "*list:A")
def _product(run: Run, values: list[Any]) -> Decimal | None:
    numbers = _numbers(values)
    return functools.reduce(NUMBERS.multiply, numbers) if numbers else None


@library.function("median", "*list:A")
def _median(run: Run, values: list[Any]) -> Decimal | None:
    numbers = _numbers(values)
    if not numbers:
        return None
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@library.function("stddev", "*list:A")
def _stddev(run: Run, values: list[Any]) -> Decimal | None:
    numbers = _numbers(values)
    if not numbers:
        return None
    if len(numbers) < 2:
        raise Failure("标准差至少需要两个数")
    mean = NUMBERS.divide(_total(numbers), Decimal(len(numbers)))
    squares = [NUMBERS.power(NUMBERS.subtract(value, mean), Decimal(2)) for value in numbers]
    return NUMBERS.sqrt(NUMBERS.divide(_total(squares), Decimal(len(numbers) - 1)))


@library.function("mode", "*list:A")
def _mode(run: Run, values: list[Any]) -> list[Decimal] | None:
    numbers = _numbers(values)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for value in numbers:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == most)


@library.function("all", "*list:A")
def _all(run: Run, values: list[Any]) -> bool | None:
    return _decide(values, False)


@library.function("any", "*list:A")
def _any(run: Run, values: list[Any]) -> bool | None:
    return _decide(values, True)


def _decide(values: list[Any], decides: bool) -> bool | None:
    answer: bool | None = not decides
    for value in values:
        if isinstance(value, bool):
            if value == decides:
                return decides
        else:
            answer = None
    return answer


def _place(values: list[Any], position: Decimal, last: int) -> int:
    """The index from 0 of a position from 1, or from -1 backwards; Failure outside of 1..last."""
    place = whole(position, "position")
    if place < 0:
        place = len(values) + place + 1
        if place < 1:
            place = 0
    if not 1 <= place <= last:
        raise Failure(f"位置 {position} 超出列表")
    return place - 1


@library.function("sublist", "list:L", "start position:N", "length:N?")
def _sublist(run: Run, values: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any]:
    begin = _place(values, start, len(values))
    if length is None:
        return values[begin:]
    count = whole(length, "length")
    if count < 0 or begin + count > len(values):
        raise Failure("长度超出列表")
    return values[begin : begin + count]


@library.function("append", "list:L~", "*items:A~")
def _append(run: Run, values: list[Any] | None, items: list[Any]) -> list[Any]:
    result = [*(values if values is not None else [None]), *items]
    run.charge_list(len(result))
    return result


@library.function("concatenate", "*list:L")
def _concatenate(run: Run, lists: list[list[Any]]) -> list[Any]:
    run.charge_list(sum(map(len, lists)))
    return [value for values in lists for value in values]


@library.function("insert before", "list:L", "position:N", "newItem:A")
def _insert(run: Run, values: list[Any], position: Decimal, item: Any) -> list[Any]:
    at = _place(values, position, len(values) + (0 if position < 0 else 1))
    return [*values[:at], item, *values[at:]]


@library.function("remove", "list:L", "position:N")
def _remove(run: Run, values: list[Any], position: Decimal) -> list[Any]:
    at = _place(values, position, len(values))
    return values[:at] + values[at + 1 :]


@library.function("list replace", "list:L", "position:N", "newItem:A")
def _replace_at(run: Run, values: list[Any], position: Decimal, item: Any) -> list[Any]:
    at = _place(values, position, len(values))
    return [*values[:at], item, *values[at + 1 :]]


@library.function("list replace", "list:L", "match:F", "newItem:A")
def _replace_matching(run: Run, values: list[Any], match: Function, item: Any) -> list[Any]:
    if len(match.parameters) != 2:
        raise Failure("匹配函数应有两个参数")
    result = []
    for value in values:
        found = call_function(run, match, [value, item])
        if not isinstance(found, bool):
            raise Failure("匹配函数应返回布尔值")
        result.append(item if found else value)
    return result


@library.function("reverse", "list:L")
def _reverse(run: Run, values: list[Any]) -> list[Any]:
    return values[::-1]


@library.function("index of", "list:L", "match:A")
def _index_of(run: Run, values: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(place) for place, value in enumerate(values, 1) if same(value, match, run.charge)]


def _distinct(run: Run, values: list[Any]) -> list[Any]:
    result: list[Any] = []
    seen: set[Any] = set()
    for value in values:
        if type(value) in (Decimal, str, bool, type(None)):
            key = (type(value), value)
            if key in seen:
                continue
            seen.add(key)
        else:
            run.charge(len(result))
            if any(same(value, other, run.charge) for other in result):
                continue
        result.append(value)
    return result


@library.function("union", "*list:L")
def _union(run: Run, lists: list[list[Any]]) -> list[Any]:
    return _distinct(run, _concatenate(run, lists))


@library.function("distinct values", "list:L")
def _distinct_values(run: Run, values: list[Any]) -> list[Any]:
    return _distinct(run, values)


@library.function("flatten", "list:L")
def _flatten(run: Run, values: list[Any]) -> list[Any]:
    result: list[Any] = []
    pending = [iter(values)]
    while pending:
        for value in pending[-1]:
            if isinstance(value, list):
                pending.append(iter(value))
                break
            result.append(value)
            run.charge(1)
        else:
            pending.pop()
    run.charge_list(len(result))
    return result


class _Key:
    """Orders by the caller's `precedes`, or by nature."""

    __slots__ = ("precedes", "value")

    def __init__(self, value: Any, precedes: Any) -> None:
        self.value = value
        self.precedes = precedes

    def __lt__(self, other: _Key) -> bool:
        return bool(self.precedes(self.value, other.value))


@library.function("sort", "list:L", "precedes:F?~")
def _sort(run: Run, values: list[Any], precedes: Function | None = None) -> list[Any]:
    if precedes is None:

        def before(left: Any, right: Any) -> bool:
            run.charge(1)
            found = operations.order(left, right)
            if found is None:
                raise Failure("空值不能排序")
            return found < 0

        return [key.value for key in sorted(_Key(value, before) for value in values)]
    if len(precedes.parameters) != 2:
        raise Failure("排序函数应有两个参数")

    def called(left: Any, right: Any) -> bool:
        found = call_function(run, precedes, [left, right])
        if not isinstance(found, bool):
            raise Failure("排序函数应返回布尔值")
        return found

    return [key.value for key in sorted(_Key(value, called) for value in values)]

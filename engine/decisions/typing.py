"""Types of DMN: FEEL's own and item definitions, with allowed values (DMN 1.5 §7.3.2, §10.3.2.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from engine.feel import FeelLimitError, Function, Type, compile_unary_tests, read_type
from engine.model import dmn


class Mismatch(Exception):
    """Why a value does not fit its type, in Chinese."""


# As files of DMN 1.1 write them.
_SPELLINGS = {"null": "Null", "any": "Any"}


class Types:
    """The types that one file may name: its own, those of its imports, FEEL's."""

    def __init__(self, items: Mapping[str, dmn.ItemDefinition]) -> None:
        self.items = items
        self._feel: dict[str, Type | None] = {}

    def known(self, name: str) -> bool:
        """Whether there is such a type."""
        return name in self.items or self._built_in(name) is not None

    def find(self, name: str) -> Type | None:
        """An item definition as FEEL's `instance of` and parameters name it."""
        if name not in self.items:
            return None
        item = self.items[name]
        if item.function and not item.collection:
            taken = tuple(self._named(each) for each in item.parameters)
            given = self._named(item.result) if item.result or taken else None
            return Type("function", taken, result=given)
        return Type(name, test=lambda value: not self.why_not(value, name))

    def _named(self, name: str | None) -> Type:
        return (self.find(name) or self._built_in(name) or Type("Any")) if name else Type("Any")

    def circular(self) -> Iterator[str]:
        """Names that come back to themselves by `typeRef` alone."""
        for name in self.items:
            seen = {name}
            here = self._referred(self.items[name])
            while here is not None:
                if here.name in seen:
                    yield name
                    break
                seen.add(here.name)
                here = self._referred(here)

    def _referred(self, item: dmn.ItemDefinition) -> dmn.ItemDefinition | None:
        return None if item.components or item.type is None else self.items.get(item.type)

    def result(self, name: str | None) -> str | None:
        """What a function of that type returns; a type that is no function item is the result's own."""
        item = self.items.get(name or "")
        return item.result if item is not None and item.function else name

    def fit(self, value: Any, name: str | None) -> Any:
        """The value as this type with the implicit conversions of §10.3.2.9.4; Mismatch otherwise."""
        if name is None or value is None:
            return value
        reason = self.why_not(value, name)
        if not reason:
            return value
        if isinstance(value, list):
            if len(value) == 1 and not self.why_not(value[0], name):
                return value[0]
        elif not self.why_not([value], name):
            return [value]
        if isinstance(value, date) and not isinstance(value, datetime):
            moment = datetime.combine(value, time(), tzinfo=UTC)
            if not self.why_not(moment, name):
                return moment
        raise Mismatch(reason)

    def why_not(self, value: Any, name: str | None) -> str:
        """Why the value is none of that type, or nothing where it is one; null is one of every type."""
        if name is None or value is None:
            return ""
        if name in self.items:
            return self._item(value, self.items[name], self.items[name].name)
        built_in = self._built_in(name)
        if built_in is None or built_in.admits(value):
            return ""
        return f"值 {_shown(value)} 不是 {name}"

    def _built_in(self, name: str) -> Type | None:
        if name not in self._feel:
            self._feel[name] = read_type(_SPELLINGS.get(name, name))
        return self._feel[name]

    def _item(self, value: Any, item: dmn.ItemDefinition, place: str) -> str:
        if value is None:
            return ""
        if not item.collection:
            return self._one(value, item, place, item.allowed) or self._bound(value, item.constraint, place)
        if not isinstance(value, list):
            return f"{place} 应为列表"
        for number, element in enumerate(value, 1):
            if reason := self._one(element, item, f"{place}[{number}]", item.allowed):
                return reason
        return self._bound(value, item.constraint, place)

    def _one(self, value: Any, item: dmn.ItemDefinition, place: str, allowed: str) -> str:
        if value is None:
            return ""
        if item.function:
            return "" if isinstance(value, Function) else f"{place} 应为函数"
        if item.components:
            reason = self._structure(value, item, place)
        elif (referred := self._referred(item)) is not None and allowed:
            # Allowed values take the place of those of the type referred to (DMN TCK 0104).
            reason = self._base(value, referred, place)
        else:
            reason = self.why_not(value, item.type)
            reason = f"{place}：{reason}" if reason else ""
        return reason or self._bound(value, allowed, place)

    def _base(self, value: Any, item: dmn.ItemDefinition, place: str) -> str:
        plain = dmn.ItemDefinition(
            item.name, item.type, "", "", item.collection, item.components, item.function
        )
        referred = None if item.collection else self._referred(item)
        if referred is not None:
            return self._base(value, referred, place)
        return self._item(value, plain, place)

    def _structure(self, value: Any, item: dmn.ItemDefinition, place: str) -> str:
        if not isinstance(value, dict):
            return f"{place} 应为结构"
        for part in item.components:
            if part.name not in value:
                return f"{place} 缺少“{part.name}”"
            if reason := self._item(value[part.name], part, f"{place}.{part.name}"):
                return reason
        return ""

    def _bound(self, value: Any, tests: str, place: str) -> str:
        if not tests:
            return ""
        try:
            if compile_unary_tests(tests).evaluate(value, {}) is True:
                return ""
        except FeelLimitError:
            pass
        return f"{place} 的值 {_shown(value)} 不在允许范围（{tests}）"


def _shown(value: Any) -> str:
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:80]}…"

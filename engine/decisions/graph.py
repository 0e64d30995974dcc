"""What refers to what: elements and types across a file and its imports (DMN 1.5 §6.3.2, §6.3.3).

An import with a name is reached by that name (`Model B.Limit`). An import without one brings its elements in as
the importing file's own; where both have an element of the same id, the importing file's counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.decisions.typing import Types
from engine.errors import Fault
from engine.model import dmn

Key = tuple[str, str]


class Graph:
    """All files by namespace, with the one that was asked for as `root`."""

    def __init__(self, root: dmn.Model, imports: Sequence[dmn.Model]) -> None:
        self.root = root
        self.models = {each.namespace: each for each in [*imports, root]}
        self.elements: dict[Key, dmn.Element] = {
            (one.namespace, each.id or each.name): each
            for one in self.models.values()
            for each in one.elements
        }
        self._merged = {namespace: self._closure(namespace) for namespace in self.models}
        self.types = {namespace: Types(self._items(namespace, ())) for namespace in self.models}
        self.paths = self._paths()

    def _closure(self, namespace: str) -> list[str]:
        order = [namespace]
        for here in order:
            for each in self.models[here].imports:
                if not each.name and each.namespace in self.models and each.namespace not in order:
                    order.append(each.namespace)
        return order

    def merged(self, namespace: str) -> list[str]:
        """The namespace with all that imports without a name bring into it, nearest first."""
        return self._merged[namespace]

    def _named(self, namespace: str) -> Iterator[dmn.Import]:
        for here in self.merged(namespace):
            yield from (
                each for each in self.models[here].imports if each.name and each.namespace in self.models
            )

    def resolve(self, namespace: str, href: str) -> tuple[str, Key] | None:
        """The element that a reference in that file means, and the alias that it is known by there."""
        other, _, identity = href.rpartition("#")
        if not other or other == namespace or other in self.merged(namespace):
            top = self.root.namespace
            within = [*self.merged(top)] if namespace in self.merged(top) else []
            if other and other != namespace:
                within = [other]
            for each in [*within, *self.merged(namespace)]:
                if (each, identity) in self.elements:
                    return "", (each, identity)
            return None
        for named in self._named(namespace):
            if named.namespace == other:
                for each in self.merged(other):
                    if (each, identity) in self.elements:
                        return named.name, (each, identity)
        return None

    def _items(self, namespace: str, above: tuple[str, ...]) -> dict[str, dmn.ItemDefinition]:
        known: dict[str, dmn.ItemDefinition] = {}
        for here in self.merged(namespace):
            for name, item in self.models[here].items.items():
                known.setdefault(name, item)
        for named in self._named(namespace):
            if named.namespace not in above and named.namespace != namespace:
                theirs = self._items(named.namespace, (*above, namespace))
                for name, item in theirs.items():
                    known[f"{named.name}.{name}"] = _renamed(item, named.name, theirs)
        return known

    def _paths(self) -> dict[str, list[tuple[str, ...]]]:
        """By which names, from the root, an imported file's elements can be reached."""
        paths: dict[str, list[tuple[str, ...]]] = {self.root.namespace: [()]}
        pending: list[tuple[str, tuple[str, ...]]] = [(self.root.namespace, ())]
        while pending:
            here, path = pending.pop(0)
            for each in self.models[here].imports:
                onward = (*path, each.name) if each.name else path
                known = paths.get(each.namespace, [])
                if each.namespace in self.models and onward not in known and len(onward) < 8:
                    paths.setdefault(each.namespace, []).append(onward)
                    pending.append((each.namespace, onward))
        return paths

    def faults(self) -> Iterator[Fault]:
        """Imports of files that are not there, types that nobody defines, item definitions in a circle."""
        root = self.root
        for each in root.imports:
            if each.namespace not in self.models:
                sentence = f"导入的文件（命名空间 {each.namespace}）不存在"
                yield Fault(root.file, each.line, each.element, "missing_import", sentence)
        types = self.types[root.namespace]
        for use in root.types:
            if not types.known(use.name):
                yield Fault(root.file, use.line, use.element, "unknown_type", f"没有类型“{use.name}”")
        for name in types.circular():
            if name in root.items:
                yield Fault(root.file, 0, "", "cycle", f"类型“{name}”循环引用自身")


def _renamed(
    item: dmn.ItemDefinition, alias: str, known: Mapping[str, dmn.ItemDefinition]
) -> dmn.ItemDefinition:
    """An imported type whose own references are told by the importing file's names."""
    return replace(
        item,
        type=f"{alias}.{item.type}" if item.type in known else item.type,
        result=f"{alias}.{item.result}" if item.result in known else item.result,
        parameters=tuple(f"{alias}.{each}" if each in known else each for each in item.parameters),
        components=tuple(_renamed(part, alias, known) for part in item.components),
    )

"""Names that an element's expressions may use: what it requires and what those are made of (DMN 1.5 §10.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.model import dmn


def scope_names(
    element: dmn.Element,
    required: Iterable[tuple[str, dmn.Element]],
    items: Mapping[str, dmn.ItemDefinition],
) -> frozenset[str]:
    """Every name in scope of the element. `required`: the alias (or nothing) and element of each requirement."""
    found = {element.name}
    types: set[str] = set()
    for alias, each in required:
        found.update((alias, each.name))
        types.update(_types(each))
        found.update(_made(each.expression))
    types.update(_types(element))
    found.update(_inside(element.expression))
    found.update(_components(types, items))
    return frozenset(name for name in found if name)


def _types(element: dmn.Element) -> Iterator[str]:
    if element.type:
        yield element.type
    pending = [element.expression]
    while pending:
        box = pending.pop()
        if box is not None:
            yield from (each for each in (box.type, *box.types) if each)
            pending.extend(box.parts)
            if box.table is not None:
                yield from (clause.type for clause in box.table.outputs if clause.type)


def _made(box: dmn.Boxed | None) -> Iterator[str]:
    """The keys of the value that an expression makes, nested ones too."""
    pending = [box]
    while pending:
        each = pending.pop()
        if each is None:
            continue
        if each.kind in ("context", "relation"):
            yield from each.names
        if each.table is not None:
            yield from (clause.name for clause in each.table.outputs)
        pending.extend(each.parts)


def _inside(box: dmn.Boxed | None) -> Iterator[str]:
    """Keys, parameters, columns and loop variables that an expression itself introduces."""
    pending = [box]
    while pending:
        each = pending.pop()
        if each is None:
            continue
        yield from each.names
        pending.extend(each.parts)
        pending.extend(cell for row in each.rows for cell in row)


def _components(types: Iterable[str], items: Mapping[str, dmn.ItemDefinition]) -> Iterator[str]:
    pending = [items[name] for name in types if name in items]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        for part in item.components:
            yield part.name
            pending.append(part)
        pending.extend(items[name] for name in (item.type, item.result) if name and name in items)

"""DMN 1.1 – 1.5 as frozen dataclasses: what a file says; `engine.decisions` compiles and evaluates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boxed:
    """An expression of a decision; `kind` is its element's name, `parts` its expressions in order (§7.3, §10.2).

    `names` are context keys, parameters, columns or the iterator's variable, beside `parts` where they pair.
    """

    kind: str
    line: int = 0
    text: str = ""
    type: str | None = None
    parts: tuple[Boxed | None, ...] = ()
    names: tuple[str, ...] = ()
    types: tuple[str | None, ...] = ()
    rows: tuple[tuple[Boxed | None, ...], ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """An input (`text` its expression) or an output (`text` its default) of a decision table."""

    name: str
    text: str = ""
    values: str = ""
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    hit_policy: str
    aggregation: str | None
    inputs: tuple[Clause, ...]
    outputs: tuple[Clause, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type of its own: `allowed` binds each element of a collection, `constraint` the whole value (§7.3.2).

    `result` is what a function item returns, `parameters` the types of what it takes.
    """

    name: str
    type: str | None = None
    allowed: str = ""
    constraint: str = ""
    collection: bool = False
    components: tuple[ItemDefinition, ...] = ()
    function: bool = False
    result: str | None = None
    parameters: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """Input data, decision, knowledge model or decision service; `requires` are hrefs in document order."""

    kind: str
    id: str
    name: str
    type: str | None = None
    line: int = 0
    requires: tuple[str, ...] = ()
    expression: Boxed | None = None
    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeUse:
    """Where a file names a type."""

    name: str
    line: int
    element: str


@dataclass(frozen=True, slots=True)
class Import:
    """Another DMN file, known here by `name`; an empty name brings its names in as they are (§6.3.3)."""

    namespace: str
    name: str
    line: int = 0
    element: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    file: str
    namespace: str
    name: str
    elements: tuple[Element, ...]
    items: Mapping[str, ItemDefinition]
    imports: tuple[Import, ...] = ()
    types: tuple[TypeUse, ...] = ()

"""The kinds of document that a published version of a matter has, and how each is numbered, made and allowed.

`processes/common/documents/kinds.yaml` and `processes/<section>/documents/kinds.yaml` describe them; the matter's own
YAML names those that it issues and gives the format of their numbers. All of it is in the bundle a case is pinned to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.deployment.bundle import Bundle
from engine.errors import DeploymentError, Fault
from engine.feel import Expression, FeelSyntaxError, compile_expression
from processes.sources import Source

FOLDER = re.compile(r"processes/(?P<section>[^/]+)/documents/(?P<file>.+)")
KEYS = frozenset(
    {"name", "template", "number", "from", "asks", "when", "unless", "title", "word", "served", "fills"}
)


@dataclass(frozen=True)
class Kind:
    """`number` is the format of the series, empty for none; `source` the variable that holds a number given
    elsewhere; `asks` the variables the paper cannot do without; `when` must hold before it is issued, `unless` says
    in words why not; `word` is the DOCX form's layout; `served` says that its service is recorded, `fills` which
    field of the step's form its number goes into."""

    name: str
    template: str
    title: str
    number: str
    source: str
    asks: tuple[str, ...]
    when: str
    unless: str
    word: str
    served: bool
    fills: str = ""

    @cached_property
    def condition(self) -> Expression | None:
        return compile_expression(self.when) if self.when else None


def templates_in(bundle: Bundle) -> dict[str, bytes]:
    """Template files by their path below `documents/`; a section's own stand before the common ones."""
    found: dict[str, bytes] = {}
    for path, content in sorted(bundle.files.items(), key=lambda each: "/common/" not in each[0]):
        if (place := FOLDER.fullmatch(path)) and place["file"] != "kinds.yaml":
            found[place["file"]] = content
    return found


def kinds_in(bundle: Bundle, numbering: Mapping[str, str]) -> dict[str, Kind]:
    """By name. `numbering` are the formats of the matter. Raises DeploymentError with every fault."""
    faults: list[Fault] = []
    found: dict[str, Kind] = {}
    templates = templates_in(bundle)
    for path, content in sorted(bundle.files.items(), key=lambda each: "/common/" not in each[0]):
        place = FOLDER.fullmatch(path)
        if place is None or place["file"] != "kinds.yaml":
            continue
        source = Source(content, path)
        for where, entry in source.items(("kinds",), (source.data or {}).get("kinds")):
            if not source.require(where, entry, dict, "一种文书"):
                continue
            source.only(where, entry, KEYS)
            kind = _kind(entry, numbering)
            if kind.template not in templates:
                source.fault((*where, "template"), "missing", f"没有模板“{kind.template}”")
            try:
                assert kind.condition is not None or not kind.when
                (kind.number or "").format(year=2026, seq=1)
            except FeelSyntaxError as error:
                source.fault((*where, "when"), "feel", error.message)
            except (KeyError, ValueError, IndexError):
                source.fault((*where, "number"), "number", f"文号格式“{kind.number}”有误")
            found[kind.name] = kind
        faults.extend(source.faults)
    if faults:
        raise DeploymentError(faults)
    return found


def _kind(entry: Mapping[str, Any], numbering: Mapping[str, str]) -> Kind:
    name = str(entry.get("name"))
    return Kind(
        name=name,
        template=str(entry.get("template")),
        title=str(entry.get("title") or name),
        number=numbering.get(name, str(entry.get("number") or "")),
        source=str(entry.get("from") or ""),
        asks=tuple(entry.get("asks") or ()),
        when=str(entry.get("when") or ""),
        unless=str(entry.get("unless") or ""),
        word=str(entry.get("word") or "notice"),
        served=bool(entry.get("served", True)),
        fills=str(entry.get("fills") or ""),
    )

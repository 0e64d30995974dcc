"""Which variables still matter where a token stands: those that something ahead reads before it is written anew.

The classical analysis of live variables over the flow graph; it keeps states apart only by what can yet differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.kernel.net import Node, ProcessNet
from engine.model import bpmn


@dataclass(slots=True)
class Uses:
    """Per node: names read on entry, read when leaving, and written by the node whenever it is done."""

    entering: dict[str, set[str]] = field(default_factory=dict)
    leaving: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)  # conditions that are watched wherever tokens stand


def live_names(process: ProcessNet, uses: Uses) -> Mapping[str, frozenset[str]]:
    """Per node the names that matter while a token stands at it."""
    ahead = {node.id: _ahead(process, node) for node in process.nodes.values()}
    behind: dict[str, list[str]] = {}
    for node, targets in ahead.items():
        for target in targets:
            behind.setdefault(target, []).append(node)
    live: dict[str, frozenset[str]] = dict.fromkeys(process.nodes, frozenset(uses.always))
    pending: Iterable[str] = list(process.nodes)
    while pending:
        again: dict[str, None] = {}
        for name in pending:
            place = process.nodes[name]
            out = set(uses.leaving.get(name, ())).union(*(live[each] for each in ahead[name]))
            if place.inner is None:
                out -= uses.written.get(name, set())
            # an interruption leaves the node without what it would have written
            out |= uses.entering.get(name, set()) | uses.always
            for boundary in place.boundaries:
                out |= live[boundary.id]
            if out != live[name]:
                live[name] = frozenset(out)
                again.update(dict.fromkeys(behind.get(name, ())))
                if isinstance(place.model, bpmn.BoundaryEvent):
                    again[place.model.attached_to] = None
        pending = list(again)
    return live


def _ahead(process: ProcessNet, node: Node) -> list[str]:
    found = [flow.target.id for flow in node.outgoing]
    if node.inner is not None:
        found.extend(each.id for each in node.inner.nodes.values() if not each.incoming)
    if not node.outgoing and node.body is not process.body:
        found.extend(flow.target.id for flow in process.nodes[node.body.element].outgoing)
    if "link" in node.options:
        found.append(node.options["link"])
    return found

"""What the diagram draws (BPMN DI, BPMN 2.0.2 §12): only whether, for a case page needs a picture."""

from __future__ import annotations

from engine.model.source import Element, local

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def drawn_elements(root: Element) -> frozenset[str]:
    """Ids of the elements that have a shape or an edge."""
    return frozenset(
        local(each.get("bpmnElement")) for each in root.iter(_DI + "BPMNShape", _DI + "BPMNEdge")
    )

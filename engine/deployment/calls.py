"""Which processes a file calls: a bundle must hold them all."""

from __future__ import annotations

from engine.model.bpmn import CallActivity, Definitions, nodes_within


def called_by(definitions: Definitions) -> set[str]:
    """The processes that the call activities of a file name and the file itself does not contain."""
    own = {process.id for process in definitions.processes}
    return {
        node.called_element
        for process in definitions.processes
        for node in nodes_within(process.body)
        if isinstance(node, CallActivity) and node.called_element not in own
    }

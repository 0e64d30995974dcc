"""Parallel branches that can write one variable: a warning at deployment."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Fault
from engine.kernel.net import Body, Net, Node
from engine.model import bpmn

PATTERN_LIMIT = 64
"""Forks looked at per body: a warning must not make deployment slow."""


def colliding_writes(net: Net) -> Iterator[Fault]:
    """For each fork, variables that nodes of two branches write before the branches meet again.

    The instances of a parallel multi-instance activity are branches too: what they write outside themselves.
    """
    for process in net.processes.values():
        for node in process.nodes.values():
            for name in sorted(_shared(node)):
                message = f"并行多实例“{node.id}”的各份都会写变量“{name}”，后写的为准"
                yield Fault(process.file.file, node.model.line, node.id, "parallel_write", message)
        bodies = [process.body, *(node.inner for node in process.nodes.values() if node.inner is not None)]
        for body in bodies:
            forks = [node for node in body.nodes.values() if _forks(node)]
            for fork in forks[:PATTERN_LIMIT]:
                branches = [_branch(body, flow.target.id) for flow in fork.outgoing]
                common = set.intersection(*branches) if branches else set()
                written: dict[str, str] = {}
                for branch in branches:
                    mine: dict[str, str] = {}
                    for node_id in branch - common:
                        for name in writes(body.nodes[node_id]):
                            mine[name] = node_id
                    for name, node_id in sorted(mine.items()):
                        if name in written and written[name] != node_id:
                            message = (
                                f"并行分支中的“{written[name]}”和“{node_id}”都会写变量“{name}”，后写的为准"
                            )
                            yield Fault(
                                process.file.file, fork.model.line, fork.id, "parallel_write", message
                            )
                    written = {**mine, **written}


def _shared(node: Node) -> set[str]:
    loop = node.model.loop if isinstance(node.model, bpmn.Activity) else None
    if not isinstance(loop, bpmn.MultiInstance) or loop.sequential:
        return set()
    names: set[str] = set()
    own = {loop.item, loop.output_item, *node.properties}
    pending = [node]
    while pending:
        each = pending.pop()
        names.update(writes(each))
        own.update(each.properties)
        if each.inner is not None:
            own.update(each.inner.data)
            pending.extend(each.inner.nodes.values())
    return names - own - {loop.output_collection}


def _forks(node: Node) -> bool:
    if isinstance(node.model, bpmn.ParallelGateway | bpmn.InclusiveGateway):
        return len(node.outgoing) > 1
    return node.is_activity and sum(1 for flow in node.outgoing if flow.condition is None) > 1


def _branch(body: Body, start: str) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(body.successors.get(current, ()))
    return found


def writes(node: Node) -> set[str]:
    """The variables that a node is known to write; those of forms and service handlers are not known."""
    names = {transfer.target for transfer in node.outputs if transfer.target}
    names.update(target for transfer in node.outputs for _, target in transfer.assignments)
    model = node.model
    if isinstance(model, bpmn.BusinessRuleTask) and model.result:
        names.add(model.result)
    if isinstance(model, bpmn.ScriptTask) and not node.outputs and "script" in node.expressions:
        names.update(_entries(node.expressions["script"].text))
    return names


def _entries(text: str) -> set[str]:
    """The names that a script's context literal assigns: keys at the first level of braces."""
    names: set[str] = set()
    depth, quoted, word = 0, False, ""
    for character in text:
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in "{[(":
            depth += 1
            word = ""
        elif character in ")]}":
            depth -= 1
        elif depth == 1 and character == ",":
            word = ""
        elif depth == 1 and character == ":":
            if word.strip():
                names.add(word.strip())
            word = ""
        elif depth == 1:
            word += character
    return names

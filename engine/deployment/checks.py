"""From a bundle to something that runs: every file read, every reference resolved, every fault told at once."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass

from engine.calendar.approval_check import approval_faults
from engine.calendar.limit import Limit, Limits
from engine.decisions import Decisions
from engine.deployment.approval_paths import approval_path_faults
from engine.deployment.bundle import LIMITS, Bundle
from engine.errors import DeploymentError, Fault
from engine.kernel import Net, compile_net
from engine.model import read_bpmn, read_decisions
from engine.model.bpmn import Definitions


@dataclass(frozen=True, slots=True)
class Executable:
    """What cases of one bundle run on."""

    net: Net
    limits: Limits


def executable_of(bundle: Bundle, *, handlers: Container[str] | None = None) -> Executable:
    """Read and check a whole bundle. `handlers` are the names of the service handlers; None leaves them unchecked.

    Raises:
        DeploymentError: with every fault of every file.
    """
    faults: list[Fault] = []
    limits = _read_limits(bundle, faults)
    definitions = _read_definitions(bundle, faults)
    decisions = _read_decisions(bundle, faults)
    faults.extend(approval_path_faults(definitions, limits))
    if faults:
        raise DeploymentError(faults)
    net = compile_net(definitions, decisions, handlers=handlers, limits=limits)
    return Executable(net, limits)


def net_of(bundle: Bundle) -> Net:
    """The net alone, for whoever needs no limits."""
    return executable_of(bundle).net


def _read_definitions(bundle: Bundle, faults: list[Fault]) -> list[Definitions]:
    read: list[Definitions] = []
    seen: dict[str, str] = {}
    for name, content in bundle.of_kind(".bpmn").items():
        try:
            definitions = read_bpmn(content, name)
        except DeploymentError as refused:
            faults.extend(refused.faults)
            continue
        for process in definitions.processes:
            if (other := seen.setdefault(process.id, name)) != name:
                faults.append(
                    Fault(
                        name,
                        process.line,
                        process.id,
                        "duplicate-process",
                        f"流程标识 {process.id} 已在 {other} 中定义",
                    )
                )
        read.append(definitions)
    return read


def _read_decisions(bundle: Bundle, faults: list[Fault]) -> Sequence[Decisions]:
    files = bundle.of_kind(".dmn")
    read: list[Decisions] = []
    for name, content in files.items():
        others = [other for path, other in files.items() if path != name]
        try:
            read.append(read_decisions(content, others, file=name))
            faults.extend(read[-1].faults)
        except DeploymentError as refused:
            faults.extend(refused.faults)
    return read


def _read_limits(bundle: Bundle, faults: list[Fault]) -> Limits:
    content = bundle.files.get(LIMITS)
    limits: list[Limit] = []
    try:
        rows = json.loads(content) if content is not None else []
    except ValueError as broken:
        faults.append(
            Fault(LIMITS, getattr(broken, "lineno", 0), "", "json", f"时限文件不是有效的 JSON：{broken}")
        )
        return Limits(())
    for row in rows:
        try:
            limits.append(Limit.from_json(row))
        except (TypeError, ValueError) as broken:
            faults.append(Fault(LIMITS, 0, str(row.get("id", "")), "limit", str(broken)))
    faults.extend(approval_faults(limits, LIMITS))
    try:
        return Limits(limits)
    except ValueError as broken:
        faults.append(Fault(LIMITS, 0, "", "limit", str(broken)))
        return Limits(())

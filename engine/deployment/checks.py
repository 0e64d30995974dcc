"""From a bundle to something that runs: every file read, every reference resolved, every fault told at once."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.calendar import Limit, limit_from_data, unlawful_timeout
from engine.decisions import Decisions
from engine.deployment.bundle import LIMITS, Bundle
from engine.errors import DeploymentError, Fault
from engine.kernel import Net, compile_net
from engine.model import read_bpmn, read_decisions
from engine.model.bpmn import Definitions


@dataclass(frozen=True, slots=True)
class Executable:
    """What cases of one bundle run on."""

    net: Net
    limits: Mapping[str, Limit]


def executable_of(bundle: Bundle, *, handlers: Container[str] | None = None) -> Executable:
    """Read and check a whole bundle. `handlers` are the names of the service handlers; None leaves them unchecked.

    Raises:
        DeploymentError: with every fault of every file.
    """
    faults: list[Fault] = []
    limits = _read_limits(bundle, faults)
    definitions = _read_definitions(bundle, faults)
    decisions = _read_decisions(bundle, faults)
    if faults:
        raise DeploymentError(faults)
    net = compile_net(definitions, decisions, handlers=handlers, limits=limits)
    return Executable(net, MappingProxyType(limits))


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
                    Fault(name, process.line, process.id, "duplicate-process", f"流程标识 {process.id} 已在 {other} 中定义")
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
        except DeploymentError as refused:
            faults.extend(refused.faults)
    return read


def _read_limits(bundle: Bundle, faults: list[Fault]) -> dict[str, Limit]:
    content = bundle.files.get(LIMITS)
    if content is None:
        return {}
    limits: dict[str, Limit] = {}
    try:
        rows = json.loads(content)
    except ValueError as broken:
        faults.append(Fault(LIMITS, getattr(broken, "lineno", 0), "", "json", f"时限文件不是有效的 JSON：{broken}"))
        return {}
    for row in rows:
        name = str(row.get("id", ""))
        try:
            limit = limit_from_data(row)
        except (KeyError, TypeError, ValueError) as broken:
            faults.append(Fault(LIMITS, 0, name, "limit", f"时限 {name} 的定义有误：{broken}"))
            continue
        if reason := unlawful_timeout(limit):
            faults.append(Fault(LIMITS, 0, name, "unlawful-timeout", reason))
        limits[limit.id] = limit
    return limits

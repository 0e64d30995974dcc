"""What a designer is told of one file before it is published: faults, soundness, the second opinion.

The steps are those of `chengban check`: read (schema, references, structure), compile, explore, judge, compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.decisions import Decisions
from engine.deployment.bundle import Bundle
from engine.deployment.calls import called_by
from engine.deployment.exploration import Reach, explore
from engine.deployment.second_opinion import Opinion, second_opinion
from engine.deployment.soundness import Finding, findings
from engine.deployment.valuations import valuations
from engine.errors import ChengbanError, DeploymentError, Fault
from engine.kernel import compile_net
from engine.model import read_bpmn, read_decisions
from engine.model.bpmn import BusinessRuleTask, Definitions, nodes_within


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """`states`: different states that were reached; `complete`: none was left out."""

    process: str
    name: str
    states: int
    complete: bool
    findings: tuple[Finding, ...]
    opinion: Opinion | None


@dataclass(slots=True)
class Report:
    """`faults` stop a file from being read or compiled; then there are no `processes`."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    processes: list[ProcessReport] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing stands against publishing: no fault, no error, no difference."""
        return not self.faults and all(
            (each.opinion is None or each.opinion.verdict != "difference")
            and all(finding.severity != "error" for finding in each.findings)
            for each in self.processes
        )


def report_on(
    file: str,
    content: bytes,
    beside: Mapping[str, bytes] | None = None,
    *,
    reach: Reach | None = None,
    paths: int = 60,
) -> Report:
    """Check one BPMN or DMN file. `beside` are files in which called processes and decisions are looked for.

    Faults are in the report, not raised. Of the files beside only those count that are needed.
    """
    report = Report(file)
    beside = {name: each for name, each in (beside or {}).items() if name != file}
    try:
        if file.endswith(".dmn"):
            read_decisions(
                content, [each for name, each in beside.items() if name.endswith(".dmn")], file=file
            )
            return report
        mine = read_bpmn(content, file)
        files, definitions = _needed(file, content, mine, beside)
        net = compile_net(definitions, _decisions(definitions, beside))
    except DeploymentError as refused:
        report.faults.extend(refused.faults)
        return report
    report.warnings.extend(net.warnings)
    choices = valuations(net)
    for process in mine.processes:
        if not process.executable or process.id not in net.processes:
            continue
        try:
            exploration = explore(net, process.id, reach=reach, choices=choices)
        except ChengbanError as refused:
            report.faults.append(Fault(file, process.line, process.id, refused.code, refused.message))
            continue
        opinion = second_opinion(net, files, exploration, paths=paths)
        found = tuple(findings(net, exploration))
        states = sum(step.fresh for step in exploration.steps)
        report.processes.append(
            ProcessReport(process.id, process.name, states, exploration.complete, found, opinion)
        )
    return report


def objections(bundle: Bundle) -> list[Fault]:
    """What stands against publishing a bundle that reads and compiles: unsound ways and the second opinion's
    differences, each with the way that leads there."""
    models = {**bundle.of_kind(".bpmn"), **bundle.of_kind(".dmn")}
    found: list[Fault] = []
    for name, content in bundle.of_kind(".bpmn").items():
        report = report_on(name, content, models)
        found.extend(report.faults)
        for process in report.processes:
            found.extend(
                Fault(name, 0, each.element or each.process, each.code, str(each))
                for each in process.findings
                if each.severity == "error"
            )
            opinion = process.opinion
            for difference in opinion.differences if opinion is not None else ():
                pairs = zip(difference.moves, difference.kernel, difference.spiff, strict=False)
                way = "；".join(
                    move if ours == theirs else f"{move}（本引擎：{ours}；SpiffWorkflow：{theirs}）"
                    for move, ours, theirs in pairs
                )
                found.append(Fault(name, 0, process.process, "second-opinion", f"与第二意见不一致：{way}"))
    return found


def _needed(
    file: str, content: bytes, mine: Definitions, beside: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[Definitions]]:
    """The file and those beside it that it calls, directly or through others. Broken strangers do not count."""
    files, definitions = {file: content}, [mine]
    homes: dict[str, tuple[str, Definitions]] = {}
    pending = called_by(mine)
    if pending:
        for name, each in beside.items():
            if name.endswith(".bpmn"):
                try:
                    read = read_bpmn(each, name)
                except DeploymentError:
                    continue
                for process in read.processes:
                    homes.setdefault(process.id, (name, read))
    own = {process.id for process in mine.processes}
    while pending:
        name, read = homes.get(pending.pop(), ("", mine))
        if not name or name in files or own & {process.id for process in read.processes}:
            continue
        files[name] = beside[name]
        definitions.append(read)
        pending |= called_by(read)
    return files, definitions


def _decisions(definitions: Iterable[Definitions], beside: Mapping[str, bytes]) -> list[Decisions]:
    """The decision files beside, when some business rule task asks for one of their decisions."""
    wanted = {
        node.decision
        for each in definitions
        for process in each.processes
        for node in nodes_within(process.body)
        if isinstance(node, BusinessRuleTask) and node.decision
    }
    tables = {name: each for name, each in beside.items() if name.endswith(".dmn")} if wanted else {}
    read: list[Decisions] = []
    faults: list[Fault] = []
    for name, each in tables.items():
        others = [other for path, other in tables.items() if path != name]
        try:
            found = read_decisions(each, others, file=name)
        except DeploymentError as refused:
            faults.extend(refused.faults)
            continue
        if wanted & set(found.names()):
            wanted -= set(found.names())
            read.append(found)
    if wanted and faults:
        raise DeploymentError(faults)
    return read

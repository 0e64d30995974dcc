"""The second opinion: explored paths run on SpiffWorkflow too, an engine that others wrote.

Where all elements of a process are ones that SpiffWorkflow executes rightly (`comparable`), each path is driven on
both engines and after each move the steps on offer, the scripts that ran and whether the case has ended are held
against each other. SpiffWorkflow decides the flow; data and FEEL are ours on both sides, and its clock is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Literal, NamedTuple

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import CallActivity
from SpiffWorkflow.bpmn.specs.event_definitions import timer as spiff_timer
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.deployment.comparable import comparable_part, doubtful, hindrances
from engine.deployment.exploration import Exploration, Move, Step, told
from engine.deployment.marks import Marks
from engine.deployment.translation import renamed, translated
from engine.kernel import Net, effects
from engine.model import bpmn


class Sight(NamedTuple):
    """What one engine shows after a move: steps on offer, scripts run by the move, whether the case has ended."""

    offered: tuple[str, ...]
    ran: tuple[str, ...]
    ended: bool

    def __str__(self) -> str:
        words = [f"待办：{'、'.join(self.offered) or '无'}"]
        if self.ran:
            words.append(f"自动执行：{'、'.join(self.ran)}")
        return "；".join([*words, *(["已结束"] if self.ended else [])])


@dataclass(frozen=True, slots=True)
class Difference:
    """One path on which the engines part: its moves and, move by move, what each showed."""

    moves: tuple[str, ...]
    kernel: tuple[str, ...]
    spiff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """`reasons`: why the process was not compared, or how many of its paths not to their ends (`skipped`)."""

    process: str
    verdict: Literal["agreement", "difference", "not-comparable"]
    compared: int = 0
    skipped: int = 0
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()


def second_opinion(
    net: Net, files: Mapping[str, bytes], exploration: Exploration, *, paths: int = 60
) -> Opinion:
    """Compare at most `paths` explored paths. `files` are the BPMN files that `net` was compiled from."""
    process = exploration.process
    reasons = hindrances(net, process)
    if reasons:
        return Opinion(process, "not-comparable", reasons=tuple(reasons))
    roots = [(file, xml) for file, xml in files.items()]
    different: list[Difference] = []
    why: dict[str, int] = {}
    compared = 0
    for path in _telling(exploration, paths):
        part, hindrance = comparable_part(net, path)
        if hindrance:
            why[hindrance] = why.get(hindrance, 0) + 1
        if not part:
            continue
        try:
            found, doubt = compare(net, roots, part)
        except RefusedBySpiffError as refused:
            return Opinion(process, "not-comparable", reasons=(f"SpiffWorkflow 未能读入：{refused}",))
        if doubt:
            why[doubt] = why.get(doubt, 0) + 1
        compared += 1
        if found is not None:
            different.append(found)
    reasons = [f"{count} 条路径未比较到底：{reason}" for reason, count in why.items()]
    skipped = sum(why.values())
    verdict: Literal["agreement", "difference", "not-comparable"] = (
        "agreement" if compared else "not-comparable"
    )
    if different:
        verdict = "difference"
    return Opinion(process, verdict, compared, skipped, tuple(different), tuple(reasons))


def _telling(exploration: Exploration, most: int) -> Iterator[list[Step]]:
    """Paths that pass flows which no path before has passed, then others, up to `most`."""
    rest: list[list[Step]] = []
    seen: set[tuple[str, str]] = set()
    count = 0
    for path in exploration.paths():
        taken = {
            (each.process, each.flow)
            for step in path
            for each in step.effects
            if isinstance(each, effects.FlowTaken)
        }
        if taken <= seen:
            if len(rest) < most:
                rest.append(path)
            continue
        seen |= taken
        count += 1
        yield path
        if count >= most:
            return
    yield from rest[: most - count]


class RefusedBySpiffError(Exception):
    """SpiffWorkflow cannot read the file."""


def compare(net: Net, files: Iterable[tuple[str, bytes]], path: list[Step]) -> tuple[Difference | None, str]:
    """Drive one comparable path on both engines: the difference, or from where on SpiffWorkflow is known to err.

    Raises RefusedBySpiffError.
    """
    with _told_clock() as clock:
        clock.moment = path[0].now
        kernel = [_kernel_sight(net, step) for step in path]
        shown: list[str] = []
        try:
            for step, ours in zip(path, _driven(net, files, path, clock), strict=False):
                shown.append(str(ours))
                if ours != kernel[len(shown) - 1]:
                    if why := doubtful(net, step):
                        return None, why
                    break
            else:
                return None, ""
        except RefusedBySpiffError:
            raise
        except Exception as broken:  # whatever SpiffWorkflow raises is its answer
            if _collapsed(broken):
                return None, f"对照引擎自身出错（{type(broken).__name__}）"
            shown.append(f"{type(broken).__name__}：{broken}")
    moves = tuple(told(net, step.move) for step in path[: len(shown)])
    return Difference(moves, tuple(str(each) for each in kernel[: len(shown)]), tuple(shown)), ""


def _collapsed(broken: Exception) -> bool:
    """A slip inside SpiffWorkflow itself (an attribute of None), not its word on the model."""
    if isinstance(broken, SpiffWorkflowException):
        return False
    place = broken.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and "SpiffWorkflow" in place.tb_frame.f_code.co_filename


def _kernel_sight(net: Net, step: Step) -> Sight:
    state = step.state
    # What several sign is one task to SpiffWorkflow, offered until the last signature that counts.
    signed = {part.item: part.of for part in state.parts.values() if part.kind == "sign"}
    open_ = {signed.get(item.item, item.item): item for item in state.items.values()}
    offered = [f"{item.process}/{item.element}" for item in open_.values()]
    for job in state.jobs.values():
        process = state.scopes[state.tokens[job.token].scope].process
        offered.append(f"{process}/{job.element}")
    ran = [
        f"{each.process}/{each.element}"
        for each in step.effects
        if isinstance(each, effects.ElementCompleted)
        and isinstance(net.processes[each.process].nodes[each.element].model, bpmn.ScriptTask)
        and getattr(net.processes[each.process].nodes[each.element].model, "loop", None) is None
    ]
    return Sight(tuple(sorted(offered)), tuple(sorted(ran)), state.status != "running")


def _driven(net: Net, files: Iterable[tuple[str, bytes]], path: list[Step], clock: _Clock) -> Iterator[Sight]:
    marks = Marks(net, lambda: clock.moment)
    workflow = _begun(net, files, path[0].move.process, marks)
    for step in path:
        move, engine = step.move, workflow.script_engine
        engine.ran = []
        if move.kind == "start":
            marks.begin(workflow, dict(move.values))
        elif move.kind == "complete" and _signed(net, move) and not _concludes(step):
            pass  # one of several has signed
        elif move.kind in ("complete", "job"):
            task = _open(workflow, move)
            marks.deposit(task, move.process, move.element, _brought(net, step))
            task.run()
        elif move.kind == "timer" and _due(step) is not None:
            # it fires strictly after its moment, and what it sets then counts from a little later
            clock.moment = step.now + timedelta(milliseconds=step.depth)
            workflow.refresh_timers()
        else:
            name = move.name if move.kind == "message" else f"limit {move.process} {move.element}"
            for task in workflow.get_tasks(state=TaskState.WAITING):
                if task.task_spec.bpmn_id == renamed(move.process, move.element):
                    marks.deposit(task, move.process, move.element, dict(move.values))
            workflow.catch(BpmnEvent(MessageEventDefinition(name), {}))
        _settle(workflow)
        offered = [_original(task) for task in _ready(workflow) if task.task_spec.manual]
        yield Sight(tuple(sorted(offered)), tuple(sorted(engine.ran)), bool(workflow.completed))


def _signed(net: Net, move: Move) -> bool:
    model = net.processes[move.process].nodes[move.element].model
    return isinstance(model, bpmn.UserTask) and bool(model.sign)


def _concludes(step: Step) -> bool:
    """Whether the step of the diagram is done with this move."""
    return any(
        isinstance(each, effects.ElementCompleted) and each.element == step.move.element
        for each in step.effects
    )


def _brought(net: Net, step: Step) -> dict[str, Any]:
    """What the move gave; where several signed, what came of their votes."""
    move = step.move
    node = net.processes[move.process].nodes[move.element]
    values = dict(move.values)
    if not _signed(net, move):
        return values
    for each in step.effects:
        if isinstance(each, effects.VariablesWritten) and each.element == move.element:
            values |= each.values
    for transfer in node.outputs:
        if transfer.sources and transfer.transformation is None and transfer.target in values:
            values[transfer.sources[0]] = values[transfer.target]
    return values


def _due(step: Step) -> datetime | None:
    assert step.before is not None
    timers = step.before.state.timers.values()
    return next((timer.due for timer in timers if timer.node == step.move.element), None)


def _ready(workflow: Any) -> list[Any]:
    return list(workflow.get_tasks(state=TaskState.READY))


def _original(task: Any) -> str:
    _, process, node = str(task.task_spec.bpmn_id).split(".", 2)
    return f"{process}/{node}"


def _open(workflow: Any, move: Move) -> Any:
    name = renamed(move.process, move.element)
    found = [task for task in _ready(workflow) if task.task_spec.bpmn_id == name and task.task_spec.manual]
    return found[min(move.which, len(found) - 1)]


def _settle(workflow: Any) -> None:
    for _ in range(1_000):
        workflow.do_engine_steps()
        if all(task.task_spec.manual for task in _ready(workflow)):
            return


def _begun(net: Net, files: Iterable[tuple[str, bytes]], process: str, marks: Marks) -> Any:
    """Parsed afresh for each run: SpiffWorkflow changes the specifications that it runs."""
    parser = _Parser()
    try:
        for file, xml in files:
            parser.add_bpmn_xml(translated(xml, file, net), file)
        return BpmnWorkflow(
            parser.get_spec(process), parser.get_subprocess_specs(process), script_engine=_Engine(marks)
        )
    except Exception as refused:
        raise RefusedBySpiffError(
            str(refused).splitlines()[0] if str(refused) else repr(refused)
        ) from refused


class _Engine(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates marks; no Python from a diagram ever runs."""

    def __init__(self, marks: Marks) -> None:
        super().__init__()
        self.marks = marks
        self.ran: list[str] = []

    def validate(self, expression: str) -> None:
        pass

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.marks.evaluate(task, expression)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        element = self.marks.execute(task, script)
        if element:
            self.ran.append(element)
        return True


class _Call(CallActivity):  # type: ignore[misc]
    """Data pass a call as our diagrams say: by its associations alone."""

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        my_task.workflow.script_engine.marks.called(my_task, subworkflow)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        my_task.workflow.script_engine.marks.returned(my_task, subworkflow)


class _Parser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {full_tag("callActivity"): (CallActivityParser, _Call)}  # noqa: RUF012


class _Clock:
    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)


_CLOCK = _Clock()
_ONE_AT_A_TIME = Lock()


class _ToldDatetime(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return _CLOCK.moment.astimezone(tz or UTC)


@contextmanager
def _told_clock() -> Iterator[_Clock]:
    """SpiffWorkflow asks its module's `datetime.now`; for the run it gets ours."""
    with _ONE_AT_A_TIME:
        before = spiff_timer.datetime
        spiff_timer.datetime = _ToldDatetime
        try:
            yield _CLOCK
        finally:
            spiff_timer.datetime = before

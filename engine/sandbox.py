"""A sandbox: the whole engine in memory, with a clock that moves only when told.

For tests of models, for designers' trials, and for whoever wants to drive the engine without forms, web or files.
The same `Cases` code runs as in production; only the database is in memory and time stands still until `advance`.

    box = Sandbox(start=datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    (process,) = box.deploy(xml)
    case = box.start(process, {"amount": 12})
    box.complete(box.work_items(case)[0]["id"], {"agreed": True})
    box.advance(timedelta(days=5))
    box.status(case)  # "completed"
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from engine import due, history
from engine.calendar.period import SHANGHAI
from engine.calendar.working import WorkingCalendar
from engine.cases import SYSTEM, Cases, CaseView
from engine.deployment import LIMITS, Bundle, called_by
from engine.errors import ChengbanError, NotFound
from engine.feel import to_feel
from engine.kernel.commands import CompleteItem
from engine.model import read_bpmn
from engine.model.bpmn import BusinessRuleTask, Definitions, SendTask, ServiceTask, nodes_within
from engine.store import Store

ROUNDS = 100_000
"""How many rounds of due work one call may cause before the sandbox calls it endless."""

Handler = Callable[[dict[str, Any]], Mapping[str, Any] | None]


class Record(dict[str, Any]):
    """A row to look at: a dict whose keys can be read as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Sandbox:
    """One engine in memory. Not for several threads at once.

    `start` is the moment at which its clock stands; without zone it is Asia/Shanghai's. `calendar` are the working
    days for statutory limits; the published ones unless given.
    """

    def __init__(self, start: datetime, *, calendar: WorkingCalendar | None = None) -> None:
        self._now = (start if start.tzinfo else start.replace(tzinfo=SHANGHAI)).astimezone(UTC)
        self._store = Store.open("sqlite://")
        self._store.migrate()
        self._cases = Cases(self._store, clock=lambda: self._now, calendar=calendar)
        self._handlers = _Handlers()
        self._files: dict[str, tuple[bytes, Definitions]] = {}
        self._decisions: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self._store.close()

    @property
    def now(self) -> datetime:
        """Where the clock stands, aware UTC."""
        return self._now

    @property
    def engine(self) -> Cases:
        """The engine beneath, for what this class has no word for."""
        return self._cases

    # -- publishing ----------------------------------------------------------------------------------------------

    def deploy(self, xml: bytes, *, file: str = "", limits: Iterable[Mapping[str, Any]] = ()) -> list[str]:
        """Publish a BPMN file and give the ids of its processes; a DMN file is kept for the BPMN files after it ([]).

        Call activities find the processes of this file and of files deployed before. `limits` are the statutory
        limits (as in a bundle's limits.json) that the file's timers name.

        Raises:
            DeploymentError: `faults` lists everything that is wrong.
        """
        if b"/spec/DMN/" in xml[:4096] and b"/spec/BPMN/20100524/MODEL" not in xml[:4096]:
            name = file or f"decisions-{len(self._decisions) + 1}.dmn"
            self._cases.deployments.check(Bundle({name: xml}))
            self._decisions[name] = xml
            return []
        name = file or f"file-{len(self._files) + 1}.bpmn"
        definitions = read_bpmn(xml, name)
        files = {name: xml, **self._called(definitions)}
        decisions = (
            self._decisions if any(_decides(self._definitions(path, definitions)) for path in files) else {}
        )
        files.update(decisions)
        if rows := list(limits):
            files[LIMITS] = json.dumps(rows, ensure_ascii=False).encode()
        self._cases.deploy(Bundle(files), SYSTEM)
        self._files = {
            path: kept for path, kept in self._files.items() if not _ids(kept[1]) & _ids(definitions)
        } | {name: (xml, definitions)}
        self._handlers.expect(definitions)
        return [process.id for process in definitions.processes if process.executable]

    def _called(self, definitions: Definitions) -> dict[str, bytes]:
        """Files deployed before that this one needs, directly or through others."""
        homes = {process: path for path, (_, known) in self._files.items() for process in _ids(known)}
        found: dict[str, bytes] = {}
        pending = called_by(definitions)
        own = _ids(definitions)
        while pending:
            path = homes.get(pending.pop())
            if path is None or path in found or _ids(self._files[path][1]) & own:
                continue
            found[path], known = self._files[path]
            pending |= called_by(known)
        return found

    def _definitions(self, path: str, newest: Definitions) -> Definitions:
        return newest if path == newest.file else self._files[path][1]

    def handle(self, name: str, function: Handler) -> None:
        """Register a service handler: it takes the variables and returns the updates.

        It may raise `engine.errors.BpmnError(code)`, which error events catch; any other exception is an incident.
        Jobs run as soon as the command that asked for them has committed. A task that names no handler is looked up
        by its operation, then by its id, and passes when nothing is registered; a named handler must be registered.
        """
        self._handlers[name] = function

    # -- driving -------------------------------------------------------------------------------------------------

    def start(self, process_id: str, variables: Mapping[str, Any] | None = None) -> str:
        """Begin a case by the process's none start event and give its id. Raises NotFound."""
        answer = self._cases.start(process_id, _values(variables), actor=SYSTEM)
        self._settle()
        return answer.case_id

    def complete(self, item_id: str, values: Mapping[str, Any] | None = None) -> None:
        """Complete a work item with what was filled in. Raises NotFound, ItemClosed."""
        case_id, _, item = item_id.rpartition("/")
        if not case_id:
            raise NotFound(f"没有待办 {item_id}")
        self._cases.submit(case_id, CompleteItem(item, _values(values)), actor=SYSTEM)
        self._settle()

    def deliver(
        self,
        message: str,
        keys: Mapping[str, Any] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """Deliver a message by its name (or id): to one subscriber, to a start event, or kept for whoever listens next."""
        self._cases.deliver(self._named("messages", message), _values(keys), _values(values))
        self._settle()

    def signal(self, name: str, values: Mapping[str, Any] | None = None) -> None:
        """Broadcast a signal by its name (or id) to all cases and start events."""
        self._cases.signal(self._named("signals", name), _values(values))
        self._settle()

    def _named(self, kind: str, name: str) -> str:
        """The name of a message or signal that was given by its id, unless one has that name."""
        known = [each for _, file in self._files.values() for each in getattr(file, kind).values()]
        if any(each.name == name for each in known):
            return name
        return next((each.name or each.id for each in known if each.id == name), name)

    def advance(self, delta: timedelta) -> None:
        """Move the clock; whatever falls due on the way happens at its own moment, in order."""
        until = self._now + delta
        for _ in range(ROUNDS):
            moment = due.next_moment(self._cases)
            if moment is None or moment > until:
                break
            self._now = max(self._now, moment)
            self._settle()
        else:
            raise ChengbanError("到期的定时器没有尽头，推进已停止")
        self._now = until

    def _settle(self) -> None:
        """Jobs, messages, signals and timers that are due at this moment, until nothing is."""
        for _ in range(ROUNDS):
            if not due.run_once(self._cases, self._handlers, retries=1):
                return
        raise ChengbanError("此刻到期的工作没有尽头，执行已停止")

    # -- looking -------------------------------------------------------------------------------------------------

    def cases(self) -> list[str]:
        """Ids of all cases in order of start, those that messages, signals and timers began included."""
        return self._cases.case_ids()

    def work_items(self, case_id: str) -> list[Record]:
        """Open work items in the order in which they opened. Raises NotFound.

        Each with `id`, `element`, `name`, `process`, `post`, `form`, `limit`, `user` and the `variables` that it sees
        (the item of a multi-instance among them).
        """

        def look(view: CaseView) -> list[Record]:
            rows = []
            for item in view.state.items.values():
                row = view.item(item.item)
                told = {key: row[key] for key in ("element", "name", "process", "post", "form")}
                rows.append(
                    Record(
                        told,
                        id=f"{case_id}/{item.item}",
                        limit=row["limit_id"],
                        user=item.user,
                        variables=view.variables_at(item.item),
                    )
                )
            return rows

        return self._cases.view(case_id, look)

    def history(self, case_id: str) -> list[Record]:
        """What happened, in order: each with `seq`, `at` (aware UTC), `element` and `event`, and the event's own fields.

        Events are those of `engine.kernel.effects`: `element_entered`, `element_completed`, `element_cancelled`,
        `element_failed`, `flow_taken`, `variables_written`, `item_opened`, … Raises NotFound.
        """
        self._cases.view(case_id, lambda view: None)
        return [
            Record(event.data, seq=event.seq, at=event.at, element=event.element, event=event.event)
            for event in history.events(self._store, case_id)
        ]

    def variables(self, case_id: str) -> dict[str, Any]:
        """The case's own variables; numbers are Decimal. Raises NotFound."""
        return self._cases.view(case_id, lambda view: dict(view.variables))

    def status(self, case_id: str) -> str:
        """`running`, `completed`, `terminated`, `failed` (an open incident), `error_event`, `cancelled`. Raises NotFound."""
        return self._cases.view(case_id, _status)

    def incidents(self, case_id: str) -> list[Record]:
        """Open incidents: `id`, `process`, `element`, `code`, `message`. Raises NotFound."""
        return self._cases.view(
            case_id,
            lambda view: [
                Record(
                    id=incident.incident,
                    process=incident.process,
                    element=incident.element,
                    code=incident.code,
                    message=incident.message,
                )
                for incident in view.state.incidents.values()
            ],
        )


class _Handlers(dict[str, Handler]):
    """Registered handlers; what is asked for by no name of the designer's passes."""

    def __init__(self) -> None:
        super().__init__()
        self._named: set[str] = set()

    def expect(self, definitions: Definitions) -> None:
        for process in definitions.processes:
            for node in nodes_within(process.body):
                if isinstance(node, ServiceTask | SendTask) and node.handler:
                    self._named.add(node.handler)

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, default if name in self._named else _pass)


def _status(view: CaseView) -> str:
    found: str = view.row()["status"]
    return found


def _pass(_: dict[str, Any]) -> None:
    return None


def _values(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: to_feel(value) for name, value in (values or {}).items()}


def _ids(definitions: Definitions) -> set[str]:
    return {process.id for process in definitions.processes}


def _decides(definitions: Definitions) -> bool:
    return any(
        isinstance(node, BusinessRuleTask)
        for process in definitions.processes
        for node in nodes_within(process.body)
    )

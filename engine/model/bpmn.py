"""BPMN 2.0.2 as frozen dataclasses: what a file says, resolved and checked; nothing executes here.

Identifiers are those of the file. A reference to data (property, data object, data store, data input or
output) is resolved by the reader to the *variable name* of that data: its `name`, else its `id`. Texts of
expressions are kept as written (a leading `=` and surrounding blanks removed); compiling is for the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expression:
    """The text of a FEEL expression and the line it stands on."""

    text: str
    line: int = 0


# ------------------------------------------------------------------ root elements


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    name: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    id: str
    name: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Error:
    id: str
    name: str
    code: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Escalation:
    id: str
    name: str
    code: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class CorrelationProperty:
    """A key of a message: `paths` gives, per message id, the expression over the message's values."""

    id: str
    name: str
    paths: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CorrelationSubscription:
    """What a process knows of a conversation: per correlation property id an expression over its variables."""

    id: str
    key: str
    bindings: Mapping[str, Expression] = field(default_factory=dict)


# ------------------------------------------------------------------ event definitions


@dataclass(frozen=True, slots=True)
class EventDefinition:
    id: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class MessageDefinition(EventDefinition):
    message: Message | None = None
    operation: str | None = None
    handler: str | None = None  # chengban:handler on a throwing event


@dataclass(frozen=True, slots=True)
class TimerDefinition(EventDefinition):
    """Exactly one of `date`, `duration`, `cycle` or `limit` (chengban:limit, a statutory limit's id)."""

    date: Expression | None = None
    duration: Expression | None = None
    cycle: Expression | None = None
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class SignalDefinition(EventDefinition):
    signal: Signal | None = None


@dataclass(frozen=True, slots=True)
class ErrorDefinition(EventDefinition):
    error: Error | None = None  # None catches every error


@dataclass(frozen=True, slots=True)
class EscalationDefinition(EventDefinition):
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class ConditionalDefinition(EventDefinition):
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class LinkDefinition(EventDefinition):
    name: str = ""


@dataclass(frozen=True, slots=True)
class TerminateDefinition(EventDefinition):
    pass


@dataclass(frozen=True, slots=True)
class CancelDefinition(EventDefinition):
    pass


@dataclass(frozen=True, slots=True)
class CompensateDefinition(EventDefinition):
    activity: str | None = None  # None: broadcast in the scope
    wait: bool = True


# ------------------------------------------------------------------ data


@dataclass(frozen=True, slots=True)
class DataItem:
    """A property, data object, data input or data output; `variable` is its name at run time."""

    id: str
    variable: str
    collection: bool = False
    optional: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    source: Expression
    target: str  # a variable name (the text of `to`)


@dataclass(frozen=True, slots=True)
class Association:
    """A data association. `sources` and `target` are variable names; either may be absent with assignments."""

    id: str
    sources: tuple[str, ...] = ()
    target: str | None = None
    transformation: Expression | None = None
    assignments: tuple[Assignment, ...] = ()
    line: int = 0


# ------------------------------------------------------------------ loops


@dataclass(frozen=True, slots=True)
class StandardLoop:
    condition: Expression | None = None
    test_before: bool = False
    maximum: Expression | None = None


@dataclass(frozen=True, slots=True)
class ComplexBehavior:
    id: str
    condition: Expression
    event: IntermediateThrowEvent | None = None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """`collection`/`output_collection` name collections outside, `item`/`output_item` variables of an instance."""

    sequential: bool = False
    cardinality: Expression | None = None
    collection: str | None = None
    item: str | None = None
    output_collection: str | None = None
    output_item: str | None = None
    completion: Expression | None = None
    behavior: str = "All"  # None | One | All | Complex
    none_event: EventDefinition | None = None
    one_event: EventDefinition | None = None
    complex_behaviors: tuple[ComplexBehavior, ...] = ()


# ------------------------------------------------------------------ flow elements


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    id: str
    name: str
    source: str
    target: str
    condition: Expression | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """`incoming` and `outgoing` are flow ids in document order of the sequence flows."""

    id: str
    name: str = ""
    line: int = 0
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    documentation: str = ""
    lane: str | None = None  # the innermost lane's name: a step's default post


@dataclass(frozen=True, slots=True)
class Event(Node):
    definitions: tuple[EventDefinition, ...] = ()
    parallel_multiple: bool = False
    properties: tuple[DataItem, ...] = ()


@dataclass(frozen=True, slots=True)
class CatchEvent(Event):
    outputs: tuple[DataItem, ...] = ()
    output_associations: tuple[Association, ...] = ()


@dataclass(frozen=True, slots=True)
class ThrowEvent(Event):
    inputs: tuple[DataItem, ...] = ()
    input_associations: tuple[Association, ...] = ()


@dataclass(frozen=True, slots=True)
class StartEvent(CatchEvent):
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class IntermediateCatchEvent(CatchEvent):
    pass


@dataclass(frozen=True, slots=True)
class BoundaryEvent(CatchEvent):
    attached_to: str = ""
    interrupting: bool = True  # cancelActivity


@dataclass(frozen=True, slots=True)
class IntermediateThrowEvent(ThrowEvent):
    pass


@dataclass(frozen=True, slots=True)
class EndEvent(ThrowEvent):
    pass


@dataclass(frozen=True, slots=True)
class Gateway(Node):
    direction: str = "Unspecified"


@dataclass(frozen=True, slots=True)
class ExclusiveGateway(Gateway):
    default: str | None = None


@dataclass(frozen=True, slots=True)
class InclusiveGateway(Gateway):
    default: str | None = None


@dataclass(frozen=True, slots=True)
class ParallelGateway(Gateway):
    pass


@dataclass(frozen=True, slots=True)
class ComplexGateway(Gateway):
    default: str | None = None
    activation: Expression | None = None


@dataclass(frozen=True, slots=True)
class EventBasedGateway(Gateway):
    instantiate: bool = False
    parallel: bool = False  # eventGatewayType="Parallel" (only when instantiating)


@dataclass(frozen=True, slots=True)
class Activity(Node):
    default: str | None = None
    loop: StandardLoop | MultiInstance | None = None
    for_compensation: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    properties: tuple[DataItem, ...] = ()
    inputs: tuple[DataItem, ...] = ()
    outputs: tuple[DataItem, ...] = ()
    input_associations: tuple[Association, ...] = ()
    output_associations: tuple[Association, ...] = ()
    input_sets: tuple[tuple[str, ...], ...] = ()  # per inputSet the variables that must be there


@dataclass(frozen=True, slots=True)
class Task(Activity):
    """An abstract task: passes at once."""


@dataclass(frozen=True, slots=True)
class ManualTask(Task):
    """Work outside the system; without a post it passes at once, as the standard allows an engine to."""


@dataclass(frozen=True, slots=True)
class UserTask(Task):
    """Our attributes: see bpmn/chengban.json. `post` may be FEEL when it begins with `=` (kept as written)."""

    form: str | None = None
    post: str | None = None
    limit: str | None = None
    sign: str | None = None
    allow: tuple[str, ...] | None = None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceTask(Task):
    handler: str | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class SendTask(Task):
    message: Message | None = None
    handler: str | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiveTask(Task):
    message: Message | None = None
    instantiate: bool = False
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class ScriptTask(Task):
    script: Expression | None = None
    script_format: str | None = None


@dataclass(frozen=True, slots=True)
class BusinessRuleTask(Task):
    """`result` names the variable that takes the decision's value; absent, a context's entries are assigned."""

    decision: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class CallActivity(Activity):
    called_element: str = ""


@dataclass(frozen=True, slots=True)
class FlowElements:
    """What a process or sub-process contains. Order is that of the document."""

    nodes: tuple[Node, ...] = ()
    flows: tuple[SequenceFlow, ...] = ()
    data_objects: tuple[DataItem, ...] = ()


@dataclass(frozen=True, slots=True)
class SubProcess(Activity):
    body: FlowElements = field(default_factory=FlowElements)
    triggered_by_event: bool = False


@dataclass(frozen=True, slots=True)
class Transaction(SubProcess):
    method: str = "##Compensate"


@dataclass(frozen=True, slots=True)
class AdHocSubProcess(SubProcess):
    sequential: bool = False
    completion: Expression | None = None
    cancel_remaining: bool = True


@dataclass(frozen=True, slots=True)
class Compensation:
    """An association from a compensation boundary event (`boundary`) to its handler (`handler`)."""

    boundary: str
    handler: str


@dataclass(frozen=True, slots=True)
class Process:
    """Also a global task: then `body` holds the one task of its kind between a start and an end event."""

    id: str
    name: str = ""
    line: int = 0
    file: str = ""
    executable: bool = True
    matter: str | None = None
    documentation: str = ""
    body: FlowElements = field(default_factory=FlowElements)
    compensations: tuple[Compensation, ...] = ()
    properties: tuple[DataItem, ...] = ()
    inputs: tuple[DataItem, ...] = ()
    outputs: tuple[DataItem, ...] = ()
    correlation_subscriptions: tuple[CorrelationSubscription, ...] = ()
    drawn: frozenset[str] = frozenset()  # ids of elements that the diagram draws


@dataclass(frozen=True, slots=True)
class Definitions:
    """One BPMN file."""

    file: str
    id: str
    processes: tuple[Process, ...] = ()
    messages: Mapping[str, Message] = field(default_factory=dict)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    errors: Mapping[str, Error] = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    correlation_properties: Mapping[str, CorrelationProperty] = field(default_factory=dict)
    correlation_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def nodes_within(body: FlowElements) -> Iterator[Node]:
    """Every node of a process or sub-process, nested ones included, without recursion, in document order."""
    pending = list(reversed(body.nodes))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, SubProcess):
            pending.extend(reversed(node.body.nodes))

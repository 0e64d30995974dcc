"""Small BPMN files for the conformance tests: elements as their XML, flows by their ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from html import escape
from typing import Any

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD = (
    f'<definitions xmlns="{BPMN}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:chengban="urn:chengban:bpmn:1" id="definitions" targetNamespace="urn:test">'
)


def definitions(*parts: str) -> bytes:
    """A whole file around root elements and processes."""
    return (HEAD + "".join(parts) + "</definitions>").encode()


def process(*elements: str, roots: str = "", pid: str = "p", attributes: str = "") -> bytes:
    """A file with one executable process; `roots` are messages, signals, errors … before it."""
    return definitions(roots, raw_process(*elements, pid=pid, attributes=attributes))


def _artifacts_last(elements: Iterable[str]) -> str:
    """The schema wants associations behind the flow elements of their scope; nested scopes have theirs in place."""
    text = "".join(elements)
    own = re.findall(r"<association [^>]*/>", text)
    for artifact in own:
        text = text.replace(artifact, "")
    return text + "".join(artifact.replace("<association ", "<association\n") for artifact in own)


def raw_process(*elements: str, pid: str = "p", attributes: str = "") -> str:
    return f'<process id="{pid}" isExecutable="true" {attributes}>{_artifacts_last(elements)}</process>'


def flow(source: str, target: str, condition: str | None = None, name: str | None = None) -> str:
    """A sequence flow `source_target` (or `name`), with a FEEL condition where given."""
    inner = ""
    if condition is not None:
        inner = f'<conditionExpression xsi:type="tFormalExpression">{escape(condition)}</conditionExpression>'
    flow_id = name or f"{source}_{target}"
    return f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def chain(*nodes: str) -> str:
    """Sequence flows from each node to the next."""
    return "".join(flow(a, b) for a, b in itertools.pairwise(nodes))


def start(node: str = "begin", inner: str = "", attributes: str = "") -> str:
    return f'<startEvent id="{node}" {attributes}>{inner}</startEvent>'


def end(node: str = "done", inner: str = "") -> str:
    return f'<endEvent id="{node}">{inner}</endEvent>'


def user(node: str, inner: str = "", attributes: str = "") -> str:
    return f'<userTask id="{node}" name="{node}" {attributes}>{inner}</userTask>'


def task(node: str, attributes: str = "") -> str:
    return f'<task id="{node}" {attributes}/>'


def script(node: str, text: str, attributes: str = "", inner: str = "") -> str:
    return f'<scriptTask id="{node}" {attributes}>{inner}<script>{escape(text)}</script></scriptTask>'


def service(node: str, handler: str, attributes: str = "", inner: str = "") -> str:
    return f'<serviceTask id="{node}" chengban:handler="{handler}" {attributes}>{inner}</serviceTask>'


def gateway(kind: str, node: str, attributes: str = "", inner: str = "") -> str:
    return f'<{kind}Gateway id="{node}" {attributes}>{inner}</{kind}Gateway>'


def sub(node: str, *elements: str, attributes: str = "", kind: str = "subProcess") -> str:
    return f'<{kind} id="{node}" {attributes}>{_artifacts_last(elements)}</{kind}>'


def event_sub(node: str, *elements: str) -> str:
    return sub(node, *elements, attributes='triggeredByEvent="true"')


def boundary(node: str, attached: str, inner: str, cancel: bool = True) -> str:
    return (
        f'<boundaryEvent id="{node}" attachedToRef="{attached}" cancelActivity="{str(cancel).lower()}">'
        f"{inner}</boundaryEvent>"
    )


def catch(node: str, inner: str, attributes: str = "") -> str:
    return f'<intermediateCatchEvent id="{node}" {attributes}>{inner}</intermediateCatchEvent>'


def throw(node: str, inner: str = "") -> str:
    return f'<intermediateThrowEvent id="{node}">{inner}</intermediateThrowEvent>'


def expression(tag: str, text: str) -> str:
    return f'<{tag} xsi:type="tFormalExpression">{escape(text)}</{tag}>'


def timer(kind: str, text: str) -> str:
    """`kind`: timeDate, timeDuration or timeCycle."""
    return f"<timerEventDefinition>{expression(kind, text)}</timerEventDefinition>"


def message(ref: str) -> str:
    return f'<messageEventDefinition messageRef="{ref}"/>'


def signal(ref: str) -> str:
    return f'<signalEventDefinition signalRef="{ref}"/>'


def error(ref: str | None = None) -> str:
    return f'<errorEventDefinition errorRef="{ref}"/>' if ref else "<errorEventDefinition/>"


def escalation(ref: str | None = None) -> str:
    return f'<escalationEventDefinition escalationRef="{ref}"/>' if ref else "<escalationEventDefinition/>"


def condition(text: str) -> str:
    return f"<conditionalEventDefinition>{expression('condition', text)}</conditionalEventDefinition>"


def compensate(activity: str | None = None) -> str:
    return (
        f'<compensateEventDefinition activityRef="{activity}"/>'
        if activity
        else "<compensateEventDefinition/>"
    )


MESSAGES = '<message id="m_pay" name="pay"/><message id="m_stop" name="stop"/>'
SIGNALS = '<signal id="s_alarm" name="alarm"/><signal id="s_calm" name="calm"/>'
ERRORS = '<error id="e_bad" name="bad" errorCode="BAD"/><error id="e_other" name="other" errorCode="OTHER"/>'
ESCALATIONS = '<escalation id="c_late" name="late" escalationCode="LATE"/><escalation id="c_rude" name="rude" escalationCode="RUDE"/>'


def entered(history: Iterable[dict[str, Any]]) -> list[str]:
    return [entry["element"] for entry in history if entry["event"] == "element_entered"]


def completed(history: Iterable[dict[str, Any]]) -> list[str]:
    return [entry["element"] for entry in history if entry["event"] == "element_completed"]


def cancelled(history: Iterable[dict[str, Any]]) -> list[str]:
    return [entry["element"] for entry in history if entry["event"] == "element_cancelled"]

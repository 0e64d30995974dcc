"""Small models for the tests of the shell: two steps, a race of branches, timers, jobs, messages, signals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from engine.cases import Actor
from engine.deployment.bundle import Bundle

CLERK = Actor("zhang", "张三")
START = datetime(2026, 9, 25, 1, 0, tzinfo=UTC)

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:chengban="urn:chengban:bpmn:1">'
)


def model(body: str, *, process: str = "permit", roots: str = "") -> bytes:
    return (
        f'{_HEAD}{roots}<process id="{process}" isExecutable="true">{body}</process></definitions>'.encode()
    )


def flows(*pairs: str) -> str:
    """`"a b c"` is a flow from a to b and one from b to c."""
    found = []
    for pair in pairs:
        names = pair.split()
        found += [
            f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
            for source, target in pairwise(names)
        ]
    return "".join(found)


def bundle(xml: bytes, limits: list[dict[str, object]] | None = None) -> Bundle:
    files = {"permit.bpmn": xml}
    if limits is not None:
        files["limits.json"] = json.dumps(limits).encode()
    return Bundle(files)


TWO_STEPS = model(
    '<startEvent id="s"/>'
    '<userTask id="accept" name="受理" chengban:post="窗口/经办人"/>'
    '<userTask id="review" name="审核" chengban:post="审核科/经办人"/>'
    '<endEvent id="e"/>' + flows("s accept review e")
)
ENDLESS = model(
    '<startEvent id="s"/><exclusiveGateway id="g"/>'
    '<userTask id="accept" name="受理" chengban:post="窗口/经办人"/>' + flows("s g accept g")
)
TIMER = model(
    '<startEvent id="s"/><intermediateCatchEvent id="wait"><timerEventDefinition id="td">'
    '<timeDuration xsi:type="tFormalExpression">PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    '<userTask id="after" name="到期处理" chengban:post="窗口/经办人"/><endEvent id="e"/>'
    + flows("s wait after e")
)
JOB = model(
    '<startEvent id="s"/><serviceTask id="notify" name="通知" chengban:handler="notify"/>'
    '<userTask id="after" name="之后" chengban:post="窗口/经办人"/><endEvent id="e"/>'
    + flows("s notify after e")
)
MESSAGE = model(
    '<startEvent id="s"/><intermediateCatchEvent id="wait"><messageEventDefinition id="md" messageRef="m"/>'
    '</intermediateCatchEvent><userTask id="after" name="收到后" chengban:post="窗口/经办人"/><endEvent id="e"/>'
    + flows("s wait after e"),
    roots='<message id="m" name="补正材料"/>',
)
MESSAGE_START = model(
    '<startEvent id="s"><messageEventDefinition id="md" messageRef="m"/></startEvent>'
    '<userTask id="after" name="收到后" chengban:post="窗口/经办人"/><endEvent id="e"/>' + flows("s after e"),
    process="begun",
    roots='<message id="m" name="网上申请"/>',
)
SIGNAL = model(
    '<startEvent id="s"/><intermediateCatchEvent id="wait"><signalEventDefinition id="sd" signalRef="g"/>'
    '</intermediateCatchEvent><endEvent id="e"/>' + flows("s wait e"),
    roots='<signal id="g" name="停电"/>',
)
THROWING = model(
    '<startEvent id="s"/><intermediateThrowEvent id="throw"><messageEventDefinition id="md" messageRef="m"/>'
    '</intermediateThrowEvent><endEvent id="e"/>' + flows("s throw e"),
    process="sender",
    roots='<message id="m" name="补正材料"/>',
)
LIMITED = model(
    '<startEvent id="s"/><userTask id="correct" name="补正" chengban:post="窗口/经办人" chengban:limit="correction"/>'
    '<boundaryEvent id="late" attachedToRef="correct"><timerEventDefinition id="td" chengban:limit="correction"/>'
    '</boundaryEvent><userTask id="accepted" name="视为受理" chengban:post="窗口/经办人"/><endEvent id="e"/>'
    + flows("s correct e", "late accepted e")
)
CORRECTION = [
    {
        "id": "correction", "name": "一次性告知补正", "amount": 5, "unit": "working_day", "starts": "received_on",
        "ends": "corrected_on",
    }
]  # fmt: skip


class Clock:
    """Moves only when told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by

"""Processes for the tests of the checker: elements as XML, flows as `a > b`, conditions `a > b [x = 1]`."""

from __future__ import annotations

import re
from html import escape

from engine.deployment.exploration import Exploration, explore
from engine.deployment.soundness import Finding, findings
from engine.kernel import Net, compile_net
from engine.model import read_bpmn

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def drawn(elements: str, *flows: str, roots: str = "", process: str = "p") -> bytes:
    """`elements`: `user:a`, `parallel:g`, … separated by blanks, or XML where it begins with `<`."""
    parts = [_element(each) for each in re.findall(r"<.*>|\S+", elements)]
    for number, each in enumerate(flows):
        source, rest = each.split(" > ", 1)
        target, _, condition = rest.partition(" [")
        inner = ""
        if condition:
            text = escape(condition.rstrip("]"))
            inner = f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression>'
        parts.append(
            f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )
    return (
        f'<definitions xmlns="{BPMN}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns:chengban="urn:chengban:bpmn:1" id="definitions" targetNamespace="urn:test">{roots}'
        f'<process id="{process}" isExecutable="true">{"".join(parts)}</process></definitions>'
    ).encode()


_TAGS = {
    "start": "startEvent", "end": "endEvent", "user": "userTask", "task": "task", "parallel": "parallelGateway",
    "inclusive": "inclusiveGateway", "exclusive": "exclusiveGateway",
}  # fmt: skip


def _element(text: str) -> str:
    if text.startswith("<"):
        return text
    kind, name = text.split(":")
    name, _, default = name.partition("=")
    return f'<{_TAGS[kind]} id="{name}"{f" default={chr(34)}{default}{chr(34)}" if default else ""}/>'


def net_of(xml: bytes) -> Net:
    return compile_net([read_bpmn(xml, "drawn.bpmn")])


def explored(xml: bytes) -> tuple[Net, Exploration]:
    net = net_of(xml)
    return net, explore(net, "p")


def judged(xml: bytes) -> list[Finding]:
    return findings(*explored(xml))


def codes(xml: bytes, severity: str = "error") -> set[tuple[str, str]]:
    return {(each.code, each.element) for each in judged(xml) if each.severity == severity}

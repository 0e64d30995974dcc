"""Validation against the OMG's BPMN 2.0 schema, which SpiffWorkflow carries. Compiled once, on first use."""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import Any

from lxml import etree

from engine.errors import Fault
from engine.model.source import line_of

_LOCK = Lock()  # an lxml schema keeps its error log in itself
_NAMESPACE = re.compile(r"\{[^}]*\}")
_NOT_EXPECTED = re.compile(r"Element '([^']+)': This element is not expected")
_ATTRIBUTE = re.compile(r"Element '([^']+)', attribute '([^']+)': (.*)")
_REQUIRED = re.compile(r"Element '([^']+)': The attribute '([^']+)' is required")
_MISSING = re.compile(r"Element '([^']+)': Missing child element")


@cache
def _validator() -> Any:
    from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator

    return BpmnValidator()


def schema_faults(root: etree._Element, file: str) -> list[Fault]:
    """Every departure from BPMN20.xsd; repeated ids are left to the rule that names both places."""
    with _LOCK:
        validator = _validator()
        validator.preprocess(root)
        if validator.validator.validate(root):
            return []
        errors = [(entry.line, entry.message) for entry in validator.validator.error_log]
    elements: dict[int, str] = {}
    for element in root.iter(etree.Element):
        if element.sourceline and element.get("id"):
            elements.setdefault(line_of(element), element.get("id", ""))
    faults = []
    for line, message in errors:
        text = _NAMESPACE.sub("", message)
        if "'xs:ID'" in text and _well_formed_id(text):
            continue
        faults.append(Fault(file, line, elements.get(line, ""), "schema", _sentence(text)))
    return faults


def _well_formed_id(text: str) -> bool:
    value = re.search(r"'([^']*)' is not a valid value", text)
    return bool(value and re.fullmatch(r"[^\W\d][\w.\-]*", value.group(1)))


def _sentence(text: str) -> str:
    if found := _REQUIRED.search(text):
        return f"元素 {found.group(1)} 缺少必需的属性 {found.group(2)}"
    if found := _ATTRIBUTE.search(text):
        element, attribute, rest = found.groups()
        if "not allowed" in rest:
            return f"元素 {element} 不允许有属性 {attribute}"
        return f"元素 {element} 的属性 {attribute} 取值不合 BPMN 规定：{rest}"
    if found := _NOT_EXPECTED.search(text):
        return f"元素 {found.group(1)} 不应出现在这里（位置或次序不合 BPMN 2.0 模式）：{text}"
    if found := _MISSING.search(text):
        return f"元素 {found.group(1)} 缺少必需的下级元素：{text}"
    return f"不合 BPMN 2.0 模式：{text}"

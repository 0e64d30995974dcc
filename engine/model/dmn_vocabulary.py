"""What may stand in a DMN file: elements, attributes and children by name (DMN 1.1 – 1.5, XSD in clause 13).

Nothing is accepted and ignored but what only describes: drawings, annotations, knowledge sources, owners.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.errors import Fault

Complain = Callable[[etree._Element, str, str], None]
_EXPRESSIONS = [
    "literalExpression",
    "decisionTable",
    "context",
    "list",
    "relation",
    "invocation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
]
_REQUIREMENTS = ["informationRequirement", "knowledgeRequirement", "authorityRequirement"]
_ARTIFACTS = ["textAnnotation", "association", "group"]
_BUSINESS = ["elementCollection", "performanceIndicator", "organizationUnit"]
_DRG = ["inputData", "decision", "businessKnowledgeModel", "decisionService", "knowledgeSource"]
_DECISION = [
    "question",
    "allowedAnswers",
    "variable",
    "supportedObjective",
    "impactedPerformanceIndicator",
    "decisionMaker",
    "decisionOwner",
    "usingProcess",
    "usingTask",
]
_UNARY = ("expressionLanguage typeRef", ["text"])
_LITERAL = ("expressionLanguage typeRef", ["text"])
_CHILD = ("typeRef", _EXPRESSIONS)
_FUNCTION = ("kind typeRef", ["formalParameter", *_EXPRESSIONS])
_ITEM = (
    "name typeLanguage isCollection",
    ["typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"],
)
_VARIABLE = ("name typeRef", list[str]())
_REFERENCE = ("href", list[str]())
_TEXT = ("", list[str]())

_ELEMENTS: dict[str, tuple[str, list[str]]] = {
    "definitions": (
        "name namespace expressionLanguage typeLanguage exporter exporterVersion",
        ["import", "itemDefinition", *_DRG, *_ARTIFACTS, *_BUSINESS],
    ),
    "import": ("name namespace locationURI importType", []),
    "itemDefinition": _ITEM,
    "itemComponent": _ITEM,
    "functionItem": ("outputTypeRef", ["parameters"]),
    "inputData": ("name", ["variable"]),
    "decision": ("name", [*_DECISION, *_REQUIREMENTS, *_EXPRESSIONS]),
    "businessKnowledgeModel": ("name", ["variable", "encapsulatedLogic", *_REQUIREMENTS[1:]]),
    "decisionService": (
        "name",
        ["variable", "outputDecision", "encapsulatedDecision", "inputDecision", "inputData"],
    ),
    "knowledgeSource": ("name locationURI", ["type", "owner", "authorityRequirement"]),
    "informationRequirement": ("name", ["requiredDecision", "requiredInput"]),
    "knowledgeRequirement": ("name", ["requiredKnowledge"]),
    "authorityRequirement": ("name", ["requiredDecision", "requiredInput", "requiredAuthority"]),
    "textAnnotation": ("textFormat", ["text"]),
    "association": ("associationDirection", ["sourceRef", "targetRef"]),
    "group": ("name", []),
    "elementCollection": ("name", ["drgElement"]),
    "performanceIndicator": ("name URI", ["impactingDecision"]),
    "organizationUnit": ("name URI", ["decisionMade", "decisionOwned"]),
    "literalExpression": _LITERAL,
    "inputExpression": _LITERAL,
    "defaultOutputEntry": _LITERAL,
    "outputEntry": _LITERAL,
    "inputEntry": _UNARY,
    "inputValues": _UNARY,
    "outputValues": _UNARY,
    "allowedValues": _UNARY,
    "typeConstraint": _UNARY,
    "annotationEntry": ("", ["text"]),
    "decisionTable": (
        "typeRef hitPolicy aggregation preferredOrientation outputLabel",
        ["input", "output", "annotation", "rule"],
    ),
    "input": ("", ["inputExpression", "inputValues"]),
    "output": ("name typeRef", ["outputValues", "defaultOutputEntry"]),
    "annotation": ("name", []),
    "rule": ("", ["inputEntry", "outputEntry", "annotationEntry"]),
    "context": ("typeRef", ["contextEntry"]),
    "contextEntry": ("", ["variable", *_EXPRESSIONS]),
    "list": _CHILD,
    "row": _CHILD,
    "relation": ("typeRef", ["column", "row"]),
    "invocation": ("typeRef", ["binding", *_EXPRESSIONS]),
    "binding": ("", ["parameter", *_EXPRESSIONS]),
    "functionDefinition": _FUNCTION,
    "encapsulatedLogic": _FUNCTION,
    "conditional": ("typeRef", ["if", "then", "else"]),
    "filter": ("typeRef", ["in", "match"]),
    "for": ("typeRef iteratorVariable", ["in", "return"]),
    "some": ("typeRef iteratorVariable", ["in", "satisfies"]),
    "every": ("typeRef iteratorVariable", ["in", "satisfies"]),
    **dict.fromkeys(("if", "then", "else", "in", "match", "return", "satisfies"), _CHILD),
    **dict.fromkeys(("variable", "parameter", "parameters", "formalParameter", "column"), _VARIABLE),
    **dict.fromkeys(
        [
            "requiredDecision",
            "requiredInput",
            "requiredKnowledge",
            "requiredAuthority",
            "outputDecision",
            "encapsulatedDecision",
            "inputDecision",
            "supportedObjective",
            "impactedPerformanceIndicator",
            "decisionMaker",
            "decisionOwner",
            "usingProcess",
            "usingTask",
            "owner",
            "drgElement",
            "impactingDecision",
            "decisionMade",
            "decisionOwned",
            "sourceRef",
            "targetRef",
        ],
        _REFERENCE,
    ),
    **dict.fromkeys(("text", "typeRef", "question", "allowedAnswers", "type", "description"), _TEXT),
}
_COMMON = frozenset(("id", "label"))
_CHOICES = {
    ("decisionTable", "hitPolicy"): [
        "UNIQUE",
        "FIRST",
        "PRIORITY",
        "ANY",
        "COLLECT",
        "RULE ORDER",
        "OUTPUT ORDER",
    ],
    ("decisionTable", "aggregation"): ["SUM", "COUNT", "MIN", "MAX"],
    ("decisionTable", "preferredOrientation"): ["Rule-as-Row", "Rule-as-Column", "CrossTable"],
    ("functionDefinition", "kind"): ["FEEL", "Java", "PMML"],
    ("encapsulatedLogic", "kind"): ["FEEL", "Java", "PMML"],
    ("itemDefinition", "isCollection"): ["true", "false", "1", "0"],
    ("itemComponent", "isCollection"): ["true", "false", "1", "0"],
}
_REQUIRED = {
    "itemDefinition": ("name",),
    "itemComponent": ("name",),
    "inputData": ("name",),
    "decision": ("name",),
    "businessKnowledgeModel": ("name",),
    "decisionService": ("name",),
    "formalParameter": ("name",),
    "column": ("name",),
    "import": ("namespace", "importType"),
    "for": ("iteratorVariable",),
    "some": ("iteratorVariable",),
    "every": ("iteratorVariable",),
}


def vocabulary_faults(root: etree._Element, file: str) -> list[Fault]:
    """Every element and attribute that DMN does not know at its place; foreign ones only where DMN lets them."""
    faults: list[Fault] = []
    own = etree.QName(root).namespace

    def fault(element: etree._Element, code: str, sentence: str) -> None:
        line = element.sourceline
        faults.append(
            Fault(file, line if isinstance(line, int) else 0, element.get("id") or "", code, sentence)
        )

    pending = [root]
    while pending:
        element = pending.pop()
        tag = _tag(element)
        attributes, children = _ELEMENTS[tag]
        _attributes(element, tag, attributes.split(), fault)
        if tag == "decisionTable" and element.get("aggregation"):
            _aggregation(element, fault)
        expressions = 0
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child)
            if name.namespace != own:
                if tag != "definitions":
                    fault(child, "unknown_element", f"{tag} 中不能有 DMN 以外的元素 {name.localname}")
            elif name.localname == "extensionElements":
                continue
            elif name.localname in children or (name.localname == "description" and tag not in _TEXT_TAGS):
                expressions += name.localname in _EXPRESSIONS
                pending.append(child)
            elif name.localname == "importedValues":
                fault(child, "unsupported", "不支持 importedValues（从外部文件取表达式）")
            else:
                fault(child, "unknown_element", f"{tag} 中不能有元素 {name.localname}")
        if expressions > 1 and tag not in ("list", "row"):
            fault(element, "too_many_expressions", f"{tag} 中只能有一个表达式，却有 {expressions} 个")
    return sorted(faults, key=lambda each: each.line)


def _tag(element: etree._Element) -> str:
    """The local name; within a service `inputData` is a reference to one."""
    tag, parent = etree.QName(element).localname, element.getparent()
    refers = tag == "inputData" and parent is not None and etree.QName(parent).localname == "decisionService"
    return "requiredInput" if refers else tag


_TEXT_TAGS = frozenset(("text", "typeRef", "question", "allowedAnswers", "type", "description"))


def _attributes(element: etree._Element, tag: str, known: list[str], fault: Complain) -> None:
    for name, text in element.attrib.items():
        key, value = str(name), str(text)
        if key.startswith("{"):
            continue
        if key not in _COMMON and key not in known:
            fault(element, "unknown_attribute", f"{tag} 没有属性 {key}")
        elif (tag, key) in _CHOICES and value not in _CHOICES[tag, key]:
            fault(element, "attribute_value", f"{tag} 的属性 {key} 不能是“{value}”")
    for key in _REQUIRED.get(tag, ()):
        if not (element.get(key) or "").strip():
            fault(element, "missing_attribute", f"{tag} 缺少属性 {key}")


def _aggregation(element: etree._Element, fault: Complain) -> None:
    if element.get("hitPolicy") != "COLLECT":
        fault(element, "aggregation", "只有命中策略为 COLLECT 的决策表可以有 aggregation")

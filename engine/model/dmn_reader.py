"""From DMN files to `engine.decisions.Decisions`: hardened XML, references checked, all faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lxml import etree

from engine.errors import DeploymentError, Fault
from engine.model import dmn
from engine.model.dmn_vocabulary import vocabulary_faults
from engine.model.xml import parse

if TYPE_CHECKING:
    from engine.decisions import Decisions

NAMESPACES = (
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "https://www.omg.org/spec/DMN/20240513/MODEL/",
)
BOXED = (
    "literalExpression", "decisionTable", "context", "list", "relation", "invocation", "functionDefinition",
    "conditional", "filter", "for", "some", "every",
)  # fmt: skip
_ELEMENTS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_REFERENCES = ("requiredInput", "requiredDecision", "requiredKnowledge")
_PARTS = {
    "conditional": ("if", "then", "else"),
    "filter": ("in", "match"),
    "for": ("in", "return"),
    "some": ("in", "satisfies"),
    "every": ("in", "satisfies"),
}


def read_decisions(xml: bytes, imports: Sequence[bytes] = (), file: str = "决策.dmn") -> Decisions:
    """A DMN file and those it may import; raises DeploymentError with every fault."""
    from engine.decisions import Decisions  # engine.decisions reads engine.model.dmn

    return Decisions(_read(xml, file), [_read(each, f"{file} 的导入") for each in imports])


def _read(xml: bytes, file: str) -> dmn.Model:
    root = parse(xml, file)
    qualified = etree.QName(root)
    if qualified.localname != "definitions" or qualified.namespace not in NAMESPACES:
        raise DeploymentError(
            [Fault(file, _line(root), "", "not_dmn", "这不是 DMN 1.1 – 1.5 文件：根元素应为 definitions")]
        )
    faults = vocabulary_faults(root, file)
    seen: set[str] = set()
    for each in root.iter("*"):
        if etree.QName(each).namespace not in NAMESPACES:
            continue
        identity = each.get("id")
        if identity in seen:
            faults.append(Fault(file, _line(each), identity or "", "duplicate_id", f"编号 {identity} 重复"))
        if identity:
            seen.add(identity)
        language = each.get("expressionLanguage")
        if language and "feel" not in language.lower():
            sentence = f"表达式语言“{language}”不受支持，只支持 FEEL"
            faults.append(Fault(file, _line(each), identity or "", "expression_language", sentence))
    if faults:
        raise DeploymentError(faults)
    return dmn.Model(
        file,
        root.get("namespace") or "",
        root.get("name") or "",
        tuple(_element(each) for each in _children(root, *_ELEMENTS)),
        {item.name: item for item in map(_item, _children(root, "itemDefinition"))},
        tuple(map(_import, _children(root, "import"))),
        tuple(_type_uses(root)),
    )


def _line(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 0


def _children(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    for each in element:
        if isinstance(each.tag, str) and etree.QName(each).localname in tags:
            yield each


def _first(element: etree._Element | None, *tags: str) -> etree._Element | None:
    return None if element is None else next(_children(element, *tags), None)


def _text(element: etree._Element | None, tag: str = "text") -> str:
    found = _first(element, tag)
    return "" if found is None else _text_of(found)


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _name(element: etree._Element) -> str:
    return _words(element.get("name"))


def _import(element: etree._Element) -> dmn.Import:
    return dmn.Import(element.get("namespace") or "", _name(element), _line(element), element.get("id") or "")


def _type(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return _type_name(element, element.get("typeRef") or _text(element, "typeRef"))


def _type_name(element: etree._Element, text: str) -> str | None:
    """DMN 1.1 writes types as qualified names: the prefix gives way to the name of the import."""
    prefix, mark, local = text.strip().partition(":")
    namespace = element.nsmap.get(prefix) if mark else None
    if not mark or namespace is None:
        return _words(text) or None
    root = element.getroottree().getroot()
    for each in _children(root, "import"):
        if each.get("namespace") == namespace and each.get("name"):
            return f"{_name(each)}.{_words(local)}"
    return _words(local)


def _type_uses(root: etree._Element) -> Iterator[dmn.TypeUse]:
    for element in root.iter("*"):
        if etree.QName(element).namespace not in NAMESPACES:
            continue
        own = _text_of(element) if etree.QName(element).localname == "typeRef" else ""
        for text in (element.get("typeRef") or "", element.get("outputTypeRef") or "", own):
            if name := _type_name(element, text):
                owner = next((each.get("id") for each in element.iterancestors() if each.get("id")), "")
                yield dmn.TypeUse(name, _line(element), element.get("id") or owner or "")


def _text_of(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def _references(element: etree._Element, *tags: str) -> tuple[str, ...]:
    return tuple(each.get("href") or "" for each in _children(element, *tags))


def _element(element: etree._Element) -> dmn.Element:
    kind = etree.QName(element).localname
    requires = tuple(
        href
        for each in _children(element, "informationRequirement", "knowledgeRequirement")
        for href in _references(each, *_REFERENCES)
    )
    expression = _first(element, *BOXED)
    if kind == "businessKnowledgeModel":
        expression = _first(element, "encapsulatedLogic")
    return dmn.Element(
        kind,
        element.get("id") or "",
        _name(element),
        _type(_first(element, "variable")),
        _line(element),
        requires,
        None if expression is None else boxed(expression),
        _references(element, "outputDecision"),
        _references(element, "encapsulatedDecision"),
        _references(element, "inputDecision"),
        _references(element, "inputData"),
    )


def _item(element: etree._Element) -> dmn.ItemDefinition:
    function = _first(element, "functionItem")
    return dmn.ItemDefinition(
        _name(element),
        _type(element),
        _text(_first(element, "allowedValues")),
        _text(_first(element, "typeConstraint")),
        element.get("isCollection") in ("true", "1"),
        tuple(_item(each) for each in _children(element, "itemComponent")),
        function is not None,
        None if function is None else _type_name(function, function.get("outputTypeRef") or ""),
        () if function is None else tuple(_type(each) for each in _children(function, "parameters")),
    )


def boxed(element: etree._Element) -> dmn.Boxed:
    """One boxed expression; nesting is bounded by the reader's depth."""
    kind = etree.QName(element).localname
    line, type_ = _line(element), _type_name(element, element.get("typeRef") or "")
    if kind == "literalExpression":
        return dmn.Boxed(kind, line, _text(element), type_)
    if kind == "decisionTable":
        return dmn.Boxed(kind, line, type=type_, table=_table(element))
    if kind == "context":
        entries = list(_children(element, "contextEntry"))
        variables = [_first(each, "variable") for each in entries]
        names = tuple("" if each is None else _name(each) for each in variables)
        parts = tuple(_inner(each) for each in entries)
        return dmn.Boxed(kind, line, "", type_, parts, names, tuple(_type(each) for each in variables))
    if kind == "list":
        return dmn.Boxed(kind, line, "", type_, tuple(boxed(each) for each in _children(element, *BOXED)))
    if kind == "relation":
        names = tuple(_name(each) for each in _children(element, "column"))
        rows = tuple(
            tuple(boxed(cell) for cell in _children(row, *BOXED)) for row in _children(element, "row")
        )
        types = tuple(_type(each) for each in _children(element, "column"))
        return dmn.Boxed(kind, line, "", type_, (), names, types, rows)
    if kind == "invocation":
        bindings = list(_children(element, "binding"))
        parameters = [_first(each, "parameter") for each in bindings]
        names = tuple("" if each is None else _name(each) for each in parameters)
        return dmn.Boxed(kind, line, "", type_, (_inner(element), *map(_inner, bindings)), names)
    if kind in ("functionDefinition", "encapsulatedLogic"):
        formal = list(_children(element, "formalParameter"))
        names = tuple(_name(each) for each in formal)
        text = element.get("kind") or "FEEL"
        types = tuple(_type(each) for each in formal)
        return dmn.Boxed("functionDefinition", line, text, type_, (_inner(element),), names, types)
    parts = tuple(_inner(_first(element, part)) for part in _PARTS[kind])
    names = (_words(element.get("iteratorVariable")) or "item",)
    types = tuple(_type(_first(element, part)) for part in _PARTS[kind])
    return dmn.Boxed(kind, line, "", type_, parts, names, types)


def _inner(element: etree._Element | None) -> dmn.Boxed | None:
    found = _first(element, *BOXED)
    return None if found is None else boxed(found)


def _table(element: etree._Element) -> dmn.Table:
    inputs = []
    for each in _children(element, "input"):
        expression = _first(each, "inputExpression")
        text = _text(expression)
        values = _text(_first(each, "inputValues"))
        inputs.append(dmn.Clause(each.get("label") or text, text, values, _type(expression)))
    outputs = [
        dmn.Clause(
            _name(each),
            _text(_first(each, "defaultOutputEntry")),
            _text(_first(each, "outputValues")),
            _type(each),
        )
        for each in _children(element, "output")
    ]
    rules = [
        dmn.Rule(
            each.get("id") or "",
            tuple(_text(cell) for cell in _children(each, "inputEntry")),
            tuple(_text(cell) for cell in _children(each, "outputEntry")),
            _line(each),
        )
        for each in _children(element, "rule")
    ]
    policy = element.get("hitPolicy") or "UNIQUE"
    return dmn.Table(policy, element.get("aggregation"), tuple(inputs), tuple(outputs), tuple(rules))

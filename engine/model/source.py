"""One file while it is read: its elements by id, and the faults found so far."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Fault
from engine.model.bpmn import Expression

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_PREFIX = "{" + BPMN + "}"
_FEEL = ("https://www.omg.org/spec/DMN/", "http://www.omg.org/spec/DMN/", "http://www.omg.org/spec/FEEL/")

Element = etree._Element


def tag_of(element: Element) -> str:
    """The local name of a BPMN element; `""` for an element of another namespace."""
    tag = element.tag
    return tag[len(_PREFIX) :] if isinstance(tag, str) and tag.startswith(_PREFIX) else ""


def line_of(element: Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 0


def children(element: Element, *tags: str) -> Iterator[Element]:
    """The BPMN children with one of these names, in document order; all BPMN children without names."""
    for child in element:
        tag = tag_of(child)
        if tag and (not tags or tag in tags):
            yield child


def child(element: Element, tag: str) -> Element | None:
    return element.find(_PREFIX + tag)


def text_of(element: Element | None) -> str:
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def local(name: str | None) -> str:
    """The local part of a QName: references across files go by id, whatever prefix a tool wrote."""
    return (name or "").strip().rpartition(":")[2]


def flag(element: Element, name: str, default: bool = False) -> bool:
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


class Source:
    """Elements by id, given ids for those without, and the list of faults."""

    def __init__(self, root: Element, file: str) -> None:
        self.root = root
        self.file = file
        self.faults: list[Fault] = []
        self.by_id: dict[str, Element] = {}
        self.given: dict[Element, str] = {}
        counts: dict[str, int] = {}
        for element in root.iter(_PREFIX + "*"):
            tag = tag_of(element)
            identity = element.get("id")
            if identity is None:
                counts[tag] = counts.get(tag, 0) + 1
                self.given[element] = f"{tag}#{counts[tag]}"
            elif identity in self.by_id:
                first = line_of(self.by_id[identity])
                self.fault(element, "duplicate_id", f"编号 {identity} 重复：第 {first} 行已经用过")
            else:
                self.by_id[identity] = element
        self.language(root, "expressionLanguage")

    def id_of(self, element: Element) -> str:
        """The element's id; `tag#n` in document order where the file gives none."""
        return element.get("id") or self.given.get(element, "")

    def fault(self, element: Element, code: str, sentence: str) -> None:
        named: Element | None = element
        while named is not None and not named.get("id"):
            named = named.getparent()
        identity = named.get("id", "") if named is not None else ""
        self.faults.append(Fault(self.file, line_of(element), identity, code, sentence))

    def label(self, element: Element) -> str:
        name = element.get("name")
        return (
            f"{tag_of(element)}“{name}”（{self.id_of(element)}）"
            if name
            else f"{tag_of(element)} {self.id_of(element)}"
        )

    def reference(self, element: Element, name: str | None, what: str, *tags: str) -> Element | None:
        """The element that `name` refers to, which must be one of `tags`; a fault and None otherwise."""
        if name is None:
            return None
        found = self.by_id.get(local(name))
        if found is None:
            self.fault(element, "missing_reference", f"{what} 指向的“{name}”不存在")
            return None
        if tags and tag_of(found) not in tags:
            self.fault(
                element, "wrong_reference", f"{what} 指向的“{name}”是 {tag_of(found)}，应为 {'、'.join(tags)}"
            )
            return None
        return found

    def language(self, element: Element, attribute: str = "language") -> None:
        value = element.get(attribute)
        if value is None or value.strip().lower() == "feel":
            return
        if not (value.startswith(_FEEL) and "FEEL" in value.upper()):
            self.fault(element, "expression_language", f"表达式语言“{value}”不受支持，只支持 FEEL")

    def expression(self, element: Element | None, what: str = "表达式") -> Expression | None:
        """The FEEL text of an expression element, without a leading `=`; a fault if it is empty."""
        if element is None:
            return None
        self.language(element)
        text = text_of(element).removeprefix("=").strip()
        if not text:
            self.fault(element, "empty_expression", f"{what}（{tag_of(element)}）是空的")
            return None
        return Expression(text, line_of(element))

    def documentation(self, element: Element) -> str:
        return "\n".join(text_of(each) for each in children(element, "documentation"))

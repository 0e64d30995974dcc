"""What may stand in a file: elements we execute, elements that only describe, and what is refused by name."""

from __future__ import annotations

from engine.model import descriptor
from engine.model.source import Element, Source, flag, tag_of, text_of

_REFUSED_ELEMENTS = {
    "resourceRole": "资源角色不受支持，请用泳道或 chengban:post 指定岗位",
    "performer": "performer 不受支持，请用泳道或 chengban:post 指定岗位",
    "humanPerformer": "humanPerformer 不受支持，请用泳道或 chengban:post 指定岗位",
    "potentialOwner": "potentialOwner 不受支持，请用泳道或 chengban:post 指定岗位",
    "rendering": "rendering 不受支持，请用 chengban:form 指定表单",
    "ioBinding": "ioBinding 不受支持",
    "whileExecutingInputRefs": "执行中取数（whileExecutingInputRefs）不受支持",
    "whileExecutingOutputRefs": "执行中出数（whileExecutingOutputRefs）不受支持",
    "implicitThrowEvent": "隐式抛出事件不能独立出现在流程中",
    "choreography": "编排（choreography）不受支持",
    "globalChoreographyTask": "编排（choreography）不受支持",
    "choreographyTask": "编排任务不受支持",
    "subChoreography": "编排不受支持",
    "callChoreography": "编排不受支持",
    "globalConversation": "全局会话不受支持",
}
_IMPLEMENTATIONS = ("##unspecified", "##WebService")


def vocabulary_faults(source: Source) -> None:
    """Refuses what nothing here executes (BPMN 2.0.2 §2.1.1), and our attributes where they do not belong."""
    prefix = f"{{{descriptor.NAMESPACE}}}"
    for element in source.root.iter("*"):
        tag = tag_of(element)
        for name in element.attrib:
            if str(name).startswith(prefix):
                _our_attribute(source, element, tag, str(name)[len(prefix) :])
        if not tag:
            if str(element.tag).startswith(prefix):
                source.fault(
                    element,
                    "unknown_extension",
                    f"没有 chengban:{str(element.tag)[len(prefix) :]} 这种扩展元素",
                )
            continue
        if tag in _REFUSED_ELEMENTS:
            source.fault(element, "unsupported", _REFUSED_ELEMENTS[tag])
        _attributes(source, element, tag)


def _our_attribute(source: Source, element: Element, tag: str, name: str) -> None:
    allowed = descriptor.attributes()
    if name in allowed.get(tag, {}):
        if not element.get(f"{{{descriptor.NAMESPACE}}}{name}", "").strip():
            source.fault(element, "empty_attribute", f"属性 chengban:{name} 是空的")
        return
    owners = [owner for owner, names in allowed.items() if name in names]
    if owners:
        sentence = f"属性 chengban:{name} 不能写在 {tag or element.tag} 上，只能写在 {'、'.join(owners)} 上"
    else:
        sentence = f"没有 chengban:{name} 这个属性"
    source.fault(element, "unknown_attribute", sentence)


def _attributes(source: Source, element: Element, tag: str) -> None:
    implementation = element.get("implementation")
    if implementation is not None and implementation not in _IMPLEMENTATIONS:
        source.fault(
            element,
            "unsupported",
            f"implementation“{implementation}”不受支持，请用 chengban:handler 或 chengban:form",
        )
    if tag == "sequenceFlow" and not flag(element, "isImmediate", True):
        source.fault(element, "unsupported", "isImmediate=false 的顺序流不受支持")
    if tag == "dataStore" and (element.get("capacity") is not None or not flag(element, "isUnlimited", True)):
        source.fault(element, "unsupported", "有容量限制的数据存储不受支持")
    if tag == "extension" and flag(element, "mustUnderstand"):
        source.fault(
            element, "must_understand", f"扩展 {element.get('definition')} 声明为必须理解，但本系统不认识它"
        )
    for attribute, tags in _REFERENCES.get(tag, {}).items():
        source.reference(element, element.get(attribute), attribute, *tags)
    if tag in ("incoming", "outgoing"):
        source.reference(element, text_of(element), tag, "sequenceFlow")
    if tag in ("dataInputRefs", "optionalInputRefs", "dataOutputRefs", "optionalOutputRefs"):
        source.reference(element, text_of(element), tag, "dataInput", "dataOutput")


_REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "dataObjectReference": {"dataObjectRef": ("dataObject",)},
    "dataStoreReference": {"dataStoreRef": ("dataStore",)},
    "participant": {"processRef": ()},
    "messageFlow": {"sourceRef": (), "targetRef": (), "messageRef": ("message",)},
    "association": {"sourceRef": (), "targetRef": ()},
}

"""Data: properties, data objects, inputs and outputs, associations (BPMN 2.0.2 §10.4)."""

from __future__ import annotations

from engine.model.bpmn import Assignment, Association, DataItem
from engine.model.source import Element, Source, child, children, flag, line_of, local, tag_of, text_of

DATA = (
    "dataObject", "dataObjectReference", "dataStoreReference", "dataStore", "property",
    "dataInput", "dataOutput", "inputDataItem", "outputDataItem",
)  # fmt: skip


def variable(source: Source, element: Element) -> str:
    """The run-time name of a piece of data: that of the object that a reference points to, else its own."""
    for attribute in ("dataObjectRef", "dataStoreRef"):
        target = source.by_id.get(local(element.get(attribute)))
        if target is not None:
            element = target
    return (element.get("name") or "").strip() or source.id_of(element)


def item(source: Source, element: Element) -> DataItem:
    definition = source.by_id.get(local(element.get("itemSubjectRef")))
    collection = flag(element, "isCollection") or (
        definition is not None and flag(definition, "isCollection")
    )
    identity = source.id_of(element)
    optional = identity in optional_ids(element)
    return DataItem(identity, variable(source, element), collection, optional, line_of(element))


def optional_ids(element: Element) -> set[str]:
    parent = element.getparent()
    if parent is None or tag_of(parent) != "ioSpecification":
        return set()
    return {
        text_of(each)
        for sets in children(parent, "inputSet", "outputSet")
        for each in children(sets, "optionalInputRefs", "optionalOutputRefs")
    }


def properties(source: Source, element: Element) -> tuple[DataItem, ...]:
    return tuple(item(source, each) for each in children(element, "property"))


def specified(source: Source, element: Element, tag: str) -> tuple[DataItem, ...]:
    """The data inputs or outputs of an activity or process, from its ioSpecification."""
    specification = child(element, "ioSpecification")
    if specification is None:
        return ()
    return tuple(item(source, each) for each in children(specification, tag))


def input_sets(source: Source, element: Element) -> tuple[tuple[str, ...], ...]:
    """Per input set the variables without which work does not begin (BPMN 2.0.2 §10.4.1, §13.3.2)."""
    specification = child(element, "ioSpecification")
    found = []
    for one in children(specification, "inputSet") if specification is not None else ():
        optional = {local(text_of(each)) for each in children(one, "optionalInputRefs")}
        wanted = [local(text_of(each)) for each in children(one, "dataInputRefs")]
        found.append(
            tuple(
                variable(source, source.by_id[each])
                for each in wanted
                if each not in optional and each in source.by_id
            )
        )
    return tuple(found)


def data_name(source: Source, element: Element, name: str, what: str) -> str | None:
    found = source.reference(element, name, what, *DATA)
    return None if found is None else variable(source, found)


def associations(source: Source, element: Element, tag: str) -> tuple[Association, ...]:
    return tuple(association(source, each) for each in children(element, tag))


def association(source: Source, element: Element) -> Association:
    sources = [data_name(source, each, text_of(each), "sourceRef") for each in children(element, "sourceRef")]
    target = child(element, "targetRef")
    transformation = source.expression(child(element, "transformation"), "数据转换")
    assignments = []
    for each in children(element, "assignment"):
        value = source.expression(child(each, "from"), "赋值的来源")
        to = source.expression(child(each, "to"), "赋值的去处")
        if value is not None and to is not None:
            assignments.append(Assignment(value, to.text))
    if len(sources) > 1 and transformation is None and not assignments:
        source.fault(element, "association_sources", "数据关联有多个 sourceRef 时必须写 transformation")
    if not sources and transformation is None and not assignments:
        source.fault(
            element, "association_empty", "数据关联没有来源：缺少 sourceRef、transformation 或 assignment"
        )
    return Association(
        source.id_of(element),
        tuple(name for name in sources if name is not None),
        None if target is None else data_name(source, target, text_of(target), "targetRef"),
        transformation,
        tuple(assignments),
        line_of(element),
    )

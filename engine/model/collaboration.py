"""Pools and lanes (BPMN 2.0.2 §9.3, §10.8): message flows run between pools, a node lies in one lane."""

from __future__ import annotations

from engine.model.source import Element, Source, children, local, tag_of, text_of


def collaboration_faults(source: Source) -> None:
    """What the schema cannot say of collaborations and lanes."""
    for collaboration in children(source.root, "collaboration"):
        pools = {
            local(each.get("processRef")): source.id_of(each)
            for each in children(collaboration, "participant")
            if each.get("processRef")
        }
        for flow in children(collaboration, "messageFlow"):
            ends = [source.by_id.get(local(flow.get(end))) for end in ("sourceRef", "targetRef")]
            between = [_pool(source, end, pools) for end in ends if end is not None]
            if len(between) == 2 and between[0] is not None and between[0] == between[1]:
                source.fault(
                    flow,
                    "message_flow_pool",
                    f"消息流 {source.id_of(flow)} 的两端在同一个泳池里，池内只能用顺序流",
                )
    for process in children(source.root, "process"):
        for lanes in children(process, "laneSet"):
            _lane_set(source, lanes)


def _pool(source: Source, element: Element, pools: dict[str, str]) -> str | None:
    if tag_of(element) == "participant":
        return source.id_of(element)
    process = next((each for each in (element, *element.iterancestors()) if tag_of(each) == "process"), None)
    return None if process is None else pools.get(source.id_of(process))


def _lane_set(source: Source, lane_set: Element) -> None:
    """Within one set a node lies in one lane; an inner set divides its lane again."""
    placed: dict[str, str] = {}
    for lane in children(lane_set, "lane"):
        name = source.id_of(lane)
        for each in children(lane, "flowNodeRef"):
            node = local(text_of(each))
            if placed.setdefault(node, name) != name:
                source.fault(
                    each, "lane_twice", f"{node} 同时在泳道 {placed[node]} 与 {name} 里，只能属于一个"
                )
        for inner in children(lane, "childLaneSet"):
            _lane_set(source, inner)

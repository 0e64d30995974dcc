"""What stands beside the processes: messages, signals, errors, escalations, correlation (BPMN 2.0.2 §8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.model import bpmn
from engine.model.source import Element, Source, child, children, line_of, local, tag_of, text_of

Root = TypeVar("Root")


class Roots:
    """The root elements of one file by id; looking up a missing one is a fault."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.messages = self._read("message", lambda e, i: bpmn.Message(i, e.get("name") or i, line_of(e)))
        self.signals = self._read("signal", lambda e, i: bpmn.Signal(i, e.get("name") or i, line_of(e)))
        self.errors = self._read(
            "error", lambda e, i: bpmn.Error(i, e.get("name") or i, e.get("errorCode") or None, line_of(e))
        )
        self.escalations = self._read(
            "escalation",
            lambda e, i: bpmn.Escalation(i, e.get("name") or i, e.get("escalationCode") or None, line_of(e)),
        )
        self.properties = self._read("correlationProperty", self._property)
        self.keys: dict[str, tuple[str, ...]] = {}
        for collaboration in children(source.root, "collaboration"):
            for key in collaboration.iter("{*}correlationKey"):
                self.keys[source.id_of(key)] = self._key(key)

    def _read(self, tag: str, build: Callable[[Element, str], Root]) -> dict[str, Root]:
        return {
            self.source.id_of(each): build(each, self.source.id_of(each))
            for each in children(self.source.root, tag)
        }

    def _property(self, element: Element, identity: str) -> bpmn.CorrelationProperty:
        paths: dict[str, bpmn.Expression] = {}
        for each in children(element, "correlationPropertyRetrievalExpression"):
            message = self.source.reference(each, each.get("messageRef"), "messageRef", "message")
            path = self.source.expression(child(each, "messagePath"), "关联取值")
            if message is not None and path is not None:
                paths[self.source.id_of(message)] = path
        return bpmn.CorrelationProperty(identity, element.get("name") or identity, paths)

    def _key(self, element: Element) -> tuple[str, ...]:
        names = []
        for each in children(element, "correlationPropertyRef"):
            self.source.reference(each, text_of(each), "correlationPropertyRef", "correlationProperty")
            names.append(local(text_of(each)))
        return tuple(names)

    def subscription(self, element: Element) -> bpmn.CorrelationSubscription:
        key = element.get("correlationKeyRef")
        self.source.reference(element, key, "correlationKeyRef", "correlationKey")
        bindings: dict[str, bpmn.Expression] = {}
        for each in children(element, "correlationPropertyBinding"):
            name = each.get("correlationPropertyRef")
            self.source.reference(each, name, "correlationPropertyRef", "correlationProperty")
            path = self.source.expression(child(each, "dataPath"), "关联取值")
            if path is not None:
                bindings[local(name)] = path
        return bpmn.CorrelationSubscription(self.source.id_of(element), local(key), bindings)

    def message(self, element: Element, name: str | None) -> bpmn.Message | None:
        found = self.source.reference(element, name, "messageRef", "message")
        return None if found is None else self.messages.get(self.source.id_of(found))

    def signal(self, element: Element, name: str | None) -> bpmn.Signal | None:
        found = self.source.reference(element, name, "signalRef", "signal")
        return None if found is None else self.signals.get(self.source.id_of(found))

    def error(self, element: Element, name: str | None) -> bpmn.Error | None:
        found = self.source.reference(element, name, "errorRef", "error")
        return None if found is None else self.errors.get(self.source.id_of(found))

    def escalation(self, element: Element, name: str | None) -> bpmn.Escalation | None:
        found = self.source.reference(element, name, "escalationRef", "escalation")
        return None if found is None else self.escalations.get(self.source.id_of(found))


def is_choreography(element: Element) -> bool:
    return "horeography" in tag_of(element) or tag_of(element) == "globalConversation"

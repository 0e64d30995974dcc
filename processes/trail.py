"""The matter's steps in its own order, and which of them are done, under way, passed over by a deadline, or to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.calendar.period import day_of
from engine.cases.actor import CaseView as Looking
from engine.history.entries import Entry
from processes.desk import Desk
from processes.narrative import who_did
from processes.views import Place

STATES = ("done", "now", "open", "deemed", "lapsed")
"""`deemed`: done by the law, as nobody had acted in time; `lapsed`: ended undone when its limit ran out."""


def trail(view: Looking, desk: Desk, journal: Iterable[Entry], names: Mapping[str, str]) -> list[Place]:
    """`detail` says by whom and when."""
    now = {item.element for item in view.state.items.values()}
    opened: dict[str, str] = {}
    parts: set[str] = set()
    ended: dict[str, tuple[str, str]] = {}
    for entry in journal:
        deemed = any(
            effect["event"] == "variables_written" and effect["values"].get("deemed_accepted") is True
            for effect in entry.effects
        )
        day = day_of(entry.at).isoformat()
        for effect in entry.effects:
            match effect["event"]:
                case "item_opened":
                    opened[effect["item"]] = effect["element"]
                case "part_opened" if effect["kind"] != "sign":
                    parts.add(effect["item"])
                case "item_completed" if effect["item"] not in parts:
                    ended[effect["element"]] = ("done", f"{who_did(entry, names)} {day}")
                case "item_cancelled" if effect["reason"] == "interrupted" and entry.command == "FireTimer":
                    ended.setdefault(effect["element"], ("deemed" if deemed else "lapsed", day))
    listed = [step.id for step in desk.matter.steps]
    listed += [element for element in dict.fromkeys(opened.values()) if element not in listed]
    own = {step.id for step in desk.matter.steps}
    found = []
    for element in listed:
        state, detail = ended.get(element, ("open", ""))
        if element in now:
            state = "now"
        if state != "open" or element in own:
            found.append(Place(element, desk.name_of("", element), state, detail))
    return found

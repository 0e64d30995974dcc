"""What a list is narrowed by, between the address of the page and the desk: read leniently, written in one order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from processes.inbox import ALL, CLAIMED, LIGHTS, ORDERS, WITHIN, Chosen
from webapp.wording import LIGHTS as LIGHT_WORDS
from webapp.wording import _

SIZES = (20, 50, 100)
# As they are called in an address.
NAMES = {
    "matter": "matter", "step": "step", "light": "light", "due": "due", "since": "since", "until": "until",
    "claimed": "claimed", "urgent": "urgent", "behalf": "behalf", "words": "q", "order": "order",
}  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "light": LIGHTS, "due": WITHIN, "claimed": CLAIMED, "order": ORDERS,
}  # fmt: skip
_OF_BOX = {
    "todo": frozenset(NAMES), "claimable": frozenset(NAMES) - {"claimed"},
    "done": frozenset({"matter", "step", "since", "until", "words"}),
    "started": frozenset({"matter", "since", "until", "words"}), "copies": frozenset(),
}  # fmt: skip
WITHIN_WORDS = {"0": _("今日到期或者已逾期"), "3": _("三个工作日内到期"), "5": _("五个工作日内到期"), "10": _("十个工作日内到期")}  # fmt: skip
CLAIMED_WORDS = {"yes": _("已签收"), "no": _("未签收"), "any": _("不论签收与否")}
ORDER_WORDS = {"due": _("按到期先后"), "received": _("新到的在前"), "number": _("按办件编号")}


class Chip(NamedTuple):
    """One filter that applies, in words, and the address of the list without it."""

    words: str
    without: str


def chosen(given: Mapping[str, str], box: str) -> Chosen:
    """What an address asks for; what it says wrongly, or what the box does not have, does not narrow."""
    found: dict[str, Any] = {}
    for name in _OF_BOX[box]:
        value = (given.get(NAMES[name]) or "").strip()[:100]
        if not value:
            continue
        if name in ("since", "until"):
            value = _day(value)  # type: ignore[assignment]
        elif name == "urgent":
            value = value == "1"  # type: ignore[assignment]
        elif name in _CHOICES and value not in _CHOICES[name]:
            continue
        if value:
            found[name] = value
    return Chosen(**found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def written(wanted: Chosen) -> dict[str, str]:
    """As an address has it."""
    return {
        NAMES[name]: "1" if value is True else str(value)
        for name, value in wanted._asdict().items()
        if value and value != getattr(ALL, name)
    }


def kept(wanted: Chosen) -> str:
    """As a view keeps it."""
    return urlencode(written(wanted))


def from_kept(filters: str, box: str) -> Chosen:
    return chosen(dict(parse_qsl(filters)), box)


def address(box: str, wanted: Chosen = ALL, **more: Any) -> str:
    return url_for("inbox.show", box=box, **written(wanted), **more)


def chips(box: str, wanted: Chosen, names: Mapping[str, Mapping[str, str]]) -> list[Chip]:
    """What applies; `names` gives the words of matters, steps and people."""
    words: dict[str, str] = {}
    for name in ("matter", "step"):
        if value := getattr(wanted, name):
            words[name] = names[name].get(value, value)
    if wanted.light:
        words["light"] = LIGHT_WORDS[wanted.light]
    if wanted.due:
        words["due"] = WITHIN_WORDS[wanted.due]
    if wanted.since:
        words["since"] = f"{wanted.since.isoformat()} " + _("起")
    if wanted.until:
        words["until"] = f"{wanted.until.isoformat()} " + _("止")
    if wanted.claimed:
        words["claimed"] = CLAIMED_WORDS[wanted.claimed]
    if wanted.urgent:
        words["urgent"] = _("催办、督办")
    if wanted.behalf:
        words["behalf"] = (
            _("本人的")
            if wanted.behalf == "-"
            else _("代 ") + names["behalf"].get(wanted.behalf, wanted.behalf)
        )
    if wanted.words:
        words["words"] = _("含“{words}”").format(words=wanted.words)
    return [
        Chip(said, address(box, wanted._replace(**{name: getattr(ALL, name)})))
        for name, said in words.items()
    ]

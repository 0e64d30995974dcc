"""How much may be sent at once: a body is measured before anything looks into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.errors import InvalidForm

TOTAL = 1_000_000
NAMES = 20_000
NAME = 100


def cut(name: Any) -> str:
    """A name as sent, short enough to be said back."""
    return str(name)[:NAME]


def check_size(data: Mapping[str, Any]) -> None:
    """Sizes are in characters. Raises InvalidForm, naming the one field that is too long where there is one."""
    if len(data) > NAMES:
        raise InvalidForm({"": [f"填报内容过多：最多 {NAMES} 项"]})
    total = 0
    for name, value in data.items():
        if isinstance(value, str):
            size = len(value)
        else:
            size = _size(value) if isinstance(value, (list, dict)) else 1
        if size > TOTAL:
            text = f"“{cut(name)}”的内容过长：最多 {TOTAL} 字，现有{'' if isinstance(value, str) else '至少'} {size} 字"
            raise InvalidForm({cut(name): [text]})
        total += size + len(str(name))
    if total > TOTAL:
        raise InvalidForm({"": [f"填报内容过多：合计最多 {TOTAL} 字，现有 {total} 字"]})


def _size(value: Any) -> int:
    """Without recursion, for a body may be nested deeply; stops where the bound is passed."""
    total = 0
    waiting = [value]
    while waiting and total <= TOTAL:
        item = waiting.pop()
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
            waiting.extend(item.keys())
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
        total += 1
    return total

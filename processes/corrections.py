"""补正: what an application still lacks, in the words of the one notice that must name all of it (行政许可法 第三十二条)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.definition import HELD
from forms.form import Form

FIELD = "correction_items"
_ASKED = {"补": "请补正"}


def proposed(form: Form, values: Mapping[str, Any], states: Mapping[str, Any]) -> str:
    """One numbered line for each material that is needed and not held, or marked 缺 or 补; empty where all are."""
    lines: list[str] = []
    for material in form.materials:
        state = states.get(material.id)
        if state in HELD or (state is None and not material.needed(values)):
            continue
        if state not in ("缺", "补") and not material.needed(values):
            continue
        lines.append(
            f"{len(lines) + 1}. {_ASKED.get(str(state), '请提交')}：{material.name}（{material.copies} 份）"
        )
    return "\n".join(lines)


def prefilled(form: Form, step: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The step's values, with the proposal where the step may write the notice and nobody has written it yet."""
    found = dict(values)
    if FIELD in form.fields and form.step(step).modes[FIELD] == "edit" and not found.get(FIELD):
        states = values.get("materials")
        text = proposed(form, values, states if isinstance(states, Mapping) else {})
        if text:
            found[FIELD] = text
    return found

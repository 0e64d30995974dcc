"""What the papers of a case have settled of a step's form: numbers, facts given for them, how and when they were served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.cases import documents
from engine.cases.actor import CaseView as Looking
from engine.cases.documents import Document
from processes.desk import Desk
from processes.documents import _version as version_of

if TYPE_CHECKING:
    from processes.bureau import Bureau


def filled_in(
    bureau: Bureau, view: Looking, desk: Desk, row: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the papers that stand have settled of the form: the number in its field, and what was given for them; with
    the `row` of a step, also how and when a paper of that step was served."""
    found: dict[str, Any] = {}
    kinds = version_of(bureau, desk).kinds
    standing = [
        each
        for each in documents.documents(bureau.store, view.case_id)
        if each.voided_at is None and each.kind in kinds
    ]
    for each in standing:
        found |= each.values
        if kinds[each.kind].fills and each.number:
            found[kinds[each.kind].fills] = each.number
    if row is not None:
        found |= _served(desk, row, standing, view.variables)
    return {name: value for name, value in found.items() if name in desk.form.fields}


def _served(
    desk: Desk, row: Mapping[str, Any], standing: Sequence[Document], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The record of service of the first of the step's papers that has one; where the step only serves what was decided,
    of the last paper served since."""
    edited = [name for name, mode in desk.form.step(row["element"]).modes.items() if mode == "edit"]
    fields = [name for name in edited if name.endswith("delivered_on")]
    called = desk.steps[row["process"], row["element"]].documents
    served = [each for name in called for each in standing if each.kind == name and each.services]
    decided = values.get("decided_on")
    if not served and isinstance(decided, date):
        served = [each for each in reversed(standing) if each.services and each.services[-1].on >= decided]
    if not served or not fields:
        return {}
    last = served[0].services[-1]
    told: dict[str, Any] = {**dict.fromkeys(fields, last.on), "delivery_mode": f"{last.mode}送达"}
    return {**told, "service_record_no": last.receipt} if last.receipt else told

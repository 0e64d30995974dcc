"""延长期限: an extension that a step approves stretches the clock before the step is completed (行政许可法 第四十二条)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.cases.actor import CaseView as Looking
from engine.errors import ItemClosed
from engine.kernel.commands import ExtendClock
from processes import stand_in

if TYPE_CHECKING:
    from processes.bureau import Bureau

EXTENSION, GRANTED = "extend_outcome", "批准并告知"


def extend(
    bureau: Bureau, user: str, case_id: str, item: str, data: Mapping[str, Any], revision: int | None = None
) -> int | None:
    """By the holder of the step, or who stands in for him. Should the process end in between, the step is still open and
    done again: the key is the step's. Returns the revision that the completion is to find.

    A step that is closed already extends nothing: whether that is a repetition, the completion's own key tells.
    """
    account = bureau.person(user)
    try:
        actor = stand_in.actor_for(bureau, account, case_id, item)

        def look(view: Looking) -> ExtendClock | None:
            row = bureau.open_row(view, item)
            holder = stand_in.may_act(bureau, account, actor, row)
            stand_in.not_recused(bureau, view, row["element"], {user, holder})
            desk = bureau.desk(view.deployment)
            values = desk.form.load(row["element"], data, {**view.variables, **view.variables_at(item)})
            limit = desk.limits.get("decide")
            if limit is None or limit.extension is None or values.get(EXTENSION) != GRANTED:
                return None
            return ExtendClock(
                limit.id, limit.extension.approver, values["extension_reason"], values["extension_notice_no"],
                values["extension_granted_on"],
            )  # fmt: skip

        command = bureau.cases.view(case_id, look)
    except ItemClosed:
        return revision
    if command is None:
        return revision
    key = f"{case_id}:{item}:extension"
    answer = bureau.cases.submit(case_id, command, actor=actor, key=key, revision=revision)
    return None if revision is None else answer.seq

"""What was filled in, checked by the form exactly as at the end of the step, with nothing done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.cases.actor import CaseView as Looking
from engine.errors import NotPermitted
from processes import attachments, corrections, stand_in
from processes.desk import START

if TYPE_CHECKING:
    from processes.bureau import Bureau


def values_of(
    bureau: Bureau, view: Looking, row: Mapping[str, Any], data: Mapping[str, Any]
) -> dict[str, Any]:
    """What completing the step with `data` would write. Raises InvalidForm."""
    desk = bureau.desk(view.deployment)
    known = {**view.variables, **view.variables_at(row["item"])}
    values: dict[str, Any] = desk.form.load(row["element"], data, known)
    if any(desk.form.fields[name].kind == "file" for name in values if name in desk.form.fields):
        values = attachments.confirmed(desk.form, values, attachments.of_case(bureau, view.case_id))
    return dict(values)


def check(bureau: Bureau, user: str, case_id: str, item: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """For whoever may do the step. Raises InvalidForm, NotFound, NotPermitted, ItemClosed."""
    account = bureau.person(user)

    def look(view: Looking) -> dict[str, Any]:
        row = bureau.open_row(view, item)
        if not stand_in.holders(bureau, account, row):
            raise NotPermitted()
        return values_of(bureau, view, row, data)

    return bureau.cases.view(case_id, look)


def check_application(
    bureau: Bureau, user: str, matter: str, data: Mapping[str, Any], uploads: Sequence[str] = ()
) -> dict[str, Any]:
    """For whoever may receive the matter. Raises InvalidForm, NotFound, NotPermitted."""
    if bureau.person(user).may_act_as.isdisjoint(bureau.matter(matter).posts):
        raise NotPermitted("收件须由受理窗口或者承办岗位办理")
    form = bureau.start_form(matter).form
    there = attachments.of_uploads(attachments.staged(bureau, user, matter, uploads))
    return attachments.confirmed(form, form.load(START, data), there)


def correction(bureau: Bureau, user: str, case_id: str, item: str, states: Mapping[str, str]) -> str:
    """The one notice's items, from the states of the materials as given over those in the case (行政许可法 第三十二条)."""
    view = bureau.item(user, case_id, item)
    if view.form is None:
        raise NotPermitted()
    known = view.values.get("materials")
    held = {**(known if isinstance(known, Mapping) else {}), **states}
    return corrections.proposed(view.form, view.values, held)

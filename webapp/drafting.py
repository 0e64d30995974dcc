"""Drafts between page and store: saved as they are typed, given back on opening, kept when the step has moved on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, jsonify, make_response, render_template, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from engine.errors import ChengbanError, ItemClosed, ItemTaken, NotFound, NotPermitted
from processes import drafts
from webapp import faults
from webapp.context import bureau
from webapp.signin import me
from webapp.wording import _, moment

CONFLICTS = (ItemClosed, ItemTaken)


def typed_fields(form: MultiDict[str, str]) -> dict[str, list[str]]:
    return {name: form.getlist(name) for name in form}


def autosave(case_id: str, item: str) -> Any:
    """The answer to the page's own script: 200 saved, 401 the session is over, 409 saved but the step moved on."""
    if not current_user.is_authenticated:
        return jsonify(message=_("登录已过期：填写的内容仍在本页，请在新窗口登录后继续。")), 401
    try:
        at = drafts.save(bureau(), me().user, case_id, item, typed_fields(request.form))
    except ChengbanError as error:
        return jsonify(message=_("草稿没有保存：") + error.message), faults.status_of(error)
    try:
        if case_id:
            bureau().still_open(me().user, case_id, item)
    except ChengbanError as error:
        return jsonify(message=_("草稿已保存。") + error.message), 409
    return jsonify(message=_("草稿已自动保存 ") + moment(at)[11:])


def save(case_id: str, item: str) -> None:
    """By the button, without a script."""
    drafts.save(bureau(), me().user, case_id, item, typed_fields(request.form))
    flash(_("草稿已保存，尚未提交。"), "good")


def restored(case_id: str, item: str, since: datetime | None = None) -> MultiDict[str, str] | None:
    """What was saved; not what is older than `since`, when somebody else handed in what now stands there."""
    found = drafts.find(bureau(), me().user, case_id, item)
    if found is None or (since is not None and found.saved_at <= since):
        return None
    flash(_("已恢复 ") + moment(found.saved_at) + _(" 保存的草稿，尚未提交。"), "good")
    return as_typed(found)


def kept(case_id: str, item: str) -> MultiDict[str, str] | None:
    """As `restored`, and nothing is said of it."""
    found = drafts.find(bureau(), me().user, case_id, item)
    return None if found is None else as_typed(found)


def as_typed(found: drafts.Draft) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, values in found.fields.items() for value in values])


def moved_on(case_id: str, item: str, error: ChengbanError, typed: MultiDict[str, str] | None = None) -> Any:
    """The step is not there to be done any more: why, and everything that was typed, to be read and copied."""
    if typed is not None:
        try:
            drafts.save(bureau(), me().user, case_id, item, typed_fields(typed))
        except (NotFound, NotPermitted):
            raise error from None  # never theirs: nothing is kept and nothing told
    else:
        found = drafts.find(bureau(), me().user, case_id, item)
        if found is None:
            raise error
        typed = as_typed(found)
    lines = told(case_id, item, typed)
    return make_response(
        render_template(
            "kept.html", here="inbox", message=error.message, lines=lines, case_id=case_id, item=item
        ),
        409,
    )


def told(case_id: str, item: str, typed: MultiDict[str, str]) -> list[tuple[str, str]]:
    """(label, text) of what was typed; blanks are left out."""
    view = bureau().cases.view(case_id, lambda view: (view.deployment, view.item(item)["element"]))
    form = bureau().desk(view[0]).form
    step = form.steps.get(view[1])
    labels = {name: field.label for name, field in form.fields.items()}
    labels |= {f"materials-{material.id}": material.name for material in form.materials}
    if step is not None:
        labels |= {step.outcome_name: _("办理结果"), step.reason_name: _("理由")}
    labels["_reason"] = _("退回理由")
    found = []
    for name in typed:
        label = labels.get(name) or labels.get(name.partition("-")[0], "")
        text = "；".join(value for value in typed.getlist(name) if value.strip())
        if label and text:
            found.append((label, text))
    return found

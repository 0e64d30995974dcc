"""One step's page: what it asks, what is known, the clocks beside it, and what may be done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import login_required
from markupsafe import Markup
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import InvalidInput, Refused
from forms.errors import InvalidForm
from forms.form import Form
from processes import attachments, corrections, drafts, operations
from processes.views import ItemView
from webapp import drafting, faults, step_operations, uploads
from webapp.context import bureau, settings, vault
from webapp.signin import me, restored
from webapp.wording import _

pages = Blueprint("step", __name__, url_prefix="/cases/<case_id>/items/<item>")


@pages.get("")
@login_required
def show(case_id: str, item: str) -> Any:
    try:
        view = bureau().item(me().user, case_id, item)
        typed = restored()
        if typed is None and "complete" in view.may:
            typed = drafting.restored(case_id, item, since=view.state.proposed_at)
    except drafting.CONFLICTS as error:
        return drafting.moved_on(case_id, item, error)
    return page(case_id, item, typed=typed, view=view)


@pages.post("")
@login_required
def act(case_id: str, item: str) -> Any:
    command = "remove" if request.form.get("_remove") else request.form.get("_command", "complete")
    does, operation = COMMANDS.get(command), step_operations.COMMANDS.get(command)
    if does is None and operation is None:
        abort(400)
    try:
        return operate(case_id, item, operation) if operation is not None else does(case_id, item)  # type: ignore[misc]
    except drafting.CONFLICTS as error:
        return drafting.moved_on(case_id, item, error, request.form)


@pages.post("/draft")
def autosave(case_id: str, item: str) -> Any:
    return drafting.autosave(case_id, item)


@pages.get("/draft")
def draft(case_id: str, item: str) -> Any:
    return again(case_id, item)


def complete(case_id: str, item: str) -> Any:
    if request.form.get("_table"):
        return page(case_id, item, typed=request.form)  # a row added or taken away; nothing is submitted
    typed, wrong = with_files(case_id, item)
    if wrong:
        return page(case_id, item, typed=typed, message="；".join(wrong), status=422)
    try:
        bureau().complete(me().user, case_id, item, typed, key=given_key())
    except InvalidForm as error:
        return page(case_id, item, typed=typed, errors=error.errors, status=422)
    except InvalidInput as error:
        return page(case_id, item, typed=typed, errors=error.fields, message=error.message, status=422)
    drafts.drop(bureau(), me().user, case_id, item)
    flash(submitted(case_id, item), "good")
    return redirect(url_for("inbox.show"), 303)


def submitted(case_id: str, item: str) -> Markup | str:
    """What is told, with the way to the page where it can be taken back as long as nobody has begun what follows."""
    if not bureau().cases.view(case_id, lambda view: item in view.state.undo):
        return _("已提交。")
    told = Markup('{} <a href="{}">{}</a>')
    return told.format(
        _("已提交。"), url_for("case.show", case_id=case_id) + "#operations", _("查看或者撤回")
    )


def claim(case_id: str, item: str) -> Any:
    bureau().claim(me().user, case_id, item, key=given_key())
    flash(_("已签收，请办理。"), "good")
    return again(case_id, item)


def release(case_id: str, item: str) -> Any:
    bureau().release(me().user, case_id, item, key=given_key())
    flash(_("已释放，科室其他人员可以签收。"), "good")
    return redirect(url_for("inbox.show"), 303)


def operate(case_id: str, item: str, operation: step_operations.Operation) -> Any:
    """An operation of the panel: where it is refused, the page stands as it was, with why beside the field."""
    try:
        operation.does(bureau(), me().user, case_id, item, request.form, given_key())
    except drafting.CONFLICTS:
        raise
    except (InvalidInput, Refused) as error:
        return page(
            case_id, item, typed=drafting.kept(case_id, item), sent=request.form,
            wrong=step_operations.wrong(error), message=error.message,
            status=422 if isinstance(error, InvalidInput) else faults.status_of(error),
        )  # fmt: skip
    flash(_(operation.said), "good")
    if operation.stays:
        return again(case_id, item)
    drafts.drop(bureau(), me().user, case_id, item)
    return redirect(url_for("inbox.show"), 303)


def upload(case_id: str, item: str) -> Any:
    typed, wrong = with_files(case_id, item)
    if not wrong and not request.files:
        wrong = [_("请先选择文件。")]
    return page(case_id, item, typed=typed, message="；".join(wrong), status=422 if wrong else 200)


def remove(case_id: str, item: str) -> Any:
    attachment = request.form.get("_remove", "")[:40]
    reason = request.form.get(f"_why-{attachment}", "").strip()[:500]
    try:
        attachments.remove(bureau(), me().user, case_id, item, attachment, reason, key=given_key())
    except InvalidInput as error:
        return page(case_id, item, typed=request.form, message=error.message, status=422)
    return page(case_id, item, typed=request.form)


def save_draft(case_id: str, item: str) -> Any:
    drafting.save(case_id, item)
    return again(case_id, item)


def discard_draft(case_id: str, item: str) -> Any:
    drafts.drop(bureau(), me().user, case_id, item)
    flash(_("草稿已放弃。"), "good")
    return again(case_id, item)


def propose(case_id: str, item: str) -> Any:
    """The one notice's items anew, from the states of the materials as they are marked on the page."""
    view = bureau().item(me().user, case_id, item)
    typed = MultiDict(request.form)
    if view.form is not None:
        values = {**view.values, **view.form.plan(view.step).preview(
            view.form.from_html(view.step, typed), view.values
        ).scope}  # fmt: skip
        typed.setlist(
            corrections.FIELD, [corrections.proposed(view.form, values, values.get("materials") or {})]
        )
    return page(case_id, item, typed=typed, view=view)


def with_files(case_id: str, item: str) -> tuple[MultiDict[str, str], list[str]]:
    """What was typed, with what the files that came along add to it; and what was wrong with files."""
    typed = MultiDict(request.form)

    def keep(place: int, field: str, file: FileStorage) -> None:
        attachment = attachments.attach(
            bureau(), vault(), me().user, case_id, item, field, file.filename or "", file.stream,
            most=settings().file_bytes, key=f"{given_key()}:file{place}",
        )  # fmt: skip
        if field.startswith(attachments.MATERIALS):
            uploads.received(typed, field)
        else:
            typed.add(field, attachment)

    return typed, uploads.take(keep)


COMMANDS = {
    "complete": complete, "claim": claim, "release": release, "upload": upload,
    "remove": remove, "draft": save_draft, "discard": discard_draft, "propose": propose,
}  # fmt: skip


def again(case_id: str, item: str) -> Any:
    return redirect(url_for("step.show", case_id=case_id, item=item), 303)


def page(
    case_id: str,
    item: str,
    *,
    typed: MultiDict[str, str] | None = None,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
    view: ItemView | None = None,
    sent: MultiDict[str, str] | None = None,
    wrong: Mapping[str, Any] | None = None,
) -> Response:
    """`typed` and `errors` are of the step's form, `sent` and `wrong` of an operation beside it."""
    view = view or bureau().item(me().user, case_id, item)
    writes = "complete" in view.may
    changeable = attachments.changeable(bureau(), me().user, case_id, item)
    there = attachments.readable(bureau(), me().user, case_id)
    offered = [f"{attachments.MATERIALS}{one.id}" for one in view.form.materials] if view.form else []
    return make_response(
        render_template(
            "step.html",
            here="inbox",
            view=view,
            typed=typed or {},
            drafted=drafts.find(bureau(), me().user, case_id, item) is not None,
            files=there,
            changeable=[name for name in offered if name in changeable],
            proposes=view.form is not None
            and view.form.step(view.step).modes.get(corrections.FIELD) == "edit",
            message=message,
            rights=view.form.step(view.step) if view.form else None,
            key=new_key(),
            form=filled(view.form, view.step, view.values, errors, typed) if writes else read(view),
            sent=sent or {},
            wrong=wrong or {},
            votes=operations.VOTES,
            returnable=[(one.element, one.name) for one in view.return_targets],
            suggested=step_operations.choices(view.post.partition("/")[0], view.state.allowed),
        ),
        status,
    )


def filled(
    form: Form | None,
    step: str | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any] | None,
    typed: MultiDict[str, str] | None,
) -> Markup:
    """The step's form: what the case knows, and over it, as typed, what the person sent."""
    if form is None:
        return Markup()
    posted: Any = None
    if typed is not None:
        posted = form.table_action(step, typed) or typed
    return form.render(step, values, errors or {}, posted=posted, buttons=False)


def read(view: ItemView) -> Markup:
    """The step's form for one who only looks on."""
    return view.form.read_view(view.values, view.step) if view.form is not None else Markup()


def new_key() -> str:
    """A page's command key: however often it is sent, it has one effect."""
    return secrets.token_urlsafe(18)


def given_key() -> str:
    key = request.form.get("_key", "")
    if not 8 <= len(key) <= 100:
        abort(400)
    return f"{me().user}:{key}"


def reason_given() -> str:
    return request.form.get("_reason", "").strip()[:2000]

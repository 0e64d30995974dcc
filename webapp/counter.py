"""收件: a case is begun at the counter from an application and its papers."""

from __future__ import annotations

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
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import InvalidInput, Refused
from forms.errors import InvalidForm
from processes import attachments, drafts
from webapp import drafting, uploads
from webapp.context import bureau, settings, vault
from webapp.signin import me, restored
from webapp.step import filled, given_key, new_key
from webapp.wording import _

pages = Blueprint("counter", __name__, url_prefix="/counter")


@pages.get("")
@login_required
def matters() -> Any:
    return render_template("counter.html", here="counter", matters=bureau().matters(me().user))


@pages.get("/<matter>")
@login_required
def apply(matter: str) -> Any:
    bureau().matter(matter)
    return page(matter, typed=restored() or drafting.restored("", matter))


@pages.post("/<matter>")
@login_required
def receive(matter: str) -> Any:
    command = request.form.get("_command", "receive")
    if command == "draft":
        drafting.save("", matter)
        return redirect(url_for("counter.apply", matter=matter), 303)
    if command == "discard":
        drafts.drop(bureau(), me().user, "", matter)
        flash(_("草稿已放弃。"), "good")
        return redirect(url_for("counter.apply", matter=matter), 303)
    if command not in ("receive", "upload"):
        abort(400)
    if request.form.get("_table"):
        return page(matter, typed=request.form)
    key = given_key()
    typed, wrong = with_files(matter)
    if wrong or command == "upload":
        return page(matter, typed=typed, message="；".join(wrong), status=422 if wrong else 200)
    there = attachments.staged(bureau(), me().user, matter, typed.getlist("_file"))
    try:
        answer = bureau().start(me().user, matter, typed, key=key, uploads=there)
    except InvalidForm as error:
        return page(matter, typed=typed, errors=error.errors, status=422)
    except InvalidInput as error:
        return page(matter, typed=typed, errors=error.fields, message=error.message, status=422)
    drafts.drop(bureau(), me().user, "", matter)
    flash(_("已收件。请打印收件凭证交给申请人。"), "good")
    return redirect(url_for("case.show", case_id=answer.case_id), 303)


@pages.post("/<matter>/draft")
def autosave(matter: str) -> Any:
    return drafting.autosave("", matter)


@pages.get("/<matter>/draft")
def draft(matter: str) -> Any:
    return redirect(url_for("counter.apply", matter=matter), 303)


def with_files(matter: str) -> tuple[MultiDict[str, str], list[str]]:
    """What was typed, and the files that came along, waiting for their case; what was wrong with files."""
    typed = MultiDict(request.form)

    def keep(_place: int, field: str, file: FileStorage) -> None:
        if typed.get(drafts.CLASSIFIED) == "true":
            raise Refused(_("涉及国家秘密的，附件不得录入本系统"))
        upload = attachments.stage(
            bureau(), vault(), me().user, matter, field, file.filename or "", file.stream,
            most=settings().file_bytes,
        )  # fmt: skip
        typed.add("_file", upload)
        if field.startswith(attachments.MATERIALS):
            uploads.received(typed, field)
        else:
            typed.add(field, upload)

    return typed, uploads.take(keep)


def page(
    matter: str,
    *,
    typed: MultiDict[str, str] | None = None,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
) -> Response:
    about, bound = bureau().matter(matter), bureau().start_form(matter)
    kept = typed.getlist("_file") if typed is not None else []
    return make_response(
        render_template(
            "apply.html",
            here="counter",
            matter=about,
            message=message,
            key=new_key(),
            materials=bound.form.materials,
            files=attachments.staged(bureau(), me().user, matter, kept),
            drafted=drafts.find(bureau(), me().user, "", matter) is not None,
            form=filled(bound.form, bound.step, {}, errors, typed),
        ),
        status,
    )

"""The documents of a case: what was issued, what may be; preview, issue, void, service, download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, Refused
from processes import documents
from processes.documents import MEDIA, Papers
from webapp.context import bureau
from webapp.signin import me
from webapp.step import given_key, new_key, reason_given
from webapp.wording import _

pages = Blueprint("documents", __name__, url_prefix="/cases/<case_id>/documents")
CHUNK = 64 * 1024  # bytes


def install(app: Flask) -> None:
    """The panel asks for itself: `papers_of(case_id)` in a template, with an item for the step's page."""
    app.register_blueprint(pages)
    app.jinja_env.globals["papers_of"] = papers_of


def papers_of(case_id: str, item: str = "") -> Papers:
    return documents.papers(bureau(), me().user, case_id, item)


@pages.get("")
@login_required
def show(case_id: str) -> Any:
    return page(case_id)


@pages.get("/new/<kind>")
@login_required
def prepare(case_id: str, kind: str) -> Any:
    return draft_page(case_id, kind)


@pages.post("/new/<kind>")
@login_required
def make(case_id: str, kind: str) -> Any:
    command = request.form.get("_command", "")
    try:
        if command in MEDIA:
            made = documents.preview(bureau(), me().user, case_id, kind, request.form, command)
            return download(made, f"{kind}（{_('预览')}）.{command}", command)
        if command != "issue":
            abort(400)
        documents.issue(bureau(), me().user, case_id, kind, request.form, key=given_key())
    except InvalidInput as error:
        return draft_page(case_id, kind, message=error.message, errors=error.fields), 422
    except Refused as error:
        if error.code != Refused.code:
            raise
        return draft_page(case_id, kind, message=error.message), 409
    flash(_("文书已签发。"), "good")
    return redirect(url_for("documents.show", case_id=case_id), 303)


@pages.get("/<document>.<form>")
@login_required
def fetch(case_id: str, document: str, form: str) -> Response:
    """As issued, byte for byte. The PDF opens in the browser, the DOCX is saved."""
    name, content = documents.content(bureau(), me().user, case_id, document, form)
    return download(content, name, form)


@pages.post("/<document>")
@login_required
def act(case_id: str, document: str) -> Any:
    command = request.form.get("_command", "")
    try:
        if command == "void":
            documents.void(bureau(), me().user, case_id, document, reason_given(), key=given_key())
            flash(_("文书已作废，文号保留。"), "good")
        elif command == "serve":
            documents.serve(bureau(), me().user, case_id, document, request.form, key=given_key())
            flash(_("送达情况已登记。"), "good")
        else:
            abort(400)
    except InvalidInput as error:
        return page(case_id, document, message=error.message, errors=error.fields), 422
    return redirect(url_for("documents.show", case_id=case_id), 303)


def page(
    case_id: str, document: str = "", *, message: str = "", errors: Mapping[str, Any] | None = None
) -> str:
    return render_template(
        "documents.html", here="inbox", view=bureau().case(me().user, case_id), papers=papers_of(case_id),
        names=bureau().accounts.names(), message=message, errors=errors or {}, wrong=document,
        typed=request.form, key=new_key(),
    )  # fmt: skip


def draft_page(case_id: str, kind: str, *, message: str = "", errors: Mapping[str, Any] | None = None) -> str:
    view = bureau().case(me().user, case_id)
    found = next((one for one in papers_of(case_id).possible if one.kind == kind), None)
    if found is None:
        abort(403)
    return render_template(
        "document.html", here="inbox", view=view, paper=found, message=message, errors=errors or {},
        typed=request.form, key=new_key(),
    )  # fmt: skip


def download(content: bytes, name: str, form: str) -> Response:
    """Streamed in pieces; the name in UTF-8 (RFC 6266), with a plain one for whoever cannot read it."""
    response = Response(pieces(content), content_type=MEDIA[form])
    kind = "inline" if form == "pdf" else "attachment"
    response.headers["Content-Disposition"] = (
        f"{kind}; filename=\"document.{form}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Length"] = str(len(content))
    return response


def pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]

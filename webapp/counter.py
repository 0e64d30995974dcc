"""收件: a case is begun at the counter from an application and its papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.datastructures import MultiDict

from engine.errors import InvalidInput
from forms.errors import InvalidForm
from webapp.context import bureau
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
    return page(matter, typed=restored())


@pages.post("/<matter>")
@login_required
def receive(matter: str) -> Any:
    if request.form.get("_table"):
        return page(matter, typed=request.form)
    try:
        answer = bureau().start(me().user, matter, request.form, key=given_key())
    except InvalidForm as error:
        return page(matter, typed=request.form, errors=error.errors, status=422)
    except InvalidInput as error:
        return page(matter, typed=request.form, errors=error.fields, message=error.message, status=422)
    flash(_("已收件。"), "good")
    return redirect(url_for("case.show", case_id=answer.case_id), 303)


def page(
    matter: str,
    *,
    typed: MultiDict[str, str] | None = None,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
) -> Response:
    about, bound = bureau().matter(matter), bureau().start_form(matter)
    return make_response(
        render_template(
            "apply.html",
            here="counter",
            matter=about,
            message=message,
            key=new_key(),
            form=filled(bound.form, bound.step, {}, errors, typed),
        ),
        status,
    )

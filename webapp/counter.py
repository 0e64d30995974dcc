"""收件: a case is begun at the counter from an application and its papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from forms.errors import InvalidForm
from werkzeug.datastructures import MultiDict

from engine.errors import InvalidInput
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, new_key, typed_values
from webapp.wording import _

pages = Blueprint("counter", __name__, url_prefix="/counter")


@pages.get("")
@login_required
def matters() -> Any:
    return render_template("counter.html", here="counter", matters=bureau().matters())


@pages.get("/<matter>")
@login_required
def apply(matter: str) -> Any:
    return page(matter, typed=restored())


@pages.post("/<matter>")
@login_required
def receive(matter: str) -> Any:
    try:
        answer = bureau().start(me().user, matter, typed_values(), key=given_key())
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
    about = bureau().matter(matter)
    form = bureau().start_form(matter)
    values = {name: typed.getlist(name) for name in typed} if typed is not None else {}
    return make_response(
        render_template(
            "apply.html", here="counter", matter=about, errors=errors or {}, message=message, key=new_key(),
            form=form.render(None, values, errors or {}),
        ),
        status,
    )  # fmt: skip

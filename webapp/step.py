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
from werkzeug.datastructures import MultiDict

from engine.errors import InvalidInput
from forms.errors import InvalidForm
from forms.form import Form
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.wording import _

pages = Blueprint("step", __name__, url_prefix="/cases/<case_id>/items/<item>")


@pages.get("")
@login_required
def show(case_id: str, item: str) -> Any:
    return page(case_id, item, typed=restored())


@pages.post("")
@login_required
def act(case_id: str, item: str) -> Any:
    command = request.form.get("_command", "complete")
    does = COMMANDS.get(command)
    if does is None:
        abort(400)
    return does(case_id, item)


def complete(case_id: str, item: str) -> Any:
    if request.form.get("_table"):
        return page(case_id, item, typed=request.form)  # a row added or taken away; nothing is submitted
    try:
        bureau().complete(me().user, case_id, item, request.form, key=given_key())
    except InvalidForm as error:
        return page(case_id, item, typed=request.form, errors=error.errors, status=422)
    except InvalidInput as error:
        return page(case_id, item, typed=request.form, errors=error.fields, message=error.message, status=422)
    flash(_("已提交。"), "good")
    return redirect(url_for("inbox.show"), 303)


def claim(case_id: str, item: str) -> Any:
    bureau().claim(me().user, case_id, item, key=given_key())
    flash(_("已签收，请办理。"), "good")
    return again(case_id, item)


def release(case_id: str, item: str) -> Any:
    bureau().release(me().user, case_id, item, key=given_key())
    flash(_("已释放，科室其他人员可以签收。"), "good")
    return redirect(url_for("inbox.show"), 303)


def return_to(case_id: str, item: str) -> Any:
    target, reason = request.form.get("_target", ""), reason_given()
    if not target or not reason:
        return page(
            case_id, item, message=_("退回须选择退回到哪个环节，并写明理由。"), status=422, typed=request.form
        )
    bureau().return_to(me().user, case_id, item, target, reason, key=given_key())
    flash(_("已退回。"), "good")
    return redirect(url_for("inbox.show"), 303)


COMMANDS = {"complete": complete, "claim": claim, "release": release, "return": return_to}


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
) -> Response:
    view = bureau().item(me().user, case_id, item)
    return make_response(
        render_template(
            "step.html",
            here="inbox",
            view=view,
            typed=typed or {},
            message=message,
            rights=view.form.step(view.step) if view.form else None,
            key=new_key(),
            form=filled(view.form, view.step, view.values, errors, typed),
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

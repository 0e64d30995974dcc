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
from forms.errors import InvalidForm
from werkzeug.datastructures import MultiDict

from engine.errors import InvalidInput, Refused
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.wording import _

pages = Blueprint("step", __name__, url_prefix="/cases/<case_id>/items/<item>")
# Fields of the page itself; everything else belongs to the step's form.
OWN = frozenset({"csrf_token", "key", "command", "reason", "target", "text"})


@pages.get("")
@login_required
def show(case_id: str, item: str) -> Any:
    return page(case_id, item, typed=restored())


@pages.post("")
@login_required
def act(case_id: str, item: str) -> Any:
    command = request.form.get("command", "complete")
    does = COMMANDS.get(command)
    if does is None:
        abort(400)
    return does(case_id, item)


def complete(case_id: str, item: str) -> Any:
    try:
        bureau().complete(me().user, case_id, item, typed_values(), key=given_key())
    except InvalidForm as error:
        return page(case_id, item, typed=request.form, errors=error.errors, status=422)
    except InvalidInput as error:
        return page(case_id, item, typed=request.form, errors=error.fields, message=error.message, status=422)
    except Refused as error:
        # Somebody was faster, or the case moved on: what was typed is shown with the reason, not thrown away.
        if request.form.get("shown") is None:
            return page(case_id, item, typed=request.form, message=error.message, status=409)
        raise
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
    target, reason = request.form.get("target", ""), reason_given()
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
    own = typed or {}
    return make_response(
        render_template(
            "step.html", here="inbox", view=view, typed=own, errors=errors or {}, message=message, key=new_key(),
            reason=own.get("reason", ""), text=own.get("text", ""), target=own.get("target", ""),
            form=view.form.render(view.step, values_for(view, typed), errors or {}) if view.form else "",
        ),
        status,
    )  # fmt: skip


def values_for(view: Any, typed: MultiDict[str, str] | None) -> Mapping[str, Any]:
    """What the case knows, and over it what the person typed."""
    if typed is None:
        return dict(view.values)
    return {**view.values, **{name: typed.getlist(name) for name in typed if name not in OWN}}


def typed_values() -> dict[str, Any]:
    return {name: request.form.getlist(name) for name in request.form if name not in OWN}


def new_key() -> str:
    """A page's command key: however often it is sent, it has one effect."""
    return secrets.token_urlsafe(18)


def given_key() -> str:
    key = request.form.get("key", "")
    if not 8 <= len(key) <= 100:
        abort(400)
    return f"{me().user}:{key}"


def reason_given() -> str:
    return request.form.get("reason", "").strip()[:2000]

"""Own password and own sessions: `/settings/password`, `/settings/sessions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask_login import login_required

from engine.errors import InvalidInput
from processes import passwords
from processes.accounts import Locked
from webapp.context import bureau, sessions
from webapp.sessions import PASSWORD
from webapp.signin import admit, me
from webapp.wording import _

pages = Blueprint("own_account", __name__, url_prefix="/settings")


@pages.get("/password")
@login_required
def password() -> Any:
    return form()


@pages.post("/password")
@login_required
def change() -> Any:
    told = {name: request.form.get(name, "")[:512] for name in ("current", "new", "again")}
    try:
        passwords.change(bureau(), me().user, **told)
    except Locked as error:
        return form(message=error.message, status=429)
    except InvalidInput as error:
        return form(errors=error.fields, message=error.message, status=422)
    # Whoever knew the old password is out: every session ends, and this browser begins a new one.
    sessions().end_others(me().user)
    admit(bureau().person(me().user), way=PASSWORD)
    flash(_("口令已修改，在其他地方的登录都已退出。"), "good")
    return redirect(url_for("inbox.show"), 303)


@pages.get("/sessions")
@login_required
def show() -> Any:
    return render_template(
        "own_sessions.html", here="account", found=sessions().of_user(me().user, me().token)
    )


@pages.post("/sessions")
@login_required
def end() -> Any:
    command = request.form.get("_command")
    if command == "others":
        sessions().end_others(me().user, me().token)
        flash(_("其他登录都已退出。"), "good")
    elif command == "end":
        named = request.form.get("session", "")[:100]
        if any(one.mine and one.session == named for one in sessions().of_user(me().user, me().token)):
            session.clear()
        sessions().end_one(me().user, named)
        flash(_("该登录已退出。"), "good")
    else:
        abort(400)
    return redirect(url_for("own_account.show"), 303)


def form(*, errors: Mapping[str, Any] | None = None, message: str = "", status: int = 200) -> Any:
    return make_response(
        render_template(
            "own_password.html", here="account", errors=errors or {}, message=message, rule=passwords.RULE,
            forced=me().must_change, longest=passwords.LONGEST,
        ),
        status,
    )  # fmt: skip

"""访问令牌: where the signed-in person makes and revokes the keys that programs use in their name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput
from processes import tokens
from webapp.context import bureau
from webapp.signin import me
from webapp.wording import _

pages = Blueprint("api_tokens", __name__, url_prefix="/settings/tokens")


@pages.get("")
@login_required
def show() -> Any:
    return page()


@pages.post("")
@login_required
def act() -> Any:
    command = request.form.get("_command")
    if command == "create":
        return create()
    if command != "revoke":
        abort(400)
    tokens.revoke(bureau(), request.form.get("token", ""), user=me().user)
    flash(_("令牌已吊销，立即失效。"), "good")
    return redirect(url_for("api_tokens.show"), 303)


def create() -> Any:
    days = request.form.get("days", "")
    try:
        _made, secret = tokens.create(
            bureau(),
            me().user,
            request.form.get("name", ""),
            request.form.getlist("scope"),
            int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
        )
    except InvalidInput as error:
        return page(message=error.message, errors=error.fields, status=422)
    # Not redirected: the secret is in this one answer and nowhere else, neither in a cookie nor in the history.
    return page(secret=secret)


def page(
    *, secret: str = "", message: str = "", errors: dict[str, Any] | None = None, status: int = 200
) -> Any:
    now = bureau().cases.clock()
    found = [(one, one.state(now)) for one in tokens.of_user(bureau(), me().user)]
    return make_response(
        render_template(
            "tokens.html", here="tokens", found=found, secret=secret, message=message, errors=errors or {},
            typed=request.form if errors else {}, admin=me().admin, scopes=tokens.SCOPES,
            longest=tokens.LONGEST_DAYS,
        ),
        status,
    )  # fmt: skip

"""消息: the warnings that the signed-in person has been given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from processes import messages
from webapp.context import bureau
from webapp.signin import me
from webapp.wording import _

pages = Blueprint("messages", __name__, url_prefix="/messages")
AT_MOST = 100  # read with one press


@pages.get("")
@login_required
def show() -> Any:
    found, after = messages.messages(bureau(), me().user, after=request.args.get("after"))
    return render_template("messages.html", here="messages", messages=found, after=after)


@pages.post("")
@login_required
def act() -> Any:
    if request.form.get("_command") != "read":
        abort(400)
    ids = request.form.getlist("notice")[:AT_MOST]
    for notice in ids:
        messages.read(bureau(), me().user, notice)
    flash(_("已标为已读。"), "good")
    return redirect(url_for("messages.show"), 303)

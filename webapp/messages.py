"""消息: what the signed-in person has been told: warnings, copies, urging, supervision."""

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
SHOWN = ("", "copies")


@pages.get("")
@login_required
def show() -> Any:
    only, user, after = request.args.get("show", ""), me().user, request.args.get("after")
    if only not in SHOWN:
        abort(404)
    found, following = (messages.copies if only else messages.messages)(bureau(), user, after=after)
    return render_template(
        "messages.html", here="messages", messages=found, after=following, only=only,
        names=bureau().accounts.names(),
        counts=(messages.unread(bureau(), user), messages.unread_copies(bureau(), user)),
    )  # fmt: skip


@pages.get("/<notice>")
@login_required
def follow(notice: str) -> Any:
    """To what a message is about: who opens it has read it."""
    case_id, limit = messages.opened(bureau(), me().user, notice)
    if limit:
        return redirect(url_for("timing.show", case_id=case_id, limit=limit), 303)
    return redirect(url_for("case.show", case_id=case_id), 303)


@pages.post("")
@login_required
def act() -> Any:
    if request.form.get("_command") != "read":
        abort(400)
    ids = request.form.getlist("notice")[:AT_MOST]
    for notice in ids:
        messages.read(bureau(), me().user, notice)
    flash(_("已标为已读。"), "good")
    only = request.form.get("show", "")
    return redirect(url_for("messages.show", show=only if only in SHOWN and only else None), 303)

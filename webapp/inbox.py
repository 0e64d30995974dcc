"""待办: what the signed-in person has to do, may take, has done, has begun."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import login_required

from webapp.context import bureau
from webapp.signin import me
from webapp.wording import BOXES

pages = Blueprint("inbox", __name__)
PAGE = 20


@pages.get("/inbox")
@login_required
def show() -> Any:
    user = me().user
    box = request.args.get("box", "todo")
    if box not in BOXES:
        abort(404)
    matter, query = request.args.get("matter") or None, (request.args.get("q") or "").strip()[:100] or None
    after = request.args.get("after") or None
    page = bureau().inbox(user, box, after=after, limit=PAGE, matter=matter, query=query)
    return render_template(
        "inbox.html", here="inbox", box=box, page=page, counts=bureau().counts(user), matter=matter, query=query,
        matters=bureau().matters(), after=after,
    )  # fmt: skip

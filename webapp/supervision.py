"""督办: the numbers, and the cases behind each of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import login_required

from processes import supervision
from webapp.context import bureau
from webapp.signin import me

pages = Blueprint("supervision", __name__, url_prefix="/supervision")
SHOWN = ("overdue", *map(str, supervision.HORIZONS), "running", "suspended", "orders")
LIGHTS = ("", "red", "yellow", "green")


@pages.get("")
@login_required
def show() -> Any:
    chosen = {name: request.args.get(name, "")[:100] for name in ("section", "hand", "light")}
    what = request.args.get("show", "overdue")
    if what not in SHOWN or chosen["light"] not in LIGHTS:
        abort(404)
    user, after = me().user, request.args.get("after")
    overview = supervision.overview(bureau(), user)
    lines: list[Any]
    if what == "suspended":
        lines, following = supervision.held(bureau(), user, section=chosen["section"], after=after)
    elif what == "orders":
        closed = request.args.get("closed") == "1"
        lines, following = supervision.orders(
            bureau(), user, section=chosen["section"], closed=closed, after=after
        )
    else:
        lines, following = supervision.watched(bureau(), user, what, **chosen, after=after)
    return render_template(
        "supervision.html", here="supervision", overview=overview, lines=lines, after=following, show=what,
        chosen=chosen, closed=request.args.get("closed") == "1", horizons=supervision.HORIZONS, scope=supervision.scope(bureau(), user),
    )  # fmt: skip

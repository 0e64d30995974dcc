"""待办: what the signed-in person has to do, may take, has done, has begun, was told of; narrowed, kept as views, fresh."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

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

from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput
from processes import inbox, messages, saved_views
from processes.inbox import ALL, Chosen
from webapp import listing
from webapp.context import bureau
from webapp.signin import me
from webapp.wording import BOXES, _

pages = Blueprint("inbox", __name__)


@pages.get("/inbox")
@login_required
def show() -> Any:
    user = me().user
    views = saved_views.views(bureau(), user)
    if not request.args:
        first = next((view for view in views if view.first), None)
        if first is not None:
            return redirect(_of_view(first))
    return _page(views)


def _page(
    views: list[saved_views.View], *, errors: Mapping[str, Any] | None = None, status: int = 200
) -> Any:
    user, given = me().user, request.args
    box = given.get("box", "todo")
    if box not in BOXES:
        abort(404)
    wanted = listing.chosen(given, box)
    size = next((size for size in listing.SIZES if given.get("size") == str(size)), listing.SIZES[0])
    counts = inbox.counts(bureau(), user)
    names = _names(wanted, counts)
    after, before = given.get("after"), given.get("before")
    found: Any = None
    copies: Any = ((), None)
    if box == "copies":
        copies = messages.copies(bureau(), user, after=after, limit=size)
    else:
        found = inbox.page(bureau(), user, box, wanted, after=before or after, back=bool(before), limit=size)
    kept = listing.kept(wanted)
    return make_response(
        render_template(
            "inbox.html", here="inbox", box=box, page=found, copies=copies[0], more_copies=copies[1],
            counts=counts.boxes, lights=counts.lights, deputed=counts.deputed, chosen=wanted, size=size,
            all=ALL, chips=listing.chips(box, wanted, names), address=listing.address, names=names,
            hidden=listing.written(wanted), listing=listing, matters=bureau().matters(), kept=kept,
            views=[(view, _of_view(view), _count_of(view)) for view in views],
            view=next((view for view in views if (view.box, view.filters) == (box, kept)), None),
            paged=bool(after or before), now=moment_text(bureau().cases.clock()), errors=errors or {},
        ),
        status,
    )  # fmt: skip


def _names(wanted: Chosen, counts: inbox.Counts) -> dict[str, dict[str, str]]:
    """Words for what may be chosen: steps of the matter that is, or of all."""
    matters = bureau().matters()
    steps = {
        step.id: step.name
        for matter in reversed(matters)
        if wanted.matter in ("", matter.id)
        for step in matter.steps
    }
    return {
        "matter": {matter.id: matter.name for matter in matters},
        "step": steps,
        "behalf": {one.user: one.name for one in counts.deputed},
    }


def _of_view(view: saved_views.View) -> str:
    return listing.address(view.box, listing.from_kept(view.filters, view.box))


def _count_of(view: saved_views.View) -> int:
    return inbox.count(bureau(), me().user, view.box, listing.from_kept(view.filters, view.box))


# -- live ------------------------------------------------------------------------------------------------------------


@pages.get("/inbox/news")
@login_required
def news() -> Any:
    """How many there are now, and how many came after the page was made: nothing moves under anybody's hand. An answer
    that is the same as the one before is told by its tag."""
    user, box = me().user, request.args.get("box", "todo")
    if box not in BOXES:
        abort(404)
    wanted = listing.chosen(request.args, box)
    since = _moment(request.args.get("now", ""))
    fresh = inbox.count(bureau(), user, box, wanted, fresh=since) if box in ("todo", "claimable") else 0
    waiting = 0
    if box == "todo":
        waiting = inbox.count(bureau(), user, "claimable", fresh=since)
    body = render_template(
        "parts/news.html", box=box, chosen=wanted, fresh=fresh, waiting=waiting, now=moment_text(since),
        counts=inbox.counts(bureau(), user).boxes, address=listing.address, hidden=listing.written(wanted),
        live=True,
    )  # fmt: skip
    answer = Response(body)
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie"
    return answer.make_conditional(request)


def _moment(text: str) -> datetime:
    try:
        return moment_of(text).astimezone(UTC)
    except (ValueError, TypeError):
        abort(400)


# -- views -----------------------------------------------------------------------------------------------------------


@pages.post("/inbox/views")
@login_required
def change_views() -> Any:
    user, command, name = me().user, request.form.get("_command", ""), request.form.get("view", "")
    box = request.form.get("box", "todo")
    if box not in BOXES:
        abort(400)
    wanted = listing.chosen(dict(parse_qsl(request.form.get("filters", "")[:2000])), box)
    back = listing.address(box, wanted)
    try:
        if command == "keep":
            saved_views.keep(bureau(), user, request.form.get("name", ""), box, listing.kept(wanted))
            flash(_("视图已保存。"), "good")
        elif command == "rename":
            saved_views.rename(bureau(), user, name, request.form.get("name", ""))
            flash(_("视图已改名。"), "good")
        elif command == "drop":
            saved_views.drop(bureau(), user, name)
            flash(_("视图已删除。"), "good")
            back = url_for("inbox.show", box=box)
        elif command in ("first", "none"):
            saved_views.open_with(bureau(), user, name if command == "first" else None)
            flash(
                _("已改为打开待办时的视图。") if command == "first" else _("打开待办时不再使用视图。"), "good"
            )
        else:
            abort(400)
    except InvalidInput as error:
        flash(
            error.message + "：" + "；".join(said for each in error.fields.values() for said in each), "bad"
        )
    return redirect(back, 303)

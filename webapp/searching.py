"""查找: cases by words, of those that the signed-in person may open."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from processes import searching
from webapp.context import bureau
from webapp.signin import me

pages = Blueprint("searching", __name__)


@pages.get("/search")
@login_required
def show() -> Any:
    query = (request.args.get("q") or "").strip()[: searching.LONGEST]
    after = request.args.get("after")
    found = searching.find(bureau(), me().user, query, after=after) if query else None
    return render_template("search.html", here="search", query=query, page=found, after=after)

"""办件进度查询: by number and code, for anybody, without signing in, without a cookie."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from processes import progress
from webapp.context import bureau, settings
from webapp.signin import limiter
from webapp.wording import _

pages = Blueprint("progress", __name__, url_prefix="/progress")


@pages.get("")
def ask() -> Any:
    return render_template("progress.html", number="", found=None, wrong="")


@pages.post("")
@limiter.limit(lambda: settings().progress_queries)
@limiter.limit(
    lambda: settings().progress_queries,
    key_func=lambda: f"number:{request.form.get('number', '')[:64].strip()}",
)
def look() -> Any:
    number, code = request.form.get("number", "").strip()[:64], request.form.get("code", "")[:64]
    found = progress.progress(bureau(), number, code) if number and code else None
    wrong = "" if found else _("办件编号或者查询码不正确。请对照收件凭证核对后再试。")
    status = 200 if found else 404 if number and code else 422
    return render_template("progress.html", number=number, found=found, wrong=wrong), status

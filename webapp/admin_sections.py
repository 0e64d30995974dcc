"""科室和岗位, for the administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, NotPermitted, Refused
from processes import ledger, sections
from webapp.context import bureau
from webapp.signin import me
from webapp.step import given_key, new_key
from webapp.wording import _

pages = Blueprint("admin_sections", __name__, url_prefix="/admin/sections")


@pages.get("")
@login_required
def show() -> Any:
    return listing()


@pages.post("")
@login_required
def add() -> Any:
    if request.form.get("_command") != "add":
        abort(400)
    key, form = given_key(), request.form
    slug = form.get("slug", "").strip()[:64]
    try:
        sections.add(
            bureau(), me().user, slug, form.get("name", ""), form.get("full_name", ""), form.get("_reason", ""), key=key
        )  # fmt: skip
    except InvalidInput as error:
        return listing(typed=form, errors=error.fields, message=error.message, status=422)
    flash(_("科室已新增，并记入组织变更台账。"), "good")
    return redirect(url_for("admin_sections.section", slug=slug), 303)


@pages.get("/<slug>")
@login_required
def section(slug: str) -> Any:
    return page_of(slug)


@pages.post("/<slug>")
@login_required
def act(slug: str) -> Any:
    command = COMMANDS.get(request.form.get("_command", ""))
    if command is None:
        abort(400)
    key = given_key()
    try:
        command(slug, request.form.get("_reason", ""), key)
    except InvalidInput as error:
        return page_of(slug, typed=request.form, errors=error.fields, message=error.message, status=422)
    except NotPermitted:
        raise
    except Refused as error:
        return page_of(slug, typed=request.form, message=error.message, status=409)
    flash(_("已变更，并记入组织变更台账。"), "good")
    return redirect(url_for("admin_sections.section", slug=slug), 303)


COMMANDS: Mapping[str, Callable[[str, str, str], bool]] = {
    "rename": lambda slug, reason, key: sections.rename(
        bureau(), me().user, slug, request.form.get("full_name", ""), reason, key=key
    ),
    "close": lambda slug, reason, key: sections.close(bureau(), me().user, slug, reason, key=key),
    "reopen": lambda slug, reason, key: sections.reopen(bureau(), me().user, slug, reason, key=key),
    "add_post": lambda slug, reason, key: sections.add_post(
        bureau(), me().user, slug, request.form.get("post", ""), reason, key=key
    ),
    "close_post": lambda slug, reason, key: sections.close_post(
        bureau(), me().user, slug, request.form.get("post", ""), reason, key=key
    ),
}


def listing(
    *, typed: Any = None, errors: Mapping[str, Any] | None = None, message: str = "", status: int = 200
) -> Any:
    return make_response(
        render_template(
            "admin_sections.html", here="admin", found=sections.listed(bureau(), me().user), typed=typed or {},
            errors=errors or {}, message=message, key=new_key(),
        ),
        status,
    )  # fmt: skip


def page_of(
    slug: str, *, typed: Any = None, errors: Mapping[str, Any] | None = None, message: str = "", status: int = 200
) -> Any:  # fmt: skip
    one, active = sections.section(bureau(), me().user, slug)
    held = {post: sections.holders(bureau(), me().user, f"{one.name}/{post}") for post in one.posts}
    history, _more = ledger.lines(bureau(), me().user, subject=slug)
    return make_response(
        render_template(
            "admin_section.html", here="admin", one=one, active=active, held=held, typed=typed or {}, errors=errors or {},
            message=message, key=new_key(), history=history[:10], what=ledger.WHAT,
        ),
        status,
    )  # fmt: skip

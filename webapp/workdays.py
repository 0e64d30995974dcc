"""日历: calendar versions, a year's notice typed in or sent as a file, looked at, kept, published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

from engine.errors import InvalidInput
from processes import working_days
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, new_key
from webapp.wording import _

pages = Blueprint("workdays", __name__, url_prefix="/calendar")
FILE_BYTES = 256 * 1024


@pages.get("")
@login_required
def show() -> Any:
    return page(typed=restored())


@pages.post("")
@login_required
def act() -> Any:
    command = request.form.get("_command", "")
    if command not in ("preview", "keep"):
        abort(400)
    given_key()
    typed = request.form.copy()
    try:
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            typed["text"] = text_of(sent.stream.read(FILE_BYTES + 1))
        notice = working_days.notice_from(
            typed.get("text", ""), source=typed.get("source", ""), published=typed.get("published", ""),
            years=typed.get("years", ""),
        )  # fmt: skip
        if command == "preview":
            return page(typed=typed, changes=working_days.preview(bureau(), me().user, notice), notice=notice)
        version = working_days.keep(bureau(), me().user, notice, typed.get("version", ""))
    except InvalidInput as error:
        return page(typed=typed, errors=error.fields, message=error.message, status=422)
    flash(_("已存为草案，发布之前不影响任何期限。"), "good")
    return redirect(url_for("workdays.version", version=version), 303)


@pages.get("/versions/<version>")
@login_required
def version(version: str) -> Any:
    found = working_days.published(bureau(), version)
    if found is None:
        abort(404)
    return render_template(
        "calendar_version.html", here="calendar", one=found, key=new_key(),
        may=working_days.may_keep(bureau(), me().user),
    )  # fmt: skip


@pages.post("/versions/<version>")
@login_required
def publish(version: str) -> Any:
    if request.form.get("_command") != "publish":
        abort(400)
    given_key()
    working_days.publish(bureau(), me().user, version)
    flash(_("已发布。未终结的期限按此版本重算，变动列在下面。"), "good")
    return redirect(url_for("workdays.version", version=version), 303)


def text_of(content: bytes) -> str:
    if len(content) > FILE_BYTES:
        raise InvalidInput(_("文件太大"), {"file": [_("放假通知的文件不超过 256 KB")]})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(_("文件无法读取"), {"file": [_("文件应为 UTF-8 编码的文本")]}) from None


def page(
    *,
    typed: Any = None,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    changes: Any = None,
    notice: Any = None,
    status: int = 200,
) -> Response:
    stored, current = working_days.versions(bureau())
    return make_response(
        render_template(
            "calendar.html", here="calendar", versions=stored, current=current, typed=typed or {},
            errors=errors or {}, message=message, changes=changes, notice=notice, key=new_key(),
            may=working_days.may_keep(bureau(), me().user), years=range(this_year() - 1, this_year() + 3),
            covered=bureau().cases.calendar.years,
        ),
        status,
    )  # fmt: skip


def this_year() -> int:
    return int(bureau().cases.clock().year)

"""What is done with a whole case: 抄送、催办、督办和反馈、挂起、恢复、回避. The page is the case's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, NotPermitted, Refused
from processes import case_operations
from webapp import case
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, reason_given
from webapp.wording import _

pages = Blueprint("case_operations", __name__, url_prefix="/cases/<case_id>/operations")

FIELDS = {"reason": "_reason", "text": "_reason"}
"""What the commands call their text, and what the page's form does."""


@pages.get("")
@login_required
def show(case_id: str) -> Any:
    """Where a sign-in in between leads back to."""
    return case.page(case_id, typed=restored())


@pages.post("")
@login_required
def act(case_id: str) -> Any:
    command = COMMANDS.get(request.form.get("_command", ""))
    if command is None:
        abort(400)
    try:
        said = command(case_id)
    except InvalidInput as error:
        wrong = {FIELDS.get(name, name): told for name, told in error.fields.items()}
        return case.page(case_id, typed=request.form, errors=wrong, message=error.message), 422
    except NotPermitted:
        raise
    except Refused as error:
        return case.page(case_id, typed=request.form, message=error.message), 409
    flash(said, "good")
    return redirect(url_for("case.show", case_id=case_id), 303)


def copy(case_id: str) -> str:
    to = request.form.getlist("to")[:50]
    case_operations.copy(bureau(), me().user, case_id, to, reason_given(), key=given_key())
    return _("已抄送，对方在消息的“抄送”中可以看到。")


def urge(case_id: str) -> str:
    item = request.form.get("item", "")
    if not item:
        raise InvalidInput(_("请选择催办哪个环节"), {"item": [_("请选择环节")]})
    case_operations.urge(bureau(), me().user, case_id, item, reason_given(), key=given_key())
    return _("已催办，对方会收到消息。")


def supervise(case_id: str) -> str:
    case_operations.supervise(
        bureau(), me().user, case_id, reason_given(), until=day("until"), key=given_key()
    )
    return _("已督办，请在督办页查看反馈。")


def answer(case_id: str) -> str:
    case_operations.answer(bureau(), me().user, case_id, order(), reason_given(), key=given_key())
    return _("已反馈。")


def close(case_id: str) -> str:
    case_operations.close(bureau(), me().user, case_id, order(), reason_given(), key=given_key())
    return _("督办已办结。")


def suspend(case_id: str) -> str:
    grounds, wrong = {}, {}
    for name, ground in request.form.items():
        if name.startswith("ground-") and ground:
            limit = name.removeprefix("ground-")
            notice = request.form.get(f"notice-{limit}", "").strip()[:200]
            if not notice:
                wrong[f"notice-{limit}"] = [_("请填写告知申请人的文书文号")]
            grounds[limit] = (ground, notice)
    if wrong:
        raise InvalidInput(_("扣除期限须写明告知文书，办件没有挂起"), wrong)
    case_operations.suspend(
        bureau(), me().user, case_id, reason_given(), grounds=grounds, on=day("on"), key=given_key()
    )
    return _("办件已挂起，恢复前任何环节都不能办理。")


def resume(case_id: str) -> str:
    grounds = {
        name.removeprefix("ground-"): ground
        for name, ground in request.form.items()
        if name.startswith("ground-") and ground
    }
    case_operations.resume(
        bureau(), me().user, case_id, reason_given(), grounds=grounds, on=day("on"), key=given_key()
    )
    return _("办件已恢复办理。")


def recuse(case_id: str) -> str:
    person = request.form.get("person", "")
    case_operations.recuse(bureau(), me().user, case_id, person, reason_given(), key=given_key())
    return _("已登记回避，其名下的环节退回岗位。")


COMMANDS: Mapping[str, Callable[[str], str]] = {
    "copy": copy, "urge": urge, "supervise": supervise, "answer": answer, "close": close, "suspend": suspend,
    "resume": resume, "recuse": recuse,
}  # fmt: skip


def order() -> int:
    text = request.form.get("order", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        abort(400)
    return int(text)


def day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(_("日期有误"), {name: [_("日期应写作 2026-09-25")]}) from None

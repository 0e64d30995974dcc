"""代理: one's own absences, those of one's people, for whom one stands in, and the pairs (AB角)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, NotFound, NotPermitted, Refused
from processes import absent, stand_in
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, new_key
from webapp.wording import _

pages = Blueprint("stand_ins", __name__, url_prefix="/stand-ins")


@pages.get("")
@login_required
def show() -> Any:
    return page(typed=restored())


@pages.post("")
@login_required
def act() -> Any:
    command = COMMANDS.get(request.form.get("_command", ""))
    if command is None:
        abort(400)
    given_key()
    try:
        command()
    except InvalidInput as error:
        wrong = {"_reason" if name == "reason" else name: told for name, told in error.fields.items()}
        return page(typed=request.form, errors=wrong, message=error.message), 422
    except NotPermitted:
        raise
    except Refused as error:
        return page(typed=request.form, message=error.message), 409
    return redirect(url_for("stand_ins.show"), 303)


def declare() -> None:
    form = request.form
    user = form.get("person") or me().user
    made = stand_in.declare(
        bureau(), me().user, user,
        starts=absent.typed_moment(form.get("starts", ""), "starts"),
        ends=absent.typed_moment(form.get("ends", ""), "ends"),
        reason=form.get("_reason", "").strip(), deputy=form.get("deputy") or None, scope=form.getlist("scope")[:200],
    )  # fmt: skip
    flash(_("已登记离岗，期间由代理人办理，两人姓名都记入办理过程。"), "good")
    if others := absent.duties(bureau(), made):
        flash(_("以下人员的代理人在此期间不在岗，须另行安排：") + "、".join(others), "mind")


def end() -> None:
    stand_in.end(bureau(), me().user, absent.named(bureau(), request.form.get("absence", "")))
    flash(_("代理已结束。"), "good")


def pair() -> None:
    user = request.form.get("person", "")
    try:
        stand_in.pair(bureau(), me().user, user, request.form.get("partner") or None)
    except NotFound as error:
        raise InvalidInput(error.message, {"partner": [error.message]}) from error
    flash(_("AB 角已更新。"), "good")


COMMANDS: Mapping[str, Callable[[], None]] = {"declare": declare, "end": end, "pair": pair}


def page(*, typed: Any = None, errors: Mapping[str, Any] | None = None, message: str = "") -> str:
    return render_template(
        "stand_ins.html", here="stand_ins", desk=absent.desk(bureau(), me().user), typed=typed or {},
        errors=errors or {}, message=message, key=new_key(),
    )  # fmt: skip

"""离职交接: choose the leaver, look at what is on the desk, choose who takes it; the ticker works it through meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, NotPermitted, Refused
from processes import handing_over
from processes.authority import choices
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, new_key, reason_given
from webapp.wording import _

pages = Blueprint("handing_over", __name__, url_prefix="/hand-overs")


@pages.get("")
@login_required
def show() -> Any:
    typed = restored()
    return page(typed.get("person", "") if typed else request.args.get("person", "")[:100], typed=typed)


@pages.post("")
@login_required
def begin() -> Any:
    form, person = request.form, request.form.get("person", "")[:100]
    to = {handing_over.REST: form.get("to", "")}
    to |= {
        name.removeprefix("to-"): given for name, given in form.items() if name.startswith("to-") and given
    }
    try:
        name = handing_over.begin(bureau(), me().user, person, to, reason_given(), key=given_key())
    except InvalidInput as error:
        wrong = {"_reason" if name == "reason" else name: told for name, told in error.fields.items()}
        return page(person, typed=form, errors=wrong, message=error.message), 422
    except NotPermitted:
        raise
    except Refused as error:
        return page(person, typed=form, message=error.message), 409
    return redirect(url_for("handing_over.watch", hand_over=name), 303)


@pages.get("/<hand_over>")
@login_required
def watch(hand_over: str) -> Any:
    """How far it is; asks for itself again while it goes on."""
    found = handing_over.progress(bureau(), me().user, hand_over)
    return render_template("hand_over.html", here="stand_ins", one=found)


def page(
    person: str, *, typed: Any = None, errors: Mapping[str, Any] | None = None, message: str = ""
) -> str:
    user = me().user
    leavers = handing_over.leavers(bureau(), user)
    if not leavers:
        raise NotPermitted(_("离职交接由科室负责人、办公室主任或者局领导办理"))
    groups = handing_over.preview(bureau(), user, person) if person else []
    return render_template(
        "hand_overs.html", here="stand_ins", leavers=leavers, person=person, name=dict(leavers).get(person, person),
        groups=groups, total=sum(group.items for group in groups), addressees=choices(bureau()),
        latest=handing_over.latest(bureau(), user), typed=typed or {}, errors=errors or {}, message=message,
        key=new_key(),
    )  # fmt: skip

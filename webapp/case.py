"""One case whole: where it stands on the diagram, what happened, which clocks run and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from processes import attachments, receipts
from processes.authority import choices
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, new_key, reason_given
from webapp.wording import _

pages = Blueprint("case", __name__, url_prefix="/cases/<case_id>")


@pages.get("")
@login_required
def show(case_id: str) -> Any:
    return page(case_id, typed=restored())


@pages.get("/diagrams/<process>.bpmn")
@login_required
def diagram(case_id: str, process: str) -> Response:
    """The BPMN of that process in the version this case is pinned to."""
    drawn = {one.process: one.xml for one in bureau().case(me().user, case_id).diagrams}
    if process not in drawn:
        abort(404)
    return Response(drawn[process], content_type="application/xml")


@pages.post("")
@login_required
def act(case_id: str) -> Any:
    command = request.form.get("_command", "")
    does = COMMANDS.get(command)
    if does is None:
        abort(400)
    return does(case_id)


def cancel(case_id: str) -> Any:
    reason = reason_given()
    if not reason:
        said = _("取消办件须写明理由。")
        return page(case_id, message=said, typed=request.form, errors={"_reason": [said]}), 422
    bureau().cancel(me().user, case_id, reason, key=given_key())
    flash(_("办件已取消。"), "good")
    return redirect(url_for("case.show", case_id=case_id), 303)


def annotate(case_id: str) -> Any:
    text = request.form.get("_text", "").strip()
    if not text or len(text) > 4000:
        said = _("批注须填写，且不超过 4000 字。")
        return page(case_id, message=said, typed=request.form, errors={"_text": [said]}), 422
    bureau().annotate(me().user, case_id, text, key=given_key())
    flash(_("批注已记入办理过程。"), "good")
    return redirect(url_for("case.show", case_id=case_id), 303)


def withdraw(case_id: str) -> Any:
    item, reason = request.form.get("_item", ""), reason_given()
    if not item or not reason:
        said = _("撤回须写明理由。")
        return page(case_id, message=said, typed=request.form, errors={"_reason": [said]}), 422
    bureau().withdraw(me().user, case_id, item, reason, key=given_key())
    flash(_("已撤回，该环节重新由您办理。"), "good")
    return redirect(url_for("case.show", case_id=case_id), 303)


COMMANDS = {"cancel": cancel, "annotate": annotate, "withdraw": withdraw}


def page(case_id: str, *, message: str = "", typed: Any = None, errors: Any = None) -> str:
    view = bureau().case(me().user, case_id)
    chosen = request.args.get("process")
    drawn = next(
        (one for one in view.diagrams if one.process == chosen), view.diagrams[0] if view.diagrams else None
    )
    return render_template(
        "case.html", here="inbox", view=view, drawn=drawn, message=message, typed=typed or {}, key=new_key(),
        errors=errors or {}, addressees=choices(bureau()) if "copy" in view.may else (),
        urgeable=[(one.item, f"{one.step}（{one.holder}）") for one in view.powers.urgeable],
        files=attachments.readable(bureau(), me().user, case_id),
        may_print=receipts.may_print(bureau(), me().user, case_id),
    )  # fmt: skip

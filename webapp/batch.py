"""批量办理: what was ticked in a list is shown once more, then done, and every one says what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_login import login_required
from werkzeug.datastructures import MultiDict

from engine.errors import InvalidInput
from processes import attachments, batches
from processes.authority import choices
from processes.inbox import BOXES
from webapp import listing
from webapp.context import bureau
from webapp.signin import me
from webapp.step import given_key, new_key
from webapp.wording import _

pages = Blueprint("batch", __name__)
OWN = ("item", "box")  # names of the list, which are no fields of the step


@pages.post("/inbox/batch")
@login_required
def show() -> Any:
    """Without a command, what was chosen; with one, what became of it."""
    form = request.form
    items = [
        (case_id, item) for case_id, bar, item in (one.partition("|") for one in form.getlist("item")) if bar
    ]
    box = form.get("box", "todo")
    box = box if box in BOXES else "todo"
    if not items:
        flash(_("请先勾选要办理的办件。"), "mind")
        return redirect(listing.address(box), 303)
    try:
        lot = batches.look(bureau(), me().user, items)
    except InvalidInput as error:
        flash(error.message, "bad")
        return redirect(listing.address(box), 303)
    command = form.get("_command") or _outcome(lot)
    if not command:
        return _page(box, lot)
    try:
        results = batches.do(
            bureau(), me().user, command, lot, key=given_key(), to=form.get("to", "").strip()[:200],
            reason=form.get("_reason", "").strip()[:2000], data=_filled(form),
        )  # fmt: skip
    except InvalidInput as error:
        return _page(box, lot, command=command, errors=error.fields, message=error.message, status=422)
    failed = {(each.chosen.case_id, each.chosen.item) for each in results if each.error}
    rest = batches.look(bureau(), me().user, [one for one in items if one in failed])
    return _page(box, rest, results=results, command=command)


def _filled(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was filled in. A material whose state is left blank stays in each case as it is."""
    return MultiDict([
        (name, value)
        for name, value in form.items(multi=True)
        if name not in OWN and (value or not name.startswith(attachments.MATERIALS))
    ])  # fmt: skip


def _outcome(lot: batches.Lot) -> str:
    """A step is done by its outcome's own button."""
    step = lot.form.step(lot.element) if lot.form else None
    return (
        "complete" if step is not None and step.outcome_name and request.form.get(step.outcome_name) else ""
    )


def _page(
    box: str,
    lot: batches.Lot,
    *,
    results: Sequence[batches.Result] = (),
    command: str = "",
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
) -> Any:
    """Again with what was typed, for what was not done."""
    step = lot.form.step(lot.element) if lot.form else None
    posted = request.form if command == "complete" else None
    return make_response(
        render_template(
            "batch.html", here="inbox", box=box, back=listing.address(box), lot=lot, results=results, step=step,
            form=lot.form.render(lot.element, {}, {}, posted=posted, buttons=False) if lot.form else "",
            command=command, errors=errors or {}, typed=request.form if command else {}, message=message,
            addressees=choices(bureau()) if "transfer" in lot.commands else (), key=new_key(),
        ),
        status,
    )  # fmt: skip

"""收件凭证, for printing: what the counter hands back, with the number and the code of the progress page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import login_required

from processes import receipts
from webapp.context import bureau
from webapp.signin import me

pages = Blueprint("receipt", __name__, url_prefix="/cases/<case_id>/receipt")


@pages.get("")
@login_required
def show(case_id: str) -> Any:
    found = receipts.receipt(bureau(), me().user, case_id)
    return render_template(
        "receipt.html", here="counter", receipt=found, address=url_for("progress.ask", _external=True)
    )

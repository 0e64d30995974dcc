"""The sheet of one clock, to be printed: `/cases/<case>/clocks/<limit>.pdf`."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_login import login_required

from engine.clock_sheet import Sheet, clock_sheet, runs
from processes import paper_making
from webapp.context import bureau
from webapp.signin import me
from webapp.wording import _

pages = Blueprint("clocks", __name__, url_prefix="/cases/<case_id>/clocks")


@pages.get("/<limit>.pdf")
@login_required
def sheet(case_id: str, limit: str) -> Response:
    """Whoever may see the case may print its clocks."""
    return printed(me().user, case_id, limit)


def printed(user: str, case_id: str, limit: str) -> Response:
    bureau().case(user, case_id)
    found = clock_sheet(bureau().cases, case_id, limit)
    names = bureau().accounts.names()
    response = Response(pdf(found, names), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{limit}.pdf"'
    return response


def pdf(found: Sheet, names: dict[str, str]) -> bytes:
    """The sheet as A4 pages. Nothing is fetched: neither from the network nor from the disk."""
    html = render_template(
        "clock_sheet.html",
        sheet=found,
        runs=runs(found.days),
        name_of=lambda user: names.get(user, user) if user != "system" else _("系统"),
    )
    return paper_making.pdf(html)

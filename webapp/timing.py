"""One clock of a case: how it stands, its table of days, its ledger, and what may be done to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

from engine.calendar.suspension import ClockRefused
from engine.errors import InvalidInput
from processes import clock_office
from webapp.context import bureau
from webapp.signin import me, restored
from webapp.step import given_key, new_key
from webapp.wording import _

pages = Blueprint("timing", __name__, url_prefix="/cases/<case_id>/clocks/<limit>")


@pages.get("")
@login_required
def show(case_id: str, limit: str) -> Any:
    return page(case_id, limit, typed=restored())


@pages.post("")
@login_required
def act(case_id: str, limit: str) -> Any:
    found = COMMANDS.get(request.form.get("_command", ""))
    if found is None:
        abort(400)
    change, said = found
    try:
        change(bureau(), me().user, case_id, limit, request.form, key=given_key())
    except InvalidInput as error:
        return page(
            case_id, limit, typed=request.form, errors=error.fields, message=error.message, status=422
        )
    except ClockRefused as error:
        return page(case_id, limit, typed=request.form, message=error.message, status=409)
    flash(_(said), "good")
    return redirect(url_for("timing.show", case_id=case_id, limit=limit), 303)


COMMANDS: dict[str, tuple[Callable[..., Any], str]] = {
    "suspend": (clock_office.suspend, "已扣除时限，期限停止计算。"),
    "resume": (clock_office.resume, "已恢复计时，剩余时限照旧。"),
    "strike": (clock_office.strike, "已撤销误登的扣除，期限按没有这次扣除重算。"),
    "extend": (clock_office.extend, "已延长期限。"),
}


def page(
    case_id: str,
    limit: str,
    *,
    typed: Any = None,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
) -> Response:
    found = clock_office.clock_page(bureau(), me().user, case_id, limit)
    return make_response(
        render_template(
            "clock.html", here="inbox", clock=found, one=found.view, sheet=found.sheet, typed=typed or {},
            errors=errors or {}, message=message, key=new_key(), names=bureau().accounts.names(),
        ),
        status,
    )  # fmt: skip

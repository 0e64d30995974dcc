"""人员: accounts, appointments, roles, passwords given once, people from a file, the ledger. For the administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, NotPermitted, Refused
from processes import ledger, people, roster
from processes.authority import GRANTED
from processes.people import Newcomer
from webapp.context import bureau, sessions
from webapp.signin import me
from webapp.step import given_key, new_key
from webapp.wording import _

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.get("")
@login_required
def home() -> Any:
    ledger.admit(bureau(), me().user)
    return redirect(url_for("admin.show"))


@pages.get("/people")
@login_required
def show() -> Any:
    return listing()


@pages.post("/people")
@login_required
def add() -> Any:
    """One newcomer; the password stands in this one answer and nowhere else."""
    if request.form.get("_command") != "add":
        abort(400)
    key, form = given_key(), request.form
    one = Newcomer(
        form.get("user", "").strip()[:64], form.get("name", "").strip()[:60], tuple(filter(None, form.getlist("post")))[:20],
        tuple(form.getlist("role")),
    )  # fmt: skip
    try:
        given = people.add(bureau(), me().user, [one], form.get("_reason", ""), key=key)
    except InvalidInput as error:
        return listing(typed=form, errors=error.fields, message=error.message, status=422)
    if not given:
        return redirect(url_for("admin.person", user=one.user), 303)
    return page_of(one.user, secret=given[one.user])


@pages.get("/people/import")
@login_required
def ask_file() -> Any:
    return importing()


@pages.post("/people/import")
@login_required
def read_file() -> Any:
    """Read and tell; with `import`, add them all, and show their passwords once."""
    command = request.form.get("_command")
    if command not in ("check", "import"):
        abort(400)
    key, reason = given_key(), request.form.get("_reason", "")
    try:
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            text = roster.decoded(sent.stream.read(roster.BYTES + 1))
        else:
            text = request.form.get("text", "")
        found, faults = roster.read(bureau(), me().user, text)
        if faults or command == "check":
            return importing(
                text=text, found=found, faults=faults, reason=reason, status=422 if faults else 200
            )
        given = people.add(bureau(), me().user, found, reason, key=key)
    except InvalidInput as error:
        return importing(
            text=request.form.get("text", ""), errors=error.fields, message=error.message, reason=reason, status=422
        )  # fmt: skip
    if not given:
        return redirect(url_for("admin.show"), 303)
    names = {one.user: one.name for one in found}
    return importing(given=[(user, names[user], word) for user, word in given.items()])


@pages.get("/people/<user>")
@login_required
def person(user: str) -> Any:
    return page_of(user)


@pages.post("/people/<user>")
@login_required
def act(user: str) -> Any:
    command = COMMANDS.get(request.form.get("_command", ""))
    if command is None:
        abort(400)
    key = given_key()
    try:
        secret = command(user, request.form.get("_reason", ""), key)
    except InvalidInput as error:
        return page_of(user, typed=request.form, errors=error.fields, message=error.message, status=422)
    except NotPermitted:
        raise
    except Refused as error:
        return page_of(user, typed=request.form, message=error.message, status=409)
    if secret:
        return page_of(user, secret=secret)
    flash(_("已变更，并记入组织变更台账。"), "good")
    return redirect(url_for("admin.person", user=user), 303)


@pages.get("/ledger")
@login_required
def lines() -> Any:
    before = request.args.get("before", "")
    subject = request.args.get("subject", "")[:64]
    found, following = ledger.lines(
        bureau(), me().user, subject=subject,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
    )  # fmt: skip
    return render_template(
        "admin_ledger.html", here="admin", lines=found, following=following, subject=subject, what=ledger.WHAT
    )


def _appoint(user: str, reason: str, key: str) -> None:
    people.appoint(
        bureau(), me().user, user, request.form.get("post", ""), reason, starts=_day("starts"), ends=_day("ends"), key=key
    )  # fmt: skip


def _disable(user: str, reason: str, key: str) -> None:
    people.disable(bureau(), me().user, user, reason, anyway=request.form.get("anyway") == "1", key=key)
    sessions().end_others(user)


def _reset(user: str, reason: str, key: str) -> str:
    given = people.reset_password(bureau(), me().user, user, reason, key=key)
    sessions().end_others(user)
    return given


COMMANDS: Mapping[str, Callable[[str, str, str], str | None]] = {
    "rename": lambda user, reason, key: _quiet(
        people.rename(bureau(), me().user, user, request.form.get("name", ""), reason, key=key)
    ),
    "appoint": _appoint,
    "dismiss": lambda user, reason, key: _quiet(
        people.dismiss(bureau(), me().user, user, request.form.get("post", ""), reason, key=key)
    ),
    "grant": lambda user, reason, key: _quiet(
        people.grant(bureau(), me().user, user, request.form.getlist("role"), reason, key=key)
    ),
    "disable": _disable,
    "enable": lambda user, reason, key: _quiet(people.enable(bureau(), me().user, user, reason, key=key)),
    "reset": _reset,
    "unlock": lambda user, reason, key: _quiet(people.unlock(bureau(), me().user, user, reason, key=key)),
}


def _quiet(_new: bool) -> None:
    """Whether it was done now or before by the same key: the page says the same."""


def _day(name: str) -> date | None:
    given = request.form.get(name, "").strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(_("没有任岗"), {name: [_("日期应写作 2026-11-05")]}) from None


def posts() -> list[tuple[str, str]]:
    known = bureau().organisation
    found = [f"{one.name}/{post}" for one in (*known.sections, *known.units) for post in one.posts]
    return [(post, post) for post in found]


def listing(
    *, typed: Any = None, errors: Mapping[str, Any] | None = None, message: str = "", status: int = 200
) -> Any:
    chosen = {name: request.args.get(name, "")[:64] for name in ("q", "state", "section")}
    if chosen["state"] not in people.STATES:
        abort(404)
    found, following = people.listed(
        bureau(), me().user, query=chosen["q"], state=chosen["state"], section=chosen["section"],
        after=request.args.get("after", "")[:64],
    )  # fmt: skip
    return make_response(
        render_template(
            "admin_people.html", here="admin", found=found, following=following, chosen=chosen, typed=typed or {},
            errors=errors or {}, message=message, key=new_key(), posts=posts(), roles=GRANTED,
            counts=people.counts(bureau(), me().user),
            sections=[(one.slug, one.name) for one, _open in bureau().structure.all_sections()],
        ),
        status,
    )  # fmt: skip


def page_of(
    user: str, *, typed: Any = None, errors: Mapping[str, Any] | None = None, message: str = "", secret: str = "",
    status: int = 200,
) -> Any:  # fmt: skip
    someone = people.someone(bureau(), me().user, user)
    history, _more = ledger.lines(bureau(), me().user, subject=user)
    return make_response(
        render_template(
            "admin_person.html", here="admin", one=someone, typed=typed or {}, errors=errors or {}, message=message,
            secret=secret, key=new_key(), posts=posts(), roles=GRANTED, history=history[:10], what=ledger.WHAT,
        ),
        status,
    )  # fmt: skip


def importing(*, status: int = 200, **told: Any) -> Any:
    ledger.admit(bureau(), me().user)
    blank: dict[str, Any] = {
        "text": "", "found": [], "faults": [], "given": [], "errors": {}, "message": "", "reason": "",
    }  # fmt: skip
    return make_response(
        render_template(
            "admin_import.html", here="admin", key=new_key(), columns=roster.COLUMNS, roles=GRANTED,
            **{**blank, **told},
        ),
        status,
    )  # fmt: skip

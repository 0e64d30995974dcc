"""Signing in and out; and asking again, without losing what was typed, when a session has expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import NotFound
from processes.accounts import Account, Locked
from processes.authority import administers
from webapp import faults
from webapp.context import bureau, sessions, settings
from webapp.sessions import PASSWORD, PROVIDER
from webapp.wording import _

log = structlog.get_logger("webapp")
pages = Blueprint("signin", __name__)
FREE = frozenset(
    {"static", "own_account.password", "own_account.change", "signin", "oidc", "health", "progress"}
)
limiter = Limiter(get_remote_address, strategy="moving-window")  # kept as webapp.pacing does


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sits at the desk. Flask-Login carries the session's token, never the user's name."""

    token: str
    user: str
    name: str
    posts: tuple[str, ...]
    admin: bool = False
    must_change: bool = False
    way: str = PASSWORD

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token


def me() -> SignedIn:
    """The signed-in person: views behind `required` have one."""
    person: SignedIn = current_user._get_current_object()
    return person


def install(app: Flask) -> None:
    keeper = LoginManager(app)
    keeper.session_protection = (
        None  # sessions are checked at the server; a changing address signs nobody out
    )
    limiter.init_app(app)

    @keeper.user_loader
    def load(token: str) -> SignedIn | None:
        entered = sessions().entered(token)
        if entered is None:
            return None
        try:
            person = bureau().person(entered.user)
        except NotFound:  # the account was closed while its session ran
            return None
        return signed_in(token, person, entered.way)

    @keeper.unauthorized_handler
    def ask() -> AnyResponse:
        return ask_again()

    @app.errorhandler(CSRFError)
    def unmarked(error: CSRFError) -> AnyResponse:
        """Nothing is done. Our own page whose cookie is gone is asked to sign in again; anything else is refused."""
        if not current_user.is_authenticated and same_origin():
            if request.blueprint == pages.name:
                flash(_("页面停留过久，请重新登录。"), "mind")
                return redirect(url_for("signin.sign_in", next=request.args.get("next")), 303)
            return ask_again()
        log.warning("csrf_refused", id=g.request_id, path=request.path)
        return faults.page(400, _("页面的安全标记缺失或已失效，操作没有执行。"))

    @app.before_request
    def change_first() -> AnyResponse | None:
        """Whose password was given by somebody else, or is too old, changes it before anything else."""
        if request.endpoint is None or request.endpoint in FREE or request.blueprint in FREE:
            return None
        if session.get("_user_id") is None or not current_user.is_authenticated or not me().must_change:
            return None
        target = url_for("own_account.password")
        if request.headers.get("HX-Request"):
            return Response(status=204, headers={"HX-Redirect": target})
        return redirect(target, 303)

    app.register_blueprint(pages)


def signed_in(token: str, person: Account, way: str) -> SignedIn:
    days = settings().password_days
    old = person.password_at is None or bureau().cases.clock() - person.password_at > timedelta(days=days)
    return SignedIn(
        token, person.user, person.name, tuple(person.posts), administers(person),
        way == PASSWORD and (person.must_change or (bool(days) and old)), way,
    )  # fmt: skip


def admit(person: Account, *, way: str = PASSWORD, hint: str = "") -> None:
    """A new session, in a new cookie: one begun by somebody else is not carried over the sign-in."""
    held = session.get("held")
    session.clear()
    if held:
        session["held"] = held
    token = sessions().begin(
        person.user, address=request.remote_addr or "", agent=request.headers.get("User-Agent", ""), way=way, hint=hint
    )  # fmt: skip
    login_user(signed_in(token, person, way))
    log.info("signed_in", id=g.request_id, user=person.user, way=way)


def ask_again() -> AnyResponse:
    """To the sign-in page; a submit's fields are held for whoever signs in again as the same person."""
    expired = session.get("_user_id")
    if request.method == "POST":
        fields = {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
        author = sessions().last_user(expired) if expired else None
        session["held"] = sessions().hold(author, request.path, fields)
        flash(_("登录已过期，操作尚未提交。重新登录后，您填写的内容会原样恢复。"), "mind")
    elif expired:
        flash(_("登录已过期，请重新登录。"), "mind")
    going_to = request.full_path.rstrip("?") if request.method == "GET" else request.path
    target = url_for("signin.sign_in", next=going_to)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def restored() -> MultiDict[str, str] | None:
    """What was typed here before the session expired, once; None when nothing was."""
    token = session.get("held")
    held = sessions().held(token) if token else None
    if held is None or held.path != request.path or held.user not in (None, me().user):
        return None
    sessions().let_go(session.pop("held"))
    flash(_("已恢复您在登录过期前填写的内容，尚未提交，请核对后再次提交。"), "good")
    return MultiDict([(name, value) for name, values in held.fields.items() for value in values])


@pages.get("/signin")
def sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(within(request.args.get("next")))
    return door(user=request.args.get("user", ""))


@pages.post("/signin")
@limiter.limit(lambda: settings().sign_ins)
@limiter.limit(lambda: settings().sign_ins, key_func=lambda: f"user:{request.form.get('user', '')[:64]}")
def enter() -> Any:
    user, password = request.form.get("user", "").strip()[:64], request.form.get("password", "")[:256]
    try:
        person = bureau().authenticate(user, password) if user and password else None
    except Locked as error:
        log.warning("sign_in_locked", id=g.request_id, user=user)
        return door(user=user, wrong=_(error.message)), 429
    if person is None:
        log.warning("sign_in_refused", id=g.request_id, user=user)
        return door(user=user, wrong=_("用户名或口令不正确。")), 401
    admit(person)
    return redirect(within(request.args.get("next")), 303)


@pages.post("/signout")
def leave() -> Any:
    target = ""
    if current_user.is_authenticated:
        entered = sessions().entered(me().token)
        if entered is not None and entered.way == PROVIDER:
            from webapp.oidc import farewell  # which knows this module

            target = farewell(entered.hint)
        sessions().end(me().token)
        logout_user()
    session.clear()
    if target:
        session["farewell"] = target
        return redirect(url_for("oidc.gone"), 303)
    flash(_("已退出登录。"), "good")
    return redirect(url_for("signin.sign_in"), 303)


def door(user: str, wrong: str = "") -> str:
    people = demo_people() if settings().demo_password else []
    return render_template(
        "signin.html", user=user, wrong=wrong, next=request.args.get("next", ""), people=people,
        password=settings().demo_password, oidc=settings().oidc,
    )  # fmt: skip


def demo_people() -> list[Any]:
    return list(bureau().organisation.people.values())


def within(target: str | None) -> str:
    """`target` when it is a path of this site, else the inbox: a sign-in never leads elsewhere."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")):
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and "\\" not in target and parts.path != "/signin":
            return target
    return url_for("inbox.show")


def same_origin() -> bool:
    """Whether the browser says that this request came from our own page."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(origin) and urlsplit(str(origin)).netloc == request.host

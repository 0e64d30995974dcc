"""The application factory: one Flask application, its guards first, then its pages."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, redirect, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from processes.bureau import Bureau
from webapp import (
    admin,
    admin_sections,
    api,
    assets,
    bar,
    batch,
    case,
    case_operations,
    clocks,
    counter,
    documents,
    faults,
    files,
    handing_over,
    headers,
    health,
    inbox,
    logs,
    messages,
    oidc,
    own_account,
    pacing,
    progress,
    receipt,
    searching,
    signin,
    stand_ins,
    step,
    step_operations,
    supervision,
    timing,
    uploads,
    wording,
    workdays,
)
from webapp.answering import Answering
from webapp.context import Context, attach
from webapp.sessions import Sessions
from webapp.settings import Settings


def build(settings: Settings, bureau: Bureau | None = None) -> Flask:
    """The application for `settings`, on `bureau` or on one opened from the settings."""
    logs.configure()
    app = Answering(__name__, static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_bytes,
        MAX_FORM_MEMORY_SIZE=settings.text_bytes,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_NAME="chengban",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=1),
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as its cookie; the session is checked at the server
        WTF_CSRF_HEADERS=["X-CSRFToken", "X-CSRF-Token"],
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_STORAGE_URI=f"{pacing.FileStorage.STORAGE_SCHEME[0]}://{settings.folder / 'pace.db'}",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    bureau = bureau or Bureau.open(settings.database_url)
    sessions = Sessions(
        bureau.store,
        idle=timedelta(minutes=settings.idle_minutes),
        longest=timedelta(minutes=settings.session_minutes),
    )
    cases = bureau.cases
    attach(app, Context(settings, bureau, sessions))
    wording.teach(app, cases.clock, lambda day: cases.calendar.why(day))
    faults.catch(app)
    headers.protect(app)
    assets.install(app)
    health.install(app)
    csrf = CSRFProtect(app)
    csrf.exempt(progress.pages)  # it changes nothing, and asks for no cookie
    uploads.install(app)
    signin.install(app)
    oidc.install(app, settings.oidc)
    bar.install(app)
    documents.install(app)
    for part in (
        inbox,
        batch,
        searching,
        step,
        step_operations,
        case,
        case_operations,
        clocks,
        timing,
        counter,
        supervision,
        messages,
        workdays,
        files,
        receipt,
        progress,
        stand_ins,
        handing_over,
        admin,
        admin_sections,
        own_account,
    ):
        app.register_blueprint(part.pages)

    @app.get("/")
    def home() -> Response:
        return redirect(url_for("inbox.show"))

    api.install(app, csrf)
    return app

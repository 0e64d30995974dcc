"""Putting the API into the application: its routes, its pace, its refusals, its document, the page of tokens."""

from __future__ import annotations

from flask import Flask
from flask_wtf import CSRFProtect

from webapp.api import (
    cases,
    casework,
    clocks,
    desk,
    document,
    documents,
    drafts,
    files,
    hand_overs,
    items,
    lists,
    messages,
    office,
    operations,
    problems,
    stand_ins,
    supervision,
    tokens_page,
    webhooks,
    webhooks_page,
)
from webapp.api.access import pace_of
from webapp.context import settings
from webapp.signin import limiter

PARTS = (
    desk, lists, items, operations, files, drafts, cases, casework, clocks, documents, messages, supervision,
    stand_ins, hand_overs, office, webhooks,
)  # fmt: skip
for _part in PARTS:  # once, however many applications there are: the limiter remembers what it was told
    limiter.shared_limit(lambda: settings().api_calls, scope="api", key_func=pace_of)(_part.routes)


def install(app: Flask, csrf: CSRFProtect) -> None:
    """After every other part: what stands in the application then is what refusals are wrapped around."""
    api = document.api_of(app)
    for part in PARTS:
        # A token is no cookie: no other site can make a browser send it, so there is nothing for CSRF to guard.
        csrf.exempt(part.routes)
        api.register_blueprint(part.routes)
    app.register_blueprint(document.pages(document.complete(api)))
    app.register_blueprint(tokens_page.pages)
    app.register_blueprint(webhooks_page.pages)
    problems.catch(app)

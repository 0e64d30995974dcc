"""The bar on every page: which places this person may go to, and how many messages wait unread."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_login import current_user

from processes import messages, supervision
from webapp.context import bureau

COUNTED = 99


def install(app: Flask) -> None:
    @app.context_processor
    def bar() -> dict[str, Any]:
        """Asked for by the template, so that answers without a bar ask the database nothing."""
        return {"supervises": supervises, "unread": unread}


def supervises() -> bool:
    return current_user.is_authenticated and supervision.scope(bureau(), current_user.user) != ()


def unread() -> str:
    """ "" for none, "99+" for more than anybody reads."""
    if not current_user.is_authenticated:
        return ""
    count = messages.unread(bureau(), current_user.user)
    return "" if not count else f"{COUNTED}+" if count > COUNTED else str(count)

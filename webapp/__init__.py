"""Who sees it: the clerks' desk and the command line. Everything they do goes through `processes.bureau.Bureau`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from processes.bureau import Bureau
    from webapp.settings import Settings


def create_app(settings: Settings, bureau: Bureau | None = None) -> Flask:
    """The Flask application; `bureau` is given where the caller already has one open."""
    from webapp.application import build  # the command line must not pay for Flask

    return build(settings, bureau)

"""What belongs to one application, not to the module: its bureau, its sessions, its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from engine.store.vault import Vault
from processes.bureau import Bureau
from webapp.sessions import Sessions
from webapp.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

    from processes.bureau import Bureau
    from webapp.sessions import Sessions
    from webapp.settings import Settings

_NAME = "chengban"


class Context:
    """Held by the Flask application under one name."""

    def __init__(self, settings: Settings, bureau: Bureau, sessions: Sessions) -> None:
        self.settings, self.bureau, self.sessions = settings, bureau, sessions
        self.vault = Vault(settings.folder / "files")


def attach(app: Flask, context: Context) -> None:
    app.extensions[_NAME] = context


def context() -> Context:
    found: Context = current_app.extensions[_NAME]
    return found


def bureau() -> Bureau:
    return context().bureau


def sessions() -> Sessions:
    return context().sessions


def settings() -> Settings:
    return context().settings


def vault() -> Vault:
    return context().vault

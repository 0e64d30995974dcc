"""Running it: gunicorn with threads, and the ticker that does what is due, inside the one process that serves."""

from __future__ import annotations

from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from gunicorn.app.base import BaseApplication

from engine.store.vault import Vault
from engine.webhooks.sending import drop_old, send_due
from processes import attachments, drafts, mail
from processes.bureau import Bureau
from processes.mail import Postbox
from webapp import create_app
from webapp.context import context
from webapp.settings import Settings

log = structlog.get_logger("webapp")
TICK_SECONDS = 1.0
MAIL_SECONDS = 30.0


class Server(BaseApplication):  # type: ignore[misc]
    """One worker process with threads: SQLite has one writer, and one ticker is enough."""

    def __init__(self, settings: Settings, *, host: str, port: int, threads: int = 8) -> None:
        self._settings = settings
        self._given = {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": threads,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "chengban",
            "control_socket_disable": True,
            "limit_request_line": 8190,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Runs in the worker, after the fork: connections and threads are never shared between processes."""
        app = create_app(self._settings)
        with app.app_context():
            scheduler = start_ticker(context().bureau, self._settings.postbox, self._settings.webhooks_inside)
            scheduler.add_job(
                sweep, "interval", args=(context().bureau, context().vault), hours=1, max_instances=1
            )
        return app


def start_ticker(
    bureau: Bureau, postbox: Postbox | None = None, webhooks_inside: bool = False
) -> BackgroundScheduler:
    """Do what is due every second: timers, jobs, messages. A missed tick is made up by the next."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(tick, "interval", args=(bureau,), seconds=TICK_SECONDS, max_instances=1, coalesce=True)
    if postbox is not None:
        scheduler.add_job(
            post, "interval", args=(bureau, postbox), seconds=MAIL_SECONDS, max_instances=1, coalesce=True
        )
    scheduler.add_job(
        notify,
        "interval",
        args=(bureau, webhooks_inside),
        seconds=TICK_SECONDS,
        max_instances=1,
        coalesce=True,
    )
    scheduler.add_job(drop_old, "interval", args=(bureau.cases,), hours=1, max_instances=1, coalesce=True)
    scheduler.start()
    return scheduler


def notify(bureau: Bureau, inside: bool) -> int:
    """Send what webhooks wait for: beside the ticker, so that a slow receiver holds up no clock."""
    try:
        sent = 0
        while count := send_due(bureau.cases, private=inside):
            sent += count
        return sent
    except Exception as error:
        log.error("webhooks_failed", exc_info=error)
        return 0


def post(bureau: Bureau, postbox: Postbox) -> int:
    """Mail what is waiting; a server that cannot be reached is tried again the next round."""
    try:
        sent, refused = mail.send(bureau, postbox)
    except Exception as error:
        log.warning("mail_failed", error=type(error).__name__)
        return 0
    for one in refused:
        log.warning("mail_refused", notice=one)
    return sent


def sweep(bureau: Bureau, vault: Vault) -> int:
    """Drafts and uploads that nobody came back for, and contents that nothing names."""
    try:
        drafts.sweep(bureau)
        return attachments.sweep(bureau, vault)
    except Exception as error:
        log.error("sweep_failed", exc_info=error)
        return 0


def tick(bureau: Bureau) -> int:
    """One round; an error is logged and the next round tries again, so that one bad case stops no other."""
    try:
        return bureau.tick()
    except Exception as error:
        log.error("tick_failed", exc_info=error)
        return 0


def serve(settings: Settings, **given: Any) -> None:
    """Returns when the server is told to stop."""
    Server(settings, **given).run()

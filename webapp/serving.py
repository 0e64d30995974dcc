"""Running it: gunicorn workers with threads, one of which ticks: it does what is due."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
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
KEPT_ALIVE_SECONDS = 20  # a clerk's next click mostly comes on the connection of the last


class Server(BaseApplication):  # type: ignore[misc]
    """Worker processes with threads. SIGHUP puts new workers in the place of the old without dropping a request."""

    def __init__(
        self,
        settings: Settings,
        *,
        host: str,
        port: int,
        threads: int = 8,
        workers: int = 1,
        ticks: bool = True,
    ) -> None:
        self._settings, self._ticks = settings, ticks
        self._given = {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "workers": workers,
            "threads": threads,
            "keepalive": KEPT_ALIVE_SECONDS,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "chengban",
            "control_socket_disable": True,
            "preload_app": True,
            "post_worker_init": lambda _worker: self.begin(),
            "limit_request_line": 8190,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Compiled once, before the workers begin; connections and threads are never shared between processes."""
        app = create_app(self._settings)
        with app.app_context():
            self._bureau, self._vault = context().bureau, context().vault
        for template in app.jinja_env.list_templates(extensions=["html"]):
            app.jinja_env.get_template(template)
        try:
            self._bureau.matters()
        except Exception as error:  # no database yet, or no tables: /healthz says so until there are
            log.error("not_ready", exc_info=error)
        self._bureau.close()  # each process opens its own connections
        gc.freeze()  # so that workers share what they do not change
        return app

    def begin(self) -> None:
        """In each worker, before its first request."""
        if self._ticks:
            scheduler = BackgroundScheduler(timezone="UTC")
            scheduler.add_job(
                take_turn, "interval", args=(scheduler, self._settings, self._bureau, self._vault),
                seconds=TICK_SECONDS, id="turn",
            )  # fmt: skip
            scheduler.start()


def take_turn(scheduler: BackgroundScheduler, settings: Settings, bureau: Bureau, vault: Vault) -> None:
    """Of the workers of one folder one ticks: who holds the lock. When it goes, however it goes, another has it."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    held = os.open(settings.folder / "ticker.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return
    scheduler.remove_job("turn")
    tick_on(scheduler, bureau, settings.postbox, settings.webhooks_inside)
    scheduler.add_job(sweep, "interval", args=(bureau, vault), hours=1, max_instances=1)


def start_ticker(
    bureau: Bureau, postbox: Postbox | None = None, webhooks_inside: bool = False
) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone="UTC")
    tick_on(scheduler, bureau, postbox, webhooks_inside)
    scheduler.start()
    return scheduler


def tick_on(
    scheduler: BackgroundScheduler,
    bureau: Bureau,
    postbox: Postbox | None = None,
    webhooks_inside: bool = False,
) -> None:
    """Do what is due every second: timers, jobs, messages. A missed tick is made up by the next."""
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
    """Returns when the server is told to stop. Its processes count into one folder, anew with every start."""
    counted = settings.folder / "metrics"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counted)  # read as the application is imported
    Server(settings, **given).run()

"""Brings up servers and workers quickly: everything is imported and compiled once, and each victim is a fork of it.

Reads lines from stdin: `server PORT` or `worker`; answers with the process group, which is what gets killed. A victim
is what `chengban run` and `chengban worker` are, without the seconds of importing.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from flask import Flask

from processes.bureau import Bureau
from webapp import create_app
from webapp.serving import Server, start_ticker, tick
from webapp.settings import Settings

MATTER = "temporary-land-use"


class Warm(Server):
    """Served from the bureau compiled before the fork; its connections are its own."""

    def __init__(self, bureau: Bureau, settings: Settings, port: int) -> None:
        self._bureau = bureau
        super().__init__(settings, host="127.0.0.1", port=port)

    def load(self) -> Flask:
        return create_app(self._settings, self._bureau)

    def begin(self) -> None:
        start_ticker(self._bureau)
        (self._settings.folder / f"up-{os.getpgid(0)}").touch()


def live(bureau: Bureau, settings: Settings, words: list[str]) -> NoReturn:
    os.setsid()
    sys.stdin.close()
    try:
        if words[0] == "server":
            Warm(bureau, settings, int(words[1])).run()
        else:
            while True:
                if not tick(bureau):
                    time.sleep(0.005)
    finally:
        os._exit(1)


def main(url: str, folder: str) -> None:
    settings = Settings(
        database_url=url, folder=Path(folder), secret_key="k" * 40, sign_ins="1000 per minute"
    )
    bureau = Bureau.open(url)
    bureau.start_form(MATTER)
    bureau.tick()
    bureau.close()  # no connection may be shared between processes; the pool begins anew
    gc.freeze()
    # Nobody waits for the dead, and orphans of a killed server come here too (PR_SET_CHILD_SUBREAPER).
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            live(bureau, settings, line.split())
        print(child, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

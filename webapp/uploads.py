"""Uploads as they come in: onto the disk a piece at a time, each within its bound, and only from whoever is signed in."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any

from flask import Flask, Request, g, request
from flask_login import current_user
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import InvalidInput, Refused
from processes.attachments import MATERIALS
from processes.file_types import ACCEPT, TOLD
from webapp.context import settings
from webapp.wording import _

PREFIX = "_upload-"
AT_ONCE = 20  # files in one request


class Nowhere(io.BytesIO):
    """Takes everything and keeps nothing."""

    def write(self, piece: Any, /) -> int:
        return len(piece)


class Bounded(tempfile.SpooledTemporaryFile[bytes]):
    """One file on its way in. What is beyond the bound is not written: whoever keeps it sees that it is too much."""

    def __init__(self, most: int, folder: str) -> None:
        super().__init__(max_size=64 * 1024, dir=folder)
        self._most = most

    def write(self, piece: Any) -> int:
        room = self._most + 1 - self.tell()
        if room > 0:
            super().write(piece[:room])
        return len(piece)


class UploadRequest(Request):
    """Files of a form go to the settings' folder, never to memory; those of strangers go nowhere."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if "api_token" not in g and not current_user.is_authenticated:
            return Nowhere()
        folder = settings().folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Bounded(settings().file_bytes, str(folder))  # type: ignore[return-value]


def install(app: Flask) -> None:
    app.request_class = UploadRequest
    app.jinja_env.filters["size"] = size
    app.jinja_env.globals.update(
        accepted=ACCEPT, accepted_told=TOLD, file_bytes=lambda: settings().file_bytes
    )


def size(count: int) -> str:
    """1.2 MB, 340 KB."""
    return f"{count / 1048576:.1f} MB" if count >= 1048576 else f"{max(count // 1024, 1)} KB"


def uploaded() -> Iterator[tuple[str, FileStorage]]:
    """(field, file) of every file that this request carries, in order."""
    for name in request.files:
        if name.startswith(PREFIX):
            for file in request.files.getlist(name):
                if file.filename:
                    yield name.removeprefix(PREFIX), file


def take(keep: Callable[[int, str, FileStorage], None]) -> list[str]:
    """Give each file to `keep` (place, field, file); what was refused, in words. The others are kept all the same."""
    wrong = []
    for place, (field, file) in enumerate(uploaded()):
        try:
            if place >= AT_ONCE:
                raise Refused(_("一次最多上传 ") + f"{AT_ONCE}" + _(" 个文件"))
            keep(place, field, file)
        except (InvalidInput, Refused) as error:
            if type(error) not in (InvalidInput, Refused):
                raise  # the step is closed, taken, not theirs: that is no fault of the file
            name = (file.filename or "")[-60:]
            wrong.append(error.message if name in error.message else f"“{name}”：{error.message}")
    return wrong


def received(typed: MultiDict[str, str], field: str) -> None:
    """A material whose file has come is proposed as received, where it counted as missing or not at all."""
    if field.startswith(MATERIALS) and typed.get(field, "") in ("", "缺", "补"):
        typed.setlist(field, ["收"])

"""The vault: contents of files in a folder, each under its SHA-256, outside the database and outside the web root.

A content is written beside, flushed to the disk and renamed to its name before anything refers to it, so that a row
never names what is not there. What no row names is swept after a day: somebody may be about to name it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from engine.errors import NotFound, Refused

CHUNK = 256 * 1024
SETTLED = 24 * 3600.0  # seconds after which a content that nothing names is an orphan
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


class Reads(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class Kept(NamedTuple):
    """A content in the vault. `size` in bytes."""

    hash: str
    size: int


class Vault:
    """Safe to share between threads and processes. The folder is made at the first content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, source: Reads, most: int) -> Kept:
        """Read to the end, a piece at a time. Raises Refused beyond `most` bytes; nothing stays then."""
        self._prepare()
        beside = self.folder / "incoming" / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with beside.open("xb") as stream:
                while piece := source.read(CHUNK):
                    size += len(piece)
                    if size > most:
                        raise Refused(f"文件超过 {most // (1024 * 1024)} MB，没有接收")
                    digest.update(piece)
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            found = f"sha256:{digest.hexdigest()}"
            self._settle(beside, self.place(found))
        finally:
            beside.unlink(missing_ok=True)
        return Kept(found, size)

    def open(self, content: str) -> BinaryIO:
        """For reading. Raises NotFound."""
        try:
            return self.place(content).open("rb")
        except FileNotFoundError:
            raise NotFound("附件的内容不在存储中，请告知系统管理员") from None

    def intact(self, content: str) -> bool:
        """Whether what lies there is what was put there."""
        digest = hashlib.sha256()
        with self.open(content) as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
        return f"sha256:{digest.hexdigest()}" == content

    def place(self, content: str) -> Path:
        """The file of a content. Raises NotFound for what is no hash: nothing else may become a path."""
        found = _HASH.fullmatch(content)
        if found is None:
            raise NotFound("没有这份附件")
        return self.folder / found[1][:2] / found[1]

    def sweep(self, named: Callable[[str], bool]) -> int:
        """Remove what nothing names and what was left half-written, once settled. Returns how many."""
        if not self.folder.is_dir():
            return 0
        swept = 0
        for file in [*self.folder.glob("[0-9a-f][0-9a-f]/*"), *self.folder.glob("incoming/*")]:
            half = file.parent.name == "incoming"
            if not _settled(file) or (not half and named(f"sha256:{file.name}")):
                continue
            with self._lock(fcntl.LOCK_EX):
                if _settled(file):  # nobody has brought the same content since
                    file.unlink(missing_ok=True)
                    swept += 1
        return swept

    def _prepare(self) -> None:
        (self.folder / "incoming").mkdir(parents=True, exist_ok=True, mode=0o700)

    def _settle(self, beside: Path, place: Path) -> None:
        with self._lock(fcntl.LOCK_SH):
            place.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(beside, place)  # the same bytes where they were there already, and young again
        for folder in (place.parent, self.folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    @contextlib.contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        with (self.folder / ".lock").open("a") as stream:
            fcntl.flock(stream, kind)
            yield


def _settled(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > SETTLED
    except FileNotFoundError:
        return False

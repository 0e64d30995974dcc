"""One clerk's browser: cookies, a connection that is kept, a cache that obeys the server. Little CPU a request."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

TIMEOUT = 30.0  # seconds until a clerk gives up
LARGEST = 16 * 1024 * 1024  # bytes of an answer
ASSETS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
Fields = Sequence[tuple[str, str]]


class Failed(Exception):
    """The request got no answer that a browser could show."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` from the first byte sent to the last received."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Browser:
    """Speaks HTTP/1.1 from an address of its own, so that limits by address meet it as they meet a real one."""

    def __init__(self, port: int, source: str) -> None:
        self._port, self._source = port, source
        self._cookies: dict[str, str] = {}
        self._fresh: dict[str, tuple[float, str]] = {}  # until when a file need not be asked for, and its tag
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.connections = 0

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self._ask("GET", path, b"", headers or {})

    async def post(self, path: str, fields: Fields, *, files: bool = False) -> Answer:
        """`files`: encoded as a form that may carry files is."""
        if not files:
            kind = "application/x-www-form-urlencoded"
            return await self._ask("POST", path, urlencode(fields).encode(), {"Content-Type": kind})
        mark = "----load7d2f6f3c"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        ]
        body = ("".join(parts) + f"--{mark}--\r\n").encode()
        return await self._ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def assets(self, page: str) -> list[str]:
        """What the page needs and the cache does not have, or may not use without asking."""
        now = time.monotonic()
        return [
            path for path in dict.fromkeys(ASSETS.findall(page)) if self._fresh.get(path, (0.0, ""))[0] < now
        ]

    async def fetch(self, path: str) -> Answer:
        """A file into the cache; 304 where the cache had it and may keep it."""
        tag = self._fresh.get(path, (0.0, ""))[1]
        answer = await self._ask("GET", path, b"", {"If-None-Match": tag} if tag else {})
        age = re.search(r"max-age=(\d+)", answer.headers.get("cache-control", ""))
        until = time.monotonic() + (int(age[1]) if age else 0)
        self._fresh[path] = (until, answer.headers.get("etag", tag))
        return answer

    def twin(self) -> Browser:
        """The same browser's next connection: with the cookies that it has now."""
        other = Browser(self._port, self._source)
        other._cookies = dict(self._cookies)
        return other

    def close(self) -> None:
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", "Accept-Language: zh-CN"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        if method == "POST":
            lines += [f"Content-Length: {len(body)}", "Sec-Fetch-Site: same-origin"]
        message = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT):
                status, received, content = await self._exchange(message)
        except TimeoutError:
            self.close()
            raise Failed(f"no answer within {TIMEOUT:.0f} s") from None
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.close()
            raise Failed(f"{type(error).__name__}: {error}") from error
        return Answer(status, received, content, time.perf_counter() - begun)

    async def _exchange(self, message: bytes) -> tuple[int, dict[str, str], bytes]:
        """On the kept connection; anew where the server had closed it before it saw the request, as browsers do."""
        if self._stream is not None:
            try:
                reader, writer = self._stream
                if not reader.at_eof():
                    writer.write(message)
                    first = await reader.readline()
                    if first:
                        return await self._read(first, reader)
            except ConnectionError:
                pass
            self.close()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._source, 0), limit=256 * 1024
        )
        self._stream = reader, writer
        self.connections += 1
        writer.write(message)
        first = await reader.readline()
        if not first:
            raise ConnectionResetError("closed without an answer")
        return await self._read(first, reader)

    async def _read(self, first: bytes, reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
        status = int(first.split(b" ", 2)[1])
        headers: dict[str, str] = {}
        for line in (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            if name == "set-cookie":
                self._keep(value)
            elif name:
                headers[name] = value
        if headers.get("transfer-encoding") == "chunked":
            content = b""
            while size := int(await reader.readline(), 16):
                content += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        else:
            content = await reader.readexactly(min(int(headers.get("content-length", 0)), LARGEST))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, content

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if value and "max-age=0" not in cookie.lower():
            self._cookies[name] = value
        else:
            self._cookies.pop(name, None)

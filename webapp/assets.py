"""Stylesheets and scripts: each address names the content, so that a browser keeps it and never asks again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

FOR_EVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    folder = Path(str(app.static_folder))

    @app.url_defaults
    def name_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (mark := marked(folder / values["filename"])):
            values["v"] = mark

    @app.after_request
    def keep(response: Response) -> Response:
        """An address of another version is answered, too, but not kept: a new version may be half-way up."""
        if request.endpoint == "static" and response.status_code in (200, 304):
            named = request.args.get("v")
            mine = named is not None and named == marked(folder / (request.view_args or {})["filename"])
            response.headers["Cache-Control"] = FOR_EVER if mine else "no-cache"
        return response


def marked(file: Path) -> str:
    """The beginning of the content's hash; empty where there is no such file."""
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return ""
    return _hashed(file, changed)


@lru_cache(maxsize=256)
def _hashed(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]

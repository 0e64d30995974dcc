"""Files of cases on their way out. Always as something to save: nothing that was uploaded is ever shown as a page."""

from __future__ import annotations

from typing import Any, BinaryIO

from flask import Blueprint, Response, request, send_file
from flask_login import login_required

from processes import attachments
from webapp.context import bureau, vault
from webapp.signin import me

pages = Blueprint("files", __name__, url_prefix="/cases/<case_id>/files")


@pages.get("/<attachment>")
@login_required
def fetch(case_id: str, attachment: str) -> Any:
    """Streamed from the vault; who may have it is decided by the case."""
    found, stream = attachments.opened(bureau(), vault(), me().user, case_id, attachment)
    return sent(stream, found.name, found.media_type, found.size, found.hash)


def sent(stream: BinaryIO, name: str, media_type: str, size: int, content_hash: str) -> Response:
    """Whole, in part (Range) or not at all (If-None-Match), as something to save under `name`; `size` in bytes."""
    answer = send_file(
        stream, mimetype=media_type, as_attachment=True, download_name=name, conditional=False,
        etag=content_hash.removeprefix("sha256:"), max_age=0,
    )  # fmt: skip
    answer.content_length = size
    # Not left to `send_file`: it parts only what it can measure, and a stream of the vault it cannot.
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

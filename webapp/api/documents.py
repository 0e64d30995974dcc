"""The documents of a case: what was issued, what may be; preview, issue, void, service, download."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

from flask import Response

from engine.errors import NotFound
from processes import documents
from processes.documents import MEDIA
from webapp import files
from webapp.api.access import caller, keyed
from webapp.api.answers import answered
from webapp.api.cases import PLACE as CASE
from webapp.api.part import part
from webapp.api.schemas.common import Answered, ReasonBody
from webapp.api.schemas.documents import (
    DocumentShown,
    IssueBody,
    PapersQuery,
    PapersShown,
    PreviewBody,
    ServeBody,
)
from webapp.context import bureau

routes = part("documents", "文书")
PLACE = f"{CASE}/documents"


@routes.operation(
    "GET", PLACE, "已签发的文书和可以签发的文书", query=PapersQuery, answers=PapersShown
)  # fmt: skip
def list_documents(asked: dict[str, Any], case_id: str) -> Any:
    found = documents.papers(bureau(), caller(), case_id, asked.get("item", ""))
    return {
        "issued": [shown(one, found) for one in found.issued],
        "possible": found.possible,
        "modes": found.modes,
    }


@routes.operation(
    "POST", PLACE, "签发文书：取号、生成、留痕", scope="work", body=IssueBody, answers=Answered, status=201,
    command=True, revised=False,
)  # fmt: skip
def issue_document(body: dict[str, Any], case_id: str) -> Any:
    return answered(documents.issue(bureau(), caller(), case_id, body["kind"], body["values"], **keyed()))


@routes.operation(
    "POST", f"{PLACE}/preview", "预览文书，不取号", body=PreviewBody, answers=None, media_type="*/*"
)
def preview_document(body: dict[str, Any], case_id: str) -> Response:
    kind, form = body["kind"], body["form"]
    content = documents.preview(bureau(), caller(), case_id, kind, body["values"], form)
    return content_sent(content, f"{kind}（预览）.{form}", form)


@routes.operation("GET", f"{PLACE}/<document>", "一份文书", answers=DocumentShown)
def get_document(case_id: str, document: str) -> Any:
    found = documents.papers(bureau(), caller(), case_id)
    one = next((each for each in found.issued if each.document == document), None)
    if one is None:
        raise NotFound("没有这份文书")
    return shown(one, found)


@routes.operation(
    "GET", f"{PLACE}/<document>/<form>", "下载文书（pdf 或者 docx），与签发时逐字节相同", answers=None,
    media_type="*/*", stream=True, refusals=(409,),
)  # fmt: skip
def get_document_file(case_id: str, document: str, form: str) -> Response:
    name, content = documents.content(bureau(), caller(), case_id, document, form)
    return content_sent(content, name, form)


@routes.operation(
    "POST", f"{PLACE}/<document>/voiding", "作废文书，文号保留", scope="work", body=ReasonBody, answers=Answered,
    command=True, revised=False,
)  # fmt: skip
def void_document(body: dict[str, Any], case_id: str, document: str) -> Any:
    return answered(documents.void(bureau(), caller(), case_id, document, body["reason"], **keyed()))


@routes.operation(
    "POST", f"{PLACE}/<document>/services", "登记送达", scope="work", body=ServeBody, answers=Answered, status=201,
    command=True, revised=False,
)  # fmt: skip
def serve_document(body: dict[str, Any], case_id: str, document: str) -> Any:
    data = {**body, "on": body["on"].isoformat()}
    return answered(documents.serve(bureau(), caller(), case_id, document, data, **keyed()))


def shown(one: documents.Document, found: documents.Papers) -> dict[str, Any]:
    return {**one._asdict(), "may": sorted(found.may.get(one.document, ()))}


def content_sent(content: bytes, name: str, form: str) -> Response:
    digest = hashlib.sha256(content).hexdigest()
    return files.sent(BytesIO(content), name, MEDIA[form], len(content), digest)

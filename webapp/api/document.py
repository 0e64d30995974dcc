"""The OpenAPI 3.1 document, completed from what each operation says of itself, and the page that shows it."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Flask, Response, render_template
from flask_smorest import Api

from webapp.api.part import ROOT
from webapp.api.problems import MEDIA_TYPE, TITLES
from webapp.api.schemas.common import Problem

OPTIONS = {
    "info": {
        "description": "承办的 REST API：办事人员在桌面上能做的，程序都能做。小数一律以字符串给出；"
        "时刻为 UTC 的 ISO 8601，日期为北京时间的日历日。",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "servers": [{"url": "/"}],
}
_ID = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": r"^[A-Za-z0-9_.:\-]+$"}


class Described(Api):
    """Refusals are the application's own (`problems`), and so is the document's place (`pages`)."""

    def _register_error_handlers(self) -> None:
        return None

    def _register_doc_blueprint(self) -> None:
        return None


def api_of(app: Flask) -> Described:
    app.config.update(API_TITLE="承办 REST API", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    return Described(app, spec_kwargs=OPTIONS)


def complete(api: Described) -> dict[str, Any]:
    """The document: every refusal, header and scope of every operation written out."""
    api.spec.components.schema("Problem", schema=Problem)
    api.spec.components.security_scheme(
        "token",
        {"type": "http", "scheme": "bearer", "description": "在“访问令牌”页或以 chengban token create 建立"},
    )
    document: dict[str, Any] = json.loads(json.dumps(api.spec.to_dict()))
    for path in document["paths"].values():
        shared = path.pop("parameters", [])
        for operation in path.values():
            _complete(operation, shared)
    document["components"].pop("responses", None)
    return document


def _complete(operation: dict[str, Any], shared: list[Any]) -> None:
    scope, refusals = operation.pop("x-scope"), operation.pop("x-refusals")
    command, revised = operation.pop("x-command"), operation.pop("x-revised")
    etag, stream = operation.pop("x-etag"), operation.pop("x-stream")
    parameters = [*shared, *operation.get("parameters", [])]
    for one in parameters:
        if one["in"] == "path":
            one["schema"] = dict(_ID)
    if command:
        parameters.append({
            "name": "Idempotency-Key", "in": "header", "required": False,
            "description": "同一个键在同一地址上只生效一次；重复请求得到原来的答复",
            "schema": {"type": "string", "pattern": "^[!-~]{8,100}$"},
        })  # fmt: skip
    if revised:
        parameters.append({
            "name": "If-Match", "in": "header", "required": False,
            "description": "看到的 revision（ETag）；办件已有新的变化时答复 412",
            "schema": {"type": "string", "pattern": '^("[1-9][0-9]{0,8}"|\\*)$'},
        })  # fmt: skip
    if parameters:
        operation["parameters"] = parameters
    operation["security"] = [{"token": []}]
    operation["description"] = f"令牌须有范围：{scope}"
    kept = {code: one for code, one in operation["responses"].items() if code.startswith("2")}
    if etag:
        for one in kept.values():
            one["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "办件的 revision"}}
    if stream:
        kept["206"] = {**kept["200"], "description": "所要的一段（Range）"}
        kept["304"] = {"description": "与 If-None-Match 所说的相同"}
        for one in (kept["200"], kept["206"]):
            one["headers"] = {
                "ETag": {"schema": {"type": "string"}, "description": "内容的 SHA-256"},
                "Content-Disposition": {"schema": {"type": "string"}, "description": "文件名（RFC 6266）"},
            }
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in refusals:
        kept[str(status)] = {"description": TITLES[status][1], "content": problem}
    operation["responses"] = kept


def pages(document: dict[str, Any]) -> Blueprint:
    found = Blueprint("api_document", __name__, url_prefix=ROOT)
    text = json.dumps(document, ensure_ascii=False)

    @found.get("/openapi.json")
    def openapi() -> Response:
        return Response(text, content_type="application/json; charset=utf-8")

    @found.get("/")
    def show() -> str:
        return render_template("api.html", document=document, tags=_by_tag(document), titles=TITLES)

    return found


def _by_tag(document: dict[str, Any]) -> list[tuple[str, list[tuple[str, str, dict[str, Any]]]]]:
    """Operations by the subject they belong to, in the order of the document."""
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    names = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [(names[tag], operations) for tag, operations in found.items()]

"""One way to write an operation: who may, what comes, what goes, which refusals; the document is made of the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from webapp.api.access import guarded
from webapp.api.reading import ExactParser

READS = (401, 403, 429)
WRITES = (400, 401, 403, 409, 412, 413, 415, 422, 429, 503)
ROOT = "/api/v1"
ONE_FILE = {
    "required": True,
    "description": "一个文件及其所属的字段",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "field": {
                        "type": "string", "minLength": 1, "maxLength": 200,
                        "description": "materials-<材料标识>，或者表单中的附件字段",
                    },
                    "file": {"type": "string", "format": "binary", "description": "文件名以其类型的后缀结尾"},
                },
                "required": ["field", "file"],
            }
        }
    },
}  # fmt: skip


class Part(Blueprint):
    """The operations on one subject."""

    ARGUMENTS_PARSER = ExactParser()

    def operation(
        self,
        method: str,
        rule: str,
        summary: str,
        *,
        scope: str = "read",
        answers: type[Schema] | None,
        status: int = 200,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        refusals: tuple[int, ...] = (),
        command: bool = False,
        revised: bool = True,
        etag: bool = False,
        media_type: str | None = None,
        file: bool = False,
        stream: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """`command`: takes Idempotency-Key, and with `revised` If-Match where the path names a case. `file`: comes as
        multipart/form-data with one file; `stream`: goes whole, in part, or not at all where the asker has it."""
        told = set(READS)
        revised = revised and command and "case_id" in rule
        if body is not None or command or file:
            told |= set(WRITES if command else (400, 413, 415, 422))
        if query is not None:
            told.add(422)
        if "<" in rule:
            told.add(404)
        if command and "case_id" not in rule:
            told -= {409}
        if not revised:
            told -= {412}
        if stream:
            told.add(416)
        if method != "GET" and scope != "read":
            told.add(503)
        told |= set(refusals)

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            wrapped = view
            if body is not None:
                wrapped = self.arguments(body, description="UTF-8 的 JSON 对象")(wrapped)
            if query is not None:
                wrapped = self.arguments(query, location="query")(wrapped)
            if file:
                wrapped = self.doc(requestBody=ONE_FILE)(wrapped)
            wrapped = self.response(status, answers, content_type=media_type)(wrapped)
            wrapped = self.doc(
                summary=summary,
                operationId=view.__name__,
                **{
                    "x-scope": scope,
                    "x-refusals": sorted(told),
                    "x-command": command,
                    "x-etag": etag,
                    "x-revised": revised,
                    "x-stream": stream,
                },
            )(wrapped)
            routed: Callable[..., Any] = self.route(ROOT + rule, methods=[method])(guarded(scope)(wrapped))
            return routed

        return decorate


def part(name: str, description: str) -> Part:
    return Part(f"api_{name}", __name__, description=description)

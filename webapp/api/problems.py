"""Refusals as `application/problem+json` (RFC 9457), in Chinese: type, title, status, detail, fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from engine.errors import ChengbanError, InvalidInput, Stale
from forms.errors import FormError, InvalidForm
from webapp import faults

log = structlog.get_logger("webapp")

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
TITLES = {
    400: ("bad_request", "请求无法识别"),
    401: ("unauthorized", "令牌缺失、无效、已过期或者已吊销"),
    403: ("not_permitted", "没有办理此事的权限"),
    404: ("not_found", "没有找到所指的对象"),
    405: ("method_not_allowed", "此地址不支持该方法"),
    409: ("refused", "此操作现在不能进行"),
    412: ("stale", "办件已有新的变化"),
    413: ("too_large", "提交的内容太大"),
    415: ("unsupported_media_type", "请求正文的类型不对"),
    416: ("range_not_satisfiable", "所要的一段超出了内容的长度"),
    422: ("invalid_input", "填报内容有误"),
    429: ("too_many_requests", "请求过于频繁"),
    500: ("error", "系统出现故障，操作没有生效"),
    503: ("busy", "系统繁忙，请稍后重试"),
}


def problem(
    status: int, detail: str = "", code: str = "", fields: Mapping[str, Any] | None = None
) -> Response:
    """`type` is `urn:chengban:problem:<code>`; `fields` names what is wrong by field, empty where nothing is."""
    known, title = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    body = {
        "type": f"urn:chengban:problem:{code or known}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "fields": flat(fields or {}),
        "request_id": g.get("request_id", ""),
    }
    answer = Response(json.dumps(body), status, content_type=MEDIA_TYPE)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="chengban"'
    if status in (429, 503):
        answer.headers["Retry-After"] = "60" if status == 429 else "2"
    return answer


def flat(messages: Mapping[Any, Any], before: str = "") -> dict[str, list[str]]:
    """Nested messages to lists by dotted name."""
    found: dict[str, list[str]] = {}
    for key, said in messages.items():
        name = f"{before}.{key}" if before else str(key)
        if isinstance(said, Mapping):
            found.update(flat(said, name))
        else:
            found[name] = [str(one) for one in said] if isinstance(said, list | tuple) else [str(said)]
    return found


def status_of(error: ChengbanError) -> int:
    """As at the desk, but what was filled in wrongly is 422 and what came too late is 412."""
    if isinstance(error, InvalidInput):
        return 422
    return 412 if isinstance(error, Stale) else faults.status_of(error)


def of_chengban(error: ChengbanError) -> Response:
    status = status_of(error)
    if status >= 500 and status != 503:
        log.error("failed", id=g.get("request_id"), path=request.path, error=error.message, exc_info=error)
        return problem(500)
    fields = error.fields if isinstance(error, InvalidInput) else {}
    return problem(status, error.message, error.code, fields)


def of_form(error: FormError) -> Response:
    return problem(422, error.message, error.code, error.errors if isinstance(error, InvalidForm) else {})


def of_http(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    said: Mapping[str, Any] = getattr(error, "data", None) or {}
    messages = said.get("messages") or {}
    fields: dict[str, Any] = {}
    for place in ("json", "query", "path"):
        found = messages.get(place) if isinstance(messages, Mapping) else None
        if isinstance(found, Mapping):
            fields.update(found)
        elif found:
            fields["body"] = found
    status = error.code or 500
    answer = problem(status, fields=fields)
    if status == 405 and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return answer


def unknown(error: Exception) -> Response:
    log.error("failed", id=g.get("request_id"), path=request.path, exc_info=error)
    return problem(500)


def catch(app: Flask) -> None:
    """Answers below `/api/` are problems; every other page keeps the desk's own."""
    # By class and before the desk's: Flask asks the most exact class first, so each of its handlers is wrapped.
    registered = app.error_handler_spec[None]
    for by_class in registered.values():
        for kind, desk in list(by_class.items()):
            by_class[kind] = _either(desk)
    app.register_error_handler(FormError, _either(None))


def _either(desk: Any) -> Any:
    def handle(error: Exception) -> Any:
        if not request.path.startswith(PREFIX):
            if desk is None:
                raise error
            return desk(error)
        match error:
            case ChengbanError():
                return of_chengban(error)
            case FormError():
                return of_form(error)
            case HTTPException():
                return of_http(error)
        return unknown(error)

    return handle

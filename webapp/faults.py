"""When something is wrong: a page in Chinese that says what happened and what to do, with a number to quote.

What is inside stays inside: the page never shows a trace, a path or a query; the log has them under the same id.
"""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from engine.errors import Busy, ChengbanError, InvalidInput, NotFound, NotPermitted, Refused
from webapp.wording import _

log = structlog.get_logger("webapp")

MEANINGS = {
    400: ("这次提交无法识别", "可能是页面停留过久或内容不完整。请返回上一页，刷新后再试。"),
    401: ("请先登录", "登录后再继续。"),
    403: ("您没有办理此事的权限", "此环节由其他岗位办理。如确属您的职责，请联系科室负责人调整岗位。"),
    404: ("没有找到这个页面", "办件或页面可能不存在，请核对编号后再试。"),
    405: ("这个页面不支持此操作", "请从待办进入后重新操作。"),
    409: ("此操作现在不能进行", "办件状态已经变化，请返回查看最新情况。"),
    413: ("提交的内容太大", "单次提交的文字或文件超过了上限。请返回上一页（已填内容仍在），减少后再提交。"),
    415: ("文件类型不受支持", "请换成页面提示的类型后再试。"),
    422: ("填报内容有误", "请返回上一页改正后再提交。"),
    429: ("操作过于频繁", "请稍等一分钟再试。"),
    500: (
        "系统出现故障",
        "您的操作没有生效，已有数据未受影响。请稍后再试；如仍有问题，请把下面的编号告诉管理员。",
    ),
    503: ("系统繁忙", "同一办件正被频繁操作，请稍后重试。"),
}


def status_of(error: ChengbanError) -> int:
    """The HTTP status is given here, at the edge, and nowhere else."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, NotPermitted):
        return 403
    if isinstance(error, InvalidInput):
        return 400
    if isinstance(error, Refused):
        return 409
    if isinstance(error, Busy):
        return 503
    return 500


def page(status: int, message: str = "") -> Response:
    """The error page. A 500 never carries a message of its own."""
    heading, advice = MEANINGS.get(status, MEANINGS[500 if status >= 500 else 400])
    answer = make_response(
        render_template(
            "error.html",
            status=status,
            heading=_(heading),
            message=message if status < 500 else "",
            advice=_(advice),
            error_id=g.get("request_id", ""),
        ),
        status,
    )
    if request.headers.get("HX-Request"):
        # htmx 4 puts refused answers into the page too: this one takes the whole of it, not a part.
        answer.headers["HX-Retarget"] = answer.headers["HX-Reselect"] = "#main"
        answer.headers["HX-Reswap"] = "outerHTML"
    if status in (429, 503):
        answer.headers["Retry-After"] = "60" if status == 429 else "2"
    return answer


def catch(app: Flask) -> None:
    @app.before_request
    def number_request() -> None:
        g.request_id = secrets.token_hex(6)

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        return page(error.code or 500)

    @app.errorhandler(ChengbanError)
    def refused(error: ChengbanError) -> Response:
        status = status_of(error)
        if status >= 500:
            log.error("failed", id=g.request_id, path=request.path, error=error.message, exc_info=error)
        return page(status, error.message)

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        log.error("failed", id=g.get("request_id"), path=request.path, exc_info=error)
        return page(500)

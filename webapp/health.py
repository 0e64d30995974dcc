"""For whoever runs it: is it alive, and how fast. Figures go to this machine only."""

from __future__ import annotations

import os
import time
from ipaddress import ip_address

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from webapp.context import bureau

log = structlog.get_logger("webapp")
pages = Blueprint("health", __name__)
_REGISTRY = "chengban_metrics"
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client as it is imported


def install(app: Flask) -> None:
    """One registry an application, so that two in one process (tests) do not count into each other."""
    registry = app.extensions[_REGISTRY] = CollectorRegistry()
    answers = Counter(
        "chengban_http_requests", "Answers", ("endpoint", "method", "status"), registry=registry
    )
    seconds = Histogram("chengban_http_seconds", "Time to answer", ("endpoint",), registry=registry)

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        answers.labels(endpoint, request.method, str(response.status_code)).inc()
        if "begun" in g:
            seconds.labels(endpoint).observe(time.perf_counter() - g.begun)
        return response

    app.register_blueprint(pages)


@pages.get("/healthz")
def health() -> tuple[Response, int]:
    """200 while the database answers, 503 when it does not; says no more to anybody."""
    try:
        bureau().ready()
    except Exception as error:  # whatever is wrong, the balancer must hear 503
        log.error("not_ready", exc_info=error)
        return jsonify(status="unavailable"), 503
    return jsonify(status="ok"), 200


@pages.get("/metrics")
def metrics() -> Response:
    if not from_this_machine():
        abort(404)
    registry = current_app.extensions[_REGISTRY]
    if SHARED in os.environ:  # whichever process is asked tells of all
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def from_this_machine() -> bool:
    """Loopback, and not by way of a proxy that runs here."""
    try:
        local = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return local and not any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")
    )

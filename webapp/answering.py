"""Answers to questions: a page reads each row once, however many of its parts show it."""

from __future__ import annotations

from flask import Flask, Response, request

from webapp.context import context


class Answering(Flask):
    """Flask, but that a GET reads nothing twice. What is streamed after the answer has begun reads for itself."""

    def full_dispatch_request(self) -> Response:
        if request.method not in ("GET", "HEAD") or request.endpoint == "static":
            return super().full_dispatch_request()
        with context().bureau.store.remembering():
            return super().full_dispatch_request()

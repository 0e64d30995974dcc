"""The server's log: one JSON object a line on stderr. Traces carry no local variables, which hold people's data."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_given: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )

"""What every answer tells the browser: nothing from elsewhere, nothing inline, nobody's frame."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the bpmn.io mark in the viewer is an inline picture
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)


# A form's million characters (the most that `forms` takes), each Chinese one nine bytes when percent-encoded.
TYPED_BYTES = 9_500_000


def protect(app: Flask) -> None:
    @app.before_request
    def bound_body() -> None:
        """Werkzeug bounds the text of multipart bodies alone; the rest is bounded before anybody reads it."""
        if request.mimetype != "multipart/form-data":
            request.max_content_length = TYPED_BYTES

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            # Pages show people's cases: no shared or private cache keeps them after sign-out.
            headers.setdefault("Cache-Control", "no-store")
        return response

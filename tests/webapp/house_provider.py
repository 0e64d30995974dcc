"""A small OpenID provider on loopback, as a house would run one, and the ways in which one can be wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "chengban", "the client's secret"


class HouseProvider:
    """`user` is who sits at the browser; `lie` changes the claims of the next token, `key` its signature."""

    def __init__(self) -> None:
        self.user = "zhanghui"
        self.lie: dict[str, Any] = {}
        self.own = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.key = self.own
        self.algorithm = "RS256"
        self.issuer = ""
        self.named = ""  # the issuer that the discovery document names, where it is another's
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.ended: list[dict[str, str]] = []
        self.app = Flask("house-provider")
        self.app.get("/.well-known/openid-configuration")(self.discover)
        self.app.get("/keys")(self.keys)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)
        self.app.get("/end")(self.end)

    def discover(self) -> Response:
        return jsonify({
            "issuer": self.named or self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end", "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        })  # fmt: skip

    def keys(self) -> Response:
        return jsonify(KeySet([self.own]).as_dict(private=False))

    def authorize(self) -> Any:
        given = request.args.to_dict()
        self.asked.append(given)
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        answer = urlencode({"code": code, "state": given["state"]})
        return redirect(f"{given['redirect_uri']}?{answer}")

    def token(self) -> Any:
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(request.form["code"], None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        ).rstrip(b"=")
        if request.headers.get("Authorization") != expected:
            return jsonify({"error": "invalid_client"}), 401
        if asked is None or asked["code_challenge"] != challenge.decode():
            return jsonify({"error": "invalid_grant"}), 400
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": f"sub-{self.user}", "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "preferred_username": self.user, "name": "张慧", **self.lie,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jsonify({
            "access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300,
            "id_token": self.signed(claims),
        })  # fmt: skip

    def signed(self, claims: dict[str, Any]) -> str:
        if self.algorithm == "none":
            parts = ({"alg": "none", "kid": "k1"}, claims)
            return (
                ".".join(
                    base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                    for part in parts
                )
                + "."
            )
        return jwt.encode({"alg": self.algorithm, "kid": "k1"}, claims, self.key)

    def end(self) -> Any:
        self.ended.append(request.args.to_dict())
        return redirect(request.args["post_logout_redirect_uri"])

    @contextmanager
    def serving(self) -> Iterator[HouseProvider]:
        server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()

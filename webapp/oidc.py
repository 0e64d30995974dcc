"""统一身份认证: signing in by the bureau's OpenID provider, authorisation code with PKCE, state and nonce.

The provider is found by its issuer's discovery document. What it says is believed only with its own signature, for
this client, in time, and once. Signing out here goes on to the provider where it has a place for that.
"""

from __future__ import annotations

from typing import Any

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from joserfc.errors import JoseError

from engine.errors import NotPermitted
from processes import single_sign_on
from webapp.context import bureau, settings
from webapp.sessions import PROVIDER
from webapp.settings import Provider
from webapp.signin import admit, door, limiter, within
from webapp.wording import _

log = structlog.get_logger("webapp")
pages = Blueprint("oidc", __name__)
SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
SECONDS = 10
LEEWAY_SECONDS = 30  # by which the provider's clock may differ
_NAME = "chengban-oidc"


class Untrusted(Exception):
    """The provider is not the one that was set up."""


def install(app: Flask, provider: Provider | None) -> None:
    if provider is not None:
        oauth = OAuth(app)
        app.extensions[_NAME] = oauth.register(
            "house", client_id=provider.client_id, client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile", "code_challenge_method": "S256", "default_timeout": SECONDS,
            },
        )  # fmt: skip
    app.register_blueprint(pages)


@pages.get("/signin/oidc")
@limiter.limit(lambda: settings().sign_ins)
def begin() -> Any:
    provider = _provider()
    if current_user.is_authenticated:
        return redirect(within(request.args.get("next")))
    for name in [one for one in session if one.startswith("_state_")]:
        session.pop(name)  # of a sign-in that was not finished: the cookie does not grow
    session["next"] = within(request.args.get("next"))
    try:
        _metadata(provider)
        return _client().authorize_redirect(_here("oidc.finish"))
    except (requests.RequestException, OAuthError, Untrusted, RuntimeError, ValueError) as error:
        return _away(error)


@pages.get("/signin/oidc/callback")
@limiter.limit(lambda: settings().sign_ins)
def finish() -> Any:
    provider = _provider()
    going_to = within(session.get("next"))
    try:
        _metadata(provider)
        token = _client().authorize_access_token(leeway=LEEWAY_SECONDS, claims_options={
            "iss": {"essential": True, "values": [provider.issuer]},
            "aud": {"essential": True, "values": [provider.client_id]},
        })  # fmt: skip
    except requests.RequestException as error:
        return _away(error)
    except (OAuthError, JoseError, Untrusted, RuntimeError, ValueError, KeyError, TypeError) as error:
        log.warning("oidc_refused", id=g.request_id, error=type(error).__name__)
        return _refused(_("统一身份认证没有成功，您没有登录。请重新开始。"))
    claims = token.get("userinfo")
    if not claims:
        log.warning("oidc_refused", id=g.request_id, error="no id_token")
        return _refused(_("统一身份认证没有成功，您没有登录。请重新开始。"))
    try:
        person = single_sign_on.admitted(
            bureau(), claims.get(provider.claim), claims.get("name"), create=provider.create
        )
    except NotPermitted as error:
        log.warning("oidc_refused", id=g.request_id, error="no account")
        return _refused(error.message)
    admit(person, way=PROVIDER, hint=str(token["id_token"]))
    return redirect(going_to, 303)


def farewell(hint: str) -> str:
    """Where the browser goes to end the provider's session too; "" where the provider has no such place."""
    if _NAME not in current_app.extensions:
        return ""
    try:
        _metadata(_provider())
        told = _client().create_logout_url(
            post_logout_redirect_uri=_here("signin.sign_in"), id_token_hint=hint or None,
            client_id=settings().oidc.client_id,  # type: ignore[union-attr]
        )  # fmt: skip
    except (requests.RequestException, Untrusted, RuntimeError, ValueError):
        return ""
    return str(told["url"])


@pages.get("/signedout")
def gone() -> Any:
    """After the session here has ended: on to the provider, by the page itself. A form may not lead there (CSP)."""
    target = session.pop("farewell", "")
    if not target:
        return redirect(url_for("signin.sign_in"))
    return render_template("signed_out.html", target=target)


def _provider() -> Provider:
    found = settings().oidc
    if found is None:
        abort(404)
    return found


def _client() -> Any:
    return current_app.extensions[_NAME]


def _metadata(provider: Provider) -> dict[str, Any]:
    """Raises Untrusted where the document is another's; of its signatures, only those by key pairs are left."""
    found: dict[str, Any] = _client().load_server_metadata()
    if found.get("issuer") != provider.issuer:
        raise Untrusted("issuer")
    named = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = [one for one in named if one in SIGNATURES]
    return found


def _here(endpoint: str) -> str:
    return url_for(endpoint, _external=True, _scheme="https" if settings().secure_cookies else None)


def _refused(message: str) -> Any:
    return door(user="", wrong=message), 403


def _away(error: Exception) -> Any:
    log.warning("oidc_away", id=g.request_id, error=type(error).__name__)
    return door(user="", wrong=_("统一身份认证暂时无法使用，请稍后再试，或者用口令登录。")), 503

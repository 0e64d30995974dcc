"""Settings from the environment (`CHENGBAN_*`), with defaults that let one person run it at once."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env

from engine.errors import InvalidInput
from processes.mail import Postbox


@dataclass(frozen=True, slots=True)
class Provider:
    """The OpenID provider of the house. `claim` of its token is the login here; `create` makes an account, without
    posts, for whom it names and nobody knows yet; `name` is what people call it."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "preferred_username"
    create: bool = False
    name: str = "统一身份认证"


@dataclass(frozen=True, slots=True)
class Settings:
    """`folder` holds what the server keeps beside the database: its secret, sessions, pictures of tests.

    Times in minutes: a session ends `idle_minutes` after its last request, and `session_minutes` after sign-in
    whatever happens. `secure_cookies` must be on wherever the desk is served by HTTPS. `api_calls` is the pace of one
    API token; `password_days`, where not 0, is how long a password may be used; `webhooks_inside` lets webhooks reach this machine and private networks, by plain HTTP too.
    """

    database_url: str
    folder: Path
    secret_key: str
    idle_minutes: int = 60
    session_minutes: int = 12 * 60
    secure_cookies: bool = False
    sign_ins: str = "10 per minute"
    demo_password: str | None = None
    file_bytes: int = 50 * 1024 * 1024  # of one uploaded file
    upload_bytes: int = 256 * 1024 * 1024  # of one request with files
    progress_queries: str = "10 per minute"
    text_bytes: int = 4 * 1024 * 1024
    postbox: Postbox | None = None
    api_calls: str = "600 per minute"
    webhooks_inside: bool = False
    oidc: Provider | None = None
    password_days: int = 0


def from_environment() -> Settings:
    """Mail is sent where `CHENGBAN_SMTP_URL` is given, with `_MAIL_FROM`, `_MAIL_DOMAIN` and `_SITE_URL`; people sign in
    by a provider where `_OIDC_ISSUER` is, with `_OIDC_CLIENT_ID`, `_SECRET`, `_CLAIM`, `_CREATE` and `_NAME`.

    Also reads `CHENGBAN_DATABASE_URL`, `_FOLDER`, `_SECRET_KEY`, `_IDLE_MINUTES`, `_SESSION_MINUTES`, `_SECURE_COOKIES`,
    `_FILE_MEGABYTES` (of one uploaded file), `_PROGRESS_QUERIES` (of the public page, by address and by number).

    Raises environs.EnvError where a value has the wrong type, InvalidInput for an SMTP address that is none.
    """
    env = Env()
    with env.prefixed("CHENGBAN_"):
        folder = Path(env.str("FOLDER", "var")).absolute()
        return Settings(
            database_url=env.str("DATABASE_URL", f"sqlite:///{folder / 'chengban.db'}"),
            folder=folder,
            secret_key=env.str("SECRET_KEY", "") or kept_secret(folder),
            idle_minutes=env.int("IDLE_MINUTES", 60),
            session_minutes=env.int("SESSION_MINUTES", 12 * 60),
            secure_cookies=env.bool("SECURE_COOKIES", False),
            sign_ins=env.str("SIGN_INS", "10 per minute"),
            demo_password=demo_password(folder),
            postbox=postbox(env),
            file_bytes=env.int("FILE_MEGABYTES", 50) * 1024 * 1024,
            upload_bytes=max(256, 4 * env.int("FILE_MEGABYTES", 50)) * 1024 * 1024,
            progress_queries=env.str("PROGRESS_QUERIES", "10 per minute"),
            api_calls=env.str("API_CALLS", "600 per minute"),
            webhooks_inside=env.bool("WEBHOOKS_INSIDE", False),
            oidc=provider(env),
            password_days=env.int("PASSWORD_DAYS", 0),
        )


def postbox(env: Env) -> Postbox | None:
    """None where no SMTP server is named: then nothing is mailed."""
    url = env.str("SMTP_URL", "")
    if not url:
        return None
    return Postbox(url, env.str("MAIL_FROM", ""), env.str("MAIL_DOMAIN", ""), env.str("SITE_URL", ""))


def provider(env: Env) -> Provider | None:
    """None where no issuer is named. Raises InvalidInput for one that is not asked by HTTPS, but for this machine's."""
    issuer = env.str("OIDC_ISSUER", "")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise InvalidInput("CHENGBAN_OIDC_ISSUER 应以 https:// 开头")
    return Provider(
        issuer, env.str("OIDC_CLIENT_ID"), env.str("OIDC_CLIENT_SECRET"),
        env.str("OIDC_CLAIM", "preferred_username"), env.bool("OIDC_CREATE", False),
        env.str("OIDC_NAME", "统一身份认证"),
    )  # fmt: skip


def kept_secret(folder: Path) -> str:
    """The secret that signs cookies: made once, readable by its owner alone, so that a restart keeps sessions."""
    file = folder / "secret-key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        secret = secrets.token_urlsafe(48)
        stream.write(secret)
    return secret


def demo_password(folder: Path) -> str | None:
    """The password of the demo people where `init --demo` made them; the sign-in page then offers them."""
    try:
        return str(json.loads((folder / "demo.json").read_text(encoding="utf-8"))["password"])
    except (OSError, ValueError, KeyError):
        return None


def keep_demo_password(folder: Path, password: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "demo.json"
    file.write_text(json.dumps({"password": password}), encoding="utf-8")
    file.chmod(0o600)

"""Warnings by mail: each notice once to whoever it is for, where the bureau has given an SMTP server. Off by default.

A notice is claimed before it is sent, so that two processes never send it twice; nothing is claimed while the server
cannot be reached. What a server refuses is logged by the caller and stays in the application's messages.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from engine import notices
from engine.errors import InvalidInput
from engine.notices import Mail

if TYPE_CHECKING:
    from processes.bureau import Bureau

USER = "user:"
SCHEMES = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
TIMEOUT = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Postbox:
    """`url` is `smtp://`, `smtp+tls://` (STARTTLS) or `smtps://`, with user and password where the server asks for them;
    a person's address is the login at `domain`; `site` goes before the link to the case."""

    url: str
    sender: str
    domain: str
    site: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise InvalidInput("CHENGBAN_SMTP_URL 应写作 smtp://主机:端口、smtp+tls://… 或 smtps://…")
        if "@" not in self.sender or not self.domain or any(c in self.sender + self.domain for c in "\r\n"):
            raise InvalidInput("CHENGBAN_MAIL_FROM 应为邮件地址，CHENGBAN_MAIL_DOMAIN 应为邮件域名")


def send(bureau: Bureau, postbox: Postbox, *, limit: int = 50) -> tuple[int, list[str]]:
    """Send what has not been sent. Returns how many were, and what the server refused.

    Raises OSError (smtplib's errors are) when the server cannot be reached: nothing is claimed then.
    """
    waiting = notices.unmailed(bureau.store, limit=limit)
    if not waiting:
        return 0, []
    sent, refused = 0, []
    with _connected(postbox) as server:
        for mail in waiting:
            addresses = [f"{user}@{postbox.domain}" for user in addressees(bureau, mail.addressee)]
            if not notices.mark_mailed(bureau.store, mail.notice, bureau.cases.clock()) or not addresses:
                continue
            try:
                server.send_message(message(postbox, mail), postbox.sender, addresses)
                sent += 1
            except smtplib.SMTPException as error:
                refused.append(f"{mail.notice}: {type(error).__name__}")
    return sent, refused


def addressees(bureau: Bureau, addressee: str) -> Sequence[str]:
    """The one person, or everybody who holds the post."""
    if addressee.startswith(USER):
        return [addressee.removeprefix(USER)]
    people = bureau.accounts.names()
    return sorted(user for user in people if addressee in bureau.person(user).may_act_as)


def message(postbox: Postbox, mail: Mail) -> EmailMessage:
    """Addressed to nobody by name: those who share a post need not see each other's addresses."""
    made = EmailMessage()
    made["From"] = postbox.sender
    made["To"] = "undisclosed-recipients:;"
    made["Subject"] = ("期限提醒：" if mail.limit else "办件提醒：") + " ".join(mail.text.split())[:80]
    made["Date"] = formatdate(mail.at.timestamp())
    made["Message-ID"] = make_msgid(domain=postbox.domain)
    page = f"/cases/{mail.case_id}" + (f"/clocks/{mail.limit}" if mail.limit else "")
    link = f"\n\n{postbox.site.rstrip('/')}{page}" if postbox.site else ""
    made.set_content(f"{mail.text}{link}\n\n此邮件由承办系统自动发出，请勿回复。\n")
    return made


def _connected(postbox: Postbox) -> smtplib.SMTP:
    parts = urlsplit(postbox.url)
    host, port = parts.hostname or "", parts.port or SCHEMES[parts.scheme]
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    server = kind(host, port, timeout=TIMEOUT)
    try:
        if parts.scheme == "smtp+tls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server

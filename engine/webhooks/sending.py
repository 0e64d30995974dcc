"""Sending what is due: signed, in bounded time, to public addresses alone, again with growing pauses until taken.

The signature is over `<timestamp>.<body>`: whoever receives it recomputes it with the shared secret and refuses old
timestamps. The address that was checked is the one connected to: a name that changes its mind in between reaches
nothing inside. A redirect is an answer like any other that is not 2xx: a failure.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from engine.codec import moment_text
from engine.errors import ChengbanError
from engine.store import webhooks
from engine.webhooks.subscriptions import Delivery, Webhook, delivery_of, subscriptions

if TYPE_CHECKING:
    from datetime import datetime

    from engine.cases.cases import Cases

log = logging.getLogger(__name__)

SECONDS = 10.0  # for one sending, whatever the other side does
READ_BYTES = 4096  # of an answer; nobody looks at more
ATTEMPTS = 10  # then dead: about a day and a half after the first
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=10), timedelta(hours=12)
LEASE = timedelta(seconds=60)
AT_ONCE = 5  # a round's deliveries: more than one lease holds would be sent twice
KEPT = timedelta(days=30)  # how long what was delivered may be looked at


class NotReachable(ChengbanError):
    """网址指向本机或者内部网络，不予发送"""

    code = "not_reachable"


class Sent(NamedTuple):
    """`status` None: no answer came, and `error` says why."""

    status: int | None
    error: str

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send_due(cases: Cases, *, private: bool = False, limit: int = AT_ONCE) -> int:
    """Send what is due now; how many were tried. `private` also reaches loopback and private networks."""
    now = cases.clock()
    taken = {"now": moment_text(now), "until": moment_text(now + LEASE), "limit": limit}
    rows = cases.run(lambda transaction: transaction.all(webhooks.claim_deliveries, taken))
    if not rows:
        return 0
    known = {one.webhook: one for one in subscriptions(cases.store)}
    for row in sorted(rows, key=lambda row: (row[6], row[1])):
        delivery = delivery_of(row)
        webhook = known.get(delivery.webhook)
        if webhook is not None:
            _settle(cases, delivery, send(webhook, delivery, cases.clock(), private=private))
    return len(rows)


def drop_old(cases: Cases) -> int:
    """Forget what was delivered a month ago; what is dead stays to be looked at. Returns how many."""
    before = {"before": moment_text(cases.clock() - KEPT)}
    return cases.run(lambda transaction: transaction.run(webhooks.drop_delivered, before))


def send(webhook: Webhook, delivery: Delivery, now: datetime, *, private: bool = False) -> Sent:
    """One try. Never raises."""
    body = delivery.body.encode()
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Chengban-Webhook/1",
        "Chengban-Event": delivery.event,
        "Chengban-Event-Id": delivery.event_id,
        "Chengban-Timestamp": timestamp,
        "Chengban-Signature": f"sha256={signature(webhook.secret, timestamp, body)}",
    }
    try:
        return Sent(post(webhook.url, body, headers, private=private), "")
    except ChengbanError as refused:
        return Sent(None, refused.message)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Sent(None, f"{type(error).__name__}: {error}"[:300])


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 of `<timestamp>.<body>`, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, private: bool = False, seconds: float = SECONDS
) -> int:
    """The status of the answer. Raises NotReachable, OSError, http.client.HTTPException."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    address, port = _address(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), private)
    connection = _Pinned(parts.hostname, port, address, seconds, secure=parts.scheme == "https")
    # A socket's own limit is for each read: who drips byte by byte is cut off by the clock on the wall.
    cut = threading.Timer(seconds, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(READ_BYTES)
        return answer.status
    finally:
        cut.cancel()
        connection.close()


def _address(host: str, port: int, private: bool) -> tuple[str, int]:
    """Where to connect. Every address of the name must be public: one that is not is reason enough to refuse."""
    found = list(
        dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )
    if not private and any(not _public(one) for one in found):
        raise NotReachable()
    return found[0], port


def _public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # What is wrapped in it counts: ::ffff:127.0.0.1, 6to4, and NAT64 lead to IPv4.
        if address.ipv4_mapped is not None:
            return _public(str(address.ipv4_mapped))
        if address.sixtofour is not None:
            return _public(str(address.sixtofour))
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return address.is_global and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """Speaks to the one address that was checked, and to nobody's proxy; TLS holds it to the name."""

    def __init__(self, host: str, port: int, address: str, seconds: float, *, secure: bool) -> None:
        super().__init__(host, port, timeout=seconds)
        self._checked = address
        self._tls = ssl.create_default_context() if secure else None
        self.default_port = 443 if secure else 80
        self._raw: socket.socket | None = None

    def connect(self) -> None:
        raw = socket.create_connection((self._checked, self.port), self.timeout)
        self._raw = raw
        self.sock = raw if self._tls is None else self._tls.wrap_socket(raw, server_hostname=self.host)
        self._raw = self.sock

    def cut(self) -> None:
        held = self._raw
        if held is not None:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


def _settle(cases: Cases, delivery: Delivery, sent: Sent) -> None:
    now = cases.clock()
    error = sent.error or ("" if sent.taken else f"对方答复 {sent.status}")
    state = "delivered" if sent.taken else "dead" if delivery.attempts >= ATTEMPTS else "pending"
    after = now + min(FIRST_DELAY * (1 << min((delivery.attempts - 1) * 2, 20)), LONGEST_DELAY)
    row: dict[str, Any] = {
        "of_webhook": delivery.webhook, "of_event": delivery.event_id, "state": state, "run_at": moment_text(after),
        "status": sent.status, "error": error or None,
        "closed_at": None if state == "pending" else moment_text(now),
    }  # fmt: skip
    if not sent.taken:
        log.warning("webhook %s: %s not taken: %s", delivery.webhook, delivery.event_id, error)
    cases.run(lambda transaction: transaction.run(webhooks.settle_delivery, row))

"""事件通知: who is told of events by webhook, what could not be delivered, and sending it again.

The site's administrator sees every subscription; whoever made one and is administrator no more sees his own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required

from engine.errors import InvalidInput, NotPermitted
from engine.webhooks import subscriptions
from engine.webhooks.events import EVENTS
from engine.webhooks.subscriptions import Webhook
from webapp.context import bureau, settings
from webapp.signin import me
from webapp.wording import _

pages = Blueprint("webhooks", __name__, url_prefix="/settings/webhooks")
STATES = {"dead": "未能送达", "pending": "等待发送", "delivered": "已送达"}
PAGE = 20


@pages.get("")
@login_required
def show() -> Any:
    return page()


@pages.post("")
@login_required
def create() -> Any:
    if request.form.get("_command") != "create":
        abort(400)
    if not _admin():
        raise NotPermitted("订阅由系统管理员建立")
    matter = request.form.get("matter", "")
    try:
        if matter:
            bureau().matter(matter)
        made = subscriptions.subscribe(
            bureau().store, request.form.get("url", "").strip(), request.form.getlist("event"), matter,
            user=me().user, now=bureau().cases.clock(), plain_http=settings().webhooks_inside,
        )  # fmt: skip
    except InvalidInput as error:
        return page(message=error.message, errors=error.fields, status=422)
    # Not redirected: the secret is in this one answer and nowhere else, neither in a cookie nor in the history.
    return page(secret=made.secret)


@pages.get("/<webhook>")
@login_required
def deliveries(webhook: str) -> Any:
    state = request.args.get("state", "dead")
    if state not in STATES:
        abort(404)
    found = _own(webhook)
    rows, after = subscriptions.deliveries(
        bureau().store, webhook, state, request.args.get("after") or None, PAGE
    )
    return render_template(
        "webhook.html", here="tokens", one=found, rows=rows, after=after, state=state, states=STATES, events=EVENTS,
        dead=subscriptions.dead(bureau().store).get(webhook, 0), paged="after" in request.args,
    )  # fmt: skip


@pages.post("/<webhook>")
@login_required
def act(webhook: str) -> Any:
    _own(webhook)
    store, now, command = bureau().store, bureau().cases.clock(), request.form.get("_command")
    if command == "retry":
        subscriptions.send_again(store, webhook, request.form.get("event", ""), now)
        flash(_("已列入重新发送。"), "good")
    elif command == "retry-all":
        count = subscriptions.send_all_again(store, webhook, now)
        flash(_("已列入重新发送：") + f" {count} " + _("条"), "good")
    elif command == "delete":
        subscriptions.unsubscribe(store, webhook)
        flash(_("订阅已删除，不再通知。"), "good")
        return redirect(url_for("webhooks.show"), 303)
    else:
        abort(400)
    return redirect(url_for("webhooks.deliveries", webhook=webhook), 303)


def page(
    *, secret: str = "", message: str = "", errors: Mapping[str, Any] | None = None, status: int = 200
) -> Any:
    mine = [one for one in subscriptions.subscriptions(bureau().store) if _may(one)]
    if not mine and not _admin():
        raise NotPermitted("事件通知由系统管理员管理")
    return make_response(
        render_template(
            "webhooks.html", here="tokens", found=mine, dead=subscriptions.dead(bureau().store), events=EVENTS,
            matters=bureau().matters(), admin=_admin(), secret=secret, message=message, errors=errors or {},
            typed=request.form if errors else {}, names=bureau().accounts.names(),
        ),
        status,
    )  # fmt: skip


def _admin() -> bool:
    return me().admin


def _may(webhook: Webhook) -> bool:
    return _admin() or webhook.created_by == me().user


def _own(webhook: str) -> Webhook:
    """Raises NotFound, NotPermitted."""
    found = subscriptions.subscription(bureau().store, webhook)
    if not _may(found):
        raise NotPermitted("事件通知由系统管理员管理")
    return found

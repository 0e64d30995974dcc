"""`chengban token create|list|revoke`: the keys of the REST API."""

from __future__ import annotations

from typing import Any

import click

from processes import tokens
from webapp.cli import honest, main, moment, opened, say
from webapp.settings import Settings
from webapp.wording import _


@main.group()
def token() -> None:
    """REST API 的访问令牌。"""


@token.command()
@click.argument("user")
@click.option("--name", required=True, help=_("用途"))
@click.option(
    "--scope", "scopes", multiple=True, default=("read",), show_default=True,
    type=click.Choice(list(tokens.SCOPES)), help=_("权限范围，可以多次给出"),
)  # fmt: skip
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(1, tokens.LONGEST_DAYS), help=_("有效日数")
)
@click.pass_obj
@honest
def create(
    settings: Settings, user: str, name: str, scopes: tuple[str, ...], days: int, as_json: bool
) -> None:
    """为用户建立令牌；密文只显示这一次。"""
    with opened(settings) as bureau:
        made, secret = tokens.create(bureau, user, name, scopes, days)
    say(as_json, {**shown(made), "secret": secret}, secret)


@token.command("list")
@click.argument("user", required=False)
@click.pass_obj
@honest
def show(settings: Settings, user: str | None, as_json: bool) -> None:
    """列出一个用户（缺省为所有人）的令牌。"""
    with opened(settings) as bureau:
        found, now = tokens.of_user(bureau, user), bureau.cases.clock()
    words = {"good": _("有效"), "expired": _("已过期"), "revoked": _("已吊销")}
    say(
        as_json,
        [{**shown(one), "state": one.state(now)} for one in found],
        *(
            f"{one.token}  {one.prefix}…  {one.user}  {one.name}  {' '.join(one.scopes)}  "
            f"{_('至')} {moment(one.expires_at)}  {words[one.state(now)]}"
            for one in found
        ),
    )


@token.command()
@click.argument("token")
@click.pass_obj
@honest
def revoke(settings: Settings, token: str, as_json: bool) -> None:
    """吊销一个令牌，立即生效。"""
    with opened(settings) as bureau:
        tokens.revoke(bureau, token)
    say(as_json, {"revoked": token}, _("已吊销。"))


def shown(one: tokens.Token) -> dict[str, Any]:
    return dict(one._asdict())

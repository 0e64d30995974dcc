"""`chengban user` and `chengban section`: people, roles, passwords and sections from the server itself, into the same ledger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from engine.store import Store
from processes import people, roster, sections
from processes.authority import GRANTED
from processes.ledger import SYSTEM
from processes.people import Newcomer
from webapp.cli import BAD_INPUT, fail, honest, main, opened, say
from webapp.sessions import Sessions
from webapp.settings import Settings
from webapp.wording import _

REASON = click.option("--reason", required=True, help=_("理由，记入组织变更台账"))
ROLE = click.option(
    "--role", "roles", multiple=True, type=click.Choice(list(GRANTED)), help=_("角色，可以多次给出")
)


def _out(store: Store, login: str) -> None:
    """Every session of the person ends."""
    day = timedelta(days=1)
    Sessions(store, idle=day, longest=day).end_others(login)


@main.group()
def user() -> None:
    """人员：新增、导入、停用、重置口令、角色。"""


@user.command()
@click.argument("login")
@click.argument("name")
@click.option("--post", "posts", multiple=True, metavar=_("科室/岗位"), help=_("岗位，可以多次给出"))
@ROLE
@REASON
@click.pass_obj
@honest
def add(
    settings: Settings, login: str, name: str, posts: tuple[str, ...], roles: tuple[str, ...], reason: str, as_json: bool
) -> None:  # fmt: skip
    """新增人员；一次性口令只显示这一次。"""
    with opened(settings) as bureau:
        given = people.add(bureau, SYSTEM, [Newcomer(login, name, posts, roles)], reason)
    say(as_json, {"user": login, "password": given[login]}, _("一次性口令：") + given[login])


@user.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@REASON
@click.pass_obj
@honest
def take(settings: Settings, file: Path, reason: str, as_json: bool) -> None:
    """从 CSV 文件导入人员；有一处错误，一个也不导入。"""
    text = roster.decoded(file.read_bytes())
    with opened(settings) as bureau:
        found, faults = roster.read(bureau, SYSTEM, text)
        if faults:
            fail(
                BAD_INPUT,
                as_json,
                _("文件有误，没有导入"),
                faults=[f"{one.line}：{one.text}" for one in faults],
            )
        given = people.add(bureau, SYSTEM, found, reason)
    say(as_json, given, *(f"{login}  {word}" for login, word in given.items()))


@user.command("list")
@click.pass_obj
@honest
def show(settings: Settings, as_json: bool) -> None:
    """列出人员、岗位和角色。"""
    rows, after = [], ""
    with opened(settings) as bureau:
        while after is not None:
            page, after = people.listed(bureau, SYSTEM, after=after)
            rows += page
    told = [
        {"user": one.user, "name": one.name, "active": one.active, "posts": [str(post) for post in one.posts], "roles": one.roles}
        for one in rows
    ]  # fmt: skip
    lines = [
        f"{one.user}  {one.name}  {'、'.join(map(str, one.posts)) or '—'}  "
        f"{'、'.join(GRANTED[role] for role in one.roles)}{'' if one.active else _('（停用）')}"
        for one in rows
    ]
    say(as_json, told, *lines)


@user.command()
@click.argument("login")
@click.option("--anyway", is_flag=True, help=_("名下还有待办，仍然停用"))
@REASON
@click.pass_obj
@honest
def disable(settings: Settings, login: str, anyway: bool, reason: str, as_json: bool) -> None:
    """停用账号，立即退出登录。"""
    with opened(settings) as bureau:
        people.disable(bureau, SYSTEM, login, reason, anyway=anyway)
        _out(bureau.store, login)
    say(as_json, {"disabled": login}, _("已停用。"))


@user.command()
@click.argument("login")
@REASON
@click.pass_obj
@honest
def enable(settings: Settings, login: str, reason: str, as_json: bool) -> None:
    """启用账号。"""
    with opened(settings) as bureau:
        people.enable(bureau, SYSTEM, login, reason)
    say(as_json, {"enabled": login}, _("已启用。"))


@user.command()
@click.argument("login")
@REASON
@click.pass_obj
@honest
def password(settings: Settings, login: str, reason: str, as_json: bool) -> None:
    """重置口令；一次性口令只显示这一次。"""
    with opened(settings) as bureau:
        given = people.reset_password(bureau, SYSTEM, login, reason)
        _out(bureau.store, login)
    say(as_json, {"user": login, "password": given}, _("一次性口令：") + given)


@user.command("roles")
@click.argument("login")
@ROLE
@REASON
@click.pass_obj
@honest
def grant(settings: Settings, login: str, roles: tuple[str, ...], reason: str, as_json: bool) -> None:
    """规定一个人另行授予的角色；不给出角色即全部收回。"""
    with opened(settings) as bureau:
        people.grant(bureau, SYSTEM, login, roles, reason)
    say(as_json, {"user": login, "roles": roles}, _("已变更。"))


@main.group()
def section() -> None:
    """科室：列出、新增、停用。"""


@section.command("list")
@click.pass_obj
@honest
def sections_of(settings: Settings, as_json: bool) -> None:
    """列出科室和岗位。"""
    with opened(settings) as bureau:
        found = sections.listed(bureau, SYSTEM)
    told = [
        {"section": one.slug, "name": one.name, "active": active, "posts": one.posts} for one, active in found
    ]
    say(
        as_json, told,
        *(f"{one.slug}  {one.name}  {'、'.join(one.posts)}{'' if active else _('（停用）')}" for one, active in found),
    )  # fmt: skip


@section.command("add")
@click.argument("slug")
@click.argument("name")
@click.option("--full-name", default="", help=_("全称"))
@REASON
@click.pass_obj
@honest
def new_section(settings: Settings, slug: str, name: str, full_name: str, reason: str, as_json: bool) -> None:
    """新增科室。"""
    with opened(settings) as bureau:
        sections.add(bureau, SYSTEM, slug, name, full_name, reason)
    say(as_json, {"section": slug}, _("已新增。"))


@section.command("close")
@click.argument("slug")
@REASON
@click.pass_obj
@honest
def close_section(settings: Settings, slug: str, reason: str, as_json: bool) -> None:
    """停用科室。"""
    with opened(settings) as bureau:
        sections.close(bureau, SYSTEM, slug, reason)
    say(as_json, {"closed": slug}, _("已停用。"))

"""`chengban due`: when a period ends, day by day; `chengban calendar`: notices, local orders, versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from engine.calendar.due_text import due_answer
from engine.calendar.notice import Notice, read_csv, read_json
from engine.calendar.period import SHANGHAI, UNITS
from engine.calendar.working import CalendarDay
from engine.cases import Actor
from engine.cases.calendars import stored_calendar
from engine.errors import InvalidInput
from engine.recomputation import Moved, publish_calendar
from processes.bureau import Bureau
from webapp.cli import honest, main, opened, say
from webapp.settings import Settings
from webapp.wording import _

BY = click.option("--as", "user", default="admin", show_default=True, metavar=_("用户"), help=_("由谁办理"))
AT_ONCE = click.option("--publish", "at_once", is_flag=True, help=_("存入后立即发布"))


@main.command()
@click.option("--amount", type=int, required=True, help=_("数量"))
@click.option("--unit", type=click.Choice(UNITS), required=True, help=_("单位"))
@click.option("--from", "start", required=True, metavar=_("日期[THH:MM]"), help=_("起算事项之日；该日不计入"))
@click.option("--before", is_flag=True, help=_("自该日向前倒推"))
@click.option(
    "--suspend", multiple=True, metavar=_("决定之日/恢复之日"), help=_("中止：决定之日/恢复之日；可以多次")
)
@click.option("--extend", type=int, default=0, help=_("延长，单位与期限相同"))
@click.option("--calendar", "version", metavar=_("版本"), help=_("工作日历版本；缺省为现行版本"))
@click.pass_obj
@honest
def due(
    settings: Settings,
    amount: int,
    unit: str,
    start: str,
    before: bool,
    suspend: Sequence[str],
    extend: int,
    version: str | None,
    as_json: bool,
) -> None:
    """计算期限届满之日，并逐日列出理由；与办件计时用同一套计算。"""
    answer = due_answer(
        stored_calendar(settings.database_url, version), amount=amount, unit=unit, start=start, before=before,
        suspend=suspend, extend=extend,
    )  # fmt: skip
    mark = _("（暂算：涉及尚未公布放假安排的年份）") if answer["provisional"] else ""
    say(
        as_json, answer, *(
            f"{row['date']}  {row['count'] if row['counted'] else '-':>4}  {row['why']}" for row in answer["days"]
        ),
        _("届满：") + f"{answer['due']}{mark}  " + _("工作日历：") + answer["calendar"],
    )  # fmt: skip


@main.group()
def calendar() -> None:
    """工作日历：录入放假通知和本地调整，发布后重算全部在算期限。"""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", help=_("版本名称；缺省按年份编号"))
@click.option("--source", help=_("通知名称和文号（CSV 须注明）"))
@click.option("--published", metavar=_("日期"), help=_("通知发布日期（CSV 须注明）"))
@click.option("--year", "years", type=int, multiple=True, help=_("通知安排的年份（CSV 须注明）"))
@AT_ONCE
@BY
@click.pass_obj
@honest
def import_notice(
    settings: Settings,
    file: Path,
    version: str | None,
    source: str | None,
    published: str | None,
    years: Sequence[int],
    at_once: bool,
    user: str,
    as_json: bool,
) -> None:
    """录入一年的放假通知（CSV 或 JSON 文件）；发布之前不影响任何期限。"""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(_("文件不是 UTF-8 文本：") + str(file)) from None
    notice = _notice(file, text, source, published, years)
    with opened(settings) as bureau:
        calendars = bureau.cases.calendars
        name = version or _next_name(bureau, "-".join(map(str, notice.years)))
        calendars.add(notice.applied_to(calendars.newest(), name), bureau.cases.clock(), user)
        _answer(bureau, name, user, at_once, as_json)


def _notice(file: Path, text: str, source: str | None, published: str | None, years: Sequence[int]) -> Notice:
    if file.suffix.lower() == ".json":
        return read_json(text)
    if not source or not published or not years:
        raise InvalidInput(_("CSV 须用 --source、--published、--year 注明通知、发布日期和年份"))
    return read_csv(text, source=source, published=_day(published, "--published"), years=years)


@calendar.command()
@click.option("--order", required=True, help=_("依据的文号"))
@click.option("--closed", multiple=True, metavar=_("日期"), help=_("停止办公之日；可以多次"))
@click.option("--open", "worked", multiple=True, metavar=_("日期"), help=_("加班办公之日；可以多次"))
@click.option("--name", default="", help=_("名称，如“台风停工”"))
@click.option("--version", help=_("版本名称"))
@AT_ONCE
@BY
@click.pass_obj
@honest
def local(
    settings: Settings,
    order: str,
    closed: Sequence[str],
    worked: Sequence[str],
    name: str,
    version: str | None,
    at_once: bool,
    user: str,
    as_json: bool,
) -> None:
    """本局按文件停止办公或者加班的日子；优先于全国通知。"""
    days = [CalendarDay(_day(text, "--closed"), False, name) for text in closed]
    days += [CalendarDay(_day(text, "--open"), True, name) for text in worked]
    if not days:
        raise InvalidInput(_("须用 --closed 或 --open 注明日期"))
    if not order.strip():
        raise InvalidInput(_("本地调整须注明文号"), {"--order": [_("请填写文号")]})
    if len({row.day for row in days}) < len(days):
        raise InvalidInput(_("同一日期只能出现一次"))
    with opened(settings) as bureau:
        calendars = bureau.cases.calendars
        now = bureau.cases.clock()
        named = version or _next_name(bureau, f"{min(row.day for row in days).year}-local")
        calendars.add(
            calendars.newest().with_local(named, order, now.astimezone(SHANGHAI).date(), days), now, user
        )
        _answer(bureau, named, user, at_once, as_json)


@calendar.command("list")
@click.pass_obj
@honest
def versions(settings: Settings, as_json: bool) -> None:
    """列出全部版本；带 * 的是现行版本。"""
    with opened(settings) as bureau:
        found = bureau.cases.calendars.versions()
        current = bureau.cases.calendar.version
    rows = [{**one._asdict(), "current": one.version == current} for one in found]
    lines = [
        f"{'*' if one.version == current else ' '} {one.version}  {one.published}  {one.source}"
        + ("" if one.in_force_at else _("（未发布）"))
        for one in found
    ]
    say(as_json, rows, *(lines or [current]))


@calendar.command()
@click.argument("version")
@BY
@click.pass_obj
@honest
def publish(settings: Settings, version: str, user: str, as_json: bool) -> None:
    """使一个版本生效，重算全部在算期限并列出变动；中断后再执行一次即可接续。"""
    with opened(settings) as bureau:
        _publish(bureau, version, user, as_json)


def _answer(bureau: Bureau, version: str, user: str, at_once: bool, as_json: bool) -> None:
    if at_once:
        _publish(bureau, version, user, as_json)
    else:
        say(as_json, {"version": version, "published": False}, _("已存入，尚未发布：") + version)


def _publish(bureau: Bureau, version: str, user: str, as_json: bool) -> None:
    moved = publish_calendar(bureau.cases, version, Actor(user, user))
    told = {"version": version, "published": True, "moved": [_told(line) for line in moved]}
    say(as_json, told, *map(_line, moved), _("已生效：") + f"{version}，" + _("变动期限：") + str(len(moved)))


def _told(line: Moved) -> dict[str, Any]:
    return line._asdict()


def _line(line: Moved) -> str:
    days = [
        f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else "-"
        for moment in (line.due_before, line.due_after)
    ]
    return f"{line.number or line.case_id}  {line.limit}  {days[0]} → {days[1]}  {line.title}"


def _next_name(bureau: Bureau, stem: str) -> str:
    taken = {one.version for one in bureau.cases.calendars.versions()}
    number = 1
    while f"{stem}.{number}" in taken:
        number += 1
    return f"{stem}.{number}"


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"{option}“{text}”应为 2027-02-05", {option: [text]}) from None

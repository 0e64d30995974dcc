"""`chengban`: what an operator and a script do. Each command takes `--json`.

Exit codes: 0 done, 1 refused or broken, 2 wrong usage or bad input. Errors go to stderr, in Chinese.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click
from environs import EnvError

from engine.errors import ChengbanError, DeploymentError, InvalidInput
from forms.errors import InvalidForm
from processes.bureau import Bureau
from webapp import settings as configuration
from webapp.command_words import Group
from webapp.settings import Settings
from webapp.wording import _, day, moment, span

REFUSED, BAD_INPUT = 1, 2
DEMO_PASSWORD = "chengban-demo"  # noqa: S105  (shown on the sign-in page of a demo installation)


def plain(value: Any) -> Any:
    """`value` as JSON has it: dates as ISO text, dataclasses as objects."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def say(as_json: bool, data: Any, *lines: str) -> None:
    """The answer, on stdout: JSON for scripts, lines for people."""
    if as_json:
        click.echo(json.dumps(plain(data), ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)


def fail(code: int, as_json: bool, error: ChengbanError | str, **more: Any) -> NoReturn:
    message = error if isinstance(error, str) else error.message
    kind = "usage" if isinstance(error, str) else error.code
    if as_json:
        click.echo(
            json.dumps(plain({"error": kind, "message": message, **more}), ensure_ascii=False), err=True
        )
    else:
        click.echo(_("错误：") + message, err=True)
        for field, wrong in more.get("fields", {}).items():
            click.echo(f"  {field}：{'；'.join(wrong) if isinstance(wrong, list) else wrong}", err=True)
        for fault in more.get("faults", []):
            click.echo(f"  {fault}", err=True)
    sys.exit(code)


def honest(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--json`, and turns every error into its exit code."""

    @click.option("--json", "as_json", is_flag=True, help=_("以 JSON 输出"))
    @wraps(command)
    def run(*given: Any, as_json: bool, **named: Any) -> Any:
        try:
            return command(*given, as_json=as_json, **named)
        except InvalidForm as error:
            fail(BAD_INPUT, as_json, _("填报内容有误"), fields=error.errors)
        except InvalidInput as error:
            fail(BAD_INPUT, as_json, error, fields=error.fields)
        except DeploymentError as error:
            fail(BAD_INPUT, as_json, _("文件未能通过发布检查"), faults=[str(fault) for fault in error.faults])
        except ChengbanError as error:
            fail(REFUSED, as_json, error)
        except EnvError as error:
            fail(BAD_INPUT, as_json, _("环境变量有误：") + str(error))
        except OSError as error:
            fail(REFUSED, as_json, f"{error.strerror or error}：{error.filename or ''}".rstrip("："))
        except (
            Exception
        ) as error:  # what nobody foresaw is said in a line too; the database's errors are its own
            said = _("没有完成（{error}）。数据库如尚未建立，请先运行 chengban init。")
            fail(REFUSED, as_json, said.format(error=type(error).__name__))

    return run


def mark_of(clock: Any) -> str:
    """What a due date must say of itself where it rests on a year without a published notice."""
    return _("（暂算）") if clock.provisional else ""


@contextmanager
def opened(settings: Settings) -> Iterator[Bureau]:
    bureau = Bureau.open(settings.database_url)
    try:
        yield bureau
    finally:
        bureau.close()


def values_from(text: str | None) -> dict[str, Any]:
    """A JSON object given as text, `@file`, or `-` for stdin."""
    if text is None:
        return {}
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise InvalidInput(_("文件不是 UTF-8 文本：") + text[1:]) from None
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput(_("填报内容不是合法的 JSON：") + str(error)) from None
    if not isinstance(data, dict):
        raise InvalidInput(_("填报内容应为一个 JSON 对象"))
    return data


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--database-url",
    metavar="URL",
    help=_("数据库地址；缺省为环境变量 CHENGBAN_DATABASE_URL，再缺省为 var/ 下的 SQLite"),
)
@click.pass_context
def main(context: click.Context, database_url: str | None) -> None:
    """承办：自然资源审批办理引擎。"""
    try:
        found = configuration.from_environment()
    except InvalidInput as error:
        fail(BAD_INPUT, False, _("环境变量有误：") + error.message)
    except (EnvError, OSError) as error:
        fail(BAD_INPUT, False, _("环境变量有误：") + str(error))
    context.obj = dataclasses.replace(found, database_url=database_url) if database_url else found


@main.command()
@click.option("--demo", is_flag=True, help=_("建立演示人员，口令见登录页"))
@click.option("--database-url", metavar="URL", help=_("数据库地址"))
@click.pass_obj
@honest
def init(settings: Settings, demo: bool, database_url: str | None, as_json: bool) -> None:
    """建库或升级，载入组织机构，发布事项；可以重复执行。"""
    settings.folder.mkdir(parents=True, exist_ok=True)
    with opened(dataclasses.replace(settings, database_url=database_url or settings.database_url)) as bureau:
        bureau.prepare(demo=demo, password=DEMO_PASSWORD if demo else None)
        matters = bureau.matters()
    if demo:
        configuration.keep_demo_password(settings.folder, DEMO_PASSWORD)
    say(
        as_json,
        {"matters": [matter.id for matter in matters]},
        _("已就绪。可办事项：") + "、".join(matter.name for matter in matters),
    )


@main.command()
@click.option(
    "--bind", envvar="CHENGBAN_BIND", default="127.0.0.1:8000", show_default=True, help=_("监听地址")
)
@click.option(
    "--workers",
    envvar="CHENGBAN_WORKERS",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help=_("网页进程数；用数据库服务器时，每个处理器核心两个为宜"),
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help=_("每个进程的处理线程数")
)
@click.option(
    "--ticks/--no-ticks",
    default=True,
    show_default=True,
    help=_("兼办到期的计时和任务；另有专门的进程办理时可以不办"),
)
@click.pass_obj
@honest
def run(settings: Settings, bind: str, workers: int, threads: int, ticks: bool, as_json: bool) -> None:
    """启动网页服务，并办理到期的计时和任务。"""
    from webapp.serving import serve  # gunicorn is needed by this command alone

    host, _colon, port = bind.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InvalidInput(_("监听地址应写作 主机:端口，例如 127.0.0.1:8000"))
    say(as_json, {"url": f"http://{bind}"}, _("承办已启动：") + f"http://{bind}" + _("（按 Ctrl+C 停止）"))
    serve(settings, host=host, port=int(port), workers=workers, threads=threads, ticks=ticks)


@main.command()
@click.option("--once", is_flag=True, help=_("办理一轮后退出"))
@click.option(
    "--every", default=1.0, show_default=True, type=click.FloatRange(0.05, 3600), help=_("间隔（秒）")
)
@click.pass_obj
@honest
def worker(settings: Settings, once: bool, every: float, as_json: bool) -> None:
    """只办理到期的计时和任务；可以同时运行多个。"""
    from webapp.serving import MAIL_SECONDS, notify, post, tick

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_given: stop.set())
    with opened(settings) as bureau:
        if once:
            done = bureau.tick()
            if settings.postbox is not None:
                post(bureau, settings.postbox)
            notify(bureau, settings.webhooks_inside)
            say(as_json, {"done": done}, _("已办理到期事务：") + str(done))
            return

        def notify_on() -> None:
            while not stop.wait(every):
                notify(bureau, settings.webhooks_inside)

        threading.Thread(target=notify_on, daemon=True).start()
        mailed = float("-inf")
        while not stop.is_set():
            if settings.postbox is not None and time.monotonic() - mailed >= MAIL_SECONDS:
                post(bureau, settings.postbox)
                mailed = time.monotonic()
            # What is due now is done at once; the pause begins when nothing is left.
            if not tick(bureau):
                stop.wait(every)


@main.command()
@click.argument("matter")
@click.option("--as", "user", required=True, metavar=_("用户"), help=_("以谁的身份收件"))
@click.option("--values", metavar="JSON", help=_("填报内容：JSON、@文件 或 -"))
@click.option("--key", help=_("幂等键：同一个键只生效一次"))
@click.pass_obj
@honest
def start(
    settings: Settings, matter: str, user: str, values: str | None, key: str | None, as_json: bool
) -> None:
    """收件：为一个事项建立办件。"""
    typed = values_from(values)
    with opened(settings) as bureau:
        answer = bureau.start(user, matter, typed, key=key)
    say(
        as_json,
        {"case_id": answer.case_id, "seq": answer.seq, "status": answer.status},
        _("已收件，办件：") + answer.case_id,
    )


@main.command()
@click.argument("user")
@click.option(
    "--box",
    type=click.Choice(["todo", "claimable", "done", "started"]),
    default="todo",
    show_default=True,
    help=_("待办、科室待领、已办、我发起的"),
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200), help=_("每页条数"))
@click.option("--after", help=_("上一页给出的游标"))
@click.pass_obj
@honest
def inbox(settings: Settings, user: str, box: str, limit: int, after: str | None, as_json: bool) -> None:
    """列出一个用户的待办。"""
    with opened(settings) as bureau:
        page = bureau.inbox(user, box, after=after, limit=limit)
    lines = [
        f"{row.case_id} {row.item}  {row.number}  {row.matter_name}·{row.step}  {row.applicant}  {span(row.days_left)}"
        for row in page.rows
    ]
    say(as_json, {"rows": list(page.rows), "next": page.next}, *(lines or [_("没有办件。")]))


@main.command()
@click.argument("case_id")
@click.argument("item")
@click.option("--as", "user", required=True, metavar=_("用户"), help=_("以谁的身份办理"))
@click.option("--values", metavar="JSON", help=_("填报内容：JSON、@文件 或 -"))
@click.option("--key", help=_("幂等键：同一个键只生效一次"))
@click.pass_obj
@honest
def complete(
    settings: Settings, case_id: str, item: str, user: str, values: str | None, key: str | None, as_json: bool
) -> None:
    """办理一个办件中的一个待办。"""
    typed = values_from(values)
    with opened(settings) as bureau:
        answer = bureau.complete(user, case_id, item, typed, key=key)
    say(as_json, {"case_id": answer.case_id, "seq": answer.seq, "status": answer.status}, _("已提交。"))


@main.command()
@click.argument("case_id")
@click.option("--as", "user", metavar=_("用户"), required=True, help=_("以谁的身份查看"))
@click.pass_obj
@honest
def case(settings: Settings, case_id: str, user: str, as_json: bool) -> None:
    """一个办件的状态、时限和办理过程。"""
    with opened(settings) as bureau:
        view = bureau.case(user, case_id)
    say(
        as_json, view,
        f"{view.number}  {view.matter_name}  {view.applicant}  {view.status}",
        *(f"  {_('时限')}  {clock.name}  {day(clock.due)}{mark_of(clock)}  {span(clock.days_left, clock.unit)}" for clock in view.clocks),
        *(f"  {moment(one.at)}  {one.by}  {one.sentence}" for one in view.history),
    )  # fmt: skip


@main.command()
@click.argument("case_id", required=False)
@click.pass_obj
@honest
def verify(settings: Settings, case_id: str | None, as_json: bool) -> None:
    """重算留痕的哈希链；有一处被改动即以 1 退出，并指出办件和条目。"""
    with opened(settings) as bureau:
        breaks = list(bureau.verify(case_id))
    say(as_json, {"intact": not breaks, "breaks": breaks}, *([] if breaks else [_("留痕完整。")]))
    if breaks:
        if not as_json:
            for one in breaks:
                click.echo(
                    _("留痕被改动：办件 ")
                    + f"{one.case_id}"
                    + _(" 第 ")
                    + f"{one.seq}"
                    + _(" 条：")
                    + one.reason,
                    err=True,
                )
        sys.exit(REFUSED)


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--as", "user", default="admin", show_default=True, metavar=_("用户"), help=_("由谁发布"))
@click.pass_obj
@honest
def deploy(settings: Settings, folder: Path | None, user: str, as_json: bool) -> None:
    """检查并发布目录（缺省为本仓库）中的事项。"""
    with opened(settings) as bureau:
        deployed = bureau.deploy(folder, user)
    say(as_json, deployed, *(f"{matter}  {version}" for matter, version in plain(deployed).items()))


from webapp import (  # noqa: E402, F401  (their commands register themselves)
    commands_calendar,
    commands_check,
    commands_documents,
    commands_hand_over,
    commands_index,
    commands_people,
    commands_token,
)

if __name__ == "__main__":
    # Run as a module, this file is `__main__`: the commands have registered with the group that they imported.
    from webapp.cli import main as chengban

    chengban(prog_name="chengban")

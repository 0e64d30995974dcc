"""`chengban document list|issue|void|serve|save`: the papers of a case from the command line, as the desk does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from processes import documents
from webapp.cli import day, honest, main, moment, opened, say
from webapp.settings import Settings
from webapp.wording import _


@main.group()
def document() -> None:
    """办件的文书：列出、签发、作废、登记送达、保存。"""


@document.command("list")
@click.argument("case_id")
@click.option("--user", required=True, help=_("以哪个用户办理"))
@click.pass_obj
@honest
def show(settings: Settings, case_id: str, user: str, as_json: bool) -> None:
    """列出已经签发的和可以签发的文书。"""
    with opened(settings) as bureau:
        found = documents.papers(bureau, user, case_id)
    lines = []
    for one in found.issued:
        state = (
            _("已作废")
            if one.voided_at
            else "".join(f"{s.mode}{_('送达')} {day(s.on)} " for s in one.services)
        )
        lines.append(f"{one.document}  {one.kind}  {one.number}  {moment(one.issued_at)}  {state}")
    lines += [f"{_('可以制作')}  {one.kind}  {one.why_not}" for one in found.possible]
    say(as_json, found, *lines)


@document.command()
@click.argument("case_id")
@click.argument("kind")
@click.option("--user", required=True, help=_("以哪个用户办理"))
@click.option("--set", "given", multiple=True, metavar=_("名称=内容"), help=_("文书另需的内容，可以多次给出"))
@click.pass_obj
@honest
def issue(
    settings: Settings, case_id: str, kind: str, user: str, given: tuple[str, ...], as_json: bool
) -> None:
    """取号并签发一份文书。"""
    values = {name: text for name, _equals, text in (each.partition("=") for each in given)}
    with opened(settings) as bureau:
        answer: Any = documents.issue(bureau, user, case_id, kind, values)
    made = answer.effects[0]
    say(as_json, made, f"{made.document}  {made.kind}  {made.number}")


@document.command()
@click.argument("case_id")
@click.argument("which")
@click.option("--user", required=True, help=_("以哪个用户办理"))
@click.option("--reason", required=True, help=_("作废的理由"))
@click.pass_obj
@honest
def void(settings: Settings, case_id: str, which: str, user: str, reason: str, as_json: bool) -> None:
    """作废一份文书，文号保留。"""
    with opened(settings) as bureau:
        documents.void(bureau, user, case_id, which, reason)
    say(as_json, {"document": which, "voided": True}, f"{which}  {_('已作废')}")


@document.command()
@click.argument("case_id")
@click.argument("which")
@click.option("--user", required=True, help=_("以哪个用户办理"))
@click.option("--mode", required=True, type=click.Choice(documents.MODES), help=_("送达方式"))
@click.option("--on", required=True, help=_("送达之日，2026-09-25"))
@click.option("--receiver", default="", help=_("受送达人或者签收人"))
@click.option("--receipt", default="", help=_("送达回证编号"))
@click.option("--note", default="", help=_("拒收事由、见证人、邮件号等"))
@click.pass_obj
@honest
def serve(settings: Settings, case_id: str, which: str, user: str, as_json: bool, **data: str) -> None:
    """登记一份文书的送达。"""
    with opened(settings) as bureau:
        documents.serve(bureau, user, case_id, which, data)
    say(as_json, {"document": which, **data}, f"{which}  {data['mode']}{_('送达')} {data['on']}")


@document.command()
@click.argument("case_id")
@click.argument("which")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--user", required=True, help=_("以哪个用户办理"))
@click.pass_obj
@honest
def save(settings: Settings, case_id: str, which: str, file: Path, user: str, as_json: bool) -> None:
    """把签发的文书存为文件；格式由扩展名 .pdf 或 .docx 决定。"""
    with opened(settings) as bureau:
        _name, content = documents.content(bureau, user, case_id, which, file.suffix.removeprefix("."))
    file.write_bytes(content)
    say(as_json, {"file": str(file), "bytes": len(content)}, str(file))

"""`chengban hand-over`: everything that a person has on the desk goes to another; broken off, it goes on when repeated."""

from __future__ import annotations

import click

from processes import operations
from webapp.cli import honest, main, opened, say
from webapp.settings import Settings
from webapp.wording import _


@main.command("hand-over")
@click.argument("person")
@click.argument("to")
@click.option("--reason", required=True, help=_("理由"))
@click.pass_obj
@honest
def hand_over(settings: Settings, person: str, to: str, reason: str, as_json: bool) -> None:
    """离职交接：将一人名下的全部待办逐件转给他人或者岗位。"""
    with opened(settings) as bureau:
        report = list(
            operations.hand_over(bureau, "system", person, to, reason, key=f"hand-over:{person}:{to}")
        )
    failed = [done._asdict() for done in report if done.error]
    lines = [f"已交接 {len(report) - len(failed)} 件，未能交接 {len(failed)} 件"]
    lines += [f"{done['case_id']} {done['item']}：{done['error']}" for done in failed]
    say(as_json, {"handed_over": len(report) - len(failed), "failed": failed}, "\n".join(lines))

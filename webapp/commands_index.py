"""`chengban index`: the index of the search, made anew from the journal."""

from __future__ import annotations

import click

from engine import search
from webapp.cli import honest, main, opened, say
from webapp.settings import Settings
from webapp.wording import _


@main.command()
@click.pass_obj
@honest
def index(settings: Settings, as_json: bool) -> None:
    """从办理记录重建全文检索索引；期间可以照常办理。"""
    with opened(settings) as bureau:
        done = search.rebuild(bureau.cases)
    say(as_json, {"cases": done}, _("已编入全文检索：") + f"{done} " + _("件"))

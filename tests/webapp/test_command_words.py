"""What click says on the command line is Chinese, with exit code 2 for wrong usage, whatever the locale."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from webapp.cli import main

pytestmark = pytest.mark.slow

# Latin words that a help page may keep: names of formats and of settings, values as typed.
KEPT = {
    "chengban",
    "JSON",
    "pdf",
    "docx",
    "CSV",
    "BPMN",
    "DMN",
    "URL",
    "REST",
    "API",
    "SQLite",
    "Ctrl",
    "THH",
    "MM",
    "x",
    "var",
}


def pages(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from pages(below, (*path, name))


@pytest.mark.parametrize("path", list(pages(main)), ids=" ".join)
def test_every_help_page_is_chinese(path: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(main, [*path, "--help"], prog_name="chengban")
    assert answer.exit_code == 0
    assert answer.output.startswith("用法： chengban")
    said = re.sub(
        r"--?[a-z][a-z-]*|\[[a-z_|]+\]|CHENGBAN_\w+|缺省：[^\]]*",
        "",
        answer.output.replace(" ".join(path), ""),
    )
    said = re.sub(r"(?m)^  [a-z]+  ", "", said)  # the names of commands in a list
    assert set(re.findall(r"[A-Za-z]+", said)) - KEPT - set(path) == set()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nope", "没有命令 'nope'。"),
        ("--nope", "没有选项 '--nope'。"),
        ("verify a b", "多余的参数（b）"),
        ("inbox", "缺少参数 '用户'"),
        ("due --unit day --from 2026-01-01", "缺少选项 '--amount'"),
        ("due --amount", "选项 '--amount' 须给出取值。"),
        ("due --amount x --unit day --from 2026-01-01", "'--amount' 取值有误：'x' 不是合法的数。"),
        ("due --amount 1 --unit week --from 2026-01-01", "'--unit' 取值有误：'week' 应为"),
        ("run --threads 0", "0 不在范围 1<=x<=64 内。"),
        ("check /nowhere.bpmn", "文件 '/nowhere.bpmn' 不存在。"),
        ("init --demo=yes", "选项 '--demo' 不带取值。"),
    ],
)
def test_wrong_usage_is_named_in_chinese_with_exit_code_two(typed: str, said: str) -> None:
    answer = CliRunner().invoke(main, typed.split(), prog_name="chengban")
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert "错误：" in answer.stderr
    assert answer.stdout == ""


def test_a_shell_without_a_locale_is_answered_in_chinese_too() -> None:
    environment = {**os.environ, "LC_ALL": "C", "LANGUAGE": "en"}
    answer = subprocess.run(
        [sys.executable, "-m", "webapp.cli", "nope"], capture_output=True, check=False, env=environment
    )
    assert answer.returncode == 2
    assert "没有命令" in answer.stderr.decode()

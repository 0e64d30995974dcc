"""The words of click on the command line, in Chinese: its messages, its help headings, its placeholders.

click looks its messages up through the names `_` and `ngettext` of each of its modules, by the locale of the
process. An operator's shell often has none (`LANG=C` under systemd), so the words are bound here, once.
"""

from __future__ import annotations

import gettext as catalogues
from typing import Any

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

WORDS = {
    "Usage:": "用法：",
    "Options": "选项",
    "Positional arguments": "参数",
    "Commands": "命令",
    "Show this message and exit.": "显示本说明后退出",
    "default: {default}": "缺省：{default}",
    "env var: {var}": "环境变量：{var}",
    "required": "必填",
    "(dynamic)": "（随情形而定）",
    "deprecated": "已停用",
    "Aborted!": "已中止。",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法说明请看“{command} {option}”。",
    "Invalid value: {message}": "取值有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 取值有误：{message}",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少 {param_type}",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Did you mean {possibility}?": "是否想用 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是否想用其中之一：{possibilities}？）",
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "Option {name!r} requires an argument.": "选项 {name!r} 须给出取值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带取值。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 须给出 {nargs} 个值。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{value!r} is not {choice}.": "{value!r} 应为 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 应为 {choices} 之一。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是合法的数。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "{value!r} does not match the format {format}.": "{value!r} 的写法应为 {format}。",
    "{value!r} does not match the formats {formats}.": "{value!r} 的写法应为 {formats} 之一。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} 不是是否值，可以写：{states}",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename!r}：{message}",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件，应为目录。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是目录，应为文件。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不能读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不能写入。",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    "unknown error": "未知错误",
}
# What stands for a value in a usage line, by the type's own name.
PLACEHOLDERS = {
    "text": "文字",
    "integer": "整数",
    "integer range": "整数",
    "float": "数",
    "float range": "数",
}
ARGUMENTS = {
    "case_id": "办件", "item": "待办", "matter": "事项", "user": "用户", "folder": "目录", "file": "文件",
    "version": "版本", "token": "令牌", "kind": "文书种类", "which": "文书", "person": "移交人", "to": "接收人或者岗位",
    "login": "用户名", "name": "姓名或者简称", "slug": "英文短名",
}  # fmt: skip


class Words(catalogues.NullTranslations):
    """click's messages by their English text; one that is not here stays English. Chinese has no plural forms."""

    def gettext(self, message: str) -> str:
        return WORDS.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return WORDS.get(msgid1 if n == 1 or msgid2 not in WORDS else msgid2, msgid2)


class Command(click.Command):
    """A command whose usage line and placeholders are Chinese where the command itself names none."""

    def __init__(self, *given: Any, **named: Any) -> None:
        named.setdefault("options_metavar", "[选项]")
        super().__init__(*given, **named)
        for parameter in self.params:
            if parameter.metavar is None and isinstance(parameter, click.Argument):
                word = ARGUMENTS.get(parameter.name or "")
                parameter.metavar = word and (word if parameter.required else f"[{word}]")
            elif parameter.metavar is None and not getattr(parameter, "is_flag", False):
                parameter.metavar = PLACEHOLDERS.get(parameter.type.name)


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type

    def __init__(self, *given: Any, **named: Any) -> None:
        named.setdefault("subcommand_metavar", "命令 [参数]...")
        super().__init__(*given, **named)


def speak() -> None:
    """Bind the words where click looks them up; before the commands are declared, whose types name themselves."""
    words = Words()
    for module in (
        click.core,
        click.decorators,
        click.exceptions,
        click.formatting,
        click.parser,
        click.types,
    ):
        for name, say in (("_", words.gettext), ("ngettext", words.ngettext)):
            if hasattr(module, name):
                setattr(module, name, say)


speak()

"""YAML to plain data, and the line of every part of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from forms.errors import DefinitionError, DefinitionFault

Path = tuple[str | int, ...]
SIZE = 1_000_000
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_FRACTION = re.compile(r"-?\d+\.\d+", re.ASCII)


def read_yaml(content: bytes, file: str) -> tuple[Any, dict[Path, int]]:
    """The plain data of one YAML file, and the line (from 1) of each path in it.

    Aliases are refused: a small file could stand for an endless one.
    """
    if len(content) > SIZE:
        raise DefinitionError([DefinitionFault(file, "", 0, f"文件过大，最多 {SIZE} 字节")])
    try:
        text = content.decode("utf-8")
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if isinstance(token, yaml.AliasToken):
                line = token.start_mark.line + 1
                raise DefinitionError([DefinitionFault(file, "", line, "不能使用 YAML 别名（*…）")])
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        raise DefinitionError([DefinitionFault(file, "", 0, "文件不是 UTF-8 文字")]) from None
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        line = mark.line + 1 if mark else 0
        raise DefinitionError([DefinitionFault(file, "", line, f"YAML 语法有误：{wrong.problem}")]) from None
    except (yaml.YAMLError, RecursionError) as wrong:
        raise DefinitionError([DefinitionFault(file, "", 0, f"YAML 语法有误：{wrong}")]) from None
    lines: dict[Path, int] = {}
    faults: list[DefinitionFault] = []
    constructor = yaml.SafeLoader("")

    def build(part: yaml.Node, path: Path) -> Any:
        lines[path] = part.start_mark.line + 1
        if isinstance(part, yaml.SequenceNode):
            return [build(item, (*path, place)) for place, item in enumerate(part.value)]
        if isinstance(part, yaml.MappingNode):
            found: dict[Any, Any] = {}
            for key_node, value_node in part.value:
                key = str(key_node.value)
                if key in found:
                    line = key_node.start_mark.line + 1
                    faults.append(DefinitionFault(file, written((*path, key)), line, f"“{key}”写了两次"))
                found[key] = build(value_node, (*path, key))
                lines[(*path, key)] = key_node.start_mark.line + 1
            return found
        # YAML 1.2: `no`, `on`, `yes`, `010`, `9:30` are words; PyYAML follows 1.1, where they are truth values,
        # an octal number and a number to the base of sixty
        if part.tag == "tag:yaml.org,2002:bool" and part.value.lower() not in ("true", "false"):
            return part.value
        if part.tag == "tag:yaml.org,2002:int" and not _WHOLE.fullmatch(part.value):
            return part.value
        if part.tag == "tag:yaml.org,2002:float":
            return Decimal(part.value) if _FRACTION.fullmatch(part.value) else part.value
        try:
            return constructor.construct_object(part)
        except (yaml.YAMLError, ValueError):
            faults.append(DefinitionFault(file, written(path), lines[path], f"无法理解“{part.value}”"))
            return None

    try:
        data = build(node, ()) if node is not None else None
    except RecursionError:
        raise DefinitionError([DefinitionFault(file, "", 0, "YAML 层次过深")]) from None
    if faults:
        raise DefinitionError(faults)
    return data, lines


def written(path: Path) -> str:
    """A path as people write it: `sections[0].fields[1].type`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text

"""YAML that remembers where it stood: every fault names file, line and path, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from engine.errors import DeploymentError, Fault


class Source:
    """One YAML file: its `data` and the line (from 1) of every path in it. Dates stay text; duplicate keys fault."""

    def __init__(self, text: str | bytes, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._lines: dict[tuple[str | int, ...], int] = {}
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 0
            problem = getattr(error, "problem", None) or str(error)
            raise DeploymentError([Fault(file, line, "", "yaml", f"不是合法的 YAML：{problem}")]) from None
        self.data: Any = self._build(node, ()) if node is not None else None
        self.check()

    def _build(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            built: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                if key in built:
                    self._lines[(*path, key)] = key_node.start_mark.line + 1
                    self.fault((*path, key), "duplicate", f"“{key}”重复")
                built[key] = self._build(value_node, (*path, key))
                self._lines[(*path, key)] = key_node.start_mark.line + 1
            return built
        if isinstance(node, yaml.SequenceNode):
            return [self._build(child, (*path, index)) for index, child in enumerate(node.value)]
        return _scalar(node)

    def line(self, path: tuple[str | int, ...]) -> int:
        """The line of `path`, or of its nearest ancestor that stands in the file."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path, 0)

    def fault(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        self.faults.append(Fault(self.file, self.line(path), spelled(path), code, message))

    def check(self) -> None:
        """Raise DeploymentError with every fault found so far."""
        if self.faults:
            raise DeploymentError(self.faults)

    def require(self, path: tuple[str | int, ...], value: Any, kind: type, word: str) -> bool:
        """Whether `value` is a `kind`; a fault naming what was expected (`word`) if not."""
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return True
        self.fault(path, "type", "缺少此项" if value is None else f"应为{word}，而不是“{value}”")
        return False

    def only(self, path: tuple[str | int, ...], value: Mapping[str, Any], known: frozenset[str]) -> None:
        """A fault for each key that nobody reads: a misspelt key must not be silently without effect."""
        for key in value:
            if key not in known:
                self.fault((*path, key), "unknown", f"不认识的项“{key}”，可用：{'、'.join(sorted(known))}")

    def items(self, path: tuple[str | int, ...], value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
        """The elements of an optional list with their paths."""
        if value is None:
            return
        if self.require(path, value, list, "列表"):
            for index, element in enumerate(value):
                yield (*path, index), element


def spelled(path: tuple[str | int, ...]) -> str:
    """`limits[0].source.law`"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _scalar(node: yaml.Node) -> Any:
    if node.tag == "tag:yaml.org,2002:bool":
        return str(node.value).lower() in ("true", "yes", "on")
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:int":
        return yaml.safe_load(str(node.value))
    if node.tag == "tag:yaml.org,2002:float":
        # a decimal fraction is kept as written, 0.0001 must not become a binary approximation
        return str(node.value)
    return str(node.value)

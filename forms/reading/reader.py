"""The one who reads a definition: gathers all faults rather than stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from forms.definition import Condition, Evaluate, Mode
from forms.errors import DefinitionFault
from forms.reading.yaml_lines import Path, written

Expressions = Callable[[str], Evaluate]
_VERSION = re.compile(r"\(\d{4}-\d{2}-\d{2}\)$")  # 行政许可法(2019-04-23)


class Reader:
    """Takes single values out of plain data; a value of the wrong kind becomes a fault and a harmless stand-in."""

    def __init__(self, expressions: Expressions, file: str, lines: Mapping[Path, int]) -> None:
        self.expressions = expressions
        self.file = file
        self.lines = lines
        self.faults: list[DefinitionFault] = []

    def fault(self, path: Path, message: str) -> None:
        line = 0
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                line = self.lines[path[:end]]
                break
        self.faults.append(DefinitionFault(self.file, written(path), line, message))

    def mapping(self, data: Any, path: Path, allowed: frozenset[str], what: str) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            self.fault(path, f"{what}应为“键: 值”的形式")
            return {}
        for key in data:
            if key not in allowed:
                self.fault((*path, str(key)), f"{what}不认识“{key}”，可用的有：{'、'.join(sorted(allowed))}")
        return data

    def items(self, data: Any, path: Path, what: str) -> list[Any]:
        if data is None:
            return []
        if not isinstance(data, list):
            self.fault(path, f"{what}应为列表")
            return []
        return data

    def text(self, data: Mapping[str, Any], key: str, path: Path, *, needed: bool = False) -> str:
        value = data.get(key)
        if value is None:
            if needed:
                self.fault(path, f"缺少“{key}”")
            return ""
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            self.fault((*path, key), f"“{key}”应为文字")
            return ""
        return str(value)

    def flag(self, data: Mapping[str, Any], key: str, path: Path, default: bool = False) -> bool:
        value = data.get(key, default)
        if not isinstance(value, bool):
            self.fault((*path, key), f"“{key}”应为 true 或 false")
            return default
        return value

    def count(self, data: Mapping[str, Any], key: str, path: Path, most: int = 1_000_000) -> int | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.fault((*path, key), f"“{key}”应为 0 到 {most} 的整数")
            return None
        return value

    def condition(self, data: Mapping[str, Any], key: str, path: Path) -> Condition | None:
        value = data.get(key)
        if value is None:
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            return Condition(text, self.expressions(text))
        except Exception as wrong:
            message = getattr(wrong, "message", "") or str(wrong)
            self.fault((*path, key), f"FEEL 表达式“{text}”有误：{message}")
            return None

    def mode(self, data: Mapping[str, Any], key: str, path: Path, default: Mode) -> Mode:
        value = data.get(key, default)
        if value in ("edit", "read", "hide"):
            mode: Mode = value
            return mode
        self.fault((*path, key), f"“{key}”应为 edit、read 或者 hide")
        return default


def source_text(data: Any) -> str:
    """A source as people cite it: `《行政许可法》第四十二条`; which version of the law it is stays in the data."""
    if not isinstance(data, Mapping):
        return "" if data is None else str(data)
    law = _VERSION.sub("", str(data.get("law") or ""))
    named = f"《{law}》" if law else str(data.get("rule") or data.get("practice") or "")
    return f"{named}{data.get('article') or ''}"

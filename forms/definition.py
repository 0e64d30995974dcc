"""A form as data: sections, fields, rules, materials and what each step may do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

Evaluate = Callable[[Mapping[str, Any]], Any]
Mode = Literal["edit", "read", "hide"]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "text": "一行文字",
        "longtext": "文字",
        "integer": "整数",
        "decimal": "数字",
        "money": "金额（元，最多两位小数）",
        "area": "面积（最多四位小数）",
        "date": "日期，如 2026-09-21",
        "datetime": "日期和时间，如 2026-09-21 09:30",
        "time": "时间，如 09:30",
        "boolean": "是或否",
        "choice": "所列选项之一",
        "multichoice": "所列选项中的若干项",
        "user": "人员",
        "person": "人员",
        "section": "科室",
        "post": "岗位",
        "organisation": "单位",
        "phone": "电话号码",
        "idcode": "统一社会信用代码或者居民身份证号码",
        "email": "电子邮箱",
        "geometry": "界址点坐标",
        "table": "表格",
        "file": "附件",
    }
)
NUMBERS = frozenset({"integer", "decimal", "money", "area"})
REFERENCES = frozenset({"user", "person", "section", "post", "organisation"})
WIDE = frozenset({"longtext", "table", "geometry", "multichoice", "file"})
STATES: Mapping[str, str] = MappingProxyType({"收": "已收", "缺": "缺少", "补": "待补正", "核": "已核验"})
HELD = frozenset({"收", "核"})


@dataclass(frozen=True, slots=True)
class Condition:
    """A FEEL text and what evaluates it; only `true` counts, null is no."""

    text: str
    evaluate: Evaluate = field(compare=False)

    def holds(self, scope: Mapping[str, Any]) -> bool:
        return self.evaluate(scope) is True


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in, or one column of a table."""

    name: str
    label: str
    kind: str
    help: str = ""
    unit: str = ""
    required: bool = False
    minimum: Decimal | date | None = None
    maximum: Decimal | date | None = None
    max_length: int = 200
    pattern: str | None = None
    pattern_message: str = ""
    places: int | None = None
    options: tuple[Option, ...] = ()
    default: Any = None
    multiple: bool = False
    min_items: int | None = None
    max_items: int | None = None
    columns: tuple[Field, ...] = ()
    scheme: str = "any"
    accept: str = ""
    wide: bool = False
    source: str = ""
    visible_when: Condition | None = None
    required_when: Condition | None = None

    @property
    def many(self) -> bool:
        """The value is a list."""
        return self.multiple or self.kind in ("multichoice", "table", "file")


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    help: str
    rows: tuple[tuple[Field, ...], ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(item for row in self.rows for item in row)


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-field rule: broken where `check` is false (null, an operand missing, breaks nothing)."""

    id: str
    check: Condition
    when: Condition | None
    message: str
    field: str | None
    steps: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Material:
    """A paper that the applicant hands in; its state is one of `STATES`."""

    id: str
    name: str
    required: bool = False
    required_when: Condition | None = None
    copies: int = 1
    help: str = ""
    source: str = ""

    def needed(self, scope: Mapping[str, Any]) -> bool:
        """The case as it stands needs it."""
        return self.required or (self.required_when is not None and self.required_when.holds(scope))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A button of a step. `check`: required fields and rules apply. `complete`: all materials must be held."""

    value: str
    label: str
    check: bool = True
    reason: bool = False
    complete: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    modes: Mapping[str, Mode]
    required: frozenset[str]
    outcomes: tuple[Outcome, ...]
    materials: Mode

    @property
    def outcome_name(self) -> str:
        return f"{self.id}_outcome"

    @property
    def reason_name(self) -> str:
        return f"{self.id}_reason"


@dataclass(frozen=True, slots=True)
class Definition:
    id: str
    title: str
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    materials: tuple[Material, ...]
    steps: Mapping[str, Step]

"""YAML to a definition, with every fault's file, path and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
from marshmallow import ValidationError

from forms.definition import (
    KINDS,
    NUMBERS,
    REFERENCES,
    WIDE,
    Condition,
    Definition,
    Evaluate,
    Field,
    Material,
    Mode,
    Option,
    Outcome,
    Rule,
    Section,
    Step,
)
from forms.errors import DefinitionError, DefinitionFault
from forms.values import decoder

Path = tuple[str | int, ...]
Expressions = Callable[[str], Evaluate]

TOP = frozenset({"id", "title", "sections", "rules", "materials", "steps", "source"})
SECTION = frozenset({"id", "title", "help", "rows", "fields"})
FIELD = frozenset(
    [
        "name",
        "label",
        "type",
        "help",
        "unit",
        "required",
        "min",
        "max",
        "maxlength",
        "pattern",
        "pattern_message",
        "places",
        "options",
        "default",
        "multiple",
        "min_items",
        "max_items",
        "min_rows",
        "max_rows",
        "columns",
        "scheme",
        "accept",
        "wide",
        "source",
        "visible_when",
        "required_when",
    ]
)
RULE = frozenset({"id", "check", "when", "message", "field", "steps", "source"})
MATERIAL = frozenset({"id", "name", "required", "required_when", "copies", "help", "source"})
STEP = frozenset({"edit", "read", "hide", "others", "required", "outcomes", "materials"})
OUTCOME = frozenset({"value", "label", "check", "reason", "materials", "primary"})
SIZE = 1_000_000
_NAME = re.compile(r"[^\W\d]\w*")
_LENGTHS = {"longtext": 20_000}
_PLACES = {"money": 2, "area": 4, "integer": 0}
_UNITS = {"money": "元", "area": "公顷"}


def read_yaml(content: bytes, file: str) -> tuple[Any, dict[Path, int]]:
    """The plain data of one YAML file, and the line (from 1) of each path in it.

    Aliases are refused: a small file could stand for an endless one.
    """
    if len(content) > SIZE:
        raise DefinitionError([DefinitionFault(file, "", 0, f"文件过大，最多 {SIZE} 字节")])
    try:
        text = content.decode("utf-8")
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken):
                line = token.start_mark.line + 1
                raise DefinitionError([DefinitionFault(file, "", line, "不能使用 YAML 别名（*…）")])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
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
                    faults.append(DefinitionFault(file, _written((*path, key)), line, f"“{key}”写了两次"))
                found[key] = build(value_node, (*path, key))
                lines[(*path, key)] = key_node.start_mark.line + 1
            return found
        # YAML 1.2: `no`, `on`, `yes` are words; PyYAML follows 1.1, where they are truth values
        if part.tag == "tag:yaml.org,2002:bool" and part.value.lower() not in ("true", "false"):
            return part.value
        if part.tag == "tag:yaml.org,2002:float":
            return Decimal(part.value) if re.fullmatch(r"-?\d+\.\d+", part.value) else part.value
        try:
            return constructor.construct_object(part)
        except (yaml.YAMLError, ValueError):
            faults.append(DefinitionFault(file, _written(path), lines[path], f"无法理解“{part.value}”"))
            return None

    try:
        data = build(node, ()) if node is not None else None
    except RecursionError:
        raise DefinitionError([DefinitionFault(file, "", 0, "YAML 层次过深")]) from None
    if faults:
        raise DefinitionError(faults)
    return data, lines


def _written(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Reader:
    """Reads one definition; gathers all faults rather than stopping at the first."""

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
        self.faults.append(DefinitionFault(self.file, _written(path), line, message))

    def mapping(self, data: Any, path: Path, allowed: Iterable[str], what: str) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            self.fault(path, f"{what}应为“键: 值”的形式")
            return {}
        known = frozenset(allowed)
        for key in data:
            if key not in known:
                self.fault((*path, str(key)), f"{what}不认识“{key}”，可用的有：{'、'.join(sorted(known))}")
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

    def definition(self, data: Any) -> Definition:
        top = self.mapping(data, (), TOP, "表单")
        sections = tuple(
            self.section(item, ("sections", place), place)
            for place, item in enumerate(self.items(top.get("sections"), ("sections",), "sections"))
        )
        if isinstance(data, Mapping) and not sections:
            self.fault(("sections",), "表单至少要有一个 section")
        fields: dict[str, Field] = {}
        identities: set[str] = set()
        for place, section in enumerate(sections):
            if section.id in identities:
                self.fault(("sections", place, "id"), f"section“{section.id}”重复")
            identities.add(section.id)
            for item in section.fields:
                if item.name in fields:
                    self.fault(("sections", place), f"字段“{item.name}”重复")
                fields[item.name] = item
        raw_steps = top.get("steps") or {}
        if not isinstance(raw_steps, Mapping):
            self.fault(("steps",), "steps 应为“环节: …”的形式")
            raw_steps = {}
        by_section = {section.id: [item.name for item in section.fields] for section in sections}
        steps = {
            str(name): self.step(str(name), item, ("steps", name), fields, by_section)
            for name, item in raw_steps.items()
        }
        reserved = {"materials"} | {name for s in steps.values() for name in (s.outcome_name, s.reason_name)}
        for name in sorted(reserved & fields.keys()):
            self.fault(("sections",), f"字段名“{name}”由表单自己使用，请换一个")
        materials = self.materials(top)
        rules = tuple(
            self.rule(item, ("rules", place), fields, steps)
            for place, item in enumerate(self.items(top.get("rules"), ("rules",), "rules"))
        )
        found = Definition(
            id=self.text(top, "id", (), needed=True),
            title=self.text(top, "title", (), needed=True),
            sections=sections,
            rules=rules,
            materials=materials,
            steps=steps,
        )
        if self.faults:
            raise DefinitionError(self.faults)
        return found

    def section(self, data: Any, path: Path, place: int) -> Section:
        found = self.mapping(data, path, SECTION, "section")
        rows: list[tuple[Field, ...]] = []
        for at, row in enumerate(self.items(found.get("rows"), (*path, "rows"), "rows")):
            here = (*path, "rows", at)
            if isinstance(row, list):
                if not 1 <= len(row) <= 3:
                    self.fault(here, "一行应有一到三个字段")
                rows.append(tuple(self.field(item, (*here, n)) for n, item in enumerate(row)))
            else:
                rows.append((self.field(row, here),))
        loose = self.items(found.get("fields"), (*path, "fields"), "fields")
        row_now: list[Field] = []
        for at, item in enumerate(loose):
            field = self.field(item, (*path, "fields", at))
            if row_now and (field.wide or len(row_now) == 3):
                rows.append(tuple(row_now))
                row_now = []
            if field.wide:
                rows.append((field,))
            else:
                row_now.append(field)
        if row_now:
            rows.append(tuple(row_now))
        if not rows:
            self.fault(path, "section 没有字段（rows 或 fields）")
        identity = self.text(found, "id", path) or f"s{place + 1}"
        title = self.text(found, "title", path, needed=True)
        return Section(identity, title, self.text(found, "help", path), tuple(rows))

    def field(self, data: Any, path: Path, *, column: bool = False) -> Field:
        if column and isinstance(data, str):
            data = {"name": data, "label": data, "type": "text"}
        before = len(self.faults)
        found = self.mapping(data, path, FIELD, "字段")
        name = self.text(found, "name", path, needed=isinstance(data, Mapping))
        if name and not _NAME.fullmatch(name):
            self.fault((*path, "name"), f"字段名“{name}”只能由文字、数字和下划线组成，且不以数字开头")
        if name.startswith("_"):
            self.fault((*path, "name"), f"字段名“{name}”不能以下划线开头")
        kind = self.text(found, "type", path) or "text"
        if kind not in KINDS:
            self.fault((*path, "type"), f"没有“{kind}”这种字段，可用的有：{'、'.join(KINDS)}")
            kind = "text"
        if column and kind in ("table", "geometry", "file", "multichoice"):
            self.fault((*path, "type"), f"表格的列不能是“{kind}”")
            kind = "text"
        options = self.options(found, path)
        if kind in ("choice", "multichoice") and not options:
            self.fault(path, f"{kind} 字段“{name}”缺少 options")
        columns: tuple[Field, ...] = ()
        if kind == "table":
            listed = self.items(found.get("columns", found.get("options")), (*path, "columns"), "columns")
            columns = tuple(
                self.field(item, (*path, "columns", n), column=True) for n, item in enumerate(listed)
            )
            options = ()
            if not columns:
                self.fault(path, f"表格“{name}”缺少 columns")
            if len({item.name for item in columns}) != len(columns):
                self.fault((*path, "columns"), f"表格“{name}”的列名重复")
        pattern = self.text(found, "pattern", path) or None
        if pattern:
            try:
                re.compile(pattern)
            except re.error as wrong:
                self.fault((*path, "pattern"), f"pattern 不是正则表达式：{wrong}")
                pattern = None
        scheme = self.text(found, "scheme", path) or "any"
        if scheme not in ("any", "credit", "resident"):
            self.fault(
                (*path, "scheme"), "scheme 应为 credit（统一社会信用代码）、resident（居民身份证）或者 any"
            )
        places = self.count(found, "places", path, 10)
        length = self.count(found, "maxlength", path)
        rows = kind == "table"
        field = Field(
            name=name,
            label=self.text(found, "label", path, needed=isinstance(data, Mapping)) or name,
            kind=kind,
            help=self.text(found, "help", path),
            unit=self.text(found, "unit", path) or _UNITS.get(kind, ""),
            required=self.flag(found, "required", path),
            minimum=self.bound(found, "min", kind, path),
            maximum=self.bound(found, "max", kind, path),
            max_length=_LENGTHS.get(kind, 200) if length is None else length,
            pattern=pattern,
            pattern_message=self.text(found, "pattern_message", path),
            places=_PLACES.get(kind) if places is None else places,
            options=options,
            default=found.get("default"),
            multiple=self.flag(found, "multiple", path) and kind in REFERENCES,
            min_items=self.count(found, "min_rows" if rows else "min_items", path),
            max_items=self.count(found, "max_rows" if rows else "max_items", path, 5000),
            columns=columns,
            scheme=scheme,
            accept=self.text(found, "accept", path),
            wide=self.flag(found, "wide", path, kind in WIDE),
            source=_source(found.get("source")),
            visible_when=None if column else self.condition(found, "visible_when", path),
            required_when=None if column else self.condition(found, "required_when", path),
        )
        if column and ("visible_when" in found or "required_when" in found):
            self.fault(path, "表格的列不能有 visible_when、required_when")
        if field.default is not None and len(self.faults) == before:
            try:
                decoder(field)(field.default)
            except ValidationError as wrong:
                self.fault((*path, "default"), f"default 不合字段的要求：{wrong.messages}")
        return field

    def bound(self, data: Mapping[str, Any], key: str, kind: str, path: Path) -> Decimal | date | None:
        value = data.get(key)
        if value is None:
            return None
        if kind in NUMBERS and isinstance(value, (int, float, Decimal, str)) and not isinstance(value, bool):
            try:
                number = Decimal(str(value))
                if number.is_finite():
                    return number
            except InvalidOperation:
                pass
        elif kind in ("date", "datetime"):
            try:
                return value if type(value) is date else date.fromisoformat(str(value))
            except ValueError:
                pass
        self.fault((*path, key), f"“{key}”的值“{value}”不适用于 {kind} 字段")
        return None

    def options(self, data: Mapping[str, Any], path: Path) -> tuple[Option, ...]:
        if data.get("type") == "table":
            return ()
        found: list[Option] = []
        for place, item in enumerate(self.items(data.get("options"), (*path, "options"), "options")):
            here = (*path, "options", place)
            if isinstance(item, Mapping):
                self.mapping(item, here, ("value", "label"), "选项")
                value = self.text(item, "value", here, needed=True)
                label = self.text(item, "label", here) or value
            elif isinstance(item, bool) or not isinstance(item, (str, int, Decimal)):
                self.fault(here, "选项应为文字（是、否等词请加引号）")
                continue
            else:
                value = label = str(item)
            if any(option.value == value for option in found):
                self.fault(here, f"选项“{value}”重复")
            found.append(Option(value, label))
        return tuple(found)

    def rule(self, data: Any, path: Path, fields: Mapping[str, Field], steps: Mapping[str, Step]) -> Rule:
        found = self.mapping(data, path, RULE, "规则")
        check = self.condition(found, "check", path)
        if check is None and "check" not in found:
            self.fault(path, "规则缺少“check”")
        field = self.text(found, "field", path) or None
        if field and field not in fields:
            self.fault((*path, "field"), f"规则所指的字段“{field}”不存在")
        named = [str(item) for item in self.items(found.get("steps"), (*path, "steps"), "steps")]
        for name in named:
            if name not in steps:
                self.fault((*path, "steps"), f"规则所指的环节“{name}”不存在")
        return Rule(
            id=self.text(found, "id", path),
            check=check or Condition("true", lambda scope: True),
            when=self.condition(found, "when", path),
            message=self.text(found, "message", path, needed=True),
            field=field,
            steps=frozenset(named),
            source=_source(found.get("source")),
        )

    def materials(self, top: Mapping[str, Any]) -> tuple[Material, ...]:
        found: list[Material] = []
        for place, item in enumerate(self.items(top.get("materials"), ("materials",), "materials")):
            path: Path = ("materials", place)
            data = {"name": item} if isinstance(item, str) else self.mapping(item, path, MATERIAL, "材料")
            material = Material(
                id=self.text(data, "id", path) or f"m{place + 1}",
                name=self.text(data, "name", path, needed=True),
                required=self.flag(data, "required", path),
                required_when=self.condition(data, "required_when", path),
                copies=self.count(data, "copies", path, 1000) or 1,
                help=self.text(data, "help", path),
                source=_source(data.get("source")),
            )
            if any(other.id == material.id for other in found):
                self.fault((*path, "id"), f"材料“{material.id}”重复")
            found.append(material)
        return tuple(found)

    def step(
        self,
        name: str,
        data: Any,
        path: Path,
        fields: Mapping[str, Field],
        sections: Mapping[str, list[str]],
    ) -> Step:
        found = self.mapping(data or {}, path, STEP, "环节")
        if not _NAME.fullmatch(name):
            self.fault(path, f"环节名“{name}”只能由文字、数字和下划线组成")
        others: Mode = self.mode(found, "others", path, "read")
        modes: dict[str, Mode] = dict.fromkeys(fields, others)
        taken: dict[str, str] = {}
        listed: tuple[Mode, ...] = ("read", "hide", "edit")
        for mode in listed:
            for target in self.targets(found, mode, path, fields, sections):
                if taken.setdefault(target, mode) != mode:
                    self.fault((*path, mode), f"字段“{target}”同时写在 {taken[target]} 和 {mode} 里")
                modes[target] = mode
        required = frozenset(self.targets(found, "required", path, fields, sections))
        for target in sorted(required):
            if modes[target] != "edit":
                self.fault((*path, "required"), f"字段“{target}”在本环节不能填写，不能要求必填")
        raw = self.items(found.get("outcomes"), (*path, "outcomes"), "outcomes")
        outcomes = tuple(self.outcome(item, (*path, "outcomes", n), n) for n, item in enumerate(raw))
        if len({outcome.value for outcome in outcomes}) != len(outcomes):
            self.fault((*path, "outcomes"), f"环节“{name}”的办理结果重复")
        return Step(name, modes, required, outcomes, self.mode(found, "materials", path, "read"))

    def mode(self, data: Mapping[str, Any], key: str, path: Path, default: Mode) -> Mode:
        value = data.get(key, default)
        if value in ("edit", "read", "hide"):
            mode: Mode = value
            return mode
        self.fault((*path, key), f"“{key}”应为 edit、read 或者 hide")
        return default

    def targets(
        self,
        data: Mapping[str, Any],
        key: str,
        path: Path,
        fields: Mapping[str, Field],
        sections: Mapping[str, list[str]],
    ) -> list[str]:
        """Field names; `@section` stands for all fields of a section, `all` for all fields."""
        if data.get(key) == "all":
            return list(fields)
        names: list[str] = []
        for place, item in enumerate(self.items(data.get(key), (*path, key), key)):
            target = str(item)
            if target.startswith("@") and target[1:] in sections:
                names += sections[target[1:]]
            elif target in fields:
                names.append(target)
            else:
                self.fault((*path, key, place), f"“{target}”不是字段，也不是 @section")
        return names

    def outcome(self, data: Any, path: Path, place: int) -> Outcome:
        if isinstance(data, str):
            return Outcome(data, data, primary=place == 0)
        found = self.mapping(data, path, OUTCOME, "办理结果")
        value = self.text(found, "value", path, needed=isinstance(data, Mapping))
        if found.get("materials") not in (None, "complete"):
            self.fault((*path, "materials"), "“materials”只能是 complete（材料应当收齐）")
        return Outcome(
            value=value,
            label=self.text(found, "label", path) or value,
            check=self.flag(found, "check", path, True),
            reason=self.flag(found, "reason", path),
            complete=found.get("materials") == "complete",
            primary=self.flag(found, "primary", path, place == 0),
        )


def _source(data: Any) -> str:
    """A source as one line: `行政许可法 第四十二条`."""
    if isinstance(data, Mapping):
        parts = (data.get(key) for key in ("law", "rule", "practice", "article"))
        return " ".join(str(part) for part in parts if part)
    return "" if data is None else str(data)

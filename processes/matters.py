"""A matter as its section describes it: duties, posts, steps, statutory limits with their sources.

The form is that of the catalogue of matters, so that one can be drafted from the other (`processes.drafting`).
What differs: `post` (a post of the organisation) for the catalogue's `role`, and limits that say which variables
of the case start and end them (`starts`, `ends`) beside the words of the law (`starts_zh`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.calendar.approval_check import approval_faults
from engine.calendar.limit import Limit
from engine.errors import DeploymentError, Fault
from processes.organisation import Organisation, organisation
from processes.sources import Source

ROOT = Path(__file__).parent
KEYS = frozenset(
    {"id", "name_zh", "name_en", "kind", "section", "duties", "process", "title", "applicant", "number", "initiator",
     "basis", "materials", "steps", "limits", "suspensions", "documents", "outcomes", "notes", "recuse"}
)  # fmt: skip
REQUIRED = (
    "id", "name_zh", "kind", "section", "duties", "process", "title", "applicant", "number", "initiator", "basis",
    "steps", "limits", "outcomes",
)  # fmt: skip
STEP_KEYS = frozenset(
    {"id", "name_zh", "post", "process", "parallel_with", "waits_for", "documents", "outcomes", "fields"}
)
LIMIT_KEYS = frozenset(
    {"id", "name_zh", "amount", "unit", "starts_zh", "starts", "ends", "restarts", "direction", "covers", "step",
     "extension", "suspensions", "on_expiry", "effect", "min", "promised", "yellow", "outlives", "source"}
)  # fmt: skip
GROUND_KEYS = frozenset({"name", "starts", "ends", "notice", "source"})
SOURCE_KEYS = frozenset({"law", "article", "quote", "rule", "practice"})
KINDS = frozenset(
    [
        "audit",
        "committee",
        "disclosure",
        "dispute",
        "emergency",
        "enforcement",
        "evaluation",
        "expropriation",
        "filing",
        "fund",
        "guidance",
        "internal",
        "licence",
        "monitoring",
        "personnel",
        "petition",
        "plan",
        "policy",
        "procurement",
        "project",
        "publicity",
        "reconsideration",
        "registration",
        "statistics",
        "supervision",
        "survey",
        "transfer",
        "treaty",
        "upward-approval",
    ]
)
UNITS = frozenset({"working_day", "day", "hour", "month", "year"})
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
MATTER_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step may end in, and what follows: another step, or `end:NAME`."""

    label: str
    to: str


@dataclass(frozen=True, slots=True)
class Step:
    """`process` is the called process that the step lives in; None for the matter's own."""

    id: str
    name: str
    post: str
    process: str | None
    documents: tuple[str, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Matter:
    """`limits` are plain data as the engine's `limits.json` takes them; `title`, `applicant` are FEEL."""

    id: str
    name: str
    kind: str
    section: str
    folder: str
    duties: tuple[str, ...]
    process: str
    title: str
    applicant: str
    number: str
    posts: tuple[str, ...]
    initiator: str
    basis: tuple[Mapping[str, str], ...]
    materials: tuple[str, ...]
    steps: tuple[Step, ...]
    limits: tuple[Mapping[str, Any], ...]
    documents: tuple[str, ...]
    outcomes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    # step: the steps whose doers must not do it
    recuse: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbering: Mapping[str, str] = field(default_factory=dict)  # format of the number by kind of document
    file: str = ""
    text: bytes = field(default=b"", repr=False)


def read_matter(text: str | bytes, file: str, org: Organisation | None = None) -> Matter:
    """Raises DeploymentError with every fault: file, line, path, in Chinese."""
    org = org or organisation()
    source = Source(text, file)
    data = source.data
    if not source.require((), data, dict, "事项的各项内容"):
        source.check()
    source.only((), data, KEYS)
    for key in REQUIRED:
        if data.get(key) is None:
            source.fault((key,), "missing", f"缺少“{key}”")
    source.check()
    _identity(source, data, org)
    steps = tuple(_steps(source, data, org))
    known = {step.id for step in steps}
    for index, step in enumerate(steps):
        _outcomes(source, ("steps", index, "outcomes"), step, known, set(data["outcomes"]))
    limits = tuple(_limits(source, data.get("limits"), known))
    for path, basis in source.items(("basis",), data["basis"]):
        _source(source, path, basis)
    posts = tuple(data["initiator"].get("posts") or ())
    for index, post in enumerate(posts):
        if post not in org.posts:
            source.fault(("initiator", "posts", index), "post", f"“{post}”不是任何科室的岗位")
    if not posts:
        source.fault(("initiator",), "missing", "缺少“posts”：由哪些岗位收件")
    documents, numbering = _documents(source, data.get("documents"))
    recuse = _recuse(source, data.get("recuse"))
    source.check()
    notes = data.get("notes") or ()
    return Matter(
        id=data["id"],
        name=data["name_zh"],
        kind=data["kind"],
        section=data["section"],
        folder=org.section(data["section"]).slug,
        duties=tuple(data["duties"]),
        process=data["process"],
        title=data["title"],
        applicant=data["applicant"],
        number=data["number"],
        posts=posts,
        initiator=str(data["initiator"].get("who", "")),
        basis=tuple(data["basis"]),
        materials=tuple(data.get("materials") or ()),
        steps=steps,
        limits=limits,
        documents=documents,
        outcomes=tuple(data["outcomes"]),
        numbering=numbering,
        recuse=recuse,
        notes=(notes,) if isinstance(notes, str) else tuple(notes),
        file=file,
        text=text.encode() if isinstance(text, str) else text,
    )


def read_limits(text: str | bytes, file: str) -> tuple[Mapping[str, Any], ...]:
    """The limits that a called process brings into every matter that calls it (`processes/common/NAME.yaml`)."""
    source = Source(text, file)
    if source.require((), source.data, dict, "被调用流程的期限"):
        source.only((), source.data, frozenset({"process", "limits"}))
    source.check()
    limits = tuple(_limits(source, source.data.get("limits"), None))
    source.check()
    return limits


def matters(root: Path = ROOT) -> dict[str, Matter]:
    """Every matter under `processes/<section>/`, by id, in the order of the sections."""
    faults: list[Fault] = []
    found: dict[str, Matter] = {}
    for section in organisation().sections:
        for path in sorted((root / section.slug).glob("*.yaml")):
            try:
                matter = read_matter(path.read_bytes(), f"processes/{section.slug}/{path.name}")
            except DeploymentError as error:
                faults.extend(error.faults)
                continue
            if matter.id in found:
                faults.append(Fault(matter.file, 1, "id", "duplicate", f"事项“{matter.id}”重复"))
            found[matter.id] = matter
    if faults:
        raise DeploymentError(faults)
    return found


def _identity(source: Source, data: Mapping[str, Any], org: Organisation) -> None:
    if not MATTER_ID.fullmatch(str(data["id"])):
        source.fault(("id",), "id", f"“{data['id']}”应由小写字母、数字和连字符组成")
    if not IDENTIFIER.fullmatch(str(data["process"])):
        source.fault(("process",), "id", f"“{data['process']}”应由小写字母、数字和下划线组成")
    if data["kind"] not in KINDS:
        source.fault(("kind",), "kind", f"不认识的事项种类“{data['kind']}”")
    names = [section.name for section in org.sections]
    if data["section"] not in names:
        source.fault(("section",), "section", f"没有科室“{data['section']}”")
    source.require(("outcomes",), data["outcomes"], list, "列表")
    source.require(("initiator",), data["initiator"], dict, "who、channel、posts 三项")


def _recuse(source: Source, data: Any) -> dict[str, tuple[str, ...]]:
    """`{decide: [accept, review]}`: nobody decides what he himself accepted or reviewed. Steps of called processes may be
    named, so that `processes.desk` looks whether they are drawn."""
    if data is None or not source.require(("recuse",), data, dict, "环节与应回避环节的对照"):
        return {}
    found = {}
    for step, earlier in data.items():
        listed = earlier if isinstance(earlier, list) else [earlier]
        for name in (step, *listed):
            if not IDENTIFIER.fullmatch(str(name)):
                source.fault(("recuse", step), "id", f"“{name}”不是环节编号")
        found[str(step)] = tuple(map(str, listed))
    return found


def _steps(source: Source, data: Mapping[str, Any], org: Organisation) -> Iterator[Step]:
    seen: set[str] = set()
    for path, entry in source.items(("steps",), data["steps"]):
        if not source.require(path, entry, dict, "一个环节"):
            continue
        source.only(path, entry, STEP_KEYS)
        identifier, post = str(entry.get("id")), entry.get("post")
        if not IDENTIFIER.fullmatch(identifier):
            source.fault((*path, "id"), "id", f"环节编号“{identifier}”应由小写字母、数字和下划线组成")
        if identifier in seen:
            source.fault((*path, "id"), "duplicate", f"环节“{identifier}”重复")
        seen.add(identifier)
        if post not in org.posts:
            source.fault((*path, "post"), "post", f"“{post}”不是任何科室的岗位")
        outcomes = []
        for place, outcome in source.items((*path, "outcomes"), entry.get("outcomes")):
            if source.require(place, outcome, dict, "{if: 结果, to: 去向}"):
                outcomes.append(Outcome(str(outcome.get("if")), str(outcome.get("to"))))
        yield Step(
            identifier, str(entry.get("name_zh")), str(post), entry.get("process"), tuple(entry.get("documents") or ()),
            tuple(outcomes),
        )  # fmt: skip


def _outcomes(
    source: Source, path: tuple[str | int, ...], step: Step, known: set[str], ends: set[str]
) -> None:
    if not step.outcomes:
        source.fault(path, "missing", f"环节“{step.name}”没有结果")
    for index, outcome in enumerate(step.outcomes):
        place = (*path, index, "to")
        if outcome.to.startswith("end:"):
            if outcome.to[4:] not in ends:
                source.fault(place, "reference", f"“{outcome.to[4:]}”不在本事项的办结结果里")
        elif outcome.to not in known:
            source.fault(place, "reference", f"没有环节“{outcome.to}”")


def _documents(source: Source, entries: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    """The kinds that the matter issues: a name, or `{name, number}` with the format of its series."""
    names, numbering = [], {}
    for path, entry in source.items(("documents",), entries):
        if isinstance(entry, str):
            names.append(entry)
        elif source.require(path, entry, dict, "文书名称，或者 {name, number}"):
            source.only(path, entry, frozenset({"name", "number"}))
            name, number = str(entry.get("name")), str(entry.get("number") or "")
            names.append(name)
            numbering[name] = number
            if "{year}" not in number or "{seq" not in number:
                source.fault((*path, "number"), "number", f"文号格式“{number}”须有 {{year}} 和 {{seq}}")
    return tuple(names), numbering


def _limits(source: Source, entries: Any, steps: set[str] | None) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    for path, entry in source.items(("limits",), entries):
        if not source.require(path, entry, dict, "一个期限"):
            continue
        source.only(path, entry, LIMIT_KEYS)
        for key in ("id", "name_zh", "starts_zh", "starts", "unit"):
            source.require((*path, key), entry.get(key), str, "文字")
        source.require((*path, "amount"), entry.get("amount"), int, "整数")
        if entry.get("unit") not in UNITS:
            source.fault(
                (*path, "unit"),
                "unit",
                f"不认识的单位“{entry.get('unit')}”，可用：{'、'.join(sorted(UNITS))}",
            )
        if entry.get("id") in seen:
            source.fault((*path, "id"), "duplicate", f"期限“{entry.get('id')}”重复")
        seen.add(str(entry.get("id")))
        if steps is not None:
            for step in (*(entry.get("covers") or ()), *([entry["step"]] if entry.get("step") else ())):
                if step not in steps:
                    source.fault(path, "reference", f"期限“{entry.get('name_zh')}”指向没有的环节“{step}”")
        _source(source, (*path, "source"), entry.get("source"))
        for place, ground in source.items((*path, "suspensions"), entry.get("suspensions")):
            _ground(source, place, ground)
        if source.faults:
            continue
        limit = _engine_limit(entry)
        try:
            parsed = Limit.from_json(limit)
        except (ValueError, TypeError) as error:
            source.fault(path, "limit", str(error))
            continue
        for fault in approval_faults([parsed]):
            source.fault(path, fault.code, fault.message)
        yield limit


def _ground(source: Source, path: tuple[str | int, ...], entry: Any) -> None:
    """A ground stops a clock only from an event, until an event, with a notice on record."""
    if not source.require(path, entry, dict, "一项停表事由"):
        return
    source.only(path, entry, GROUND_KEYS)
    for key in ("name", "starts", "ends", "notice"):
        source.require((*path, key), entry.get(key), str, "文字")
    _source(source, (*path, "source"), entry.get("source"))


def _engine_limit(entry: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"name_zh": "name", "min": "minimum"}
    limit = {
        renamed.get(key, key): value for key, value in entry.items() if key not in ("starts_zh", "source")
    }
    limit["source"] = _engine_source(entry["source"])
    if isinstance(limit.get("yellow"), str):
        limit["yellow"] = float(limit["yellow"])
    limit["suspensions"] = [
        {**ground, "source": _engine_source(ground.get("source") or {})} for ground in entry.get("suspensions") or ()
    ]  # fmt: skip
    return limit


def _engine_source(source: Mapping[str, str]) -> dict[str, str]:
    told = {key: source[key] for key in ("law", "article", "quote", "rule") if key in source}
    if "practice" in source:
        told["rule"] = f"本机关工作要求：{source['practice']}"
    return told


def _source(source: Source, path: tuple[str | int, ...], entry: Any) -> None:
    if not source.require(path, entry, dict, "依据（law/article/quote、rule 或 practice）"):
        return
    source.only(path, entry, SOURCE_KEYS)
    if "law" in entry:
        for key in ("article", "quote"):
            if not entry.get(key):
                source.fault(path, "source", f"引用法律须有“{key}”")
    elif not entry.get("rule") and not entry.get("practice"):
        source.fault(path, "source", "依据须有 law、rule 或 practice 之一")

"""Documents (文书) of a case: what may be issued at which step, its preview, its issue, voiding and service.

Whoever has a step that names a document, or its post, may preview, issue, void and serve it; where no step names it,
the post that receives the matter and the handlers of its section. Dates are days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.calendar.period import day_of
from engine.cases import Actor, Answer, documents
from engine.cases.actor import CaseView as Looking
from engine.cases.document_commands import MODES
from engine.cases.documents import Document, Draft
from engine.errors import InvalidInput, NotFound, NotPermitted, Refused
from engine.feel import compile_expression
from engine.history.entries import entries
from engine.kernel.commands import Command, RecordService, VoidDocument
from forms.display import BLANK, shown, typed
from processes import scope, stand_in
from processes.accounts import Account
from processes.clocks import due_on
from processes.desk import Desk
from processes.paper_making import Day, Templates, pdf
from processes.papers import Kind, kinds_in, templates_in
from processes.standing import ADVICE

if TYPE_CHECKING:
    from processes.bureau import Bureau

HANDLERS = ("经办人", "科长", "主任")
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
UNITS = {"working_day": "个工作日", "day": "日", "month": "个月", "year": "年", "hour": "小时"}
FROM = {"accepted_on": "受理之日", "received_on": "收到申请之日"}
LONGEST = 4000  # characters of one value given for a paper


@dataclass(frozen=True)
class Asked:
    """A fact that the paper needs and the case has not: to be given with the issue. `kind` text | longtext | date."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Possible:
    """A kind that the person may issue in this case; `why_not` says what stands against it now."""

    kind: str
    asks: Sequence[Asked]
    why_not: str
    issued: bool


@dataclass(frozen=True)
class Papers:
    """The documents panel: what was issued, what may be; `may` is by document id: void | serve."""

    issued: Sequence[Document]
    possible: Sequence[Possible]
    may: Mapping[str, frozenset[str]] = field(default_factory=dict)
    modes: Sequence[str] = MODES


class _Version:
    """Kinds and templates of one deployment."""

    def __init__(self, bureau: Bureau, desk: Desk) -> None:
        bundle = bureau.cases.bundle(desk.deployment)
        self.kinds = kinds_in(bundle, desk.matter.numbering)
        self.templates = Templates(templates_in(bundle))
        self.posts: dict[str, frozenset[str]] = _posts(desk, self.kinds)
        called = {name for task in desk.steps.values() for name in task.documents}
        self.names = [name for name in self.kinds if name in {*desk.matter.documents, *called}]

    def kind(self, name: str) -> Kind:
        if name not in self.names:
            raise NotFound("这个事项没有这种文书")
        return self.kinds[name]


def papers(bureau: Bureau, user: str, case_id: str, item: str = "") -> Papers:
    """All that was issued in the case, and what the person may issue: with `item`, at that step alone.

    Raises NotFound, NotPermitted.
    """
    account = bureau.person(user)
    issued = documents.documents(bureau.store, case_id)

    def look(view: Looking) -> Papers:
        scope.permit(bureau, user, view)
        desk = bureau.desk(view.deployment)
        version, hands = _version(bureau, desk), _hands(bureau, account, desk)
        names = _of_step(view, desk, item) if item else frozenset(version.names)
        standing = {each.kind for each in issued if each.voided_at is None}
        facts = _facts(bureau, view, {})
        possible = []
        for name in version.names:
            if name in names and _may(hands, view, desk, version, name):
                kind = version.kinds[name]
                asks = [_asked(desk, each) for each in kind.asks if facts.get(each) in (None, "")]
                possible.append(Possible(name, asks, _why_not(kind, facts), name in standing))
        may = {}
        for each in issued:
            known = version.kinds.get(each.kind)
            if each.voided_at is None and _may(hands, view, desk, version, each.kind):
                may[each.document] = frozenset(
                    {"void", *(("serve",) if known is not None and known.served else ())}
                )
        return Papers(issued, possible, may)

    return bureau.cases.view(case_id, look)


def preview(
    bureau: Bureau,
    user: str,
    case_id: str,
    kind: str,
    given: Mapping[str, str] | None = None,
    form: str = "pdf",
) -> bytes:
    """The paper as it would be, marked 预览 on each page and without a number. What is missing is shown as such.

    Raises NotFound, NotPermitted, InvalidInput for a value that cannot be read.
    """
    account = bureau.person(user)

    def look(view: Looking) -> tuple[Desk, Draft]:
        desk = bureau.desk(view.deployment)
        _permit(_hands(bureau, account, desk), view, desk, _version(bureau, desk), kind)
        return desk, _draft(bureau, view, desk, kind, given or {}, strict=False)

    desk, draft = bureau.cases.view(case_id, look)
    if form not in MEDIA:
        raise NotFound("文书只有 PDF 和 DOCX 两种格式")
    return _rendered(_version(bureau, desk), draft, "", preview=True, forms=(form,))[0][form]


def issue(
    bureau: Bureau,
    user: str,
    case_id: str,
    kind: str,
    given: Mapping[str, str] | None = None,
    *,
    key: str | None = None,
) -> Answer:
    """Take the number, make the paper and journal it, all or nothing. `given` are values as typed for what is asked.

    Raises NotFound, NotPermitted, Refused where the case does not stand so, InvalidInput by field for what is missing.
    """
    account = bureau.person(user)

    def plan(view: Looking) -> Draft:
        desk = bureau.desk(view.deployment)
        version = _version(bureau, desk)
        _permit(_hands(bureau, account, desk), view, desk, version, kind)
        draft = _draft(bureau, view, desk, kind, given or {}, strict=True)
        why_not = _why_not(version.kind(kind), draft.content["known"])
        if why_not:
            raise Refused(f"现在不能签发《{kind}》：{why_not}")
        return draft

    def render(draft: Draft, number: str) -> Mapping[str, bytes]:
        desk = bureau.desk(draft.content["deployment"])
        forms, missing = _rendered(_version(bureau, desk), draft, number, preview=False, forms=tuple(MEDIA))
        if missing:
            raise InvalidInput(
                f"《{draft.kind}》还缺内容，没有签发",
                {name: [f"缺少{_asked(desk, name).label}"] for name in sorted(missing)},
            )
        return forms

    return documents.issue(bureau.cases, case_id, plan, render, actor=Actor(user, account.name), key=key)


def void(
    bureau: Bureau, user: str, case_id: str, document: str, reason: str, *, key: str | None = None
) -> Answer:
    """The number stays taken. Raises NotFound, NotPermitted, Refused, InvalidInput without a reason."""
    return _on_document(
        bureau, user, case_id, document, lambda: VoidDocument(document, reason.strip()[:LONGEST]), key
    )


def serve(
    bureau: Bureau, user: str, case_id: str, document: str, data: Mapping[str, str], *, key: str | None = None
) -> Answer:
    """`data`: `mode` (直接 | 电子 | 邮寄 | 留置 | 公告), `on`, and `receiver`, `receipt` (送达回证), `note`.

    Raises NotFound, NotPermitted, Refused, InvalidInput by field.
    """
    given = {
        name: str(data.get(name) or "").strip()[:LONGEST] for name in ("mode", "receiver", "receipt", "note")
    }
    wrong: dict[str, Any] = {}
    try:
        on = date.fromisoformat(str(data.get("on") or "").strip())
    except ValueError:
        wrong["on"] = ["日期应写作 2026-09-25"]
        on = date.min
    if given["mode"] not in MODES:
        wrong["mode"] = ["请选择送达方式"]
    # 民事诉讼法 第八十九条：记明拒收事由，由见证人签名
    if given["mode"] == "留置" and not given["note"]:
        wrong["note"] = ["留置送达须记明拒收事由和见证人"]
    if given["mode"] in ("直接", "留置") and not given["receiver"]:
        wrong["receiver"] = ["请填写受送达人或者签收人"]
    if wrong:
        raise InvalidInput("送达情况填写不完整，没有登记", wrong)
    command = RecordService(document, given["mode"], on, given["receiver"], given["receipt"], given["note"])
    return _on_document(bureau, user, case_id, document, lambda: command, key)


def content(bureau: Bureau, user: str, case_id: str, document: str, form: str) -> tuple[str, bytes]:
    """The name for a file, and the bytes as issued, for who may see the case. Raises NotFound, NotPermitted, Refused."""
    bureau.cases.view(case_id, lambda view: scope.permit(bureau, user, view))
    found = next(
        (each for each in documents.documents(bureau.store, case_id) if each.document == document), None
    )
    if found is None or form not in found.files:
        raise NotFound("没有这份文书")
    name = f"{found.kind}{f'（{found.number}）' if found.number else ''}.{form}"
    return name, documents.content(bureau.store, case_id, document, form)


# -- within ------------------------------------------------------------------------------------------------------


def _version(bureau: Bureau, desk: Desk) -> _Version:
    kept: dict[str, _Version] = bureau.paper_versions
    if desk.deployment not in kept:
        kept[desk.deployment] = _Version(bureau, desk)
    return kept[desk.deployment]


def _posts(desk: Desk, kinds: Mapping[str, Kind]) -> dict[str, frozenset[str]]:
    """Who issues each kind: the posts of the steps that name it."""
    found: dict[str, set[str]] = {name: set() for name in kinds}
    for task in desk.steps.values():
        post = task.post or ""
        if post.startswith("="):
            post = str(compile_expression(post[1:]).evaluate({"host_section": desk.matter.section}) or "")
        for name in task.documents:
            found.setdefault(name, set()).add(post)
    for step in desk.matter.steps:
        for name in step.documents:
            found.setdefault(name, set()).add(step.post)
    section = {f"{desk.matter.section}/{post}" for post in HANDLERS}
    return {name: frozenset(posts or {*desk.matter.posts, *section}) for name, posts in found.items()}


def _of_step(view: Looking, desk: Desk, item: str) -> frozenset[str]:
    row = view.item(item)
    task = desk.steps.get((row["process"], row["element"]))
    named = set(task.documents) if task is not None else set()
    return frozenset(
        named | {name for step in desk.matter.steps if step.id == row["element"] for name in step.documents}
    )


def _may(hands: Sequence[Account], view: Looking, desk: Desk, version: _Version, kind: str) -> bool:
    posts = version.posts.get(kind, frozenset())
    if any(not account.may_act_as.isdisjoint(posts) for account in hands):
        return True
    users = {account.user for account in hands}
    return any(
        view.item(item)["claimed_by"] in users
        and not _advises(view, item)
        and kind in _of_step(view, desk, item)
        for item in view.state.items
    )


def _advises(view: Looking, item: str) -> bool:
    """Whether the item is an added signer's, who makes no papers."""
    part = view.state.parts.get(item)
    return part is not None and part.kind in ADVICE


def _hands(bureau: Bureau, account: Account, desk: Desk) -> list[Account]:
    """The person, and those for whom he stands in at this matter."""
    absent = stand_in.principals(bureau, account.user)
    of = {"matter": desk.matter.id}
    mine = [bureau.person(one) for one, scope in absent.items() if stand_in.covers(scope, {**of, "post": ""})]
    return [account, *mine]


def _permit(hands: Sequence[Account], view: Looking, desk: Desk, version: _Version, kind: str) -> None:
    version.kind(kind)
    if not _may(hands, view, desk, version, kind):
        raise NotPermitted(f"《{kind}》由办理相应环节的岗位制作")


def _on_document(
    bureau: Bureau, user: str, case_id: str, document: str, command: Any, key: str | None
) -> Answer:
    account = bureau.person(user)
    bureau.cases.view(case_id, lambda view: scope.permit(bureau, user, view, acting=True))
    found = next(
        (each for each in documents.documents(bureau.store, case_id) if each.document == document), None
    )
    if found is None:
        raise NotFound("没有这份文书")

    def build(view: Looking) -> Command:
        desk = bureau.desk(view.deployment)
        if not _may(_hands(bureau, account, desk), view, desk, _version(bureau, desk), found.kind):
            raise NotPermitted(f"《{found.kind}》由办理相应环节的岗位处理")
        made: Command = command()
        return made

    return bureau.cases.submit(case_id, build, actor=Actor(user, account.name), key=key)


def _why_not(kind: Kind, facts: Mapping[str, Any]) -> str:
    if kind.condition is None or kind.condition.evaluate(facts) is True:
        return ""
    return kind.unless or "办件尚未到签发这种文书的时候"


def _facts(bureau: Bureau, view: Looking, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the case knows: all that was ever filled in, the last word of each, over it the case's own variables.

    A called process keeps to itself what its steps were told; the papers speak of it all the same.
    """
    found: dict[str, Any] = {}
    for entry in entries(bureau.store, view.case_id):
        for source in (
            entry.data.get("values"),
            *(each["values"] for each in entry.effects if each["event"] == "variables_written"),
        ):
            if isinstance(source, Mapping):
                found |= {name: value for name, value in source.items() if value is not None}
    found |= {name: value for name, value in view.variables.items() if value is not None}
    return found | {name: value for name, value in given.items() if value not in (None, "")}


def _draft(
    bureau: Bureau, view: Looking, desk: Desk, name: str, given: Mapping[str, str], *, strict: bool
) -> Draft:
    kind = _version(bureau, desk).kind(name)
    values = _read(desk, kind, given)
    known = _facts(bureau, view, values)
    missing = [each for each in kind.asks if known.get(each) in (None, "")]
    if strict and missing:
        raise InvalidInput(
            f"《{name}》还缺内容，没有签发", {each: [f"请填写{_asked(desk, each).label}"] for each in missing}
        )
    today = day_of(view.now)
    facts = {
        "bureau": bureau.organisation.bureau, "government": bureau.organisation.bureau.removesuffix("自然资源局") + "人民政府",
        "matter": desk.matter.name, "section": desk.matter.section, "number": view.header["number"],
        "title": view.header["title"], "applicant": view.header["applicant"] or "申请人",
        "limits": _limits(desk, view), **_materials(desk, known), "corner_points": _corners(desk, known),
        "issued": _to_serve(_version(bureau, desk), documents.documents(bureau.store, view.case_id)),
    }  # fmt: skip
    content = {"deployment": desk.deployment, "facts": facts, "known": known, "today": today}
    number = str(known.get(kind.source) or "") if kind.source else ""
    return Draft(name, kind.title, "" if kind.source else kind.number, content, values, number)


def _rendered(
    version: _Version, draft: Draft, number: str, *, preview: bool, forms: tuple[str, ...]
) -> tuple[dict[str, bytes], frozenset[str]]:
    kind = version.kind(draft.kind)
    numbered = bool(kind.number or kind.source)
    facts = {
        **draft.content["facts"],
        "v": draft.content["known"],
        "paper": {
            "title": draft.title, "number": number, "preview": preview, "date": _day(draft.content["today"]),
            "shown_number": number if number else "（预览件，未编号）" if preview and numbered else "",
        },
    }  # fmt: skip
    html, missing = version.templates.html(kind.template, facts)
    made = {}
    for form in forms:
        made[form] = pdf(html) if form == "pdf" else version.templates.word(kind.word, html, facts)
    return made, missing


def _read(desk: Desk, kind: Kind, given: Mapping[str, str]) -> dict[str, Any]:
    """Values as typed for what the kind asks for; other names are nobody's business."""
    found: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name in kind.asks:
        text = str(given.get(name) or "").strip()
        if not text:
            continue
        if len(text) > LONGEST:
            wrong[name] = [f"不能超过 {LONGEST} 字"]
        elif _asked(desk, name).kind == "date":
            try:
                found[name] = date.fromisoformat(text)
            except ValueError:
                wrong[name] = ["日期应写作 2026-09-25"]
        else:
            found[name] = text
    if wrong:
        raise InvalidInput("填写有误，文书没有签发", wrong)
    return found


def _asked(desk: Desk, name: str) -> Asked:
    field_ = desk.form.fields.get(name)
    if field_ is None:
        return Asked(name, OTHER.get(name, name), "text")
    return Asked(name, field_.label, field_.kind if field_.kind in ("date", "longtext") else "text")


OTHER = {"expert_time": "评审所需时间", "signer": "签发人"}


def _limits(desk: Desk, view: Looking) -> dict[str, Any]:
    found = {}
    for limit in desk.limits.values():
        clock = view.clocks.get(limit.id)
        due = clock.due if clock is not None and clock.state == "running" else None
        law = limit.source.law.partition("(")[0] if limit.source.law else ""
        prefix = "" if law.endswith(("条例", "办法")) else "中华人民共和国"
        found[limit.id] = {
            "period": f"{limit.amount}{UNITS.get(limit.unit, '日')}",
            "from": FROM.get(str(limit.starts), "法定起算之日"),
            "due": _day(due_on(due)) if due is not None else "",
            "source": f"《{prefix}{law}》{limit.source.article}" if law else limit.source.rule,
        }
    return found


def _materials(desk: Desk, known: Mapping[str, Any]) -> dict[str, Any]:
    states = known.get("materials")
    held: Mapping[str, Any] = states if isinstance(states, Mapping) else {}
    words = {"收": "已收", "核": "已核", "补": "待补正", "缺": "未提交"}
    rows = []
    for material in desk.form.materials:
        condition = material.required_when
        needed = material.required or (condition is not None and condition.holds(known))
        mark = held.get(material.id)
        if mark is None and not needed:
            continue
        rows.append(
            {
                "name": material.name,
                "state": words.get(str(mark or "缺"), str(mark)),
                "mark": str(mark or "缺"),
            }
        )
    return {"materials": rows, "missing_materials": [row for row in rows if row["mark"] in ("补", "缺")]}


def _to_serve(version: _Version, issued: Sequence[Document]) -> list[dict[str, Any]]:
    """What stands and is to be served: of that, what has not been served yet, where there is any."""
    standing = [
        each
        for each in issued
        if each.voided_at is None and (kind := version.kinds.get(each.kind)) is not None and kind.served
    ]
    return [
        {"kind": each.title, "number": each.number, "on": _day(day_of(each.issued_at))}
        for each in [each for each in standing if not each.services] or standing
    ]


def _corners(desk: Desk, known: Mapping[str, Any]) -> list[str]:
    field_ = desk.form.fields.get("corner_points") or desk.form.fields.get("boundary")
    value = known.get(field_.name) if field_ is not None else None
    if field_ is None or value is None:
        return []
    return [line for line in typed(field_, value).splitlines() if line.strip()] or [
        shown(field_, value) or BLANK
    ]


def _day(on: date) -> Day:
    return Day(on.year, on.month, on.day)

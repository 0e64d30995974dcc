"""The history of a case in sentences: what each entry of the journal means to a clerk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.calendar.period import day_of
from engine.history.entries import Entry

SYSTEM = "系统"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry told: `by` is who did it, `text` what they wrote (opinion, reason), `mark` a turn worth seeing."""

    seq: int
    at: datetime
    by: str
    sentence: str
    text: str = ""
    mark: bool = False


@dataclass(slots=True)
class _Known:
    """What earlier entries told: steps of items, titles of documents, parts of items (kind and signer), names of files."""

    names: Mapping[str, str]
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)
    parts: dict[str, tuple[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def learn(self, entry: Entry) -> None:
        for effect in entry.effects:
            match effect["event"]:
                case "item_opened":
                    self.opened[effect["item"]] = (effect["process"], effect["element"])
                case "document_issued":
                    self.opened[effect["document"]] = (effect["title"], effect["number"])
                case "part_opened":
                    self.parts[effect["item"]] = (effect["kind"], effect["signer"])
                case "file_attached":
                    self.files[effect["attachment"]] = effect["name"]

    def who(self, to: Any) -> str:
        """A post, or a person by name."""
        login = str(to).removeprefix("user:")
        return self.names.get(login, login)


def who_did(entry: Entry, names: Mapping[str, str]) -> str:
    """By name; where a stand-in acted, both: 赵敏（代王建国）."""
    by = entry.actor_name or names.get(entry.actor, entry.actor)
    if entry.on_behalf_of:
        return f"{by}（代{names.get(entry.on_behalf_of, entry.on_behalf_of)}）"
    return by


def story(
    entries: Iterable[Entry],
    name_of: Callable[[str, str], str],
    say: Callable[[str, Mapping[str, Any]], str],
    names: Mapping[str, str] | None = None,
) -> list[Line]:
    """`name_of(process, element)` names a step; `say(element, values)` is the opinion within a step's values; `names`
    are the people's, by login."""
    known = _Known(names or {})
    lines = []
    for entry in entries:
        known.learn(entry)
        lines.append(_told(entry, known, name_of, say))
    return lines


def _told(
    entry: Entry,
    known: _Known,
    name_of: Callable[[str, str], str],
    say: Callable[[str, Mapping[str, Any]], str],
) -> Line:
    data, opened, who = entry.data, known.opened, known.who
    by = who_did(entry, known.names)
    process, element = opened.get(str(data.get("item", "")), ("", ""))
    step = name_of(process, element) if element else "环节"
    text, mark = "", False
    match entry.command:
        case "StartCase":
            sentence, mark = "收件登记，生成办件", True
        case "ClaimItem":
            sentence = f"签收“{step}”"
        case "ReleaseItem":
            sentence = f"释放“{step}”，由本岗位其他人员签收"
        case "CompleteItem":
            outcome = data.get("values", {}).get(f"{element}_outcome")
            sentence = _completed(entry, known, step) + (f"：{outcome}" if outcome else "")
            text = say(element, data.get("values", {}))
        case "ReturnTo":
            way = "，办结后直接返回" if data.get("mode") == "direct" else ""
            sentence = f"由“{step}”退回到“{name_of(process, str(data.get('target')))}”{way}"
            text, mark = str(data.get("reason", "")), True
        case "TransferItem":
            sentence, text, mark = (
                f"将“{step}”转办给{who(data.get('to'))}",
                str(data.get("reason", "")),
                True,
            )
        case "DelegateItem":
            sentence, text, mark = (
                f"将“{step}”委派给{who(data.get('to'))}",
                str(data.get("reason", "")),
                True,
            )
        case "AddSigners":
            names = "、".join(who(each) for each in data.get("signers", ()))
            where = {"before": "前加签", "after": "后加签"}.get(str(data.get("where")), "会签加签")
            sentence, text, mark = f"对“{step}”{where}：{names}", str(data.get("reason", "")), True
        case "RemoveSigner":
            kind, signer = known.parts.get(str(data.get("item")), ("", ""))
            what = "撤销委派" if kind == "delegate" and not data.get("signer") else "减签"
            whom = who(data.get("signer") or signer)
            sentence, text, mark = f"对“{step}”{what}：{whom}", str(data.get("reason", "")), True
        case "CopyCase":
            sentence = f"抄送{'、'.join(who(each) for each in data.get('to', ()))}"
            text = str(data.get("text", ""))
        case "UrgeItem":
            sentence, text = f"催办“{step}”：{who(data.get('to'))}", str(data.get("text", ""))
        case "SuperviseCase":
            until = f"，{_date(data['until'])} 前反馈" if data.get("until") else ""
            whom = "、".join(who(each) for each in data.get("to", ()))
            sentence, text, mark = f"督办{whom}{until}", str(data.get("text", "")), True
        case "AnswerSupervision":
            sentence, text, mark = f"向{who(data.get('to'))}反馈督办", str(data.get("text", "")), True
        case "CloseSupervision":
            sentence, text, mark = "督办办结", str(data.get("text", "")), True
        case "SuspendCase":
            runs = "；部分期限依法不停止，继续计算" if data.get("running") else ""
            sentence, text, mark = f"挂起办件{runs}", str(data.get("reason", "")), True
        case "ResumeCase":
            sentence, text, mark = "恢复办件", str(data.get("reason", "")), True
        case "RecusePerson":
            sentence, text, mark = f"{who(data.get('user'))}回避", str(data.get("reason", "")), True
        case "WithdrawItem":
            sentence, text, mark = f"撤回已办结的“{step}”", str(data.get("reason", "")), True
        case "CancelCase":
            sentence, text, mark = "取消办件", str(data.get("reason", "")), True
        case "Annotate":
            sentence, text = "添加批注", str(data.get("text", ""))
        case "FireTimer":
            by = SYSTEM
            sentence, mark = _timer(entry, name_of), True
        case "SetVariables":
            sentence, text = "登记有关日期或者数据", str(data.get("reason", ""))
        case "IssueDocument":
            number = data.get("number")
            sentence, mark = f"签发《{data.get('title')}》" + (f"（{number}）" if number else ""), True
        case "VoidDocument":
            sentence, text, mark = f"作废{_paper(opened, data)}，文号保留", str(data.get("reason", "")), True
        case "RecordService":
            on = data.get("on")
            day = on.isoformat() if isinstance(on, date) else ""
            sentence = f"登记{_paper(opened, data)}的送达：{data.get('mode')}送达，{day}"
            text = str(data.get("note", ""))
        case "AttachFile":
            sentence = f"上传附件“{data.get('name')}”"
        case "RemoveFile":
            file = known.files.get(str(data.get("attachment")), str(data.get("attachment")))
            sentence, text = f"移除附件“{file}”（留存备查）", str(data.get("reason", ""))
        case "ResolveIncident":
            sentence, text = "处置运行异常", str(data.get("reason", ""))
        case "SuspendClock":
            sentence = f"因{data.get('ground')}扣除时限，自 {_date(data.get('on'))} 的次日起不计入"
            text, mark = f"告知文书：{data.get('notice')}", True
        case "ResumeClock":
            sentence, mark = f"{data.get('ground')}于 {_date(data.get('on'))} 结束，恢复计时", True
        case "StrikeSuspension":
            sentence = (
                f"撤销误登的扣除（{data.get('ground')}，{_date(data.get('start'))}），期限按没有这次扣除重算"
            )
            text, mark = str(data.get("reason", "")), True
        case "ExtendClock":
            sentence = f"经{data.get('approver')}于 {_date(data.get('on'))} 批准延长期限"
            text, mark = f"{data.get('reason')}（告知文书：{data.get('notice')}）", True
        case "CancelClock":
            sentence, text, mark = "终止计时", str(data.get("reason", "")), True
        case "ResetClock":
            sentence, text, mark = f"自 {_date(data.get('on'))} 起重新计时", str(data.get("reason", "")), True
        case "RecomputeClocks":
            sentence, text = "工作日历发布新版本，按新版本重算期限", f"版本：{data.get('calendar')}"
        case "FailJob":
            by, sentence, text, mark = SYSTEM, "后台任务多次失败，待处置", str(data.get("message", "")), True
        case _:
            by, sentence = SYSTEM, "后台任务完成"
    ended = next((effect for effect in entry.effects if effect["event"] == "case_ended"), None)
    if ended is not None:
        sentence, mark = (
            f"{sentence}；{_END.get(ended['status'], '办件结束')}{_end_name(entry, name_of)}",
            True,
        )
    return Line(entry.seq, entry.at, by, sentence, text, mark)


def _completed(entry: Entry, known: _Known, step: str) -> str:
    kind, _ = known.parts.get(str(entry.data.get("item")), ("", ""))
    decided = next((effect for effect in entry.effects if effect["event"] == "signing_decided"), None)
    if kind == "sign":
        told = f"签署“{step}”"
        if decided is not None:
            told += "（签署完毕，" + ("通过" if decided["passed"] else "不通过") + "）"
        return told
    if kind == "delegate":
        return f"办完受委派的“{step}”，交还委派人"
    if kind in ("before", "after"):
        return f"出具“{step}”的{'前' if kind == 'before' else '后'}加签意见"
    if any(effect["event"] == "item_set_aside" for effect in entry.effects):
        return f"办理“{step}”，送后加签人员签署"
    return f"办结“{step}”"


def _date(value: Any) -> str:
    """The day in Shanghai, whatever the journal keeps: a date, or a moment."""
    return day_of(value).isoformat() if isinstance(value, date) else str(value)


def _paper(opened: Mapping[str, tuple[str, str]], data: Mapping[str, Any]) -> str:
    title, number = opened.get(str(data.get("document")), ("文书", ""))
    return f"《{title}》" + (f"（{number}）" if number else "")


_END = {
    "completed": "办结",
    "terminated": "办件终止",
    "cancelled": "办件已取消",
    "error_event": "办件因业务错误结束",
}


def _end_name(entry: Entry, name_of: Callable[[str, str], str]) -> str:
    """The name of the end event that was reached last: the result of the case."""
    for effect in reversed(entry.effects):
        if effect["event"] == "element_completed":
            name = name_of(effect["process"], effect["element"])
            return f"：{name}" if name else ""
    return ""


def _timer(entry: Entry, name_of: Callable[[str, str], str]) -> str:
    """What a deadline did: named by its event, with what it wrote where that speaks for itself."""
    written: dict[str, Any] = {}
    fired = ""
    for effect in entry.effects:
        if effect["event"] == "variables_written":
            written.update(effect["values"])
        elif effect["event"] == "timer_fired":
            fired = str(effect["element"])
    if written.get("deemed_accepted") is True:
        on = written.get("accepted_on")
        day = on.isoformat() if isinstance(on, date) else ""
        return f"收到申请材料之日起五个工作日内未告知补正，依照《行政许可法》第三十二条，自收到申请材料之日（{day}）起即为受理"
    process = next(
        (
            effect["process"]
            for effect in entry.effects
            if effect.get("element") == fired and "process" in effect
        ),
        "",
    )
    name = name_of(process, fired)
    return f"时限届满：{name}" if name else "时限届满"

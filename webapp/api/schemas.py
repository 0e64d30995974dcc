"""The shapes of what comes and goes. Each has its own name in the document.

Numbers of forms and cases are exact decimals: they go out as strings (`"1.2460"`) and may come in as strings or as
JSON numbers. Moments are ISO 8601 in UTC, dates are days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from typing import Any

from marshmallow import Schema, fields, validate

from engine.webhooks.events import EVENTS

BOXES = ("todo", "claimable", "done", "started")
LIGHTS = ("green", "yellow", "red", "grey")


def plain(value: Any) -> Any:
    """`value` as JSON has it: decimals and whatever else JSON lacks as text, moments and dates as ISO 8601."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return str(value)


class Exact(fields.Dict):
    """A mapping of a form's or a case's values, as `plain` writes them."""

    default_error_messages = {"invalid": "应为一个 JSON 对象", "required": "必填", "null": "不能为 null"}  # noqa: RUF012

    def _serialize(self, value: Any, attr: str | None, obj: Any, **named: Any) -> Any:
        return None if value is None else plain(value)


class Text(fields.String):
    default_error_messages = {"invalid": "应为文本", "required": "必填", "null": "不能为 null"}  # noqa: RUF012


class Words(fields.List):
    default_error_messages = {"invalid": "应为列表", "required": "必填", "null": "不能为 null"}  # noqa: RUF012


class Number(fields.Integer):
    default_error_messages = {  # noqa: RUF012
        "invalid": "应为整数", "required": "必填", "null": "不能为 null", "too_large": "数字过大",
    }  # fmt: skip


class Shape(Schema):
    error_messages = {"unknown": "没有这个字段", "type": "应为一个 JSON 对象"}  # noqa: RUF012


def said(longest: int, *, required: bool = True, shortest: int = 1, **named: Any) -> Text:
    """A text of bounded length."""
    bound = validate.Length(shortest, longest, error=f"长度应为 {{min}} 至 {longest} 个字符")
    return Text(required=required, validate=bound, **named)


def one_of(*words: str, **named: Any) -> Text:
    return Text(validate=validate.OneOf(words, error="只能是：" + "、".join(words)), **named)


# -- what is asked -----------------------------------------------------------------------------------------------


class StartBody(Shape):
    matter = said(100, metadata={"description": "事项标识"})
    data = Exact(
        required=True, metadata={"description": "按 /matters/{matter}/form 填写；小数可以写成字符串"}
    )


class CompleteBody(Shape):
    data = Exact(
        required=True, metadata={"description": "按环节表单填写，办理结果写在 outcomes.name 所指的字段"}
    )


class ReturnBody(Shape):
    target = said(200, metadata={"description": "退回到哪个环节：return_targets 中的 element"})
    reason = said(2000)


class ReasonBody(Shape):
    reason = said(2000)


class WithdrawBody(Shape):
    reason = said(2000, required=False, shortest=0, load_default="")


class NoteBody(Shape):
    text = said(4000)


class InboxQuery(Shape):
    box = one_of(*BOXES, load_default="todo", metadata={"description": "待办、科室待领、已办、我发起的"})
    matter = said(100, required=False)
    q = said(100, required=False, metadata={"description": "编号、申请人或项目名称中的文字"})
    limit = Number(
        load_default=20, validate=validate.Range(1, 200, error="应在 {min} 与 {max} 之间"),
        metadata={"description": "每页条数"},
    )  # fmt: skip
    after = said(300, required=False, metadata={"description": "上一页答复中的 next"})


class MattersQuery(Shape):
    mine = one_of("true", "false", load_default="false", metadata={"description": "只列本人可以收件的"})


class WebhookBody(Shape):
    url = said(500, metadata={"description": "https 网址；不得指向本机或者内部网络"})
    events = Words(
        one_of(*EVENTS),
        required=True,
        validate=validate.Length(1, len(EVENTS), error="至少一种事件，不得重复过多"),
    )
    matter = said(
        100, required=False, shortest=0, load_default="", metadata={"description": "只通知这个事项"}
    )
    secret = said(200, required=False, shortest=16, metadata={"description": "缺省时由系统生成"})


class DeliveriesQuery(Shape):
    state = one_of("pending", "delivered", "dead", load_default="dead")
    after = said(300, required=False)
    limit = Number(load_default=50, validate=validate.Range(1, 200, error="应在 {min} 与 {max} 之间"))


# -- what is answered --------------------------------------------------------------------------------------------


class Problem(Shape):
    type = Text(required=True, metadata={"description": "urn:chengban:problem:<code>"})
    title = Text(required=True)
    status = Number(required=True)
    detail = Text(required=True)
    fields = fields.Dict(keys=Text(), values=Words(Text()), required=True)  # type: ignore[assignment]
    request_id = Text(required=True)


class Me(Shape):
    user = Text(required=True)
    name = Text(required=True)
    posts = Words(Text(), required=True)
    scopes = Words(Text(), required=True)


class MatterBrief(Shape):
    id = Text(required=True)
    name = Text(required=True)
    section = Text(required=True)


class MatterList(Shape):
    rows = Words(fields.Nested(MatterBrief), required=True)


class FormDescription(Shape):
    form = Exact(required=True, metadata={"description": "字段、结果、规则、材料：见 docs/guide/api.md"})


class Answered(Shape):
    case_id = Text(required=True)
    revision = Number(required=True, metadata={"description": "这条命令在留痕中的序号"})
    status = Text(required=True)
    replayed = fields.Boolean(required=True, metadata={"description": "同一 Idempotency-Key 以前用过"})


class InboxRow(Shape):
    case_id = Text(required=True)
    item = Text(required=True)
    element = Text(required=True)
    number = Text(required=True)
    matter = Text(required=True)
    matter_name = Text(required=True)
    title = Text(required=True)
    applicant = Text(required=True)
    step = Text(required=True)
    status = Text(required=True)
    opened_at = fields.AwareDateTime(required=True)
    claimed_by = Text(required=True, allow_none=True)
    claimed_name = Text(required=True)
    due = fields.Date(required=True, allow_none=True)
    days_left = Number(required=True, allow_none=True)
    light = one_of(*LIGHTS, required=True)
    provisional = fields.Boolean(required=True)
    previous = Text(required=True)


class InboxList(Shape):
    rows = Words(fields.Nested(InboxRow), required=True)
    next = Text(required=True, allow_none=True)


class Counts(Shape):
    todo = Number(required=True)
    claimable = Number(required=True)
    done = Number(required=True)
    started = Number(required=True)
    red = Number(required=True)
    yellow = Number(required=True)
    green = Number(required=True)
    grey = Number(required=True)


class Outcome(Shape):
    name = Text(required=True)
    value = Text(required=True)
    label = Text(required=True)
    next = Text(required=True)


class Material(Shape):
    name = Text(required=True)
    state = Text(required=True)
    light = Text(required=True)
    held = fields.Boolean(required=True)


class EarlierOpinion(Shape):
    step = Text(required=True)
    outcome = Text(required=True)
    text = Text(required=True)
    by = Text(required=True)
    at = fields.AwareDateTime(required=True)


class ReturnTarget(Shape):
    element = Text(required=True)
    name = Text(required=True)


class TrailStep(Shape):
    element = Text(required=True)
    name = Text(required=True)
    state = Text(required=True)
    detail = Text(required=True)


class HistoryLine(Shape):
    seq = Number(required=True)
    at = fields.AwareDateTime(required=True)
    by = Text(required=True)
    sentence = Text(required=True)
    text = Text(required=True)
    mark = fields.Boolean(required=True)


class CaseHistory(Shape):
    rows = Words(fields.Nested(HistoryLine), required=True)


class ClockBrief(Shape):
    id = Text(required=True)
    name = Text(required=True)
    status = Text(required=True)
    light = one_of(*LIGHTS, required=True)
    started_on = fields.Date(required=True, allow_none=True)
    due = fields.Date(required=True, allow_none=True)
    days_left = Number(required=True, allow_none=True)
    used = Number(required=True, allow_none=True)
    left = Number(required=True, allow_none=True)
    amount = Number(required=True)
    unit = Text(required=True)
    budget = Text(required=True)
    provisional = fields.Boolean(required=True)
    source = Text(required=True)
    note = Text(required=True)
    effect = Text(required=True)
    extendable = fields.Boolean(required=True)
    suspended_days = Number(required=True)
    suspended_on = Words(Text(), required=True)
    extended = Words(Text(), required=True)
    promised = Text(required=True)
    promised_due = fields.Date(required=True, allow_none=True)


class ClockDay(Shape):
    date = fields.Date(required=True)
    counted = fields.Boolean(required=True)
    why = Text(required=True)
    count = Number(required=True)


class ClockWithDays(ClockBrief):
    days = Words(fields.Nested(ClockDay), required=True)


class ClockList(Shape):
    rows = Words(fields.Nested(ClockBrief), required=True)


class Item(Shape):
    row = fields.Nested(InboxRow, required=True)
    revision = Number(required=True)
    step = Text(required=True)
    form = Exact(required=True, metadata={"description": "环节表单的说明"})
    values = Exact(required=True, metadata={"description": "本环节可见的值；小数为字符串"})
    outcomes = Words(fields.Nested(Outcome), required=True)
    materials = Words(fields.Nested(Material), required=True)
    opinions = Words(fields.Nested(EarlierOpinion), required=True)
    clocks = Words(fields.Nested(ClockBrief), required=True)
    may = Words(Text(), required=True, metadata={"description": "本人现在可以做什么"})
    return_targets = Words(fields.Nested(ReturnTarget), required=True)


class OpenItem(Shape):
    item = Text(required=True)
    step = Text(required=True)
    post = Text(required=True)
    claimed_name = Text(required=True)
    mine = fields.Boolean(required=True)


class CaseFact(Shape):
    label = Text(required=True)
    text = Text(required=True)


class Case(Shape):
    case_id = Text(required=True)
    revision = Number(required=True)
    number = Text(required=True)
    matter = Text(required=True)
    matter_name = Text(required=True)
    title = Text(required=True)
    applicant = Text(required=True)
    status = Text(required=True)
    started_at = fields.AwareDateTime(required=True)
    deployment = Text(required=True)
    items = Words(fields.Nested(OpenItem), required=True)
    steps = Words(fields.Nested(TrailStep), required=True)
    clocks = Words(fields.Nested(ClockBrief), required=True)
    data = Words(fields.Nested(CaseFact), required=True)
    variables = Exact(required=True, metadata={"description": "申请所填的值；小数为字符串"})
    may = Words(Text(), required=True)
    withdrawable = Words(fields.Nested(OpenItem), required=True)


class Diagram(Shape):
    process = Text(required=True)
    name = Text(required=True)
    current = Words(Text(), required=True)
    visited = Words(Text(), required=True)
    taken = Words(Text(), required=True)


class DiagramList(Shape):
    rows = Words(fields.Nested(Diagram), required=True)


class ChainBreak(Shape):
    case_id = Text(required=True)
    seq = Number(required=True)
    reason = Text(required=True)


class Verification(Shape):
    intact = fields.Boolean(required=True)
    breaks = Words(fields.Nested(ChainBreak), required=True)


class WebhookShown(Shape):
    webhook = Text(required=True)
    url = Text(required=True)
    events = Words(Text(), required=True)
    matter = Text(required=True)
    created_at = fields.AwareDateTime(required=True)
    created_by = Text(required=True)


class WebhookMade(WebhookShown):
    secret = Text(required=True, metadata={"description": "只显示这一次"})


class WebhookList(Shape):
    rows = Words(fields.Nested(WebhookShown), required=True)


class DeliveryShown(Shape):
    event_id = Text(required=True)
    event = Text(required=True)
    case_id = Text(required=True)
    state = Text(required=True)
    created_at = fields.AwareDateTime(required=True)
    run_at = fields.AwareDateTime(required=True)
    attempts = Number(required=True)
    status = Number(required=True, allow_none=True)
    error = Text(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    body = Text(required=True, metadata={"description": "发送的正文"})


class DeliveryList(Shape):
    rows = Words(fields.Nested(DeliveryShown), required=True)
    next = Text(required=True, allow_none=True)

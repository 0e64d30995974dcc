"""Matters with their forms, and the boxes of the inbox."""

from __future__ import annotations

from marshmallow import fields, validate

from engine.worklist import BOXES
from processes.inbox import BOXES as VIEWED
from processes.inbox import CLAIMED, LIGHTS, ORDERS, WITHIN
from processes.searching import LONGEST
from webapp.api.schemas.common import PageQuery
from webapp.api.schemas.shape import Day, Exact, Number, Shape, Text, Words, one_of, said


class StartBody(Shape):
    matter = said(100, metadata={"description": "事项标识"})
    data = Exact(
        required=True, metadata={"description": "按 /matters/{matter}/form 填写；小数可以写成字符串"}
    )
    uploads = Words(
        said(100), load_default=list, validate=validate.Length(0, 200, error="最多 200 个"),
        metadata={"description": "收件前上传的申请材料：/matters/{matter}/uploads 的答复"},
    )  # fmt: skip


class ApplicationBody(Shape):
    data = Exact(required=True)
    uploads = Words(said(100), load_default=list, validate=validate.Length(0, 200, error="最多 200 个"))


class Filters(Shape):
    matter = said(100, required=False, load_default="")
    step = said(100, required=False, load_default="", metadata={"description": "环节：element"})
    light = one_of(*LIGHTS, required=False, load_default="")
    due = one_of(
        *WITHIN,
        required=False,
        load_default="",
        metadata={"description": "今天起几个工作日内到期，逾期的在内"},
    )
    since = Day(required=False, load_default=None, metadata={"description": "到达（已办：办结）之日，自"})
    until = Day(required=False, load_default=None, metadata={"description": "到达（已办：办结）之日，至"})
    claimed = one_of(
        *CLAIMED, required=False, load_default="", metadata={"description": "待办中：已签收、未签收、都要"}
    )
    urgent = one_of("true", "false", load_default="false", metadata={"description": "只列有催办、督办的"})
    behalf = said(
        64, required=False, load_default="", metadata={"description": "只列为其代理的；- 为只列本人的"}
    )
    q = said(100, required=False, load_default="", metadata={"description": "编号、申请人或项目名称中的文字"})
    order = one_of(*ORDERS, load_default="due")


class InboxQuery(Filters, PageQuery):
    box = one_of(*BOXES, load_default="todo", metadata={"description": "待办、科室待领、已办、我发起的"})
    back = one_of(
        "true", "false", load_default="false", metadata={"description": "after 为 previous 时：往回翻一页"}
    )


class MattersQuery(Shape):
    mine = one_of("true", "false", load_default="false", metadata={"description": "只列本人可以收件的"})


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
    stopped = Text(required=True, metadata={"description": "正在扣除时限的期限"})
    urged = Text(required=True, metadata={"description": "urge、supervise：有未办的催办、督办"})
    behalf = Text(required=True, metadata={"description": "替谁办理"})
    behalf_name = Text(required=True)
    through_name = Text(required=True, metadata={"description": "由谁代为办结"})
    batch = fields.Boolean(required=True, metadata={"description": "可以批量办理"})


class InboxList(Shape):
    rows = Words(fields.Nested(InboxRow), required=True)
    next = Text(required=True, allow_none=True)
    previous = Text(required=True, allow_none=True)


class Deputed(Shape):
    user = Text(required=True)
    name = Text(required=True)
    items = Number(required=True)


class Counts(Shape):
    todo = Number(required=True)
    claimable = Number(required=True)
    done = Number(required=True)
    started = Number(required=True)
    copies = Number(required=True, metadata={"description": "未读的抄送"})
    red = Number(required=True)
    yellow = Number(required=True)
    green = Number(required=True)
    grey = Number(required=True)
    deputed = Words(fields.Nested(Deputed), required=True, metadata={"description": "为其代理的人和件数"})


class ViewBody(Shape):
    name = said(30)
    box = one_of(*VIEWED, load_default="todo")
    filters = fields.Nested(Filters, load_default=dict)


class ViewName(Shape):
    name = said(30)


class ViewRenamed(Shape):
    name = said(30)
    new = said(30)


class ViewFirst(Shape):
    name = said(30, required=True, allow_none=True, metadata={"description": "null 为打开“待办”"})


class FiltersShown(Shape):
    matter = Text(required=True)
    step = Text(required=True)
    light = Text(required=True)
    due = Text(required=True)
    since = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    claimed = Text(required=True)
    urgent = Text(required=True)
    behalf = Text(required=True)
    q = Text(required=True)
    order = Text(required=True)


class ViewShown(Shape):
    name = Text(required=True)
    box = Text(required=True)
    filters = fields.Nested(FiltersShown, required=True)
    first = fields.Boolean(required=True, metadata={"description": "打开待办时先看这个"})


class ViewList(Shape):
    rows = Words(fields.Nested(ViewShown), required=True)


class SearchQuery(PageQuery):
    q = said(LONGEST, metadata={"description": "办件编号、文号、申请人、项目名称或者所填内容中的文字"})


class Piece(Shape):
    text = Text(required=True)
    found = fields.Boolean(required=True, metadata={"description": "所查找的文字"})


class FoundLine(Shape):
    label = Text(required=True)
    pieces = Words(fields.Nested(Piece), required=True)


class FoundCase(Shape):
    case_id = Text(required=True)
    number = Text(required=True)
    matter_name = Text(required=True)
    applicant = Text(required=True)
    title = Text(required=True)
    status = Text(required=True)
    steps = Text(required=True)
    started_at = fields.AwareDateTime(required=True)
    exact = fields.Boolean(required=True, metadata={"description": "编号或者文号与所查找的相同"})
    lines = Words(fields.Nested(FoundLine), required=True)


class FoundList(Shape):
    rows = Words(fields.Nested(FoundCase), required=True)
    next = Text(required=True, allow_none=True)

"""What the whole bureau shares: messages, supervision, the calendar, who is who, who stands in for whom."""

from __future__ import annotations

from marshmallow import fields, validate

from processes.supervision import HORIZONS
from webapp.api.schemas.common import PageQuery
from webapp.api.schemas.shape import LIGHTS, Day, Moment, Number, Shape, Text, Words, one_of, said

SHOWN = ("overdue", *map(str, HORIZONS))


class MessagesQuery(PageQuery):
    copies = one_of("true", "false", load_default="false", metadata={"description": "只列抄送"})


class MessageShown(Shape):
    notice = Text(required=True)
    addressee = Text(required=True)
    case_id = Text(required=True)
    number = Text(required=True)
    title = Text(required=True)
    matter = Text(required=True)
    applicant = Text(required=True)
    limit = Text(required=True)
    warning = Text(
        required=True,
        metadata={
            "description": "yellow、last_day、overdue、overdue_one_day、copy、urge、supervise、answer、close"
        },
    )
    due = fields.AwareDateTime(required=True)
    at = fields.AwareDateTime(required=True)
    by = Text(required=True)
    text = Text(required=True)
    read = fields.Boolean(required=True)


class MessageList(Shape):
    rows = Words(fields.Nested(MessageShown), required=True)
    next = Text(required=True, allow_none=True)


class Unread(Shape):
    messages = Number(required=True)
    copies = Number(required=True)


class ReadBody(Shape):
    notices = Words(said(200), required=True, validate=validate.Length(1, 100, error="应有 1 至 100 条"))


class WatchedQuery(Shape):
    show = one_of(
        *SHOWN, load_default="overdue", metadata={"description": "已逾期，或者今后几个工作日内到期"}
    )
    section = said(100, required=False, shortest=0, load_default="")
    hand = said(100, required=False, shortest=0, load_default="", metadata={"description": "用户名或者岗位"})
    light = one_of("", *LIGHTS, load_default="")
    after = said(300, required=False, metadata={"description": "上一页答复中的 next"})


class SectionLights(Shape):
    section = Text(required=True)
    green = Number(required=True)
    yellow = Number(required=True)
    red = Number(required=True)
    grey = Number(required=True)


class ComingCount(Shape):
    days = Number(required=True, metadata={"description": "今后几个工作日"})
    until = fields.Date(required=True)
    count = Number(required=True)


class HandShown(Shape):
    user = Text(required=True, metadata={"description": "无人签收的为空"})
    name = Text(required=True)
    section = Text(required=True)


class PersonLoad(Shape):
    hand = fields.Nested(HandShown, required=True)
    overdue = Number(required=True)
    coming = Number(required=True)


class Overview(Shape):
    lights = Words(fields.Nested(SectionLights), required=True)
    overdue = Number(required=True)
    coming = Words(fields.Nested(ComingCount), required=True)
    people = Words(fields.Nested(PersonLoad), required=True)


class WatchedClock(Shape):
    case_id = Text(required=True)
    number = Text(required=True)
    title = Text(required=True)
    applicant = Text(required=True)
    matter = Text(required=True)
    matter_name = Text(required=True)
    section = Text(required=True)
    limit = Text(required=True)
    name = Text(required=True)
    state = Text(required=True)
    light = one_of(*LIGHTS, required=True)
    last_day = fields.Date(required=True)
    days = Number(required=True, metadata={"description": "剩余工作日；逾期为负"})
    provisional = fields.Boolean(required=True)
    steps = Words(Text(), required=True)
    hands = Words(fields.Nested(HandShown), required=True)


class WatchedList(Shape):
    rows = Words(fields.Nested(WatchedClock), required=True)
    next = Text(required=True, allow_none=True)


class CalendarVersion(Shape):
    version = Text(required=True)
    source = Text(required=True)
    published = fields.Date(required=True)
    years = Words(Number(), required=True)
    added_at = fields.AwareDateTime(required=True)
    added_by = Text(required=True)
    in_force_at = fields.AwareDateTime(required=True, allow_none=True)


class CalendarShown(Shape):
    current = Text(required=True)
    versions = Words(fields.Nested(CalendarVersion), required=True)


class DaysQuery(Shape):
    first = Day(required=True)
    last = Day(required=True)


class CalendarDay(Shape):
    date = fields.Date(required=True)
    working = fields.Boolean(required=True)
    why = Text(required=True)
    provisional = fields.Boolean(required=True, metadata={"description": "该年的放假通知尚未公布"})


class CalendarDays(Shape):
    rows = Words(fields.Nested(CalendarDay), required=True)


class PeopleQuery(Shape):
    section = said(100, required=False, metadata={"description": "科室"})


class PersonShown(Shape):
    user = Text(required=True)
    name = Text(required=True)
    posts = Words(Text(), required=True)


class PersonList(Shape):
    rows = Words(fields.Nested(PersonShown), required=True)


class PostList(Shape):
    rows = Words(Text(), required=True)


class AbsenceBody(Shape):
    user = said(64, required=False, metadata={"description": "缺省为本人；负责人可以为其人员登记"})
    starts = Moment(required=True)
    ends = Moment(required=True)
    reason = said(500)
    deputy = said(
        64, required=False, load_default=None, allow_none=True, metadata={"description": "缺省为其 AB 角"}
    )
    scope = Words(
        said(100),
        load_default=list,
        validate=validate.Length(0, 100),
        metadata={"description": "事项；缺省为全部"},
    )


class AbsenceQuery(Shape):
    user = said(64, required=False, metadata={"description": "缺省为本人"})


class AbsenceShown(Shape):
    absence = Text(required=True)
    user = Text(required=True)
    starts = fields.AwareDateTime(required=True)
    ends = fields.AwareDateTime(required=True)
    deputy = Text(required=True, allow_none=True)
    reason = Text(required=True)
    scope = Words(Text(), required=True)
    by = Text(required=True)
    entered_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_by = Text(required=True, allow_none=True)


class AbsenceList(Shape):
    rows = Words(fields.Nested(AbsenceShown), required=True)


class PartnerBody(Shape):
    partner = said(64)


class PartnerShown(Shape):
    user = Text(required=True)
    partner = Text(required=True)


class PartnerList(Shape):
    rows = Words(fields.Nested(PartnerShown), required=True)


class StandInShown(Shape):
    user = Text(required=True, metadata={"description": "现在由本人代理的人"})
    scope = Words(Text(), required=True, metadata={"description": "事项；空为全部"})


class StandInList(Shape):
    rows = Words(fields.Nested(StandInShown), required=True)


class HandOverQuery(Shape):
    person = said(64, metadata={"description": "交出待办的人员"})


class DeskGroup(Shape):
    key = Text(required=True)
    matter_name = Text(required=True)
    step = Text(required=True)
    items = Number(required=True)


class DeskShown(Shape):
    rows = Words(fields.Nested(DeskGroup), required=True)


class StepSuccessor(Shape):
    step = said(300, metadata={"description": "/hand-overs/desk 答复中的 key"})
    to = said(200, metadata={"description": "岗位或者用户名"})


class HandOverBody(Shape):
    person = said(64)
    to = said(
        200,
        required=False,
        shortest=0,
        load_default="",
        metadata={"description": "没有另行指定的环节都交给谁"},
    )
    steps = Words(fields.Nested(StepSuccessor), load_default=list, validate=validate.Length(0, 200))
    reason = said(500)


class NotHandedOver(Shape):
    case_id = Text(required=True)
    item = Text(required=True)
    error = Text(required=True)


class HandOverShown(Shape):
    hand_over = Text(required=True)
    person = Text(required=True)
    person_name = Text(required=True)
    to = Words(Text(), required=True)
    reason = Text(required=True)
    by = Text(required=True)
    at = fields.AwareDateTime(required=True)
    total = Number(required=True)
    done = Number(required=True)
    failed = Words(fields.Nested(NotHandedOver), required=True)
    ended_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "进行中的为 null"}
    )


class HandOverList(Shape):
    rows = Words(fields.Nested(HandOverShown), required=True)

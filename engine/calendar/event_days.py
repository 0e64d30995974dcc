"""Which day counts as the day of service or of receipt, by the way it was done: where limits that follow begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.calendar.limit import Source
from engine.calendar.period import Period

CIVIL = "民事诉讼法(2023-09-01)"
DISCLOSURE = Source(
    "政府信息公开条例(2019-04-03)",
    "第三十一条",
    "申请人通过互联网渠道或者政府信息公开工作机构的传真提交政府信息公开申请的，以双方确认之日为收到申请之日",
)


@dataclass(frozen=True, slots=True)
class EventDay:
    """By one mode or channel, `day` is the date that counts; `needs` what must be on record for it to count."""

    rule: str
    mode: str
    day: str
    source: Source
    needs: tuple[str, ...] = ()


SERVICE: tuple[EventDay, ...] = (
    EventDay("service-receipt", "直接送达", "送达回证上的签收日期", Source(CIVIL, "第八十七条"), ("送达回证",)),
    EventDay(
        "service-substitute", "他人代收", "送达回证上的签收日期", Source(CIVIL, "第八十八条"),
        ("送达回证", "代收人身份"),
    ),
    EventDay("service-left", "留置送达", "留置之日", Source(CIVIL, "第八十九条"), ("见证人签章或拍照录像",)),
    EventDay(
        "service-electronic", "电子送达", "到达受送达人特定系统的日期", Source(CIVIL, "第九十条"),
        ("受送达人同意",),
    ),
    EventDay("service-post", "邮寄送达", "回执上注明的收件日期", Source(CIVIL, "第九十一条"), ("邮政回执",)),
    EventDay(
        "service-by-announcement", "公告送达", "公告期满之日", Source(CIVIL, "第九十五条"),
        ("其他方式送达不成的记录", "原因和经过"),
    ),
)  # fmt: skip

DISCLOSURE_RECEIPT: tuple[EventDay, ...] = (
    EventDay("disclosure-received-when", "当面提交", "提交之日", DISCLOSURE),
    EventDay("disclosure-received-when", "邮寄", "签收之日", DISCLOSURE),
    EventDay("disclosure-received-when", "平信", "与申请人确认之日", DISCLOSURE, ("确认记录",)),
    EventDay("disclosure-received-when", "互联网", "双方确认之日", DISCLOSURE, ("双方确认之日",)),
    EventDay("disclosure-received-when", "传真", "双方确认之日", DISCLOSURE, ("双方确认之日",)),
)

_ANNOUNCEMENT_SHORTENED = date(2022, 1, 1)


def service_by(mode: str) -> EventDay:
    """The rule for a mode of service; raises KeyError for a mode the law does not know."""
    return _by_mode(SERVICE, mode)


def disclosure_receipt_by(channel: str) -> EventDay:
    """The rule for a channel by which a disclosure request came; raises KeyError for an unknown one."""
    return _by_mode(DISCLOSURE_RECEIPT, channel)


def announcement_period(announced: date) -> Period:
    """How long a service by announcement runs: 30 days, 60 before 2022 (民事诉讼法 第九十五条)."""
    return Period(30 if announced >= _ANNOUNCEMENT_SHORTENED else 60, "day")


def _by_mode(rules: tuple[EventDay, ...], mode: str) -> EventDay:
    for rule in rules:
        if rule.mode == mode:
            return rule
    raise KeyError(mode)

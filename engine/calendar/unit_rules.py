"""Which unit the word 日 means, law by law: read from the law that sets the limit, never from the number alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.calendar.limit import Source
from engine.calendar.period import Unit


@dataclass(frozen=True, slots=True)
class UnitRule:
    """The unit of 日 in one law, in force `since`–`until` (both days included).

    `amounts` lists the numbers that are working days, `at_most` the largest such number; with neither, every 日
    is `unit`. `expressly` marks laws whose working days are written out as such, so that a bare 日 is `unit`.
    """

    id: str
    law: str
    unit: Unit
    source: Source
    amounts: frozenset[int] = frozenset()
    at_most: int | None = None
    since: date = date.min
    until: date = date.max
    expressly: bool = False

    def unit_of(self, amount: int) -> Unit:
        if self.amounts:
            return "working_day" if amount in self.amounts else "day"
        if self.at_most is not None:
            return "working_day" if amount <= self.at_most else "day"
        return self.unit


UNIT_RULES: tuple[UnitRule, ...] = (
    UnitRule(
        "day-definition-licensing", "行政许可法", "working_day",
        Source("行政许可法(2019-04-23)", "第八十二条",
               "本法规定的行政机关实施行政许可的期限以工作日计算，不含法定节假日"),
    ),
    UnitRule(
        "day-definition-penalty", "行政处罚法", "working_day",
        Source("行政处罚法(2021-01-22)", "第八十五条",
               "本法中“二日”“三日”“五日”“七日”的规定是指工作日，不含法定节假日"),
        amounts=frozenset({2, 3, 5, 7}),
        since=date(2021, 7, 15),
    ),
    UnitRule(
        "day-definition-coercion", "行政强制法", "working_day",
        Source("行政强制法(2011-06-30)", "第六十九条", "本法中十日以内期限的规定是指工作日，不含法定节假日"),
        at_most=10,
        since=date(2012, 1, 1),
    ),
    UnitRule(
        "day-definition-reconsideration", "行政复议法", "working_day",
        Source("行政复议法(2023-09-01)", "第八十八条",
               "本法关于行政复议期间有关“三日”、“五日”、“七日”、“十日”的规定是指工作日，不含法定休假日"),
        amounts=frozenset({3, 5, 7, 10}),
        since=date(2024, 1, 1),
    ),
    UnitRule(
        "day-definition-reconsideration-old", "行政复议法", "working_day",
        Source("行政复议法(2017-09-01)", "第四十条",
               "本法关于行政复议期间有关“五日”、“七日”的规定是指工作日，不含节假日"),
        amounts=frozenset({5, 7}),
        until=date(2023, 12, 31),
    ),
    UnitRule(
        "day-definition-disclosure", "政府信息公开条例", "working_day",
        Source("政府信息公开条例(2019-04-03)", "第三十三条", "应当自收到申请之日起20个工作日内予以答复"),
        expressly=True,
    ),
    UnitRule(
        "day-definition-petition", "信访工作条例", "day",
        Source("信访工作条例(2022-02-25)", "第二十三条", "应当自收到之日起5个工作日内提出异议"),
        since=date(2022, 5, 1),
        expressly=True,
    ),
)  # fmt: skip


def unit_rule(law: str, on: date) -> UnitRule | None:
    """The rule of that law in force on the day the matter was accepted; None where the law has no rule."""
    return next((rule for rule in UNIT_RULES if rule.law == law and rule.since <= on <= rule.until), None)


def unit_of(law: str, amount: int, on: date) -> Unit:
    """The unit of “`amount`日” in that law for a matter accepted `on`; a law with no rule counts calendar days.

    Words such as 工作日 in the text itself prevail; this is for the bare 日.
    """
    rule = unit_rule(law, on)
    return rule.unit_of(amount) if rule else "day"

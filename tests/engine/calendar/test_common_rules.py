"""One test a rule of counting that holds across matters, named by the rule's id; the facts stand in the test."""

from datetime import UTC, date, datetime, time

import pytest

from engine.calendar.approval_check import approval_faults
from engine.calendar.clock import NO_CLOCKS, ClockRefused, Limits, advance, expire, extend, resume, suspend
from engine.calendar.lights import may_end
from engine.calendar.limit import Limit, Source
from engine.calendar.period import Period, add_months, due, fixed_date
from engine.calendar.seed import seed
from engine.calendar.unit_rules import unit_of

CALENDAR = seed()
NOW = datetime(2026, 9, 25, 2, tzinfo=UTC)

# rule, amount, unit, direction, day of the event, last day.
COUNTED = [
    ("licence-not-needed", 0, "working_day", "after", date(2026, 9, 24), date(2026, 9, 24)),
    ("licence-no-power", 0, "working_day", "after", date(2026, 9, 24), date(2026, 9, 24)),
    ("licence-correct-on-the-spot", 0, "working_day", "after", date(2026, 9, 24), date(2026, 9, 24)),
    # 28, 29, 30 September, 8, 9 October.
    ("licence-correction-once", 5, "working_day", "after", date(2026, 9, 25), date(2026, 10, 9)),
    # National Day 1-8 October 2025 (Mid-Autumn in it); 28 September and 11 October are worked.
    ("licence-decide", 20, "working_day", "after", date(2025, 9, 22), date(2025, 10, 24)),
    ("licence-joint", 45, "working_day", "after", date(2026, 3, 2), date(2026, 5, 8)),
    ("licence-lower-review", 20, "working_day", "after", date(2026, 2, 2), date(2026, 3, 6)),
    ("licence-deliver", 10, "working_day", "after", date(2026, 4, 30), date(2026, 5, 18)),
    ("licence-inspection-start", 5, "working_day", "after", date(2026, 6, 18), date(2026, 6, 26)),
    ("licence-hearing-request", 5, "working_day", "after", date(2026, 2, 13), date(2026, 2, 27)),
    ("licence-hearing-hold", 20, "working_day", "after", date(2026, 1, 4), date(2026, 1, 30)),
    ("licence-hearing-notice", 7, "working_day", "before", date(2026, 10, 12), date(2026, 9, 24)),
    ("licence-renewal-window", 30, "day", "before", date(2026, 10, 31), date(2026, 9, 30)),
    ("licence-decision-online-7d", 7, "working_day", "after", date(2026, 9, 18), date(2026, 9, 29)),
    ("licence-false-application-bar", 1, "year", "after", date(2024, 2, 29), date(2025, 2, 28)),
    ("service-by-announcement", 30, "day", "after", date(2026, 9, 1), date(2026, 10, 8)),
    ("reconsideration-file", 60, "day", "after", date(2026, 8, 3), date(2026, 10, 8)),
    ("reconsideration-untold", 1, "year", "after", date(2025, 10, 1), date(2026, 10, 8)),
    ("reconsideration-longest", 20, "year", "after", date(2005, 4, 4), date(2025, 4, 7)),
    ("reconsideration-longest", 5, "year", "after", date(2020, 5, 1), date(2025, 5, 6)),
    ("reconsideration-examine", 5, "working_day", "after", date(2025, 1, 24), date(2025, 2, 7)),
    ("reconsideration-correct", 10, "working_day", "after", date(2025, 1, 24), date(2025, 2, 13)),
    ("reconsideration-send", 7, "working_day", "after", date(2026, 3, 30), date(2026, 4, 9)),
    ("reconsideration-answer", 10, "working_day", "after", date(2026, 9, 23), date(2026, 10, 14)),
    ("reconsideration-answer-simple", 5, "working_day", "after", date(2026, 9, 23), date(2026, 10, 8)),
    ("reconsideration-hearing-notice", 5, "working_day", "before", date(2026, 10, 9), date(2026, 9, 24)),
    ("reconsideration-decide", 60, "day", "after", date(2026, 8, 3), date(2026, 10, 8)),
    ("reconsideration-terminate-after-60", 60, "day", "after", date(2026, 7, 1), date(2026, 8, 31)),
    ("reconsideration-document-review", 10, "working_day", "after", date(2026, 4, 1), date(2026, 4, 16)),
    ("reconsideration-opinion-feedback", 60, "day", "after", date(2026, 7, 1), date(2026, 8, 31)),
    ("litigation-file", 6, "month", "after", date(2025, 8, 31), date(2026, 2, 28)),
    ("litigation-after-reconsideration", 15, "day", "after", date(2026, 9, 17), date(2026, 10, 8)),
    ("litigation-inaction", 2, "month", "after", date(2026, 8, 3), date(2026, 10, 8)),
    ("litigation-docketing", 7, "day", "after", date(2026, 9, 18), date(2026, 9, 28)),
    ("litigation-reply", 15, "day", "after", date(2026, 2, 2), date(2026, 2, 24)),
    ("litigation-first-instance", 6, "month", "after", date(2026, 4, 7), date(2026, 10, 8)),
    ("litigation-appeal", 15, "day", "after", date(2026, 5, 8), date(2026, 5, 25)),
    ("litigation-appeal", 10, "day", "after", date(2026, 5, 8), date(2026, 5, 18)),
    ("disclosure-proactive", 20, "working_day", "after", date(2026, 9, 10), date(2026, 10, 14)),
    ("disclosure-correct", 7, "working_day", "after", date(2026, 9, 24), date(2026, 10, 12)),
    ("disclosure-answer", 20, "working_day", "after", date(2026, 9, 10), date(2026, 10, 14)),
    ("disclosure-third-party", 15, "working_day", "after", date(2026, 4, 20), date(2026, 5, 13)),
    ("disclosure-joint-agency", 15, "working_day", "after", date(2026, 4, 20), date(2026, 5, 13)),
    ("petition-tell", 15, "day", "after", date(2026, 9, 18), date(2026, 10, 8)),
    ("petition-objection", 5, "working_day", "after", date(2026, 9, 25), date(2026, 10, 9)),
    ("petition-handle", 60, "day", "after", date(2026, 8, 5), date(2026, 10, 8)),
    ("petition-review", 30, "day", "after", date(2026, 9, 4), date(2026, 10, 8)),
    ("petition-recheck", 30, "day", "after", date(2026, 9, 4), date(2026, 10, 8)),
    ("penalty-limitation", 2, "year", "after", date(2024, 2, 29), date(2026, 2, 28)),
    ("penalty-limitation", 5, "year", "after", date(2020, 10, 1), date(2025, 10, 9)),
    ("penalty-decide", 90, "day", "after", date(2026, 7, 6), date(2026, 10, 8)),
    ("penalty-register-evidence", 7, "working_day", "after", date(2026, 9, 25), date(2026, 10, 12)),
    ("penalty-hearing-request", 5, "working_day", "after", date(2026, 9, 25), date(2026, 10, 9)),
    ("penalty-hearing-notice", 7, "working_day", "before", date(2026, 10, 12), date(2026, 9, 24)),
    ("penalty-deliver", 7, "working_day", "after", date(2026, 4, 28), date(2026, 5, 11)),
    ("penalty-pay", 15, "day", "after", date(2026, 9, 18), date(2026, 10, 8)),
    ("penalty-withdraw-publication", 3, "working_day", "after", date(2026, 2, 13), date(2026, 2, 25)),
    ("coercion-seizure", 30, "day", "after", date(2026, 9, 2), date(2026, 10, 8)),
    ("coercion-court", 3, "month", "after", date(2025, 11, 30), date(2026, 2, 28)),
    ("coercion-urge", 10, "working_day", "after", date(2026, 9, 25), date(2026, 10, 15)),
    ("policy-public-comment", 30, "day", "after", date(2026, 9, 4), date(2026, 10, 8)),
    ("policy-legal-review-time", 7, "working_day", "after", date(2026, 9, 25), date(2026, 10, 12)),
    ("secret-annual-review", 1, "year", "after", date(2025, 9, 25), date(2026, 9, 28)),
    ("archive-transfer", 20, "year", "after", date(2006, 3, 1), date(2026, 3, 2)),
]


@pytest.mark.parametrize(
    ("amount", "unit", "direction", "start", "last"),
    [row[1:] for row in COUNTED],
    ids=[f"{row[0]}-{row[1]}-{row[2]}" for row in COUNTED],
)
def test_the_rule_ends_on_the_day_counted_by_hand(amount, unit, direction, start, last):
    assert due(Period(amount, unit, direction), start, CALENDAR).date == last


# ---- how days are counted


def test_day_definition_licensing():
    assert {unit_of("行政许可法", amount, date(2026, 1, 1)) for amount in (5, 7, 10, 20, 45)} == {
        "working_day"
    }


def test_day_definition_penalty():
    units = {amount: unit_of("行政处罚法", amount, date(2026, 1, 1)) for amount in (2, 3, 5, 7, 10, 15, 90)}
    assert units == {
        2: "working_day", 3: "working_day", 5: "working_day", 7: "working_day", 10: "day", 15: "day", 90: "day"
    }  # fmt: skip


def test_day_definition_coercion():
    units = [unit_of("行政强制法", amount, date(2026, 1, 1)) for amount in (1, 3, 10, 11, 30)]
    assert units == ["working_day", "working_day", "working_day", "day", "day"]


def test_day_definition_reconsideration():
    units = [unit_of("行政复议法", amount, date(2024, 1, 1)) for amount in (3, 5, 7, 10, 15, 30, 60)]
    assert units == ["working_day"] * 4 + ["day"] * 3


def test_day_definition_reconsideration_old():
    units = [unit_of("行政复议法", amount, date(2023, 12, 31)) for amount in (3, 5, 7, 10)]
    assert units == ["day", "working_day", "working_day", "day"]


def test_day_definition_disclosure():
    assert unit_of("政府信息公开条例", 20, date(2026, 1, 1)) == "working_day"


def test_day_definition_petition():
    assert {unit_of("信访工作条例", amount, date(2026, 1, 1)) for amount in (15, 30, 60)} == {"day"}


def test_start_day_excluded():
    # Accepted on a Monday: the first working day is Tuesday.
    answer = due(Period(1, "working_day"), date(2026, 11, 23), CALENDAR)
    assert answer.date == date(2026, 11, 24)
    assert [(row.date, row.counted, row.count) for row in answer.days] == [
        (date(2026, 11, 23), False, 0), (date(2026, 11, 24), True, 1)
    ]  # fmt: skip


def test_start_day_excluded_procedure():
    # Served at 23:30 in Shanghai: the hour of service makes no difference.
    late = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert due(Period(15, "day"), late, CALENDAR).date == date(2026, 12, 8)
    assert due(Period(15, "day"), date(2026, 11, 23), CALENDAR).date == date(2026, 12, 8)


def test_hours_run_at_once():
    # 30 September 22:00 in Shanghai, through the night and into the holiday, no roll-over.
    answer = due(Period(24, "hour"), datetime(2026, 9, 30, 14, tzinfo=UTC), CALENDAR)
    assert answer.moment == datetime(2026, 10, 1, 14, tzinfo=UTC)


def test_month_year_arithmetic():
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    # From the original start at one go, not month by month over 28 February.
    assert due([Period(1, "month"), Period(1, "month")], date(2026, 1, 31), CALENDAR).date == date(
        2026, 3, 31
    )


def test_last_day_rolls_over():
    assert due(Period(7, "day"), date(2026, 9, 18), CALENDAR).date == date(2026, 9, 28)
    # A swapped Saturday is a working day: 28 February 2026.
    assert due(Period(1, "month"), date(2026, 1, 28), CALENDAR).date == date(2026, 2, 28)
    # Counted back, it is brought forward instead.
    assert due(Period(7, "day", "before"), date(2026, 10, 8), CALENDAR).date == date(2026, 9, 30)


def test_last_day_rolls_over_procedure():
    assert due(Period(60, "day"), date(2026, 8, 2), CALENDAR).date == date(2026, 10, 8)


def test_last_day_hour():
    online = due(Period(5, "working_day"), date(2026, 9, 25), CALENDAR)
    counter = due(Period(5, "working_day", closes=time(17, 30)), date(2026, 9, 25), CALENDAR)
    assert online.moment == datetime(2026, 10, 9, 16, tzinfo=UTC)
    assert counter.moment == datetime(2026, 10, 9, 9, 30, tzinfo=UTC)


def test_travel_time_excluded():
    # Posted on the last day, received three days later: the event's date is the day of posting.
    limits = Limits([Limit("file", "复议申请", 60, "day", "known_on", "posted_on")])
    clocks, _ = advance(limits, NO_CLOCKS, {"known_on": date(2026, 6, 1)}, NOW, CALENDAR)
    clocks, (line,) = advance(limits, clocks, {"posted_on": date(2026, 7, 31)}, NOW, CALENDAR)
    assert (line.event, clocks["file"].late) == ("met", False)


@pytest.mark.parametrize(
    "rule", ["reconsideration-follows-civil-procedure", "litigation-follows-civil-procedure"]
)
def test_reconsideration_and_litigation_count_as_civil_procedure_does(rule):
    # Day of service not counted, calendar days, rolled over the holiday.
    assert due(Period(15, "day"), date(2026, 9, 16), CALENDAR).date == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("rule", "month_day", "since", "expected"),
    [
        ("disclosure-annual-report", "01-31", date(2026, 1, 5), date(2026, 1, 31)),
        ("archive-file-by-june", "06-30", date(2025, 12, 31), date(2026, 6, 30)),
    ],
)
def test_a_fixed_date_is_no_period_and_stays_where_it_is(rule, month_day, since, expected):
    assert fixed_date(month_day, since) == expected


def test_licence_renewal_deemed():
    # The licence expires on National Day; undecided at 24:00 of that very day, it is renewed.
    limit = Limit(
        "renew", "延续决定", 0, "day", "expires_on", "decided_on", effect="deemed_renewed", rolls=False,
        source=Source("行政许可法(2019-04-23)", "第五十条", "逾期未作决定的，视为准予延续"),
    )  # fmt: skip
    assert approval_faults([limit]) == []
    _, clocks = running(date(2026, 10, 1), limit, "expires_on")
    assert clocks.due("renew") == datetime(2026, 10, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("level", "years", "last"),
    [("绝密", 30, date(2056, 10, 1)), ("机密", 20, date(2046, 10, 1)), ("秘密", 10, date(2036, 10, 1))],
)
def test_secret_period(level, years, last):
    # From the day marked on it (secret-period-starts); secrecy ends by itself on that day, a holiday or not.
    assert due(Period(years, "year", rolls=False), date(2026, 10, 1), CALENDAR).date == last


@pytest.mark.parametrize("rule", ["secret-expiry"])
def test_a_term_may_end_on_its_day_though_a_holiday(rule):
    assert due(Period(10, "year", rolls=False), date(2016, 10, 2), CALENDAR).date == date(2026, 10, 2)


# ---- rules with a life


DECIDE = Limit.from_json(
    {
        "id": "decide", "name": "作出许可决定", "amount": 20, "unit": "working_day", "starts": "accepted_on",
        "ends": "decided_on", "restarts": ["corrected_on"],
        "suspensions": ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"],
        "extension": {"amount": 10, "approver": "本行政机关负责人"},
    }
)  # fmt: skip


def running(start, limit=DECIDE, event="accepted_on"):
    limits = Limits([limit])
    return limits, advance(limits, NO_CLOCKS, {event: start}, NOW, CALENDAR)[0]


def test_licence_accepted_when():
    limits, clocks = running(date(2026, 9, 1))
    clocks, (line,) = advance(limits, clocks, {"corrected_on": date(2026, 9, 10)}, NOW, CALENDAR)
    assert (line.event, line.used, line.left) == ("restarted", 0, 20)
    assert clocks["decide"].due == datetime(2026, 10, 14, 16, tzinfo=UTC)


def test_licence_correction_once():
    notice = Limit(
        "correct-notice",
        "一次告知补正",
        5,
        "working_day",
        "received_on",
        "told_on",
        ends_also=("accepted_on",),
        effect="deemed_accepted",
    )
    limits = Limits([notice, DECIDE])
    clocks, _ = advance(limits, NO_CLOCKS, {"received_on": date(2026, 9, 25)}, NOW, CALENDAR)
    at = datetime(2026, 10, 9, 16, tzinfo=UTC)
    assert clocks.due("correct-notice") == at
    clocks, (line,) = expire(limits, clocks, "correct-notice", now=at, calendar=CALENDAR)
    assert line.event == "expired"
    # Deemed accepted as of the day of receipt: the 20 days run from there.
    clocks, lines = advance(limits, clocks, {"accepted_on": date(2026, 9, 25)}, at, CALENDAR)
    assert [(line.limit, line.event) for line in lines] == [("decide", "started")]
    assert clocks["decide"].due == datetime(2026, 10, 29, 16, tzinfo=UTC)


def test_licence_excluded_time():
    limits, clocks = running(date(2026, 9, 1))
    for ground in ("现场踏勘", "公示", "征求部门意见", "请示上级", "补件"):
        with pytest.raises(ClockRefused, match="法定事由"):
            suspend(
                limits,
                clocks,
                "decide",
                ground=ground,
                notice="告〔2026〕1号",
                on=date(2026, 9, 4),
                now=NOW,
                calendar=CALENDAR,
            )
    with pytest.raises(ClockRefused, match="书面告知"):
        suspend(
            limits,
            clocks,
            "decide",
            ground="听证",
            notice=" ",
            on=date(2026, 9, 4),
            now=NOW,
            calendar=CALENDAR,
        )
    clocks, (line,) = suspend(
        limits,
        clocks,
        "decide",
        ground="听证",
        notice="告〔2026〕1号",
        on=date(2026, 9, 4),
        now=NOW,
        calendar=CALENDAR,
    )
    assert (line.used, line.left, clocks.due("decide")) == (3, 17, None)
    clocks, (line,) = resume(
        limits, clocks, "decide", ground="听证", on=date(2026, 9, 11), now=NOW, calendar=CALENDAR
    )
    assert (line.used, line.left) == (3, 17)
    # 14-18 (5), the worked Sunday 20, 21-24 (5), 28-30 (3), 8, 9, 10 October worked Saturday (3): 17 on 12 October.
    assert clocks["decide"].due == datetime(2026, 10, 12, 16, tzinfo=UTC)


def test_disclosure_excluded_time():
    limit = Limit.from_json(
        {"id": "answer", "name": "答复", "amount": 20, "unit": "working_day", "starts": "received_on",
         "suspensions": ["征求第三方意见", "征求其他机关意见"]}
    )  # fmt: skip
    limits, clocks = running(date(2026, 3, 2), limit, "received_on")
    with pytest.raises(ClockRefused):
        suspend(
            limits,
            clocks,
            "answer",
            ground="内部科室会办",
            notice="1号",
            on=date(2026, 3, 3),
            now=NOW,
            calendar=CALENDAR,
        )
    clocks, _ = suspend(
        limits,
        clocks,
        "answer",
        ground="征求第三方意见",
        notice="1号",
        on=date(2026, 3, 6),
        now=NOW,
        calendar=CALENDAR,
    )
    clocks, _ = resume(
        limits, clocks, "answer", ground="征求第三方意见", on=date(2026, 3, 13), now=NOW, calendar=CALENDAR
    )
    assert clocks["answer"].due == datetime(2026, 4, 7, 16, tzinfo=UTC)


def test_disclosure_correct():
    limit = Limit("answer", "答复", 20, "working_day", "received_on", restarts=("corrected_on",))
    limits, clocks = running(date(2026, 3, 2), limit, "received_on")
    clocks, _ = advance(limits, clocks, {"corrected_on": date(2026, 3, 16)}, NOW, CALENDAR)
    # The receipt is registered again with the same or another date: the later restart stands.
    same, lines = advance(limits, clocks, {"received_on": date(2026, 3, 2)}, NOW, CALENDAR)
    assert (same, lines) == (clocks, ())
    assert clocks["answer"].due == datetime(2026, 4, 14, 16, tzinfo=UTC)


def test_reconsideration_stay():
    limit = Limit.from_json(
        {"id": "decide", "name": "复议决定", "amount": 60, "unit": "day", "starts": "accepted_on", "suspensions": [
            {"name": "中止审理", "starts": "stayed_on", "ends": "resumed_on", "notice": "stay_notice"}]}
    )  # fmt: skip
    limits, clocks = running(date(2026, 3, 2), limit)
    clocks, (line,) = advance(limits, clocks, {"stayed_on": date(2026, 3, 12)}, NOW, CALENDAR)
    assert line.event == "suspension_refused"
    stay = {"stayed_on": date(2026, 3, 12), "stay_notice": "中止通知书3号"}
    clocks, (line,) = advance(limits, clocks, stay, NOW, CALENDAR)
    assert (line.event, line.used, line.left, line.document) == ("suspended", 10, 50, "中止通知书3号")
    clocks, (line,) = advance(limits, clocks, {"resumed_on": date(2026, 4, 12)}, NOW, CALENDAR)
    # 50 days after 12 April is 1 June, a Monday.
    assert (line.left, clocks["decide"].due) == (50, datetime(2026, 6, 1, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("rule", "amount", "unit", "extra", "approver", "last"),
    [
        ("licence-decide", 20, "working_day", 10, "本行政机关负责人", date(2026, 4, 15)),
        ("licence-joint", 45, "working_day", 15, "本级人民政府负责人", date(2026, 5, 29)),
        ("disclosure-answer", 20, "working_day", 20, "政府信息公开工作机构负责人", date(2026, 4, 29)),
        ("reconsideration-decide", 60, "day", 30, "行政复议机构的负责人", date(2026, 6, 1)),
        ("petition-handle", 60, "day", 30, "本机关、单位负责人", date(2026, 6, 1)),
        ("coercion-seizure", 30, "day", 30, "行政机关负责人", date(2026, 5, 6)),
    ],
)
def test_the_extension_needs_the_approver_the_law_names_with_reasons_and_notice_once(
    rule, amount, unit, extra, approver, last
):
    limit = Limit.from_json(
        {"id": rule, "name": rule, "amount": amount, "unit": unit, "starts": "accepted_on",
         "extension": {"amount": extra, "approver": approver}}
    )  # fmt: skip
    limits, clocks = running(date(2026, 3, 3), limit)
    granted = {"approver": approver, "reason": "情况复杂", "notice": "延〔2026〕1号", "on": date(2026, 3, 10)}
    for change in (
        {"approver": "科长"},
        {"reason": ""},
        {"notice": ""},
        {"amount": extra + 1},
        {"on": date(2026, 9, 10)},
    ):
        with pytest.raises(ClockRefused):
            extend(limits, clocks, rule, **(granted | change), now=NOW, calendar=CALENDAR)
    clocks, _ = extend(limits, clocks, rule, **granted, now=NOW, calendar=CALENDAR)
    assert clocks.due(rule) == datetime(last.year, last.month, last.day, 16, tzinfo=UTC)
    with pytest.raises(ClockRefused, match="用完"):
        extend(limits, clocks, rule, **granted, now=NOW, calendar=CALENDAR)


@pytest.mark.parametrize("rule", ["reconsideration-answer", "litigation-reply"])
def test_a_hard_limit_cannot_be_extended(rule):
    limits, clocks = running(date(2026, 3, 2), Limit(rule, "答复", 10, "working_day", "accepted_on"))
    with pytest.raises(ClockRefused, match="没有规定"):
        extend(
            limits,
            clocks,
            rule,
            approver="局长",
            reason="忙",
            notice="1号",
            on=date(2026, 3, 3),
            now=NOW,
            calendar=CALENDAR,
        )


@pytest.mark.parametrize(
    ("rule", "amount", "unit"),
    [("policy-public-comment", 30, "day"), ("policy-legal-review-time", 7, "working_day")],
)
def test_a_least_time_opens_the_gate_only_when_full(rule, amount, unit):
    limit = Limit(rule, rule, amount, unit, "accepted_on", minimum=True)
    _, clocks = running(date(2026, 3, 2), limit)
    last = due(Period(amount, unit), date(2026, 3, 2), CALENDAR)
    assert not may_end(limit, clocks[rule], last.date)
    assert may_end(limit, clocks[rule], last.moment)

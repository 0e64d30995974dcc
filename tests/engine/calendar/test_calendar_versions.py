"""Calendar versions: notices read in, local orders, rows for the store, and open clocks moved by them."""

from datetime import UTC, date, datetime

import pytest

from engine.calendar.approval_check import approval_faults
from engine.calendar.clock import NO_CLOCKS, Limits, advance, recompute, suspend
from engine.calendar.due_text import due_answer
from engine.calendar.limit import Limit, Source
from engine.calendar.notice import read_csv, read_json
from engine.calendar.period import Period, due
from engine.calendar.seed import seed
from engine.calendar.working import CalendarDay, WorkingCalendar
from engine.errors import InvalidInput

CALENDAR = seed()
NOW = datetime(2026, 12, 20, tzinfo=UTC)
# An invented notice for 2027, in the form of the real ones.
CSV_2027 = """日期,类型,名称
2027-01-01/2027-01-03,放假,元旦
2027-02-05/2027-02-12,放假,春节
2027-02-14,上班,春节调休上班
"""


def with_2027():
    notice = read_csv(CSV_2027, source="国办发明电〔2026〕9号", published=date(2026, 11, 25), years=[2027])
    return notice.applied_to(CALENDAR, "2027-1")


def test_the_seed_covers_2004_to_the_last_notice_with_chinese_names():
    assert min(CALENDAR.years) == 2004
    assert not CALENDAR.provisional(2026)
    assert CALENDAR.provisional(2027)
    assert CALENDAR.name(date(2026, 9, 25)) == "中秋节"
    assert all(not row.name.isascii() for row in CALENDAR.days)


def test_received_on_mid_autumn_2026_five_working_days_end_on_9_october():
    answer = due(Period(5, "working_day"), date(2026, 9, 25), CALENDAR)
    assert answer.date == date(2026, 10, 9)
    assert answer.moment == datetime(2026, 10, 9, 16, tzinfo=UTC)
    assert not answer.provisional


def test_a_year_without_a_notice_counts_weekends_only_and_is_flagged():
    answer = due(Period(5, "working_day"), date(2026, 12, 28), CALENDAR)
    assert (answer.date, answer.provisional) == (date(2027, 1, 4), True)
    assert due(Period(5, "working_day"), date(2026, 12, 28), with_2027()).provisional is False


def test_rows_go_out_and_come_back_the_same():
    calendar = with_2027()
    back = WorkingCalendar.from_rows(calendar.header(), calendar.rows())
    assert back == calendar


def test_a_notice_in_json_says_the_same_as_in_csv():
    text = """{"source": "国办发明电〔2026〕9号", "published": "2026-11-25", "years": [2027], "days": [
      {"date": "2027-01-01/2027-01-03", "type": "放假", "name": "元旦"},
      {"date": "2027-02-05/2027-02-12", "type": "放假", "name": "春节"},
      {"date": "2027-02-14", "type": "上班", "name": "春节调休上班"}]}"""
    assert read_json(text).applied_to(CALENDAR, "2027-1") == with_2027()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2027-01-01,休息,元旦", "第1行"),
        ("2027-13-01,放假,元旦", "第1行"),
        ("2026-05-01,放假,劳动节", "2026-05-01"),
        ("2027-01-04,上班,元旦", "2027-01-04"),
        ("2027-01-01,放假,a\n2027-01-01,上班,b", "第2行"),
        ("", "days"),
    ],
)
def test_a_faulty_notice_names_the_line(text, place):
    with pytest.raises(InvalidInput) as caught:
        read_csv(text, source="x", published=date(2026, 11, 25), years=[2027])
    assert place in caught.value.fields


def test_a_local_closure_prevails_and_carries_its_order():
    local = CALENDAR.with_local(
        "l1", "市防指〔2026〕3号", date(2026, 7, 20), [CalendarDay(date(2026, 7, 21), False, "台风停工")]
    )
    assert not local.is_working_day(date(2026, 7, 21))
    assert local.why(date(2026, 7, 21)) == "台风停工（市防指〔2026〕3号）"
    assert due(Period(1, "working_day"), date(2026, 7, 20), local).date == date(2026, 7, 22)
    with pytest.raises(ValueError, match="文号"):
        CALENDAR.with_local("l2", " ", date(2026, 7, 20), [])


def test_a_local_order_outlives_the_next_notice_and_a_day_has_one_row():
    worked = CALENDAR.with_local(
        "l1", "市政办〔2026〕8号", date(2026, 12, 1), [CalendarDay(date(2027, 1, 2), True)]
    )
    notice = read_csv(CSV_2027, source="国办发明电〔2026〕9号", published=date(2026, 12, 2), years=[2027])
    calendar = notice.applied_to(worked, "2027-1")
    assert calendar.is_working_day(date(2027, 1, 2))
    assert len({row["day"] for row in calendar.rows()}) == len(calendar.rows())
    closed = CALENDAR.with_local(
        "l2", "市防指〔2026〕3号", date(2026, 10, 1), [CalendarDay(date(2026, 10, 10), False)]
    )
    assert not closed.is_working_day(date(2026, 10, 10))
    assert len(closed.rows()) == len(CALENDAR.rows())


def test_an_amended_notice_replaces_the_whole_year():
    amended = read_csv("2027-01-01,放假,元旦", source="补充通知", published=date(2026, 12, 9), years=[2027])
    calendar = amended.applied_to(with_2027(), "2027-2")
    assert calendar.is_working_day(date(2027, 2, 8))
    assert calendar.name(date(2026, 10, 1)) == "国庆节"


def test_a_new_version_moves_the_open_clocks_that_it_should_and_no_other():
    limits = Limits(
        [
            Limit("across", "跨年", 20, "working_day", "a", "a_done"),
            Limit("ended", "已办结", 20, "working_day", "b", "b_done"),
            Limit("before", "年内", 2, "working_day", "c"),
            Limit("held", "中止", 20, "working_day", "d", suspensions=Limit.from_json(
                {"id": "x", "name": "x", "amount": 1, "unit": "day", "starts": "x", "suspensions": ["听证"]}).suspensions),
        ]
    )  # fmt: skip
    day = date(2026, 12, 21)
    clocks, _ = advance(limits, NO_CLOCKS, {"a": day, "b": day, "c": day, "d": day}, NOW, CALENDAR)
    clocks, _ = advance(limits, clocks, {"b_done": date(2026, 12, 25)}, NOW, CALENDAR)
    clocks, _ = suspend(
        limits, clocks, "held", ground="听证", notice="1号", on=date(2026, 12, 23), now=NOW, calendar=CALENDAR
    )
    moved, lines = recompute(limits, clocks, with_2027(), NOW)
    assert [line.limit for line in lines] == ["across"]
    assert (lines[0].due_before, lines[0].due_after) == (
        datetime(2027, 1, 18, 16, tzinfo=UTC), datetime(2027, 1, 19, 16, tzinfo=UTC)
    )  # fmt: skip
    assert moved["ended"] == clocks["ended"]
    assert (moved["before"].due, moved["held"].state) == (clocks["before"].due, "suspended")
    assert recompute(limits, moved, with_2027(), NOW) == (moved, ())


def test_the_answer_of_the_command_line_is_plain_data():
    answer = due_answer(CALENDAR, amount=5, unit="working_day", start="2026-09-25")
    assert (answer["due"], answer["moment"], answer["provisional"]) == (
        "2026-10-09",
        "2026-10-09T16:00:00Z",
        False,
    )
    assert answer["days"][0] == {
        "date": "2026-09-25", "counted": False, "why": "当日不计入，自下一日开始计算", "count": 0
    }  # fmt: skip
    assert (
        due_answer(CALENDAR, amount=24, unit="hour", start="2026-09-30T22:00")["due"]
        == "2026-10-01T22:00:00+08:00"
    )
    held = due_answer(
        CALENDAR,
        amount=20,
        unit="working_day",
        start="2026-03-02",
        suspend=["2026-03-05/2026-03-13"],
        extend=10,
    )
    assert held["due"] == "2026-04-22"
    assert (
        due_answer(CALENDAR, amount=7, unit="working_day", start="2026-10-12", before=True)["due"]
        == "2026-09-24"
    )


@pytest.mark.parametrize(
    "wrong",
    [{"unit": "week"}, {"start": "25/9"}, {"suspend": ["2026-01-02"]}, {"suspend": ["2026-01-02/2026-01-01"]},
     {"amount": -1}, {"amount": 10**9}],
)  # fmt: skip
def test_a_wrong_option_is_named(wrong):
    with pytest.raises(InvalidInput):
        due_answer(CALENDAR, **{"amount": 5, "unit": "day", "start": "2026-09-25", **wrong})


def test_no_time_out_approves_anything_unless_the_source_says_so():
    renewed = Source("行政许可法(2019-04-23)", "第五十条", "逾期未作决定的，视为准予延续")
    silent = Source("行政许可法(2019-04-23)", "第四十二条", "二十日内作出行政许可决定")
    good = [
        Limit("a", "延续", 0, "day", "expires_on", effect="deemed_renewed", source=renewed),
        Limit(
            "b", "决定", 20, "working_day", "accepted_on", on_expiry="不得视为准予；责令改正", source=silent
        ),
    ]
    assert approval_faults(good) == []
    bad = [
        Limit("c", "决定", 20, "working_day", "accepted_on", effect="deemed_approved", source=silent),
        Limit("d", "决定", 20, "working_day", "accepted_on", on_expiry="逾期视为准予", source=silent),
        Limit(
            "e", "延续", 0, "day", "expires_on", effect="deemed_renewed", source=Source(quote=renewed.quote)
        ),
        Limit("f", "决定", 20, "working_day", "accepted_on", effect="approve", source=renewed),
    ]
    assert [fault.element for fault in approval_faults(bad)] == ["c", "d", "e", "f"]

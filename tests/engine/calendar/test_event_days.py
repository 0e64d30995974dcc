"""The day of service and of receipt, rule by rule."""

from datetime import date

import pytest

from engine.calendar.event_days import announcement_period, disclosure_receipt_by, service_by
from engine.calendar.period import due
from engine.calendar.seed import seed


@pytest.mark.parametrize(
    ("rule", "mode", "day", "article"),
    [
        ("service-receipt", "直接送达", "签收", "第八十七条"),
        ("service-substitute", "他人代收", "签收", "第八十八条"),
        ("service-left", "留置送达", "留置之日", "第八十九条"),
        ("service-electronic", "电子送达", "到达", "第九十条"),
        ("service-post", "邮寄送达", "回执", "第九十一条"),
        ("service-by-announcement", "公告送达", "期满", "第九十五条"),
    ],
)
def test_each_mode_of_service_has_its_day_its_article_and_what_must_be_on_record(rule, mode, day, article):
    found = service_by(mode)
    assert (found.rule, found.source.article) == (rule, article)
    assert day in found.day
    assert found.needs


def test_disclosure_received_when():
    days = [disclosure_receipt_by(channel).day for channel in ("当面提交", "邮寄", "平信", "互联网", "传真")]
    assert days == ["提交之日", "签收之日", "与申请人确认之日", "双方确认之日", "双方确认之日"]
    with pytest.raises(KeyError):
        disclosure_receipt_by("微信")


def test_service_by_announcement_took_sixty_days_before_2022():
    assert due(announcement_period(date(2021, 12, 31)), date(2021, 12, 31), seed()).date == date(2022, 3, 1)
    assert due(announcement_period(date(2022, 1, 4)), date(2022, 1, 4), seed()).date == date(2022, 2, 7)

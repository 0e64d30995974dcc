"""The printed table of days."""

from __future__ import annotations

from datetime import date

import pytest
from applications import APPLICATION, CLERK, HANDED_IN, sign_in
from flask.testing import FlaskClient

from engine.calendar.clock import NO_CLOCKS, Limit, Limits, advance, explain
from engine.calendar.period import Day
from engine.cases import Actor
from engine.clock_sheet import clock_sheet, runs
from engine.errors import NotFound
from engine.kernel.commands import ExtendClock, ResumeClock, SetVariables, SuspendClock
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

CHIEF = Actor("chenwei", "陈伟")


@pytest.fixture
def case_id(bureau: Bureau) -> str:
    """A case whose decision clock was suspended for an expert review and extended."""
    found = bureau.start(CLERK, "temporary-land-use", {**APPLICATION, "materials": HANDED_IN}).case_id
    for command in (
        SetVariables({"accepted_on": date(2026, 9, 18)}, "受理"),
        SuspendClock("decide", "专家评审", "自然资评告〔2026〕5号", date(2026, 9, 22)),
        ResumeClock("decide", "专家评审", date(2026, 9, 24)),
        ExtendClock(
            "decide", "本行政机关负责人", "涉及永久基本农田核实", "自然资延告〔2026〕2号", date(2026, 9, 25)
        ),
    ):
        bureau.cases.submit(found, command, actor=CHIEF)
    return found


def test_the_sheet_has_the_rule_every_day_and_the_place_in_the_chain(bureau: Bureau, case_id: str) -> None:
    sheet = clock_sheet(bureau.cases, case_id, "decide")
    # 20 + 10 working days after 18 September, 23 and 24 September suspended, 20 September worked.
    assert (sheet.due, sheet.period) == (date(2026, 11, 9), "20个工作日")
    assert (sheet.days[0].date, sheet.days[-1].date, sheet.days[-1].count) == (
        date(2026, 9, 18),
        date(2026, 11, 9),
        30,
    )
    assert [line.event for line in sheet.lines] == ["起算", "扣除时限开始", "扣除时限结束", "延长"]
    assert sheet.lines[1].document == "自然资评告〔2026〕5号"
    assert sheet.seq == 5
    assert sheet.head.startswith("sha256:")
    with pytest.raises(NotFound):
        clock_sheet(bureau.cases, case_id, "deliver")


def test_it_prints_as_pdf_to_whoever_is_signed_in(client: FlaskClient, bureau: Bureau, case_id: str) -> None:
    address = f"/cases/{case_id}/clocks/decide.pdf"
    assert client.get(address).status_code == 303
    sign_in(client, CLERK)
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert client.get(f"/cases/{case_id}/clocks/none.pdf").status_code == 404


def test_a_long_table_is_printed_by_stretches_and_a_short_one_day_by_day(
    bureau: Bureau, case_id: str
) -> None:
    short = clock_sheet(bureau.cases, case_id, "decide").days
    assert [(one.first, one.days) for one in runs(short)] == [(day.date, 1) for day in short]
    calendar = bureau.cases.calendar
    term = Limit("term", "有效期", 4, "year", "given_on", "ended_on")
    clocks = advance(
        Limits((term,)), NO_CLOCKS, {"given_on": date(2026, 9, 18)}, bureau.cases.clock(), calendar
    )[0]
    long = explain(term, clocks["term"], calendar)
    found = runs(long)
    assert (len(long) > 1400, len(found) < 10) == (True, True)
    assert (found[0].first, found[-1].last, sum(one.days for one in found)) == (
        long[0].date, long[-1].date, len(long),
    )  # fmt: skip
    assert [one.reached for one in found] == sorted(one.reached for one in found)
    held = Day(date(2026, 10, 1), False, "不计入（听证）", 3)
    days = [Day(date(2026, 9, 1), True, "工作日", 1), *[held] * 40, *long[1:60]]
    assert [one.days for one in runs(days)][:2] == [1, 40]

"""The page of a case that was accepted because nobody told the applicant anything: it says why, and counts the days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient

from processes.bureau import Bureau


def _days(page: str, clock: str) -> dict[str, str]:
    """Date to row text of a clock's table of days."""
    heading = re.search(rf"<h3>(?:<a [^>]*>)?{clock}", page)
    assert heading
    table = page[heading.end() : page.index("</table>", heading.end())]
    rows = re.findall(r'<th scope="row">([\d-]+).*?</th>\s*<td>(.*?)</td>\s*<td class="n">(.*?)</td>', table)
    return {day: f"{why} {count}" for day, why, count in rows}


def test_the_page_names_the_holidays_and_the_swapped_saturday_that_it_counted_by(
    clerk: FlaskClient, bureau: Bureau, case_id: str, clock: Callable[[], datetime]
) -> None:
    clock.now = datetime(2026, 10, 9, 16, 0, 1, tzinfo=UTC)  # type: ignore[attr-defined]
    bureau.tick()
    page = clerk.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "依照《行政许可法》第三十二条，自收到申请材料之日（2026-09-25）起即为受理" in page
    assert "逾期未告知，自收到申请材料之日（2026-09-25）起即为受理" in page
    told = _days(page, "一次告知补正")
    assert "中秋节" in told["2026-09-26"]
    assert all("国庆节" in told[f"2026-10-0{day}"] for day in range(1, 8))
    assert told["2026-10-09"].endswith(" 5")
    decided = _days(page, "作出许可决定")
    assert "调休" in decided["2026-10-10"]
    assert decided["2026-10-10"].endswith(" 6")

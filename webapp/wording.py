"""Words on the pages: gettext with the Chinese text as msgid, and how dates, spans and lights read."""

from __future__ import annotations

import gettext as catalogues
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOCALE = Path(__file__).with_name("locale")


def translations(folder: Path = LOCALE, languages: list[str] | None = None) -> catalogues.NullTranslations:
    """The catalogue `<language>/LC_MESSAGES/webapp.mo` of that folder, for the languages of the environment (`LANGUAGE`,
    `LC_ALL`, …) where none are named; without one, every text is its own translation, in Chinese."""
    return catalogues.translation("webapp", folder, languages, fallback=True)


_TRANSLATIONS = translations()
_ = _TRANSLATIONS.gettext

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
LIGHTS = {"red": "已逾期", "yellow": "临近到期", "green": "正常", "grey": "未计时"}
STATUSES = {
    "running": "办理中",
    "completed": "已办结",
    "terminated": "已终止",
    "failed": "处理异常，待系统管理员处置",
    "error_event": "异常终止",
    "cancelled": "已取消",
}
CLOCK_STATES = {
    "waiting": "未起算",
    "running": "计时中",
    "suspended": "扣除时限中",
    "met": "已按期办结",
    "expired": "已届满",
    "cancelled": "已取消",
}
UNITS = {"working_day": "个工作日", "day": "日", "month": "个月", "year": "年", "hour": "小时"}
BOXES = {"todo": "待办", "claimable": "科室待领", "done": "已办", "started": "我发起的", "copies": "抄送"}


def day(value: date | datetime | None) -> str:
    """2026-09-25, in Asia/Shanghai where a moment is given."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    return value.isoformat()


def short_day(value: date | datetime | None, today: date | None = None) -> str:
    """09-25; with the year where it is not this year's."""
    text = day(value)
    return text[5:] if today is not None and text[:4] == str(today.year) else text


def last_day(value: datetime | None) -> str:
    """The last day that counts of a due moment: its 24:00 is the first instant of the next day."""
    return day(None if value is None else value - timedelta(seconds=1))


def moment(value: datetime | None) -> str:
    """2026-09-25 14:03, in Asia/Shanghai."""
    if value is None:
        return "—"
    return (value.astimezone(SHANGHAI) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M")


def span(left: int | None, unit: str = "working_day") -> str:
    """剩 3 个工作日; 逾期 1 个工作日; 今日到期."""
    if left is None:
        return _("未计时")
    word = _(UNITS.get(unit, "日"))
    if left < 0:
        return _("逾期") + f" {-left} {word}"
    if left == 0:
        return _("今日到期")
    return _("剩") + f" {left} {word}"


def unversioned(text: str) -> str:
    """A law's name as it is read aloud, without the date of the version that the record keeps: 行政许可法(2019-04-23)."""
    return re.sub(r"[（(]\d{4}-\d{2}-\d{2}[)）](?=第)", "", text)


def number(value: Any) -> str:
    """1,204; a decimal keeps its digits."""
    return f"{value:,}" if isinstance(value, int | Decimal) and not isinstance(value, bool) else str(value)


def project(title: str, applicant: str) -> str:
    """The title without the applicant's name before it, where the name already stands beside it."""
    return title.removeprefix(applicant).lstrip("：: ") if applicant else title


def this_day(today: date, why: str) -> str:
    """2026-09-25 星期五 中秋节: the day, its weekday, and what the calendar says of it."""
    weekday = _(WEEKDAYS[today.weekday()])
    why = why.replace(f"（{weekday}）", "")  # the weekday stands there already
    return f"{today.isoformat()}　{weekday}　{why}"


def teach(app: Flask, now: Callable[[], datetime], why: Callable[[date], str]) -> None:
    """Give the templates their words. `now` is the bureau's clock (aware UTC), `why` what its calendar says of a day."""

    def today() -> date:
        return now().astimezone(SHANGHAI).date()

    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_translations(_TRANSLATIONS, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        day=day, short_day=lambda value: short_day(value, today()), moment=moment, last_day=last_day, unversioned=unversioned, span=span, number=number, project=project,
        light=lambda light: _(LIGHTS.get(light) or LIGHTS["grey"]),
        status=lambda status: _(STATUSES.get(status, status)),
        clock_state=lambda state: _(CLOCK_STATES.get(state, state)),
        pair=lambda text: (text, text),
        unit=lambda unit: _(UNITS.get(unit, unit)),
    )  # fmt: skip
    app.jinja_env.globals.update(
        today=lambda: this_day(today(), why(today())), this_date=lambda: today().isoformat(), boxes=BOXES
    )

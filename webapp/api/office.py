"""What the whole bureau shares: who is who, and which days count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.errors import InvalidInput, NotFound
from processes import working_days
from webapp.api.part import part
from webapp.api.schemas.office import (
    CalendarDays,
    CalendarShown,
    DaysQuery,
    PeopleQuery,
    PersonList,
    PostList,
)
from webapp.context import bureau

routes = part("office", "人员、岗位和工作日历")
MOST_DAYS = 400


@routes.operation("GET", "/people", "在职人员及其岗位", query=PeopleQuery, answers=PersonList)
def list_people(asked: dict[str, Any]) -> Any:
    section, rows = asked.get("section"), []
    for user in sorted(bureau().accounts.names()):
        try:
            account = bureau().person(user)
        except NotFound:  # the account was closed
            continue
        if section is None or any(post.partition("/")[0] == section for post in account.posts):
            rows.append({"user": user, "name": account.name, "posts": account.posts})
    return {"rows": rows}


@routes.operation("GET", "/posts", "岗位", answers=PostList)
def list_posts() -> Any:
    return {"rows": sorted(bureau().organisation.posts)}


@routes.operation("GET", "/calendar", "工作日历的版本，最近的在前", answers=CalendarShown)
def get_calendar() -> Any:
    versions, current = working_days.versions(bureau())
    return {"versions": versions, "current": current}


@routes.operation(
    "GET", "/calendar/days", "逐日是否工作日及其依据", query=DaysQuery, answers=CalendarDays
)  # fmt: skip
def list_days(asked: dict[str, Any]) -> Any:
    first, last = asked["first"], asked["last"]
    if not 0 <= (last - first).days < MOST_DAYS:
        raise InvalidInput("日期范围有误", {"last": [f"应在 first 之后，且不超过 {MOST_DAYS} 日"]})
    calendar = bureau().cases.calendar
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {
        "rows": [
            {
                "date": day, "working": calendar.is_working_day(day), "why": calendar.why(day),
                "provisional": calendar.provisional(day.year),
            }
            for day in days
        ]
    }  # fmt: skip

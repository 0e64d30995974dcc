"""What is overdue and what will be, for those who supervise."""

from __future__ import annotations

from typing import Any

from processes import supervision
from webapp.api.access import caller
from webapp.api.answers import place
from webapp.api.part import part
from webapp.api.schemas.office import Overview, WatchedList, WatchedQuery
from webapp.context import bureau

routes = part("supervision", "督办")


@routes.operation("GET", "/supervision", "各科室灯色，逾期和将到期的件数", answers=Overview)
def get_supervision() -> Any:
    found = supervision.overview(bureau(), caller())
    coming = [{"days": ahead, "until": day, "count": count} for ahead, day, count in found.coming]
    return {"lights": found.lights, "overdue": found.overdue, "coming": coming, "people": found.people}


@routes.operation(
    "GET", "/supervision/clocks", "逾期的，或者将到期的期限", query=WatchedQuery, answers=WatchedList
)  # fmt: skip
def list_watched(asked: dict[str, Any]) -> Any:
    lines, after = supervision.watched(
        bureau(), caller(), asked["show"], section=asked["section"], hand=asked["hand"], light=asked["light"],
        after=place(asked, 3),
    )  # fmt: skip
    return {
        "rows": [
            {
                **line.clock._asdict(), "matter_name": line.matter_name, "light": line.light, "last_day": line.last_day,
                "days": line.days, "hands": line.hands,
            }
            for line in lines
        ],
        "next": after,
    }  # fmt: skip

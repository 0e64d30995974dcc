"""The boxes of the inbox, filters kept under a name, cases found by words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes import inbox, saved_views, searching
from processes.inbox import Chosen
from webapp import listing
from webapp.api.access import caller
from webapp.api.answers import place
from webapp.api.part import part
from webapp.api.schemas.desk import (
    Counts,
    FoundList,
    InboxList,
    InboxQuery,
    SearchQuery,
    ViewBody,
    ViewFirst,
    ViewList,
    ViewName,
    ViewRenamed,
    ViewShown,
)
from webapp.context import bureau

routes = part("lists", "待办、视图和查找")


@routes.operation("GET", "/inbox", "待办箱的一页", query=InboxQuery, answers=InboxList)
def list_inbox(asked: dict[str, Any]) -> Any:
    found = inbox.page(
        bureau(), caller(), asked["box"], chosen_of(asked), after=asked.get("after"),
        back=asked["back"] == "true", limit=asked["limit"],
    )  # fmt: skip
    return found._asdict()


@routes.operation("GET", "/inbox/counts", "各箱件数（至多 1000）与待办的灯色", answers=Counts)
def count_inbox() -> Any:
    found = inbox.counts(bureau(), caller())
    return {**found.boxes, **found.lights, "deputed": found.deputed}


@routes.operation("GET", "/views", "本人保存的视图", answers=ViewList)
def list_views() -> Any:
    return {"rows": [shown(one) for one in saved_views.views(bureau(), caller())]}


@routes.operation(
    "PUT", "/views", "保存视图，同名的代替原有的", scope="work", body=ViewBody, answers=ViewShown
)
def keep_view(body: dict[str, Any]) -> Any:
    kept = listing.kept(chosen_of(body["filters"]))
    return shown(saved_views.keep(bureau(), caller(), body["name"], body["box"], kept))


@routes.operation(
    "PATCH", "/views", "视图改名", scope="work", body=ViewRenamed, answers=None, status=204, refusals=(404,)
)
def rename_view(body: dict[str, Any]) -> Any:
    saved_views.rename(bureau(), caller(), body["name"], body["new"])
    return "", 204


@routes.operation(
    "DELETE", "/views", "删除视图", scope="work", query=ViewName, answers=None, status=204, refusals=(404,)
)
def drop_view(asked: dict[str, Any]) -> Any:
    saved_views.drop(bureau(), caller(), asked["name"])
    return "", 204


@routes.operation(
    "PUT", "/views/first", "打开待办时先看哪个视图", scope="work", body=ViewFirst, answers=None, status=204,
    refusals=(404,),
)  # fmt: skip
def open_with_view(body: dict[str, Any]) -> Any:
    saved_views.open_with(bureau(), caller(), body["name"])
    return "", 204


@routes.operation("GET", "/cases", "按文字查找本人可以查看的办件", query=SearchQuery, answers=FoundList)
def search_cases(asked: dict[str, Any]) -> Any:
    found = searching.find(bureau(), caller(), asked["q"], after=place(asked, 2), limit=asked["limit"])
    return {"rows": [found_case(one) for one in found.found], "next": found.next}


def chosen_of(asked: Mapping[str, Any]) -> Chosen:
    chosen = {name: asked[name] for name in Chosen._fields if asked.get(name)}
    return Chosen(**{**chosen, "urgent": asked.get("urgent") == "true", "words": asked.get("q", "")})


def shown(one: saved_views.View) -> dict[str, Any]:
    chosen = listing.from_kept(one.filters, one.box)
    filters = {**chosen._asdict(), "urgent": "true" if chosen.urgent else "false", "q": chosen.words}
    return {**one._asdict(), "filters": filters}


def found_case(one: searching.Found) -> dict[str, Any]:
    whole = {
        name: "".join(text for text, _ in getattr(one, name)) for name in ("number", "applicant", "title")
    }
    lines = [
        {"label": line.label, "pieces": [{"text": text, "found": found} for text, found in line.pieces]}
        for line in one.lines
    ]
    return {**one._asdict(), **whole, "lines": lines}

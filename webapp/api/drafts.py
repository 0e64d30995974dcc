"""Drafts: what the person has typed at a step, or at the counter, and not sent. Those of the pages and of the API are one."""

from __future__ import annotations

from typing import Any

from engine.errors import NotFound
from processes import drafts
from webapp.api.access import caller
from webapp.api.items import PLACE
from webapp.api.part import part
from webapp.api.schemas.files import DraftBody, DraftShown
from webapp.context import bureau

routes = part("drafts", "草稿")
COUNTER = "/matters/<matter>/draft"


@routes.operation("GET", f"{PLACE}/draft", "本人在环节的草稿", answers=DraftShown)
def get_draft(case_id: str, item: str) -> Any:
    return found(case_id, item)


@routes.operation(
    "PUT", f"{PLACE}/draft", "保存草稿，代替原有的", scope="work", body=DraftBody, answers=DraftShown
)
def save_draft(body: dict[str, Any], case_id: str, item: str) -> Any:
    drafts.save(bureau(), caller(), case_id, item, body["fields_"])
    return found(case_id, item)


@routes.operation("DELETE", f"{PLACE}/draft", "放弃草稿", scope="work", answers=None, status=204)
def drop_draft(case_id: str, item: str) -> Any:
    drafts.drop(bureau(), caller(), case_id, item)
    return "", 204


@routes.operation("GET", COUNTER, "本人收件登记的草稿", answers=DraftShown)
def get_application_draft(matter: str) -> Any:
    return found("", matter)


@routes.operation(
    "PUT", COUNTER, "保存收件登记的草稿，代替原有的", scope="work", body=DraftBody, answers=DraftShown
)
def save_application_draft(body: dict[str, Any], matter: str) -> Any:
    drafts.save(bureau(), caller(), "", matter, body["fields_"])
    return found("", matter)


@routes.operation("DELETE", COUNTER, "放弃收件登记的草稿", scope="work", answers=None, status=204)
def drop_application_draft(matter: str) -> Any:
    drafts.drop(bureau(), caller(), "", matter)
    return "", 204


def found(case_id: str, item: str) -> drafts.Draft:
    kept = drafts.find(bureau(), caller(), case_id, item)
    if kept is None:
        raise NotFound("没有草稿")
    return kept

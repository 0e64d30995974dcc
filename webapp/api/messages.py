"""Messages given to the person, and which of them are read."""

from __future__ import annotations

from typing import Any

from processes import messages
from webapp.api.access import caller
from webapp.api.answers import page, place
from webapp.api.part import part
from webapp.api.schemas.office import MessageList, MessagesQuery, ReadBody, Unread
from webapp.context import bureau

routes = part("messages", "消息")


@routes.operation(
    "GET", "/messages", "给本人和本人岗位的消息，最近的在前", query=MessagesQuery, answers=MessageList
)  # fmt: skip
def list_messages(asked: dict[str, Any]) -> Any:
    listed = messages.copies if asked["copies"] == "true" else messages.messages
    return page(listed(bureau(), caller(), after=place(asked, 2), limit=asked["limit"]))


@routes.operation("GET", "/messages/unread", "未读的条数（至多 1000）", answers=Unread)
def count_unread() -> Any:
    return {
        "messages": messages.unread(bureau(), caller()),
        "copies": messages.unread_copies(bureau(), caller()),
    }


@routes.operation(
    "POST", "/messages/read", "标为已读，可以重复", scope="work", body=ReadBody, answers=None, status=204,
    refusals=(404,),
)  # fmt: skip
def read_messages(body: dict[str, Any]) -> Any:
    for notice in body["notices"]:
        messages.read(bureau(), caller(), notice)
    return "", 204

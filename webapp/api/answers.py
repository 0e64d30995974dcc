"""What goes out, one way a kind: what a command did, a page of a list, a revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.cases import Answer
from engine.errors import InvalidInput
from forms.errors import InvalidForm
from webapp.api.problems import flat


def answered(answer: Answer) -> dict[str, Any]:
    """What a command did, with the revision that the next `If-Match` may name."""
    return {
        "case_id": answer.case_id, "revision": answer.seq, "status": answer.status, "replayed": answer.replayed,
    }  # fmt: skip


def etag(revision: int) -> dict[str, str]:
    return {"ETag": f'"{revision}"'}


def page(found: tuple[Iterable[Any], str | None]) -> dict[str, Any]:
    """One page and where the next begins."""
    return {"rows": list(found[0]), "next": found[1]}


def place(asked: Mapping[str, Any], parts: int) -> str | None:
    """Where a page begins: `after`, as an answer's `next` gave it. Raises InvalidInput."""
    after: str | None = asked.get("after")
    if after is not None and after.count("|") != parts - 1:
        raise InvalidInput("翻页位置有误，请从第一页重新打开", {"after": ["应为上一页答复中的 next"]})
    return after


def checked(check: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """What the form makes of what was filled in."""
    try:
        return {"valid": True, "fields": {}, "values": check()}
    except InvalidForm as wrong:
        return {"valid": False, "fields": flat(wrong.errors), "values": {}}

"""How the tests look at an answer that refuses."""

from __future__ import annotations

from typing import Any


def refused(answer: Any, status: int, code: str) -> Any:
    """A problem in Chinese with that status and code; its body."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"urn:chengban:problem:{code}"
    assert answer.json["status"] == status
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.json["title"] + answer.json["detail"])
    return answer.json

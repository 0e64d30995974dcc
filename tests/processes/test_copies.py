"""抄送 as a list of its own: by name and by post, the newest first, page by page, with who sent it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bureau_world import World

from processes import case_operations, messages

pytestmark = pytest.mark.slow

LEADER, READER = "huanghe", "caixia"  # 局领导/分管副局长；办公室/经办人


@pytest.fixture
def stored(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.bureau.close()


def test_copies_come_by_name_and_by_post_page_by_page_and_say_who_sent_them(stored: World) -> None:
    bureau = stored.bureau
    cases = []
    for number in range(3):
        cases.append(stored.start())
        stored.now += timedelta(minutes=1)
        to = [READER] if number else ["办公室/经办人"]
        case_operations.copy(bureau, LEADER, cases[-1], to, f"请阅 {number}", key=f"copy-{number}")
        case_operations.urge(
            bureau, LEADER, cases[-1], next(iter(stored.open(cases[-1]).values())), "请尽快办理"
        )
    first, after = messages.copies(bureau, READER, limit=2)
    rest, end = messages.copies(bureau, READER, after=after, limit=2)
    assert [(one.case_id, one.text, one.by) for one in (*first, *rest)] == [
        (case_id, f"请阅 {number}", LEADER) for number, case_id in reversed(list(enumerate(cases)))
    ]
    assert (end, {one.warning for one in (*first, *rest)}) == (None, {"copy"})
    assert (first[0].matter, first[0].number != "") == ("temporary-land-use", True)
    assert messages.unread_copies(bureau, READER) == 3
    messages.read(bureau, READER, first[0].notice)
    assert messages.unread_copies(bureau, READER) == 2
    assert messages.copies(bureau, "liufang") == ([], None)
    assert len(messages.messages(bureau, LEADER)[0]) == 0

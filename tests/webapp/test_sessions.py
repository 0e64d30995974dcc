from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webapp.sessions import STRANGERS, Sessions


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 9, 25, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: Path, clock: Clock) -> Sessions:
    return Sessions(tmp_path / "s.db", idle=timedelta(minutes=30), longest=timedelta(hours=8), clock=clock)


def test_a_session_belongs_to_who_began_it(sessions: Sessions) -> None:
    token = sessions.begin("zhanghui")
    assert sessions.user(token) == "zhanghui"
    assert sessions.user(token + "x") is None


def test_a_session_ends_when_nothing_is_asked_for_too_long(sessions: Sessions, clock: Clock) -> None:
    token = sessions.begin("zhanghui")
    clock.now += timedelta(minutes=31)
    assert sessions.user(token) is None
    assert sessions.last_user(token) == "zhanghui"


def test_requests_keep_a_session_alive_until_its_longest_time(sessions: Sessions, clock: Clock) -> None:
    token = sessions.begin("zhanghui")
    for _ in range(23):
        clock.now += timedelta(minutes=20)
        assert sessions.user(token) == "zhanghui"
    clock.now += timedelta(minutes=29)
    assert sessions.user(token) is None


def test_an_ended_session_is_unknown_even_to_the_same_cookie(sessions: Sessions) -> None:
    token = sessions.begin("zhanghui")
    sessions.end(token)
    assert sessions.user(token) is None
    assert sessions.last_user(token) is None


def test_sessions_survive_a_restart_and_tokens_are_not_in_the_file(tmp_path: Path, clock: Clock) -> None:
    bounds = {"idle": timedelta(minutes=30), "longest": timedelta(hours=8), "clock": clock}
    first = Sessions(tmp_path / "s.db", **bounds)
    token = first.begin("zhanghui")
    first.close()
    assert all(token.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    assert (tmp_path / "s.db").stat().st_mode & 0o077 == 0
    assert Sessions(tmp_path / "s.db", **bounds).user(token) == "zhanghui"


def test_what_was_typed_is_held_whole_and_given_once(sessions: Sessions) -> None:
    token = sessions.hold("zhanghui", "/cases/1/items/i1", {"opinion": ["同意"], "row": ["甲", "乙"]})
    held = sessions.held(token)
    assert held is not None
    assert (held.user, held.path) == ("zhanghui", "/cases/1/items/i1")
    assert held.fields == {"opinion": ["同意"], "row": ["甲", "乙"]}
    sessions.let_go(token)
    assert sessions.held(token) is None


def test_what_was_typed_is_not_held_for_ever(sessions: Sessions, clock: Clock) -> None:
    token = sessions.hold(None, "/x", {})
    clock.now += timedelta(hours=13)
    assert sessions.held(token) is None


def test_strangers_cannot_fill_the_disk_nor_push_out_what_colleagues_typed(sessions: Sessions) -> None:
    ours = sessions.hold("zhanghui", "/x", {"a": ["ours"]})
    tokens = [sessions.hold(None, "/x", {"n": [str(number)]}) for number in range(STRANGERS + 5)]
    assert sessions.held(ours) is not None
    assert [sessions.held(token) is not None for token in tokens[:6]] == [False] * 5 + [True]

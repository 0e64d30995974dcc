from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine.store import Store, tables
from engine.store.database import Query
from engine.store.web_sessions import STRANGERS
from webapp.sessions import Sessions


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 9, 25, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(store: Store, clock: Clock) -> Sessions:
    return Sessions(store, idle=timedelta(minutes=30), longest=timedelta(hours=8), clock=clock)


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


def test_another_process_knows_the_session_and_its_end(
    sessions: Sessions, database_url: str, clock: Clock
) -> None:
    with Store.open(database_url) as other:
        elsewhere = Sessions(other, idle=timedelta(minutes=30), longest=timedelta(hours=8), clock=clock)
        token = sessions.begin("zhanghui")
        assert elsewhere.user(token) == "zhanghui"
        elsewhere.end(token)
        assert sessions.user(token) is None


def test_tokens_are_nowhere_in_the_database(sessions: Sessions, store: Store) -> None:
    token, held = sessions.begin("zhanghui"), sessions.hold("zhanghui", "/x", {})
    with store.reading() as transaction:
        kept = [transaction.all(Query(select(table)), {}) for table in (tables.web_session, tables.held_form)]
    assert "zhanghui" in str(kept)
    assert token not in str(kept)
    assert held not in str(kept)


def test_a_path_that_no_database_can_keep_is_kept_as_far_as_it_can(sessions: Sessions) -> None:
    held = sessions.held(sessions.hold(None, "/cases/\0", {"a": ["\0"]}))
    assert held is not None
    assert (held.path, held.fields) == ("/cases/", {"a": ["\0"]})


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


def test_strangers_cannot_fill_the_disk_nor_push_out_what_colleagues_typed(
    sessions: Sessions, clock: Clock
) -> None:
    ours = sessions.hold("zhanghui", "/x", {"a": ["ours"]})
    tokens = []
    for number in range(STRANGERS + 5):
        clock.now += timedelta(seconds=1)
        tokens.append(sessions.hold(None, "/x", {"n": [str(number)]}))
    assert sessions.held(ours) is not None
    assert [sessions.held(token) is not None for token in tokens[:6]] == [False] * 5 + [True]

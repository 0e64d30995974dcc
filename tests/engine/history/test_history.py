"""Whatever is changed in the journal is named."""

from __future__ import annotations

import pytest
import sqlalchemy
from sqlalchemy import Connection, text

from engine import history
from engine.cases import Cases
from engine.cases.journal import COLUMNS
from engine.errors import NotFound
from engine.kernel.commands import CompleteItem
from engine.store import Store
from tests.engine.cases import permits
from tests.engine.cases.permits import Actor, Clock

DEPUTY = Actor("zhang", "张三", "li")


@pytest.fixture
def case_id(store: Store) -> str:
    cases = Cases(store, clock=Clock())
    cases.deploy(permits.bundle(permits.ENDLESS), DEPUTY)
    case_id = cases.start("permit", {}, actor=DEPUTY).case_id
    for number in range(1, 5):
        cases.submit(case_id, CompleteItem(f"i{number}", {"轮次": number}), actor=DEPUTY, key=f"k{number}")
    return case_id


def tamper(store: Store, *statements: str) -> None:
    """As somebody with the administrator's password would."""
    engine = sqlalchemy.create_engine(store.address)
    with engine.connect() as connection:
        unguard(connection)
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    engine.dispose()


def unguard(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))


def test_an_untouched_chain_verifies(store: Store, case_id: str) -> None:
    assert history.verify(store) == []
    assert history.verify(store, case_id) == []
    with pytest.raises(NotFound):
        history.verify(store, "nowhere")


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("case_id", "seq")])
def test_a_byte_changed_in_any_column_names_case_and_entry(store: Store, case_id: str, column: str) -> None:
    for seq in (3, 5):
        kept = next(entry for entry in history.chain.rows(store, case_id) if entry[1] == seq)
        tamper(store, f"""UPDATE entry SET "{column}" = coalesce("{column}", '') || 'x' WHERE seq = {seq}""")
        assert (case_id, seq) in {(found.case_id, found.seq) for found in history.verify(store)}
        value = kept[COLUMNS.index(column)]
        restored = "NULL" if value is None else "'" + value.replace("'", "''").replace(":", "\\:") + "'"
        tamper(store, f'UPDATE entry SET "{column}" = {restored} WHERE seq = {seq}')
        assert history.verify(store) == []


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("DELETE FROM entry WHERE seq = 3", 3),
        ("DELETE FROM entry WHERE seq = 5", 5),
        ("DELETE FROM entry WHERE seq = 1", 1),
        ("DELETE FROM entry", 1),
        ("UPDATE entry SET seq = 9 WHERE seq = 5", 9),
        ("UPDATE entry SET case_id = 'other' WHERE seq = 4", 4),
        ("UPDATE entry SET case_id = case_id || 'x' WHERE seq = 5", 5),
        ("UPDATE entry SET case_id = 'x' || substr(case_id, 2) WHERE seq = 1", 1),
        ("UPDATE entry SET seq = 0 WHERE seq = 1", 0),
        ("UPDATE entry SET seq = 7 WHERE seq = 3", 3),
        ("UPDATE entry SET case_id = 'other'", 1),
        ("UPDATE case_state SET head_hash = 'sha256\\:0'", 5),
        ("UPDATE case_state SET revision = 4", 5),
        ("UPDATE case_state SET revision = 6", 6),
        ("DELETE FROM case_state", 0),
        (
            "INSERT INTO entry (case_id, seq, at, actor, actor_name, on_behalf_of, key, deployment, command, data, effects, "
            "status, clocks, prev_hash, hash) SELECT case_id, 6, at, actor, actor_name, on_behalf_of, 'k6', deployment, "
            "command, data, effects, status, clocks, prev_hash, hash FROM entry WHERE seq = 5",
            6,
        ),
    ],
)
def test_removing_adding_and_moving_entries_is_named(
    store: Store, case_id: str, statement: str, seq: int
) -> None:
    tamper(store, statement)
    assert (case_id, seq) in {(found.case_id, found.seq) for found in history.verify(store)}


def test_two_entries_changing_places_is_named(store: Store, case_id: str) -> None:
    tamper(
        store,
        "UPDATE entry SET seq = 99 WHERE seq = 2",
        "UPDATE entry SET seq = 2 WHERE seq = 3",
        "UPDATE entry SET seq = 3 WHERE seq = 99",
    )
    assert {2, 3} <= {found.seq for found in history.verify(store, case_id)}


def test_replay_shows_the_first_difference(store: Store, case_id: str) -> None:
    cases = Cases(store, clock=Clock())
    assert history.replay(cases, case_id) is None
    tamper(
        store, "UPDATE entry SET effects = replace(effects, 'item_completed', 'item_cancelled') WHERE seq = 3"
    )
    found = history.replay(cases, case_id)
    assert found is not None
    assert (found.seq, found.place) == (3, "effect 0")


def test_replay_does_not_mind_in_what_order_values_were_given(store: Store) -> None:
    cases = Cases(store, clock=Clock())
    cases.deploy(permits.bundle(permits.ENDLESS), DEPUTY)
    case_id = cases.start("permit", {"用途": "便道", "事项": {"乙": 1, "甲": 2}}, actor=DEPUTY).case_id
    cases.submit(case_id, CompleteItem("i1", {"意见": "同意", "日期": 1}), actor=DEPUTY)
    assert history.replay(cases, case_id) is None


def test_a_chain_of_sm3_verifies_replays_and_names_what_was_changed(store: Store) -> None:
    cases = Cases(store, clock=Clock(), hash_name="sm3")
    cases.deploy(permits.bundle(permits.ENDLESS), DEPUTY)
    case_id = cases.start("permit", {}, actor=DEPUTY).case_id
    for number in range(1, 4):
        cases.submit(case_id, CompleteItem(f"i{number}", {"轮次": number}), actor=DEPUTY)
    assert all(entry.hash.startswith("sm3:") for entry in history.entries(store, case_id))
    assert history.verify(store) == []
    assert history.replay(cases, case_id) is None
    tamper(store, "UPDATE entry SET actor = 'zhang ' WHERE seq = 2")
    assert [(found.case_id, found.seq) for found in history.verify(store)] == [(case_id, 2)]


def test_a_chain_goes_on_when_the_setting_changes_its_algorithm(store: Store, case_id: str) -> None:
    cases = Cases(store, clock=Clock(), hash_name="sm3")
    cases.submit(case_id, CompleteItem("i5"), actor=DEPUTY)
    found = [entry.hash.partition(":")[0] for entry in history.entries(store, case_id)]
    assert found == ["sha256"] * 5 + ["sm3"]
    assert history.verify(store) == []
    assert history.replay(cases, case_id) is None


def test_events_are_counted_over_the_whole_case(store: Store, case_id: str) -> None:
    events = history.events(store, case_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert sum(event.event == "item_opened" for event in events) == 5

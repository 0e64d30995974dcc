"""Keys of the API on both databases: made, used, ended; and from the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from engine.errors import InvalidInput, NotFound
from engine.store import Store
from processes import tokens
from processes.bureau import Bureau
from webapp.cli import main


class Clock:
    now = datetime(2026, 9, 25, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bureau(store: Store, clock: Clock) -> Iterator[Bureau]:
    opened = Bureau.open(store.address, clock=clock)
    opened.structure.plant()
    opened.accounts.enrol(list(opened.organisation.people.values())[:2], None, demo=True)
    yield opened
    opened.close()


def test_a_key_is_stored_hashed_and_known_by_its_secret(bureau: Bureau, store: Store, clock: Clock) -> None:
    made, secret = tokens.create(bureau, "zhanghui", "报表", ["work", "read"], 7)
    assert made.scopes == ("read", "work")
    assert tokens.identify(bureau, secret) is not None
    assert tokens.identify(bureau, secret[:-1]) is None
    found = tokens.of_user(bureau, "zhanghui")[0]
    assert found.last_used_at == clock.now
    assert secret not in repr(found)
    assert hashlib.sha256(secret.encode()).hexdigest() not in repr(found)
    clock.now += timedelta(days=7)
    assert tokens.identify(bureau, secret) is None
    assert found.state(clock.now) == "expired"


def test_a_revoked_key_is_revoked_at_once_and_once(bureau: Bureau, clock: Clock) -> None:
    made, secret = tokens.create(bureau, "zhanghui", "报表", ["read"])
    with pytest.raises(NotFound):
        tokens.revoke(bureau, made.token, user="lixiaoyan")
    tokens.revoke(bureau, made.token, user="zhanghui")
    first = tokens.of_user(bureau, "zhanghui")[0].revoked_at
    clock.now += timedelta(hours=1)
    tokens.revoke(bureau, made.token)
    assert tokens.of_user(bureau, None)[0].revoked_at == first
    assert tokens.identify(bureau, secret) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        (" ", ["read"], 1, "name"),
        ("x", [], 1, "scopes"),
        ("x", ["all"], 1, "scopes"),
        ("x", ["read"], 367, "days"),
    ],
)
def test_what_is_wrong_with_a_key_is_named(
    bureau: Bureau, name: str, scopes: list[str], days: int, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        tokens.create(bureau, "zhanghui", name, scopes, days)
    assert list(caught.value.fields) == [field]


def test_keys_are_made_listed_and_revoked_from_the_command_line(bureau: Bureau, store: Store) -> None:
    def chengban(*words: str) -> str:
        ran = CliRunner().invoke(main, ["--database-url", store.address, "token", *words])
        assert ran.exit_code == 0, ran.output
        return ran.output

    bureau.cases.clock = lambda: datetime.now(UTC)  # type: ignore[method-assign]
    secret = chengban("create", "zhanghui", "--name", "夜间报表", "--scope", "read", "--days", "3").strip()
    made = tokens.identify(bureau, secret)
    assert made is not None
    listed = chengban("list", "zhanghui")
    assert "夜间报表" in listed
    assert "有效" in listed
    assert secret not in listed
    assert json.loads(chengban("revoke", made.token, "--json")) == {"revoked": made.token}
    assert tokens.identify(bureau, secret) is None
    ran = CliRunner().invoke(main, ["--database-url", store.address, "token", "revoke", "t0"])
    assert ran.exit_code == 1

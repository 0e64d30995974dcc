"""A read inside a transaction in memory, where all share one connection, leaves the transaction as it is.

Giving the shared connection back to its pool used to roll back what the transaction had begun: "cannot commit - no
transaction is active".
"""

from __future__ import annotations

from engine.store import Store
from engine.store import accounts as queries


def test_what_is_written_around_a_read_is_committed_in_memory() -> None:
    with Store.open("sqlite://") as store:
        store.migrate()
        for number in range(20):
            account = {
                "user": f"u{number}", "name": "甲", "password": None, "active": True, "data": "{}",
                "must_change": False, "password_at": "",
            }  # fmt: skip
            with store.writing() as transaction:
                transaction.add(queries.put_account, account)
                with store.reading() as within:
                    assert len(within.all(queries.accounts, {})) == number + 1
        with store.reading() as after:
            assert len(after.all(queries.accounts, {})) == 20

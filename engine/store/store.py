"""A store: one database with our tables in it."""

from __future__ import annotations

from contextlib import AbstractContextManager

from engine.store.database import Database, Transaction
from engine.store.migrate import migrate


class Store:
    """Open with `Store.open(url)`; `migrate()` before the first use; `close()` at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str) -> Store:
        """`sqlite:///path`, `sqlite://` (in memory), `postgresql+psycopg://…`. Raises ChengbanError for others."""
        return cls(Database(url))

    @property
    def url(self) -> str:
        """The address without its password, for messages."""
        return self._database.url.render_as_string()

    @property
    def address(self) -> str:
        """The address with its password, for another connection to the same database."""
        return self._database.url.render_as_string(hide_password=False)

    @property
    def postgres(self) -> bool:
        return self._database.postgres

    @property
    def has_tables(self) -> bool:
        """Whether the tables have been made; asking makes nothing."""
        return self._database.has_tables()

    def migrate(self) -> None:
        """Bring the tables to the version of this program; does nothing when they have it already."""
        migrate(self._database)

    def writing(self) -> AbstractContextManager[Transaction]:
        """One transaction; see `Database.writing`."""
        return self._database.writing()

    def reading(self) -> AbstractContextManager[Transaction]:
        """Reads outside a transaction."""
        return self._database.reading()

    def remembering(self) -> AbstractContextManager[None]:
        """A block of this thread that reads nothing twice; see `Database.remembering`."""
        return self._database.remembering()

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

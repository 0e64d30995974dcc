"""Alembic, driven by the program itself: no ini file, works from an installed package."""

from __future__ import annotations

import sqlite3
from importlib.resources import as_file, files
from typing import cast

from alembic import command
from alembic.config import Config

from engine.store.database import Database

_empty: bytes | None = None
"""A database in memory right after its migration: the next one begins as a copy."""


def migrate(database: Database) -> None:
    """Run what is missing, in one transaction; two processes that start at once wait for each other."""
    global _empty
    if database.memory:
        with database.engine.connect() as connection:
            raw = cast("sqlite3.Connection", connection.connection.driver_connection)
            fresh = raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
            if fresh and _empty is not None:
                raw.deserialize(_empty)
                return
        _upgrade(database)
        if fresh:
            _empty = raw.serialize()
        return
    _upgrade(database)


def _upgrade(database: Database) -> None:
    with as_file(files("engine.store") / "migrations") as folder, database.engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        if database.postgres:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4927)")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config, "head")
        if database.postgres:
            connection.commit()
        else:
            connection.exec_driver_sql("COMMIT")

"""Alembic, driven by the program itself: no ini file, works from an installed package."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config

from engine.store.database import Database


def migrate(database: Database) -> None:
    """Run what is missing, in one transaction; two processes that start at once wait for each other."""
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

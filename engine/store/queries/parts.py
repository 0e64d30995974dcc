"""What the statements are made of."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    bindparam,
    insert,
)


def all_of(table: Table, *without: str) -> Any:
    """Every column but those that only come later."""
    names = [column.name for column in table.columns if column.name not in without]
    return insert(table).values({name: bindparam(name) for name in names})


def set_of(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


CASE_ID: ColumnElement[Any] = bindparam("of_case")

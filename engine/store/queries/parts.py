"""What the statements are made of."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    bindparam,
    insert,
)


def all_of(table: Table) -> Any:
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns})


def set_of(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


CASE_ID: ColumnElement[Any] = bindparam("of_case")

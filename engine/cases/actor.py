"""Who acts, what a command answered, and what a command may look at while it is being built."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from engine.calendar.clock import Clocks
from engine.cases.loaded import Loaded
from engine.codec import loads
from engine.errors import NotFound
from engine.kernel.effects import Effect
from engine.kernel.state import State
from engine.store import Transaction, queries, supervision, tables


class Actor(NamedTuple):
    """`user` is the account; `on_behalf_of` the account whose power is used (delegation, deputy)."""

    user: str
    name: str = ""
    on_behalf_of: str | None = None


SYSTEM = Actor("system", "系统")
_ITEM_COLUMNS = tuple(tables.work_item.columns.keys())
_CASE_COLUMNS = (*tables.case.columns.keys(), "revision", "head_hash")


class Answer(NamedTuple):
    """What a command did. `replayed`: the key had been used before, this is what it did then.

    `case_id` is empty and `status` "kept" for a message that nobody awaits yet.
    """

    case_id: str
    seq: int
    effects: tuple[Effect, ...]
    status: str
    replayed: bool = False


class CaseView:
    """A case as it stands inside the transaction: nobody else changes it before the command has been applied."""

    __slots__ = ("_loaded", "_row", "_transaction", "case_id", "now")

    def __init__(
        self,
        case_id: str,
        loaded: Loaded,
        transaction: Transaction,
        now: datetime,
        row: tuple[Any, ...] | None = None,
    ) -> None:
        self.case_id = case_id
        self.now = now
        self._loaded = loaded
        self._transaction = transaction
        self._row = row  # of a work item read beforehand

    @property
    def state(self) -> State:
        return self._loaded.state

    @property
    def clocks(self) -> Clocks:
        return self._loaded.clocks

    @property
    def deployment(self) -> str:
        return self._loaded.deployment

    @property
    def process(self) -> str:
        return self._loaded.process

    @property
    def header(self) -> Mapping[str, str]:
        """`matter`, `number`, `title`, `applicant`."""
        return self._loaded.header

    @property
    def variables(self) -> dict[str, Any]:
        """The case's own variables; not to be changed."""
        return self._loaded.state.variables

    def variables_at(self, item: str) -> dict[str, Any]:
        """What an open work item sees. Raises NotFound."""
        try:
            return self._loaded.state.variables_at(item)
        except KeyError:
            raise NotFound("该待办不存在或已经关闭") from None

    def item(self, item: str) -> dict[str, Any]:
        """The work item's row (open or closed), by column. Raises NotFound."""
        row = self._row
        if row is None or row[1] != item:
            row = self._transaction.one(queries.item_of_case, {"of_case": self.case_id, "of_item": item})
        if row is None:
            raise NotFound(f"办件中没有待办 {item}")
        return dict(zip(_ITEM_COLUMNS, row, strict=True))

    def done_by(self, elements: Collection[str]) -> frozenset[str]:
        """Who did one of these steps in this case, or gave it back to an earlier one, and on whose behalf."""
        rows = self._transaction.all(queries.done_in_case, {"of_case": self.case_id})
        return frozenset(
            user for element, *users in rows if element in elements for user in users if user is not None
        )

    def orders(self) -> list[dict[str, Any]]:
        """The rows of its orders of supervision by column, in their order."""
        rows = self._transaction.all(supervision.orders_of_case, {"of_case": self.case_id})
        return [dict(zip(tables.supervision.columns.keys(), row, strict=True)) for row in rows]

    def row(self) -> dict[str, Any]:
        """The case's row by column, `header` decoded, with the `revision` and the `head_hash` it stands at."""
        row = self._transaction.one(queries.case_row, {"of_case": self.case_id})
        assert row is not None
        found = dict(zip(_CASE_COLUMNS, row, strict=True))
        found["header"] = loads(found["header"])
        return found

"""Tables, named queries, migrations: the one place that speaks SQL.

`Store.open(url)` takes `sqlite:///path`, `sqlite://` (in memory) and `postgresql+psycopg://…`.
"""

from engine.store.database import Conflict, Duplicate, Transaction
from engine.store.store import Store

__all__ = ["Conflict", "Duplicate", "Store", "Transaction"]

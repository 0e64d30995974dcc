"""Connections and transactions. A statement is compiled once per dialect and then run by the driver itself.

SQLite: WAL, `synchronous=FULL`, foreign keys, one writer (`BEGIN IMMEDIATE`); threads of one process queue for
it on a lock, because SQLite's own waiting polls and can starve. PostgreSQL: psycopg 3, prepared statements, writes
queued in pipeline mode; a command locks its case's row, so that commands on different cases never wait.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.dialects.postgresql import psycopg as postgres_dialect
from sqlalchemy.dialects.sqlite import pysqlite as sqlite_dialect
from sqlalchemy.pool import QueuePool

from engine.errors import ChengbanError

Row = tuple[Any, ...]

# Of one process on PostgreSQL: eight threads that each read within a read within a write, and those that tick. Four
# processes and a worker stay below the 100 that a server takes by default. What goes beyond KEPT is closed after use.
CONNECTIONS, KEPT = 22, 8
BUSY_TIMEOUT = 5.0  # seconds that a writer waits for another process before it tries anew
_SQLITE: Any = sqlite_dialect.dialect(paramstyle="named")
_POSTGRES: Any = postgres_dialect.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


class Conflict(ChengbanError):
    """另一个操作同时进行，本次操作应重新执行"""

    code = "conflict"


class Duplicate(Conflict):
    """同样的记录已经存在"""

    code = "duplicate"


class Query:
    """A statement with a name, compiled at its first use on each dialect."""

    __slots__ = ("_postgres", "_sqlite", "_statement", "values")

    def __init__(self, statement: sqlalchemy.ClauseElement) -> None:
        self._statement = statement
        self._sqlite = ""
        self._postgres = ""
        self.values: Callable[[Mapping[str, Any]], Any] = self._first_values

    @property
    def sqlite(self) -> str:
        """With question marks: `values` gives what stands for them. SQLite looks names up one by one."""
        if not self._sqlite:
            text = _compiled(self._statement, _SQLITE, r":{}\b")
            names: list[str] = []

            def mark(found: re.Match[str]) -> str:
                if found[1] is None:
                    return found[0]
                names.append(found[1])
                return "?"

            marked = _NAMED.sub(mark, text)
            match names:
                case []:
                    self.values = lambda parameters: ()
                case [name]:
                    self.values = lambda parameters: (parameters[name],)
                case _:
                    self.values = itemgetter(*names)
            self._sqlite = marked  # last: another thread that finds it needs the values
        return self._sqlite

    def _first_values(self, parameters: Mapping[str, Any]) -> Any:
        assert self.sqlite
        return self.values(parameters)

    @property
    def postgres(self) -> str:
        if not self._postgres:
            self._postgres = _compiled(self._statement, _POSTGRES, r"%\({}\)s(::\w+)?")
        return self._postgres


_NAMED = re.compile(r"'(?:[^']|'')*'|:(\w+)")  # a text as it stands, or a parameter


def _compiled(statement: sqlalchemy.ClauseElement, dialect: Any, placeholder: str) -> str:
    """The driver's text. Whole numbers that SQLAlchemy binds of its own accord are written out."""
    compiled = statement.compile(dialect=dialect)
    text = str(compiled)
    for name, value in (compiled.params or {}).items():
        if value is not None:
            text = re.sub(placeholder.format(re.escape(name)), str(int(value)), text)
    return text


class SqliteTransaction:
    """What runs between BEGIN and COMMIT on SQLite; outside a transaction, single reads."""

    # touched: what the caller remembers once the commit is done; announced: whether a webhook may want to be told
    __slots__ = ("_connection", "announced", "touched")
    postgres = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.touched: list[tuple[str, Any]] = []
        self.announced = True

    def one(self, query: Query, parameters: Mapping[str, Any]) -> Row | None:
        row: Row | None = self._connection.execute(query.sqlite, query.values(parameters)).fetchone()
        return row

    def all(self, query: Query, parameters: Mapping[str, Any]) -> list[Row]:
        return self._connection.execute(query.sqlite, query.values(parameters)).fetchall()

    def each(self, *asked: tuple[Query, Mapping[str, Any]]) -> list[Row | None]:
        """The first row of each, asked in this order; PostgreSQL is asked for all in one round."""
        return [
            self._connection.execute(query.sqlite, query.values(given)).fetchone() for query, given in asked
        ]

    def run(self, query: Query, parameters: Mapping[str, Any]) -> int:
        """Rows changed."""
        return self._connection.execute(query.sqlite, query.values(parameters)).rowcount

    def add(self, query: Query, parameters: Mapping[str, Any]) -> None:
        """A write whose count nobody asks for: PostgreSQL queues it without waiting for the answer."""
        self._connection.execute(query.sqlite, query.values(parameters))

    def many(self, query: Query, parameters: Sequence[Mapping[str, Any]]) -> None:
        if len(parameters) == 1:
            self._connection.execute(query.sqlite, query.values(parameters[0]))
        elif parameters:
            self._connection.executemany(query.sqlite, map(query.values, parameters))

    def lock(self, name: str) -> None:
        """Until the commit, nobody else passes `lock` of the same name. SQLite has but one writer: nothing to do."""


class PostgresTransaction:
    """What runs between BEGIN and COMMIT on PostgreSQL."""

    # touched: what the caller remembers once the commit is done; announced: whether a webhook may want to be told
    __slots__ = ("_connection", "announced", "touched")
    postgres = True

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection
        self.touched: list[tuple[str, Any]] = []
        self.announced = True

    def one(self, query: Query, parameters: Mapping[str, Any]) -> Row | None:
        return self._connection.execute(query.postgres, parameters).fetchone()

    def all(self, query: Query, parameters: Mapping[str, Any]) -> list[Row]:
        return self._connection.execute(query.postgres, parameters).fetchall()

    def each(self, *asked: tuple[Query, Mapping[str, Any]]) -> list[Row | None]:
        cursors = [self._connection.execute(query.postgres, given) for query, given in asked]
        return [cursor.fetchone() for cursor in cursors]

    def run(self, query: Query, parameters: Mapping[str, Any]) -> int:
        cursor = self._connection.execute(query.postgres, parameters)
        with contextlib.suppress(psycopg.ProgrammingError):
            cursor.fetchone()  # waits for the pipeline; an UPDATE has no rows to give
        return cursor.rowcount

    def add(self, query: Query, parameters: Mapping[str, Any]) -> None:
        self._connection.execute(query.postgres, parameters)

    def many(self, query: Query, parameters: Sequence[Mapping[str, Any]]) -> None:
        for row in parameters:
            self._connection.execute(query.postgres, row)

    def lock(self, name: str) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))


Transaction = SqliteTransaction | PostgresTransaction


class _Remembering:
    """Beside a transaction's class: a read that was asked for before is answered from memory."""

    answers: dict[Any, Any] | None  # None once this thread has written

    def one(self, query: Query, parameters: Mapping[str, Any]) -> Row | None:
        row: Row | None = self._once(super().one, query, parameters)  # type: ignore[misc]
        return row

    def all(self, query: Query, parameters: Mapping[str, Any]) -> list[Row]:
        return list(self._once(super().all, query, parameters))  # type: ignore[misc]

    def _once(
        self, ask: Callable[[Query, Mapping[str, Any]], Any], query: Query, given: Mapping[str, Any]
    ) -> Any:
        if self.answers is None:
            return ask(query, given)
        asked = (ask.__name__, query, *given.items())
        try:
            if asked not in self.answers:
                self.answers[asked] = ask(query, given)
            return self.answers[asked]
        except TypeError:  # a list among what was given
            return ask(query, given)


class _SqliteReads(_Remembering, SqliteTransaction): ...


class _PostgresReads(_Remembering, PostgresTransaction): ...


class Database:
    """One database: a pool of driver connections and the two ways to use one, `reading` and `writing`."""

    def __init__(self, url: str) -> None:
        self.url = sqlalchemy.make_url(url)
        backend = self.url.get_backend_name()
        if backend not in {"sqlite", "postgresql"}:
            raise ChengbanError(f"不支持的数据库 {backend}；请使用 sqlite 或 postgresql+psycopg")
        self.postgres = backend == "postgresql"
        self.memory = backend == "sqlite" and self.url.database in (None, "", ":memory:")
        self._writer = threading.RLock()
        self._written_by: tuple[int, Any, Any] | None = None  # process, its pooled connection, the driver's
        self._remembered = threading.local()  # `reads`, within `remembering`
        self.engine = sqlalchemy.create_engine(self.url, **self._engine_options())
        if not self.postgres:
            sqlalchemy.event.listen(self.engine, "connect", self._prepare_sqlite)
        else:
            sqlalchemy.event.listen(self.engine, "connect", self._prepare_postgres)

    def _engine_options(self) -> dict[str, Any]:
        if self.postgres:
            return {"pool_size": KEPT, "max_overflow": CONNECTIONS - KEPT, "pool_use_lifo": True}
        if self.memory:
            # StaticPool: every thread shares the one connection that holds the data; `_writer` keeps them apart.
            # A read within a transaction must not reset it on its way out: transactions end themselves.
            return {
                "poolclass": sqlalchemy.StaticPool,
                "pool_reset_on_return": None,
                "connect_args": {"check_same_thread": False},
            }
        return {
            "poolclass": QueuePool,
            "pool_size": 16,
            "max_overflow": 48,
            "pool_use_lifo": True,
            "connect_args": {"check_same_thread": False, "timeout": BUSY_TIMEOUT, "cached_statements": 512},
        }

    def _prepare_sqlite(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN and COMMIT are ours, also in migrations
        if not self.memory:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT * 1000)}")
        connection.execute("PRAGMA cache_size=-65536")
        # Debian's SQLite wipes what it deletes; what is deleted here are places in indexes, never a secret.
        connection.execute("PRAGMA secure_delete=OFF")

    def _prepare_postgres(self, connection: psycopg.Connection[Row], _record: object) -> None:
        connection.prepare_threshold = 2
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = '{int(BUSY_TIMEOUT * 1000)}ms'")
        connection.autocommit = False

    def has_tables(self) -> bool:
        """Whether `migrate` has ever run here; an SQLite file that is not there is not made."""
        if not self.postgres and not self.memory and not Path(str(self.url.database)).exists():
            return False
        return sqlalchemy.inspect(self.engine).has_table("calendar_version")

    def writing(self) -> contextlib.AbstractContextManager[Transaction]:
        """One transaction, committed at the end of the block.

        Raises Conflict when it must be run anew (lock not had in time, serialization), Duplicate for a row that
        is there already; whatever else the block raises rolls back and passes on.
        """
        reads = getattr(self._remembered, "reads", None)
        if reads is not None:
            reads.answers = None
        return self._postgres_writing() if self.postgres else _SqliteWriting(self, self._writer)

    @contextlib.contextmanager
    def remembering(self) -> Iterator[None]:
        """For one answer to one question, such as a page: all reads of this thread in the block go through one
        connection, and what was read once is not read again, until the thread writes. Whoever waits for what others do
        must not wait in here."""
        if self.memory or getattr(self._remembered, "reads", None) is not None:
            yield
            return
        with self.reading() as found:
            connection: Any = found._connection
            reads = _PostgresReads(connection) if self.postgres else _SqliteReads(connection)
            reads.answers = {}
            self._remembered.reads = reads
            try:
                yield
            finally:
                self._remembered.reads = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Reads that need not see one snapshot."""
        shared: Transaction | None = getattr(self._remembered, "reads", None)
        if shared is not None:
            yield shared
        elif self.postgres:
            pooled = self.engine.raw_connection()
            connection: Any = pooled.driver_connection
            try:
                connection.autocommit = True
                yield PostgresTransaction(connection)
            finally:
                with contextlib.suppress(psycopg.Error):
                    connection.autocommit = False
                pooled.close()
        elif self.memory:
            with self._writer:
                yield SqliteTransaction(self._shared())
        else:
            pooled = self.engine.raw_connection()
            try:
                yield SqliteTransaction(pooled.driver_connection)  # type: ignore[arg-type]
            finally:
                pooled.close()

    def _shared(self) -> sqlite3.Connection:
        pooled = self.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.close()
        shared: sqlite3.Connection = connection
        return shared

    def writer(self) -> sqlite3.Connection:
        """The connection that all writes of this process go through; the caller holds `_writer`.

        It stays out of the pool, whose check-out and reset would cost a command more than its statements do.
        """
        if self._written_by is None or self._written_by[0] != os.getpid():
            pooled = self.engine.raw_connection()
            self._written_by = os.getpid(), pooled, pooled.driver_connection
        connection: sqlite3.Connection = self._written_by[2]
        return connection

    @contextlib.contextmanager
    def _postgres_writing(self) -> Iterator[Transaction]:
        pooled = self.engine.raw_connection()
        connection: Any = pooled.driver_connection
        try:
            try:
                with connection.pipeline():
                    yield PostgresTransaction(connection)
                    connection.commit()
            except BaseException:
                if not connection.closed:
                    connection.rollback()
                raise
        except psycopg.errors.UniqueViolation as error:
            raise Duplicate(str(error)) from error
        except psycopg.errors.IntegrityError as error:
            raise ChengbanError(str(error)) from error
        except (
            psycopg.errors.LockNotAvailable,
            psycopg.errors.SerializationFailure,
            psycopg.errors.DeadlockDetected,
        ) as error:
            raise Conflict() from error
        finally:
            pooled.close()

    def close(self) -> None:
        with self._writer:
            if self._written_by is not None and self._written_by[0] == os.getpid():
                self._written_by[1].close()
            self._written_by = None
        self.engine.dispose()


class _SqliteWriting:
    """BEGIN to COMMIT. A class, not a generator: this is entered at every command."""

    __slots__ = ("_connection", "_database", "_lock")

    def __init__(self, database: Database, lock: threading.RLock) -> None:
        self._database = database
        self._lock = lock

    def __enter__(self) -> Transaction:
        self._lock.acquire()
        try:
            connection = self._connection = self._database.writer()
            connection.execute("BEGIN IMMEDIATE")
            return SqliteTransaction(connection)
        except BaseException as error:
            self._lock.release()
            if (told := _told(error)) is not error:
                raise told from error
            raise

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        connection, failed = self._connection, error
        try:
            if error is None:
                connection.execute("COMMIT")
        except BaseException as refused:
            failed = refused
        finally:
            try:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            finally:
                self._lock.release()
        if failed is not None and (told := _told(failed)) is not failed:
            raise told from failed
        if failed is not error and failed is not None:
            raise failed


def _told(error: BaseException) -> BaseException:
    """What SQLite refused, in our words; anything else as it is."""
    if isinstance(error, sqlite3.IntegrityError):
        return (Duplicate if "UNIQUE" in str(error) else ChengbanError)(f"{error}")
    if isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error)):
        return Conflict()
    return error

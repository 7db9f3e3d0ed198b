"""The one place where the database is opened: SQLite in the workspace, or another one by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError

from demand.contract import StateError
from pipelines.disk import disk_refusal, on_disk
from pipelines.ledger.schema import metadata

FILE = "ledger.db"
WRITES = "ledger_writes"
_BUSY_MILLISECONDS = 30_000


def open_engine(state: Path, url: str | None = None) -> Engine:
    """An engine whose tables exist.

    Parameters
    ----------
    state : the workspace's state folder, made when missing
    url : of a database elsewhere, for example `postgresql+psycopg://...`; by default SQLite in `state/ledger.db`

    Notes
    -----
    SQLite writes ahead (readers never wait), syncs every commit to the disk, and a transaction that will write takes
    its lock when it begins, so that what it has read is still true when it commits.
    """
    if url is None:
        with on_disk(state):
            state.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{state / FILE}"
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    place = state / FILE
    try:
        with engine.connect() as connection:
            here = inspect(connection)
            there = set(here.get_table_names())
            lacking = [
                f"{name}.{column.name}"
                for name in sorted(there & set(metadata.tables))
                for column in metadata.tables[name].columns
                if column.name not in {c["name"] for c in here.get_columns(name)}
            ]
        if lacking:
            raise StateError(
                found=f"the ledger {place} is of another version: it lacks {', '.join(lacking[:4])}",
                expected="the tables of this version",
                remedy="use the version that wrote it, or move the file away and begin a new ledger",
            )
        if not set(metadata.tables) <= there:
            with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                metadata.create_all(connection)
    except DatabaseError as error:
        engine.dispose()
        refusal = disk_refusal(error, place)
        if refusal is None:
            raise
        raise refusal from error
    return engine


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says so, not where the driver guesses
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

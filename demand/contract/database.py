"""SQL over tables in memory: sessions of one database that a process has for itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb


@contextmanager
def session() -> Iterator[duckdb.DuckDBPyConnection]:
    """A session in UTC: tables registered in it and temporary tables are its own, and gone with it.

    A session opens in a hundredth of the time that a database takes. What a user's SQL must not reach needs settings
    that hold for a whole database: it gets one of its own.
    """
    with _database(os.getpid()).cursor() as db:
        db.execute("SET TimeZone = 'UTC'")
        yield db


@cache
def _database(process: int) -> duckdb.DuckDBPyConnection:
    """The database of a process; a fork has no threads of its parent's, so it may not use that one."""
    return duckdb.connect()

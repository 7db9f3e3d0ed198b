"""One writer at a time: an exclusive hold on a workspace that dies with its process.

The hold is an open exclusive transaction on a small SQLite file, so the operating system releases it however the
process ends, on every platform, without a clean-up and without a stale lock file. A verb that calls other verbs holds
it once for all of them.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demand.contract import BusyError
from pipelines.disk import on_disk

_HELD: ContextVar[frozenset[tuple[int, Path]]] = ContextVar("held", default=frozenset())
"""What this chain of verbs holds; another thread or a forked process holds nothing of it."""

_PATIENCE_SECONDS = 0.5
"""Long enough for whoever only looks, too short to queue behind a night."""

_UNKNOWN = {"what": "another verb", "pid": "unknown", "since": "unknown"}


@contextmanager
def hold(state: Path, *, what: str) -> Iterator[None]:
    """Hold the workspace whose state folder is `state` while the block runs; inside such a block it changes nothing.

    Parameters
    ----------
    state : the workspace's state folder; made when missing
    what : what the holder does, for whoever has to wait: `nightly 2024-12-31`

    Raises
    ------
    BusyError
        If another process holds it; names the process and what it does.
    """
    with on_disk(state):
        state.mkdir(parents=True, exist_ok=True)
        key = (os.getpid(), state.resolve())
        connection = None if key in _HELD.get() else _connect(state, _PATIENCE_SECONDS)
    if connection is None:
        yield
        return
    with closing(connection):
        try:
            with on_disk(state / "lock.db"):
                connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            who = _note(state)
            raise BusyError(
                found=f"the workspace is held by process {who['pid']} ({who['what']}, since {who['since']})",
                expected="one process at a time that writes",
                remedy="wait until it ends; `demand status` shows what it does",
            ) from None
        note = state / "lock.json"
        token = _HELD.set(_HELD.get() | {key})
        try:
            with on_disk(note):
                note.write_text(
                    json.dumps({"what": what, "pid": os.getpid(), "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"})
                )
            yield
        finally:
            _HELD.reset(token)
            with suppress(OSError):
                note.unlink(missing_ok=True)


def holder(state: Path) -> dict[str, Any] | None:
    """Who holds the workspace: `what`, `pid`, `since`; None when nobody does. A shared look, which stops nobody."""
    if not (state / "lock.db").exists():
        return None
    with closing(_connect(state, 0.0)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            return _note(state)
    return None


def _connect(state: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(state / "lock.db", timeout=patience, isolation_level=None)


def _note(state: Path) -> dict[str, Any]:
    """What the holder wrote about itself."""
    try:
        return dict(json.loads((state / "lock.json").read_text()))
    except (OSError, ValueError):
        return _UNKNOWN

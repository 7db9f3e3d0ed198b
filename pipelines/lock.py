"""One night at a time: an exclusive hold on a workspace that dies with its process.

The hold is an open exclusive transaction on a small SQLite file, so the operating system releases it however the
process ends, on every platform, without a clean-up and without a stale lock file.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demand.contract import BusyError
from pipelines.disk import on_disk


@contextmanager
def hold(state: Path, *, what: str) -> Iterator[None]:
    """Hold the workspace whose state folder is `state` while the block runs.

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
        connection = sqlite3.connect(state / "lock.db", timeout=0, isolation_level=None)
    try:
        try:
            with on_disk(state / "lock.db"):
                connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            who = holder(state) or {"what": "another verb", "pid": "unknown", "since": "unknown"}
            raise BusyError(
                found=f"the workspace is held by process {who['pid']} ({who['what']}, since {who['since']})",
                expected="one night at a time",
                remedy="wait until it ends; `demand status` shows what it does",
            ) from None
        note = state / "lock.json"
        try:
            with on_disk(note):
                note.write_text(
                    json.dumps({"what": what, "pid": os.getpid(), "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"})
                )
            yield
        finally:
            with suppress(OSError):
                note.unlink(missing_ok=True)
    finally:
        connection.close()


def holder(state: Path) -> dict[str, Any] | None:
    """Who holds the workspace: `what`, `pid`, `since`; None when nobody does."""
    if not (state / "lock.db").exists():
        return None
    connection = sqlite3.connect(state / "lock.db", timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        note = state / "lock.json"
        unknown = {"what": "a verb", "pid": "unknown", "since": "unknown"}
        try:
            return dict(json.loads(note.read_text()))
        except (OSError, ValueError):
            return unknown
    finally:
        connection.close()
    return None

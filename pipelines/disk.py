"""What the disk refuses, in words: it is full, it may not be written, a file on it is damaged.

    with on_disk(path):
        path.write_text(...)            # OSError, sqlite3 and Delta errors come out as StateError

A file is written under another name and moved to its place, and databases commit or do not, so whatever is refused
here leaves the former state; the message says so.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demand.contract import StateError

_FULL = ("no space left", "disk is full", "disk full", "quota exceeded", "os error 28")
_READ_ONLY = ("permission denied", "read-only", "readonly", "unable to open database", "os error 13", "os error 30")
_NO_ANSWER = ("disk i/o error", "input/output error")
_LITTLE = 2**20
_DAMAGED = ("not a database", "malformed", "no such column", "no such table")
_KEPT = "what was committed before is kept"


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Say in words what the disk refuses; what is none of it passes unchanged.

    Parameters
    ----------
    path : what is read or written in the block

    Raises
    ------
    StateError
        If the disk is full, the place may not be written, or the file is damaged.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        refusal = disk_refusal(error, path)
        if refusal is None:
            raise
        raise refusal from error


def disk_refusal(error: BaseException, path: Path) -> StateError | None:
    """The refusal behind an error of a library, if it is one of the disk's."""
    said = f"{error} {getattr(error, 'orig', '')}".lower()
    code = getattr(error, "errno", None)
    no_answer = code == errno.EIO or any(sign in said for sign in _NO_ANSWER)
    full = code in (errno.ENOSPC, errno.EDQUOT) or any(sign in said for sign in _FULL)
    if full or (no_answer and _room(path) < _LITTLE):  # SQLite also calls it an I/O error when its files cannot grow
        remedy = f"make room, then run the same command again; {_KEPT}"
        return StateError(f"the disk is full: {path} could not be written", "room for a night", remedy)
    if code in (errno.EACCES, errno.EPERM, errno.EROFS) or any(sign in said for sign in _READ_ONLY):
        remedy = f"give this user the right to write there, then run the same command again; {_KEPT}"
        return StateError(f"{path} may not be written", "a folder that this user may write", remedy)
    if no_answer:
        remedy = f"look after the disk, then run the same command again; {_KEPT}"
        return StateError(f"the disk does not read or write {path}", "a disk that answers", remedy)
    if any(sign in said for sign in _DAMAGED):
        remedy = "bring the file back from a backup; moving it away begins anew without what it held"
        return StateError(f"{path} is damaged, or of another version", "a file that this toolkit wrote", remedy)
    return None


def _room(path: Path) -> int:
    """Free bytes where a file is, or was to be."""
    there = next((p for p in (path, *path.parents) if p.exists()), Path())
    return shutil.disk_usage(there).free

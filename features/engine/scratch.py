"""Folders for files that a run needs while it runs; what runs that were killed left goes when the next one begins."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from features.engine.held import held

_PREFIX, _LOCK = "demand-parts-", "running.lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in the directory for temporary ones, which goes with the block; its name has the process.

    It is held while the block runs: numbers of processes come again, and are others in another container.
    """
    sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with held(folder / f"{_LOCK}.next"):
            with suppress(PermissionError):  # Windows renames no open file: there nobody sweeps
                (folder / f"{_LOCK}.next").replace(folder / _LOCK)  # whoever sees it finds it held
            yield folder


def sweep(where: Path) -> None:
    """Delete the folders of runs that are no more; those of others that may not be deleted stay."""
    for lock in where.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError), held(lock) as mine:
            if mine:
                shutil.rmtree(lock.parent, ignore_errors=True)

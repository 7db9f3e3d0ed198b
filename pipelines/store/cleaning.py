"""Files that no reader needs any more: of replaced nights, and of writers that were killed before they committed.

Delta's own vacuum knows the former only; the latter stand in no log, so the folder is compared with the log.
"""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import unquote, urlparse

from deltalake import DeltaTable


def remove_partial_files(delta: DeltaTable, *, older_than_hours: float) -> int:
    """Delete every data file that the newest version of the table does not use; returns how many.

    Parameters
    ----------
    delta : the table, on the local disk
    older_than_hours : younger files may belong to a writer at work or to a reader of the former version, and stay
    """
    root = Path(unquote(urlparse(delta.table_uri).path)) if "://" in delta.table_uri else Path(delta.table_uri)
    used = {_path(uri).resolve() for uri in delta.file_uris()}
    horizon = time.time() - older_than_hours * 3600
    removed = 0
    for file in root.rglob("*"):
        inside_log = "_delta_log" in file.relative_to(root).parts
        if not file.is_file() or inside_log or file.resolve() in used or file.stat().st_mtime > horizon:
            continue
        file.unlink()
        removed += 1
    return removed


def _path(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path)) if "://" in uri else Path(uri)

"""Delta tables on the local disk as datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

if TYPE_CHECKING:
    from deltalake import DeltaTable


def delta_dataset(delta: DeltaTable, path: Path, *, where: list[tuple[str, str, str]] | None = None) -> Any:
    """The table in `path` as an Arrow dataset, or the files of some partitions of it.

    Read through Arrow's own files: through Delta's, the threads of Arrow call back into Python, and one that still
    lets go of a file while the interpreter ends aborts the process ("terminate called without an active exception").
    """
    files = SubTreeFileSystem(str(path.resolve()), LocalFileSystem())
    return delta.to_pyarrow_dataset(filesystem=files, file_pruning_predicate=where or None)

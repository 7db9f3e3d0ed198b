"""How kernels are compiled: once, without the interpreter's lock, and kept on disk.

Numba's own cache notices an edit of the file that a kernel stands in, but not of one whose helpers it calls, and
would run the old helper for ever. Here the cache of every kernel is stamped with a digest of all files of kernels, so
that kernels can call each other across files, and an edit of any of them compiles again all that call it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache

PATTERN = "*_kernels.py"


def digest(folder: Path, *more: str) -> str:
    """One hash of all files of kernels in a folder, and of those named, by name and content."""
    found = hashlib.sha256()
    for path in sorted({*folder.glob(PATTERN), *(folder / name for name in more)}):
        found.update(f"{path.name}:{path.stat().st_size}:".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


class _StampedImpl(CompileResultCacheImpl):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._locator.get_source_stamp = lambda: digest(Path(function.__code__.co_filename).parent)


class _StampedCache(FunctionCache):
    _impl_class = _StampedImpl


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; division by zero gives what IEEE 754 says."""
    compiled: Any = njit(function, nogil=True, error_model="numpy")
    compiled._cache = _StampedCache(function)
    return compiled

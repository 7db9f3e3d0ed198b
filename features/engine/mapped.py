"""Files as arrays, mapped into memory without a file left open: a store of many columns has thousands of them."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_READ_WRITE, _PRIVATE = 3, 2


def map_file(path: Path, dtype: str, shape: tuple[int, ...]) -> Array:
    """The beginning of a file as an array; writing into it changes no file, and it outlives the file's name.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is shorter than the array.
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if path.stat().st_size < size:
        raise ValueError(f"{path.name} has fewer than {size:,} bytes")
    if not size:
        return np.zeros(shape, dtype)
    if os.name != "posix":
        return np.asarray(np.memmap(path, dtype, mode="c", shape=shape))
    with path.open("rb") as file:
        address = _libc().mmap(None, size, _READ_WRITE, _PRIVATE, file.fileno(), 0)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), f"{os.strerror(ctypes.get_errno())}: {path}")
    return np.asarray(_Pages(address, size, dtype, shape))


class _Pages:
    """Mapped memory, given back when no array looks at it any more; `mmap.mmap` would keep a descriptor."""

    def __init__(self, address: int, size: int, dtype: str, shape: tuple[int, ...]) -> None:
        self._where, self._unmap = (ctypes.c_void_p(address), ctypes.c_size_t(size)), _libc().munmap
        self.__array_interface__ = {"version": 3, "data": (address, False), "typestr": dtype, "shape": shape}

    def __del__(self) -> None:
        self._unmap(*self._where)


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    return libc

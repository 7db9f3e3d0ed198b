"""Arrays in a folder that change all at once or not at all.

    folder/manifest.json           which arrays there are, and what is said of them: one atomic rename is the change
    folder/NAME-GENERATION.rows    an array that began with that generation; what grows does so at the file's end, and
                                   the manifest says how much of it counts
    folder/writer.lock             held by whoever writes

A writer that dies leaves the manifest as it was: what it wrote stands behind the counted end of a file, or in a file
that no manifest names, and the next writer writes over it. Readers map all files into memory when they open the
folder, and read on whatever is written after that, and when the names of their files are gone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from demand.contract import BusyError, StateError
from features.engine.held import held
from features.engine.mapped import Array, map_file

MANIFEST = "manifest.json"
FORMAT = 2
_BUILD = "build it again: SortedStore.build"
_LOCK = "writer.lock"
_OWN = re.compile(r"source\d+\.[a-z_]+(?:\.(?:all|\d+))*-(\d+)\.rows")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder while the block runs.

    Raises
    ------
    BusyError
        If another process, or another store of this one, writes.
    """
    with held(folder / _LOCK) as mine:
        if not mine:
            raise BusyError(
                found=f"another process writes into the store in {folder}",
                expected="one writer at a time",
                remedy="wait until it ends; readers need not wait",
            )
        yield


class Generations:
    """The newest whole generation of a folder.

    Raises
    ------
    StateError
        If there is none, or one of another format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._said = folder, _said(folder)
        while True:
            try:
                self._mapped = {name: _mapped(folder, what) for name, what in self._said["arrays"].items()}
                return
            except (FileNotFoundError, ValueError) as error:
                newest = _said(folder)
                if newest["generation"] == self._said["generation"]:
                    raise StateError(
                        found=f"a file of the store in {folder} is gone or cut short: {error}",
                        expected="every file that its manifest names",
                        remedy=_BUILD,
                    ) from error
                self._said = newest  # it came in between, and took the files of the last one away

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says beside the arrays."""
        return dict(self._said["facts"])

    @property
    def number(self) -> int:
        return int(self._said["generation"])

    @property
    def arrays(self) -> dict[str, dict[str, Any]]:
        """File, type, width and length of every array."""
        return {name: dict(what) for name, what in self._said["arrays"].items()}

    def array(self, name: str) -> Array:
        """An array, mapped into memory: writing into it changes no file."""
        return self._mapped[name]


class Draft:
    """The next generation: arrays are added to the last one's, or replaced; `commit` makes it the newest.

    Without a last one it begins anew, beside what the folder holds, which stays until then.
    """

    def __init__(self, folder: Path, last: Generations | None) -> None:
        self.folder, self.is_first = folder, last is None
        self._number = _highest(folder) + 1 if last is None else last.number + 1
        self._arrays = {} if last is None else last.arrays

    def append(self, name: str, rows: Array) -> Array:
        """Rows at the end of a growing array; the whole of it, mapped into memory."""
        what = self._arrays.setdefault(name, self._described(name, rows) | {"length": 0})
        path = self.folder / what["file"]
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(what["length"] * np.dtype(what["dtype"]).itemsize * max(what["width"], 1))
            file.seek(0, os.SEEK_END)
            file.write(np.ascontiguousarray(rows).data if rows.size else b"")
            file.flush()
            _settle(file.fileno())
        what["length"] += len(rows)
        return _mapped(self.folder, what)

    def put(self, name: str, values: Array) -> None:
        """An array as it is from now on."""
        self._arrays[name] = self._described(name, values)
        with (self.folder / self._arrays[name]["file"]).open("wb") as file:
            file.write(np.ascontiguousarray(values).data if values.size else b"")
            file.flush()
            _settle(file.fileno())

    def commit(self, facts: dict[str, Any]) -> Generations:
        """Make this the newest generation, and drop the files that none names."""
        said = {"format": FORMAT, "generation": self._number, "facts": facts, "arrays": self._arrays}
        beside = self.folder / f"{MANIFEST}.next"
        with beside.open("w") as file:
            json.dump(said, file, indent=1)
            file.flush()
            _settle(file.fileno())
        beside.replace(self.folder / MANIFEST)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            _settle(folder)
        finally:
            os.close(folder)
        newest = Generations(self.folder)
        named = {what["file"] for what in self._arrays.values()}
        for path in self.folder.iterdir():
            if _OWN.fullmatch(path.name) and path.name not in named:
                with suppress(OSError):  # the next one tries again
                    path.unlink()
        return newest

    def _described(self, name: str, rows: Array) -> dict[str, Any]:
        width = rows.shape[1] if rows.ndim > 1 else 0
        file = f"{name}-{self._number}.rows"
        return {"file": file, "dtype": rows.dtype.str, "width": width, "length": len(rows)}


def _said(folder: Path) -> dict[str, Any]:
    said = _read(folder)
    if said is None:
        raise StateError(found=f"no store in {folder}", expected=MANIFEST, remedy=_BUILD)
    if said["format"] != FORMAT:
        raise StateError(
            found=f"the store in {folder} has format {said['format']}",
            expected=f"format {FORMAT}",
            remedy=_BUILD,
        )
    return said


def _read(folder: Path) -> dict[str, Any] | None:
    """What the manifest says, of any format; None where there is none."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    with suppress(ValueError):
        said = json.loads(path.read_text())
        if isinstance(said, dict) and {"format", "generation", "facts"} <= said.keys():
            return said
    raise StateError(
        found=f"{path} is not the manifest of a store",
        expected="a folder of a store's own",
        remedy="name another folder, or take this file away",
    )


def _highest(folder: Path) -> int:
    """The highest generation whose files a folder may hold, those of dead writers too: none is ever written over."""
    said, own = _read(folder), (_OWN.fullmatch(path.name) for path in folder.iterdir())
    return max([said["generation"] if said else 0, *(int(match[1]) for match in own if match)])


def _settle(descriptor: int) -> None:
    os.fsync(descriptor)


def _mapped(folder: Path, what: dict[str, Any]) -> Array:
    shape = (what["length"], what["width"]) if what["width"] else (what["length"],)
    return map_file(folder / what["file"], what["dtype"], shape)

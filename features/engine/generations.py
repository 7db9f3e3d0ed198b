"""Arrays in a folder that change all at once or not at all.

    folder/manifest.json          which arrays there are, and what is said of them: one atomic rename is the change
    folder/NAME.rows              grows at its end; the manifest says how much of it counts
    folder/NAME-GENERATION.npy    written beside, never changed

A writer that dies leaves the manifest as it was: what it wrote stands behind the counted end of a file, or in a file
that no manifest names, and the next writer writes over it. Readers map all files into memory when they open the
folder, and read on whatever is written after that.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from demand.contract import StateError

Array = np.ndarray[Any, Any]
MANIFEST = "manifest.json"
FORMAT = 1
_BUILD = "build it again: SortedStore.build"


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
                names = (*self._said["growing"], *self._said["fixed"])
                self._mapped: dict[str, Array] = {name: self._map(name) for name in names}
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

    def array(self, name: str) -> Array:
        """An array, mapped into memory: writing into it changes no file."""
        return self._mapped[name]

    def _map(self, name: str) -> Array:
        if name in self._said["growing"]:
            return _mapped(self.folder / f"{name}.rows", self._said["growing"][name])
        return np.asarray(np.load(self.folder / self._said["fixed"][name], mmap_mode="c"))


class Draft:
    """The next generation: arrays are added to the last one's, or replaced; `commit` makes it the newest."""

    def __init__(self, folder: Path, last: Generations | None) -> None:
        self.folder, self.number = folder, 1 if last is None else last.number + 1
        said: dict[str, Any] = {} if last is None else last._said
        self._growing: dict[str, dict[str, Any]] = {k: dict(v) for k, v in said.get("growing", {}).items()}
        self._fixed: dict[str, str] = dict(said.get("fixed", {}))

    def append(self, name: str, rows: Array) -> Array:
        """Rows at the end of a growing array; the whole of it, mapped into memory."""
        was = self._growing.setdefault(
            name, {"dtype": rows.dtype.str, "width": rows.shape[1] if rows.ndim > 1 else 0, "length": 0}
        )
        path = self.folder / f"{name}.rows"
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(was["length"] * np.dtype(was["dtype"]).itemsize * max(was["width"], 1))
            file.seek(0, os.SEEK_END)
            file.write(np.ascontiguousarray(rows).data if rows.size else b"")
            _settle(file.fileno())
        was["length"] += len(rows)
        return _mapped(path, was)

    def put(self, name: str, values: Array) -> None:
        """An array as it is from now on."""
        self._fixed[name] = f"{name}-{self.number}.npy"
        with (self.folder / self._fixed[name]).open("wb") as file:
            np.save(file, values)
            file.flush()
            _settle(file.fileno())

    def commit(self, facts: dict[str, Any]) -> Generations:
        """Make this the newest generation, and drop the files that none names."""
        said = {
            "format": FORMAT, "generation": self.number, "facts": facts, "growing": self._growing, "fixed": self._fixed
        }  # fmt: skip
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
        for path in set(self.folder.glob("*.npy")) - {self.folder / name for name in self._fixed.values()}:
            path.unlink()
        return Generations(self.folder)


def _said(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        raise StateError(found=f"no store in {folder}", expected=MANIFEST, remedy=_BUILD)
    said: dict[str, Any] = json.loads(path.read_text())
    if said.get("format") != FORMAT:
        raise StateError(
            found=f"the store in {folder} has format {said.get('format')}",
            expected=f"format {FORMAT}",
            remedy=_BUILD,
        )
    return said


def _settle(descriptor: int) -> None:
    os.fsync(descriptor)


def _mapped(path: Path, what: dict[str, Any]) -> Array:
    shape = (what["length"], what["width"]) if what["width"] else (what["length"],)
    if not what["length"]:
        return np.zeros(shape, what["dtype"])
    return np.asarray(np.memmap(path, what["dtype"], mode="c", shape=shape))

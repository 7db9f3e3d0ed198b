"""Results that do not fit in memory: folds of some rows of the spine in a file each, columns of the matrix in more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.engine.asked import Asked
from features.engine.encode import Array, categories
from features.engine.matrix import Folded, as_column
from features.plan import Fold, PlannedColumn


class FoldedFiles(Mapping[Fold, Folded]):
    """Folds at every row of a spine, put together from files whenever one is asked for."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size, self._written = folder, size, 0
        self._of: dict[Fold, tuple[int, list[Path]]] = {}

    def declare(self, folds: Sequence[Fold]) -> None:
        """Folds that will be written together; where nothing is written there is nothing."""
        files: list[Path] = []
        self._of |= {fold: (number, files) for number, fold in enumerate(folds)}

    def write(self, folds: Sequence[Fold], places: Array, folded: Sequence[Folded], asked: Asked) -> None:
        """What the declared `folds` came to at some rows of the spine."""
        found = {"places": pa.array(places)}
        for number, (fold, values) in enumerate(zip(folds, folded, strict=True)):
            found[str(number)] = as_column(PlannedColumn("", "number", fold), {fold: values}, asked)
        path = self._folder / f"folded-{self._written}.arrow"
        self._written += 1
        write_columns(path, pa.table(found))
        self._of[folds[0]][1].append(path)

    def __getitem__(self, fold: Fold) -> Folded:
        number, files = self._of[fold]
        parts = [_columns_of(path, [0, number + 1]) for path in files]
        words = None
        values = np.full(self._size, np.nan)
        if fold.is_word:
            numbered = categories(pa.chunked_array([part.column(1).combine_chunks() for part in parts], pa.string()))
            codes, words, start = numbered.codes, numbered.values, 0
            for part in parts:
                of_part = codes[start : start + part.num_rows]
                values[part.column(0).to_numpy()] = np.where(of_part < 0, np.nan, of_part)
                start += part.num_rows
        else:
            for part in parts:
                values[part.column(0).to_numpy()] = part.column(1).to_numpy()
        return Folded.of(values, words)

    def __iter__(self) -> Iterator[Fold]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


def write_columns(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def mapped_column(path: Path, column: pa.Array) -> pa.ChunkedArray:
    """The same values, out of memory: in a file that is looked into."""
    write_columns(path, pa.table([column], ["values"]))
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all().column(0)


def _columns_of(path: Path, numbers: list[int]) -> pa.Table:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=numbers)).read_all()

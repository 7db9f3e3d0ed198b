"""What a store keeps of one source: which rows, columns and orders a plan needs, and under which names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from features.engine.encode import Array, Words
from features.engine.generations import Generations
from features.engine.program import Layout
from features.plan import Fold, Plan

PARTS = ("slots", "ends", "bytes")
Read = Callable[[str], Array]


@dataclass(frozen=True)
class Shelf:
    """Rows of a source as records, in the order in which they came, and by each key in the total order.

    Of every version that is ever visible: `records` (see `fold_kernels`), `known`, the id, a code for each key; of the
    states of an owner: records, and the version that each is. `hashes` finds the newest version of an id.

    Parameters
    ----------
    number : of the source, among those that the plan reads
    folds : all that read it
    keys : by which keys the versions (under None) and the states of each owner are asked for; the key None is all rows
    words : columns whose values have numbers
    """

    source: str
    number: int
    folds: tuple[Fold, ...]
    layout: Layout
    keys: dict[str | None, tuple[str | None, ...]]
    words: tuple[str, ...]

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(owner for owner in self.keys if owner is not None)

    @property
    def coded(self) -> tuple[str, ...]:
        """Keys of any kind."""
        return tuple(dict.fromkeys(key for keys in self.keys.values() for key in keys if key is not None))

    def name(self, what: str, *of: str | None) -> str:
        """The name of an array; columns and owners go by number, since they may hold any letter."""
        places = [str(self.words.index(part)) if part is not None else "all" for part in of]
        return ".".join([f"source{self.number}", what, *places])

    def read_words(self, read: Read, column: str) -> Words:
        """The numbers of a column's values."""
        return Words.of(*(read(self.name(part, column)) for part in PARTS))

    def blank(self) -> dict[str, Array]:
        """Every array as it is before the first row."""
        width, rows = self.layout.width, np.zeros(0, np.int32)
        found: dict[str, Array] = {
            self.name("hashes"): np.zeros(0, np.uint64), self.name("hashed"): rows,
            self.name("known"): np.zeros(0, np.int64), self.name("id_ends"): np.zeros(1, np.int64),
            self.name("id_bytes"): np.zeros(0, np.uint8),
        }  # fmt: skip
        found |= {self.name("codes", column): rows for column in self.coded}
        for owner, keys in self.keys.items():
            found[self.name("records", owner)] = np.zeros((0, width), np.int64)
            found[self.name("versions", owner)] = np.zeros(0, np.int64)
            for key in keys:
                found[self.name("offsets", owner, key)] = np.zeros(1, np.int64)
                found[self.name("order", owner, key)] = rows
        for column in self.words:
            for part, values in zip(PARTS, Words().parts, strict=True):
                found[self.name(part, column)] = values
        return found


def shelves(plan: Plan) -> list[Shelf]:
    """One for every source that the plan's folds read."""
    by_source: dict[str, list[Fold]] = {}
    for base, folds in plan.folds().items():
        by_source.setdefault(base.source, []).extend(folds)
    return [_shelf(source, number, folds) for number, (source, folds) in enumerate(sorted(by_source.items()))]


def _shelf(source: str, number: int, folds: list[Fold]) -> Shelf:
    keys: dict[str | None, dict[str | None, None]] = {None: {}}
    for base in dict.fromkeys(fold.base for fold in folds):
        keys.setdefault(base.owner, {}).update(dict.fromkeys(base.keys or (None,)))
        if base.owner is not None:
            keys[base.owner][base.owner] = keys[None][base.owner] = None
    named = [key for some in keys.values() for key in some if key is not None]
    named += [f.column for f in folds if f.column is not None and (f.function == "distinct" or f.type == "category")]
    return Shelf(
        source,
        number,
        tuple(folds),
        Layout.of(folds, closes=True),
        {owner: tuple(some) for owner, some in keys.items()},
        tuple(_different(named)),
    )


def _different(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def reader(shelf: Shelf, last: Generations | None) -> Read:
    """The arrays of a shelf as the last generation has them, or as they are before the first row."""
    return shelf.blank().__getitem__ if last is None else last.array

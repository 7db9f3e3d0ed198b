"""Folds as the numbers a kernel reads: what a record of a source holds, and which folds read it how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from demand.contract import ColumnType
from features.engine import fold_kernels, long_kernels
from features.engine import statistic_kernels as kernels
from features.engine.encode import Array
from features.plan import Fold, Test

_FUNCTIONS = {
    "count": kernels.COUNT,
    "sum": kernels.SUM,
    "mean": kernels.MEAN,
    "share": kernels.MEAN,
    "min": kernels.MIN,
    "max": kernels.MAX,
    "std": kernels.STD,
    "first": kernels.FIRST,
    "last": kernels.LAST,
    "distinct": kernels.DISTINCT,
    "since_first": kernels.SINCE_FIRST,
    "since_last": kernels.SINCE_LAST,
    "mean_gap": kernels.MEAN_GAP,
}
_WANTS = {
    "sum": kernels.WANTS_SUM,
    "mean": kernels.WANTS_SUM,
    "share": kernels.WANTS_SUM,
    "min": kernels.WANTS_EXTREMES,
    "max": kernels.WANTS_EXTREMES,
    "std": kernels.WANTS_SUM | kernels.WANTS_SPREAD,
}
_KINDS = {"date": kernels.DATE, "time": kernels.TIME}
_LONGEST = 2**61
_BITS = 63


@dataclass(frozen=True)
class Column:
    """Values that folds read."""

    name: str
    type: ColumnType


@dataclass(frozen=True)
class Layout:
    """The words of a record: two clocks, a third where rows go, bits of conditions, codes of sets, values."""

    closes: bool
    conditions: tuple[tuple[Test, ...], ...]
    sets: tuple[str, ...]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, folds: Iterable[Fold], *, closes: bool) -> Layout:
        """What all folds over one source's rows need."""
        conditions: dict[tuple[Test, ...], None] = {}
        sets: dict[str, None] = {}
        columns: dict[Column, None] = {}
        for fold in folds:
            conditions |= {tests: None for tests in (fold.tests, fold.share) if tests}
            if fold.function == "distinct":
                sets[fold.column or ""] = None
            elif fold.column is not None and fold.type is not None:
                columns[Column(fold.column, fold.type)] = None
        return cls(closes, tuple(conditions), tuple(sets), tuple(columns))

    @property
    def first(self) -> int:
        """The first word that is no clock."""
        return fold_kernels.SEEN_TO + int(self.closes)

    @property
    def marks(self) -> int:
        """How many words the bits of the conditions fill."""
        return -(-len(self.conditions) // _BITS)

    @property
    def width(self) -> int:
        return self.first + self.marks + len(self.sets) + len(self.columns)

    def bit(self, tests: tuple[Test, ...]) -> tuple[int, int]:
        """Word and bit of a condition."""
        if not tests:
            return 0, -1
        word, bit = divmod(self.conditions.index(tests), _BITS)
        return self.first + word, bit

    def set_word(self, name: str) -> int:
        return self.first + self.marks + self.sets.index(name)

    def column_word(self, column: Column) -> int:
        return self.first + self.marks + len(self.sets) + self.columns.index(column)


@dataclass(frozen=True)
class Program:
    """See the parameters of `fold_kernels.fold_keys`; `order` are the folds as the program counts them."""

    order: tuple[Fold, ...]
    groups: Array
    columns: Array
    spread: Array
    sets: Array
    windows: Array
    folds: Array

    @classmethod
    def of(cls, folds: Iterable[Fold], layout: Layout, sizes: dict[str, int]) -> Program:
        """The program of folds with one base; `sizes` are the numbers of codes of the layout's sets."""
        by_tests: dict[tuple[Test, ...], list[Fold]] = {}
        for fold in folds:
            by_tests.setdefault(fold.tests, []).append(fold)
        order: list[Fold] = []
        groups: list[list[int]] = []
        columns: list[list[int]] = []
        spread: list[set[int]] = []
        sets: list[list[int]] = []
        windows: list[int] = []
        rows: list[list[int]] = []
        for tests, same in by_tests.items():
            starts = (len(columns), len(sets), len(windows), len(rows))
            lengths = sorted({_length(f) for f in same}, key=lambda w: (w == long_kernels.ALL_HISTORY, w))
            place_of: dict[tuple[int, int], int] = {}
            set_of: dict[str, int] = {}
            for fold in same:
                window, kind = lengths.index(_length(fold)), _KINDS.get(fold.type or "", kernels.PLAIN)
                place = 0
                if fold.function == "distinct":
                    name = fold.column or ""
                    place = set_of.setdefault(name, len(set_of))
                    if place == len(sets) - starts[1]:
                        sets.append([layout.set_word(name), sizes[name], -1, 0])
                    entry = sets[starts[1] + place]
                    entry[2] = max(entry[2], window)
                elif fold.share or (fold.column is not None and fold.type is not None):
                    read = layout.bit(fold.share) if fold.share else _word(layout, fold)
                    place = place_of.setdefault(read, len(place_of))
                    if place == len(columns) - starts[0]:
                        columns.append([*read, 0, -1])
                        spread.append(set())
                    entry = columns[starts[0] + place]
                    if fold.function in _WANTS:
                        entry[2], entry[3] = entry[2] | _WANTS[fold.function], max(entry[3], window)
                    if fold.function == "std":
                        spread[starts[0] + place].add(window)
                rows.append([_FUNCTIONS[fold.function], window, place, kind])
            windows += lengths
            ends = (len(columns), len(sets), len(windows), len(rows))
            spans = [bound for pair in zip(starts, ends, strict=True) for bound in pair]
            groups.append([*layout.bit(tests), *spans])
            order += same
        for before, after in pairwise(sets):
            after[3] = before[3] + before[1]
        wants_spread = np.zeros((len(columns), max(len(windows), 1)), np.bool_)
        for number, wanted in enumerate(spread):
            wants_spread[number, list(wanted)] = True
        return cls(
            tuple(order),
            np.array(groups, np.int64).reshape(-1, 10),
            np.array(columns, np.int64).reshape(-1, 4),
            wants_spread,
            np.array(sets, np.int64).reshape(-1, 4),
            np.array(windows, np.int64),
            np.array(rows, np.int64).reshape(-1, 4),
        )


def _word(layout: Layout, fold: Fold) -> tuple[int, int]:
    assert fold.column is not None and fold.type is not None
    return layout.column_word(Column(fold.column, fold.type)), -1


def _length(fold: Fold) -> int:
    """No instant lies further back than 73,000 years."""
    return long_kernels.ALL_HISTORY if fold.window_us is None else min(fold.window_us, _LONGEST)

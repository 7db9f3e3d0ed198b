"""Folds over the same rows as the numbers a kernel reads: which function, window, column and statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demand.contract import ColumnType
from features.engine import fold_kernels as kernels
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


@dataclass(frozen=True)
class Column:
    """Values that folds read: a column of the source, or whether a row passes the tests of a share."""

    name: str
    type: ColumnType | None
    share: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Program:
    """See the parameters of `fold_kernels.fold_keys`."""

    columns: tuple[Column, ...]
    sets: tuple[str, ...]
    wants: Array
    windows: Array
    functions: Array
    windows_of: Array
    columns_of: Array
    kinds: Array
    is_category: tuple[bool, ...]

    @classmethod
    def of(cls, folds: list[Fold]) -> Program:
        """The program of folds with one base and the same tests."""
        lengths = {_length(fold) for fold in folds}
        windows = sorted(lengths - {kernels.ALL_HISTORY})
        windows += [kernels.ALL_HISTORY] if kernels.ALL_HISTORY in lengths else []
        columns: dict[Column, int] = {}
        sets: dict[str, int] = {}
        places = []
        for fold in folds:
            if fold.function == "share":
                places.append(columns.setdefault(Column("", None, fold.share), len(columns)))
            elif fold.column is None:
                places.append(0)
            elif fold.function == "distinct":
                places.append(sets.setdefault(fold.column, len(sets)))
            else:
                places.append(columns.setdefault(Column(fold.column, fold.type), len(columns)))
        wants = np.zeros(len(columns), np.int64)
        for fold, place in zip(folds, places, strict=True):
            if fold.function in _WANTS:
                wants[place] |= _WANTS[fold.function]
        return cls(
            columns=tuple(columns),
            sets=tuple(sets),
            wants=wants,
            windows=np.array(windows, np.int64),
            functions=np.array([_FUNCTIONS[fold.function] for fold in folds], np.int64),
            windows_of=np.array([windows.index(_length(fold)) for fold in folds], np.int64),
            columns_of=np.array(places, np.int64),
            kinds=np.array([_KINDS.get(fold.type or "", kernels.PLAIN) for fold in folds], np.int64),
            is_category=tuple(fold.type == "category" and fold.function in ("first", "last") for fold in folds),
        )


def _length(fold: Fold) -> int:
    """No instant lies further back than 73,000 years."""
    return kernels.ALL_HISTORY if fold.window_us is None else min(fold.window_us, _LONGEST)

"""Rows by key, and the threads among which keys are shared out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from features.engine.encode import Array

_SHARES = 4
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Grouped:
    """Rows of a source and of the spine by the keys that are asked about; see `fold_keys`."""

    offsets: Array
    order: Array
    records: Array
    of_spine: Array
    asked_offsets: Array
    asked: Array


class Workers:
    """As many threads as asked for; one works in the caller's own."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def each(self, work: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        """The results of work on each item, in their order."""
        return list(map(work, items) if self._pool is None else self._pool.map(work, items))

    def shares(self, weight: Array) -> list[tuple[int, int]]:
        """Ranges of about equal weight, given the weight before each of them (so one more than there are)."""
        parts = 1 if self.threads == 1 else self.threads * _SHARES
        cuts = np.searchsorted(weight, np.linspace(0, weight[-1], parts + 1)[1:-1])
        bounds = [0, *np.unique(cuts).tolist(), weight.size - 1]
        return [(a, b) for a, b in pairwise(bounds) if a < b]

"""Folds whose windows begin elsewhere for every row of the spine: since an event, since a holiday began; and streaks.

`walk_kernels.py` walks the rows of each window; see there what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.engine.announced import holiday_beginnings
from features.engine.asked import Asked
from features.engine.encode import Array
from features.engine.local import codes_of
from features.engine.matrix import Folded
from features.engine.order_kernels import FOREVER, drop_unasked, group_order
from features.engine.source_rows import SourceRows
from features.engine.walk_kernels import DATE, FUNCTIONS, NEVER, PLAIN, TIME, last_seen, walk_keys
from features.plan import Base, Fold, Since, Test

_KINDS = {"date": DATE, "time": TIME}


@dataclass(frozen=True)
class _Rows:
    """Rows that pass their tests by the keys of the spine, and the spine by key; `row` is their place in the table."""

    row: Array
    offsets: Array
    occurred: Array
    seen_from: Array
    seen_to: Array
    asked_offsets: Array
    asked: Array


def walked(asked: Asked, read: Mapping[Base, SourceRows], folds: list[Fold]) -> dict[Fold, Folded]:
    """Every one of the folds at every row of what is asked; `read` has the rows of each base, of events too."""
    walk = _Walk(asked, read)
    return {fold: walk.fold(fold) for fold in folds}


class _Walk:
    def __init__(self, asked: Asked, read: Mapping[Base, SourceRows]) -> None:
        self.asked, self.read = asked, read
        self._rows: dict[tuple[Base, tuple[Test, ...]], _Rows] = {}
        self._after: dict[Since, Array] = {}

    def fold(self, fold: Fold) -> Folded:
        rows, source = self.rows(fold.base, fold.tests), self.read[fold.base]
        words, values = None, np.zeros(source.table.num_rows)
        if fold.share:
            values = source.passing(fold.share).astype(np.float64)
        elif fold.function == "distinct" or fold.type == "category":
            values, words = source.numbers(fold.column or "", "category"), source.categories(fold.column or "").values
        elif fold.column is not None and fold.type is not None:
            values = source.numbers(fold.column, fold.type)
        out = np.full(self.asked.size, np.nan)
        walk_keys(
            FUNCTIONS.index(fold.function), _KINDS.get(fold.type or "", PLAIN), rows.offsets, rows.occurred,
            rows.seen_from, rows.seen_to, values[rows.row], len(words) if words is not None else 0,
            rows.asked_offsets, rows.asked, self.asked.cutoffs, self.asked.days, self.after(fold), out,
        )  # fmt: skip
        return Folded.of(out, words if fold.is_word else None)

    def after(self, fold: Fold) -> Array:
        """After which moment the rows count, for each row of the spine."""
        since, cutoffs = fold.since, self.asked.cutoffs
        if since is None:
            far = np.full(cutoffs.size, NEVER + 1)
            return far if fold.window_us is None else np.maximum(cutoffs - min(fold.window_us, 2**61) - 1, far)
        if since not in self._after:
            self._after[since] = self.beginnings(since)
        return self._after[since]

    def beginnings(self, since: Since) -> Array:
        cutoffs = self.asked.cutoffs
        if since.event is None:
            return holiday_beginnings(self.asked.days, cutoffs, self.asked.zone, never=NEVER)
        rows = self.rows(since.event, since.tests)
        after = np.full(cutoffs.size, NEVER)
        last_seen(
            rows.offsets, rows.occurred, rows.seen_from, rows.seen_to, rows.asked_offsets, rows.asked, cutoffs, after
        )
        return after

    def rows(self, base: Base, tests: tuple[Test, ...]) -> _Rows:
        if (base, tests) not in self._rows:
            self._rows[base, tests] = self._grouped(base, tests)
        return self._rows[base, tests]

    def _grouped(self, base: Base, tests: tuple[Test, ...]) -> _Rows:
        source = self.read[base]
        visible = source.visible(base.owner)
        of_spine, of_rows, groups = codes_of(self.asked, source, base.keys)
        asked_offsets, by_key = self.asked.by_key(of_spine, groups)
        passed = np.where(source.passing(tests), drop_unasked(of_rows, asked_offsets), np.int32(-1))
        offsets, order = group_order(passed, visible.row, groups, visible.row[:0])
        seen_to = visible.seen_to[order] if visible.seen_to.size else np.full(order.size, FOREVER)
        return _Rows(
            visible.row[order], offsets, visible.occurred[order], visible.seen_from[order], seen_to, asked_offsets,
            by_key,
        )  # fmt: skip

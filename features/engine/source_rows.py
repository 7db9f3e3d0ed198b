"""One source as the kernels take it: its visible versions, and what was asked of it, each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from demand.contract import ColumnType
from features.engine.encode import Array, Categories, categories, numbers, passing
from features.engine.fold_kernels import OCCURRED, SEEN_FROM, SEEN_TO
from features.engine.matrix_kernels import add_bit, fill_word
from features.engine.program import Layout
from features.engine.visible import Visible, visible_spans, visible_versions
from features.plan import Fold, Test


@dataclass(frozen=True)
class Records:
    """Visible versions in the total order, a row of int64 words each; `row` is their place in the source's table."""

    row: Array
    words: Array
    layout: Layout


class SourceRows:
    """A source's table; threads may ask at once.

    `known` is what is known already of its visible rows (under None) or of the states of an owner.
    """

    def __init__(self, table: pa.Table, known: Mapping[str | None, Visible] | None = None) -> None:
        self.table = table
        self._kept: dict[Hashable, tuple[Lock, list[Any]]] = {
            ("visible", owner): (Lock(), [visible]) for owner, visible in (known or {}).items()
        }
        self._door = Lock()

    def _once(self, what: Hashable, make: Callable[[], Any]) -> Any:
        with self._door:
            lock, made = self._kept.setdefault(what, (Lock(), []))
        with lock:
            if not made:
                made.append(make())
            return made[0]

    def visible(self, owner: str | None) -> Visible:
        """Visible rows, or the states of an owner."""
        if owner is None:
            return self._once(("visible", None), lambda: visible_versions(self.table))
        return self._once(("visible", owner), lambda: visible_spans(self.visible(None), self.categories(owner)))

    def categories(self, column: str) -> Categories:
        return self._once(("categories", column), lambda: categories(self.table[column]))

    def numbers(self, column: str, type_: ColumnType) -> Array:
        """Values as float64; of a category its codes, not a number where missing."""
        if type_ != "category":
            return self._once(("numbers", column), lambda: numbers(self.table[column], type_))
        codes = self.categories(column).codes
        return np.where(codes < 0, np.nan, codes)

    def passing(self, tests: tuple[Test, ...]) -> Array:
        return passing(self.table, tests, self.categories)

    def words_of(self, owner: str | None, folds: Iterable[Fold]) -> tuple[Records, list[Callable[[], None]]]:
        """Records for all of these folds, empty yet, and the independent jobs that fill them."""
        visible = self.visible(owner)
        layout = Layout.of(folds, closes=visible.seen_to.size > 0)
        n = visible.row.size
        words = np.empty((n, layout.width), np.int64)
        records = Records(visible.row, words, layout)

        def put(word: int, values: Array, *, real: bool = False) -> None:
            fill_word(words.view(np.float64) if real else words, word, values, visible.row, 0, n)

        def clocks() -> None:
            words[:, OCCURRED], words[:, SEEN_FROM] = visible.occurred, visible.seen_from
            if layout.closes:
                words[:, SEEN_TO] = visible.seen_to

        def marks() -> None:
            for number in range(layout.marks):
                bits = np.zeros(self.table.num_rows, np.int64)
                for tests in layout.conditions:
                    word, bit = layout.bit(tests)
                    if word == layout.first + number:
                        add_bit(bits, self.passing(tests), bit)
                put(layout.first + number, bits)

        jobs: list[Callable[[], None]] = [clocks, marks]
        jobs += [lambda s=s: put(layout.set_word(s), self.categories(s).codes) for s in layout.sets]  # type: ignore[misc]
        jobs += [
            lambda c=c: put(layout.column_word(c), self.numbers(c.name, c.type), real=True)  # type: ignore[misc]
            for c in layout.columns
        ]
        return records, jobs

"""Keys at one cutoff are folded by themselves, where every way of folding them comes to the same bits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.engine.asked import Asked
from features.engine.encode import Array
from features.engine.grouped import Grouped, Workers
from features.engine.long_kernels import ALL_HISTORY
from features.engine.program import Layout, Program
from features.engine.single_kernels import fold_single
from features.engine.statistic_kernels import LAST, SINCE_LAST
from features.engine.store_kernels import take_groups


def folded_single(
    workers: Workers, asked: Asked, rows: Grouped, program: Program, layout: Layout, out: Array
) -> Grouped:
    """Fold what can be folded at one cutoff, into `out` (spine, folds); the keys that are left."""
    if not asked.size or asked.cutoffs.min() != asked.cutoffs.max() or program.sets.size or program.spread.any():
        return rows
    done, at = np.zeros(rows.offsets.size - 1, np.bool_), int(asked.cutoffs[0])
    whole = np.array([_whole(program, w0, f0, f1) for *_, w0, _, f0, f1 in program.groups.tolist()], np.bool_)

    def fold(keys: tuple[int, int]) -> None:
        fold_single(
            *keys, rows.offsets, rows.order, rows.records, layout.closes, program.groups, whole, program.columns,
            program.windows, program.folds, rows.asked_offsets, rows.asked, at, asked.days, out, done,
        )  # fmt: skip

    workers.each(fold, workers.shares(rows.offsets + 4 * rows.asked_offsets))
    left = np.flatnonzero(~done)
    offsets, order = take_groups(rows.offsets, rows.order, left)
    asked_offsets, order_asked = take_groups(rows.asked_offsets, rows.asked, left)
    return replace(rows, offsets=offsets, order=order, asked_offsets=asked_offsets, asked=order_asked)


def _whole(program: Program, first: int, f0: int, f1: int) -> bool:
    """Whether a fold of a group asks for more than the last row of all history."""
    folds = program.folds[f0:f1].tolist()
    return any(program.windows[first + w] == ALL_HISTORY and f not in (LAST, SINCE_LAST) for f, w, *_ in folds)

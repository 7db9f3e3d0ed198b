"""At a single cutoff most rows of a long past cannot matter: which ones, by the program that will read them."""

from __future__ import annotations

import numpy as np

from features.engine.encode import Array
from features.engine.long_kernels import ALL_HISTORY
from features.engine.program import Program
from features.engine.statistic_kernels import LAST, SINCE_LAST, WANTS_SUM
from features.engine.trim_kernels import trim_keys


def trimmed(program: Program, cutoffs: Array, offsets: Array, order: Array, records: Array) -> tuple[Array, Array]:
    """The rows of each key that the program has to read: offsets and rows; all of them if it asks at several cutoffs.

    Parameters
    ----------
    cutoffs : of the spine
    offsets, order, records : see `fold_kernels.fold_keys`
    """
    if not cutoffs.size or cutoffs.min() != cutoffs.max():
        return offsets, order
    groups, sums, longest, scanned, has_trees = [], [], 0, 0, False
    for number, (word, bit, c0, c1, s0, s1, w0, w1, f0, f1) in enumerate(program.groups.tolist()):
        windows = program.windows[w0:w1].tolist()
        of_all = {f for f, w, *_ in program.folds[f0:f1].tolist() if windows[w] == ALL_HISTORY}
        if of_all - {LAST, SINCE_LAST}:
            return offsets, order
        groups.append([word, bit, int(bool(of_all))])
        longest = max(longest, *windows)
        reaches = [*program.columns[c0:c1, 3].tolist(), *program.sets[s0:s1, 2].tolist()]
        scanned = max(scanned, *(windows[reach] for reach in reaches if reach >= 0), 0)
        for at, place, wants, _ in program.columns[c0:c1].tolist():
            has_trees |= wants not in (0, WANTS_SUM)
            if wants:
                sums.append([number, at, place])
    kept, rows = trim_keys(
        offsets, order, records, int(cutoffs[0]), longest, scanned, np.array(groups, np.int64),
        np.array(sums, np.int64).reshape(-1, 3), has_trees,
    )  # fmt: skip
    return kept, rows

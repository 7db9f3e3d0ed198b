"""Shares in small cells, each pulled towards what is known without the cell.

A cell that saw n rows keeps n / (n + strength) of what it saw and takes the rest from its parent: an empty cell is
its parent, a full one is itself (the posterior mean under a Dirichlet prior worth `strength` rows).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def counted(cells: Codes, outcomes: Codes, weight: Floats, shape: tuple[int, int]) -> Floats:
    """Weighted rows of each (cell, outcome), as an array of `shape`."""
    flat = np.bincount(cells * shape[1] + outcomes, weights=weight, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)


def shrunken(counts: Floats, parent: Floats, strength: float) -> Floats:
    """Distributions over the last axis of `counts` (..., k), pulled towards `parent`, which broadcasts against it."""
    return (counts + strength * parent) / (counts.sum(axis=-1, keepdims=True) + strength)

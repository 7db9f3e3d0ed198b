"""Rates around a moment of the subject's own: a visit, a delivery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demand.simulator.dice import Floats, Ints


def around(kernel: NDArray[np.float64], first: int, turn: Ints, days: Ints) -> Floats:
    """The kernel of `industry.table` by days until the turn, of shape (days, subjects, scenarios).

    Parameters
    ----------
    kernel, first : values of shape (days, scenarios) and the day of the first row
    turn : the day of each subject's turn
    days : the days asked about
    """
    until = np.minimum(np.maximum(turn - days[:, None] - first, 0), len(kernel) - 1)
    return np.asarray(kernel[until], np.float64)

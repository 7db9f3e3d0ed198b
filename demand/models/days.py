"""Days to due, or age where nothing is due: the one number that every simple table is built on.

Tables count whole days; a day further away than the last edge falls into the last bucket, and a row without the
number into one of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

DAY_COLUMNS = ("days", "days_to_due", "days_open")
"""Where a frame holds the number, the first that has a value in a row counts."""

COARSE_EDGES = (0, 1, 2, 3, 4, 6, 8, 11, 15, 22, 31, 46, 61, 91, 181, 366)
"""Left edges of the coarse buckets, in days; before the first is a bucket of its own."""

COARSE_CELLS = len(COARSE_EDGES) + 2


def days_of(frame: pd.DataFrame) -> Floats | None:
    """Days to due, or age, of each row (rows,), NaN where unknown; None where the frame has no such column."""
    found = [frame[name] for name in DAY_COLUMNS if name in frame.columns]
    if not found:
        return None
    days = np.full(len(frame), np.nan)
    for column in found:
        values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
        days = np.where(np.isnan(days), values, days)
    return days


MOST_DAY = 366
"""The last whole day with a cell of its own."""


def whole_days(days: Floats, most: int = MOST_DAY) -> Codes:
    """Whole days clipped to [-1, most], as codes 0..most+1; unknown is most+2."""
    known = ~np.isnan(days)
    codes = np.full(len(days), most + 2, dtype=np.int64)
    codes[known] = np.clip(np.floor(days[known]), -1, most).astype(np.int64) + 1
    return codes


def coarse_days(days: Floats) -> Codes:
    """Coarse bucket of each row, 0..COARSE_CELLS-1; the last is for unknown."""
    known = ~np.isnan(days)
    codes = np.full(len(days), len(COARSE_EDGES) + 1, dtype=np.int64)
    codes[known] = np.searchsorted(COARSE_EDGES, np.floor(days[known]), side="right")
    return codes


COARSE_OF_DAY = coarse_days(np.append(np.arange(-1.0, MOST_DAY + 1), np.nan))
"""Whole-day code -> coarse bucket."""

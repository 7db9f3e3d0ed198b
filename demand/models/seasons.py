"""Features that only tell the time.

A feature that is the same for every subject of a night (the month; the requests of the only store there is) cannot tell
subjects apart. All it can do is name the night, and trees gladly learn what happened then by heart. Only a past of two
years can show whether a season comes back; with less, such features are left out.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TWO_YEARS = timedelta(days=730)


def only_tell_the_time(matrix: Floats, cutoffs: pd.DatetimeIndex) -> Mask:
    """Columns of `matrix` (rows, features) with one value a night, where the nights span less than two years.

    Nights with a single row show nothing; without any other night no column is left out.
    """
    nothing = np.zeros(matrix.shape[1], dtype=bool)
    if not len(cutoffs) or cutoffs.max() - cutoffs.min() >= TWO_YEARS:
        return nothing
    night, _ = pd.factorize(cutoffs)
    size = np.bincount(night)
    if size.max() < 2:
        return nothing
    _, first = np.unique(night, return_index=True)
    told = size[night] > 1
    values, of_first = matrix[told], matrix[first[night[told]]]
    same = (values == of_first) | (np.isnan(values) & np.isnan(of_first))
    return np.asarray(same.all(axis=0))

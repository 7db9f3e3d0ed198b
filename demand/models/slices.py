"""Which rows may teach, and which may check: slices of time with the horizon purged between them."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError

Mask = npt.NDArray[np.bool_]


def as_instants(cutoffs: npt.ArrayLike | pd.Series) -> pd.DatetimeIndex:
    """Cutoffs as instants in UTC; naive ones are taken as UTC.

    Raises
    ------
    ContractError
        If one of them is missing.
    """
    instants = pd.DatetimeIndex(pd.to_datetime(cutoffs, utc=True))
    if instants.hasnans:
        raise ContractError(
            found=f"{instants.isna().sum():,} rows without a cutoff",
            expected="the moment we asked, in every row",
            remedy="take the cutoffs from the spine",
        )
    return instants


def matured_by(cutoffs: pd.DatetimeIndex, horizon: timedelta, moment: datetime | pd.Timestamp) -> Mask:
    """Rows whose whole horizon has passed at `moment`."""
    return np.asarray(cutoffs + horizon <= pd.Timestamp(moment).tz_convert("UTC"))


def newest_slice(cutoffs: pd.DatetimeIndex, horizon: timedelta, share: float) -> tuple[Mask, Mask]:
    """The newest `share` of the time that the cutoffs span, and the rows that had matured before it began.

    Time is counted in distinct cutoffs, so that a quiet season weighs as much as a busy one.

    Returns
    -------
    earlier, newest : masks of shape (rows,); both all false where the cutoffs leave no room for two slices
    """
    moments = cutoffs.unique().sort_values()
    nothing = np.zeros(len(cutoffs), dtype=bool)
    size = max(1, round(len(moments) * share))
    if len(moments) <= size:
        return nothing, nothing
    start = moments[-size]
    earlier = matured_by(cutoffs, horizon, start)
    if not earlier.any():
        return nothing, nothing
    return earlier, np.asarray(cutoffs >= start)

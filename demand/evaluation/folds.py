"""What a model may have seen at T0: training and test rows, with the horizon purged between them.

A row at cutoff t has its outcome at t + horizon, and we hear of it a reporting delay later. A model that is trained at
T0 may use rows with t + horizon + delay <= T0 and is tested on rows with t >= T0; the rows between belong to neither.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError
from demand.models.slices import as_instants, matured_by

Mask = npt.NDArray[np.bool_]


def split_by_time(
    cutoffs: npt.ArrayLike | pd.Series, horizon: timedelta, t0: datetime, *, delay: timedelta = timedelta(0)
) -> tuple[Mask, Mask]:
    """Split rows at `t0`.

    Parameters
    ----------
    cutoffs : (rows,) instants, with a time zone or in UTC
    horizon : how far a label looks ahead
    t0 : the moment the model would have been trained, with a time zone
    delay : how long after the horizon its label is known

    Returns
    -------
    train, test : (rows,) masks; a row may be in neither, never in both

    Raises
    ------
    ContractError
        If one of the two sides is empty.
    """
    instants = as_instants(cutoffs)
    train, test = matured_by(instants, horizon + delay, t0), instants >= pd.Timestamp(t0).tz_convert("UTC")
    for name, side in (("training", train), ("test", test)):
        if not side.any():
            raise ContractError(
                found=f"no {name} row at {t0:%Y-%m-%d}: the cutoffs run from {instants.min()} to {instants.max()}",
                expected=f"cutoffs at least {horizon + delay} before, and cutoffs from then on",
                remedy="choose a date inside the grid, or lengthen the grid",
            )
    return train, np.asarray(test)

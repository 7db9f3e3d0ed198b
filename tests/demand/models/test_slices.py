"""The newest slice checks; whatever had not matured before it began does not teach."""

from datetime import timedelta

import numpy as np
import pandas as pd

from demand.models.slices import newest_slice
from tests.builders.models import HORIZON, START


def weekly(*weeks):
    return pd.DatetimeIndex([START + timedelta(weeks=w) for w in weeks])


def test_the_newest_fifth_of_the_moments_is_counted_in_moments_not_in_rows():
    busy_start = [0] * 50 + list(range(1, 10))
    earlier, newest = newest_slice(weekly(*busy_start), HORIZON, 0.2)
    assert np.asarray(weekly(*busy_start))[newest].tolist() == np.asarray(weekly(8, 9)).tolist()
    assert earlier.sum() == 50 + 6


def test_rows_whose_horizon_reaches_into_the_slice_are_in_neither():
    earlier, newest = newest_slice(weekly(*range(10)), HORIZON, 0.2)
    assert (~earlier & ~newest).tolist() == [False] * 7 + [True] + [False] * 2


def test_one_moment_leaves_no_room_for_two_slices():
    earlier, newest = newest_slice(weekly(0, 0, 0), HORIZON, 0.2)
    assert not earlier.any()
    assert not newest.any()


def test_moments_closer_than_the_horizon_leave_no_room_either():
    earlier, newest = newest_slice(weekly(0, 1), HORIZON, 0.2)
    assert not earlier.any()
    assert not newest.any()

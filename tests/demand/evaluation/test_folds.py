"""A model trained at T0 has seen nothing whose outcome lies after T0."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.contract import ContractError
from demand.evaluation import split_by_time

T0 = datetime(2017, 3, 6, tzinfo=UTC)
H = timedelta(days=14)


def days(*offsets):
    return pd.DatetimeIndex([T0 + timedelta(days=d) for d in offsets])


def test_the_last_row_to_train_on_matures_at_t0():
    train, _ = split_by_time(days(-15, -14, -13, 0), H, T0)
    assert train.tolist() == [True, True, False, False]


def test_testing_begins_at_t0_and_the_horizon_between_is_nobodys():
    train, test = split_by_time(days(-14, -1, 0, 1), H, T0)
    assert test.tolist() == [False, False, True, True]
    assert not (train | test)[1]


def test_a_reporting_delay_moves_the_end_of_training():
    train, _ = split_by_time(days(-17, -16, -15, 0), H, T0, delay=timedelta(days=2))
    assert train.tolist() == [True, True, False, False]


@given(st.lists(st.integers(-60, 60), min_size=1, max_size=30), st.integers(0, 30))
def test_equals_the_obvious_loop(offsets, horizon):
    offsets = [-100, *offsets, 0]
    train, test = split_by_time(days(*offsets), timedelta(days=horizon), T0)
    assert train.tolist() == [d + horizon <= 0 for d in offsets]
    assert test.tolist() == [d >= 0 for d in offsets]


def test_naive_cutoffs_are_utc():
    naive = pd.Series(days(-20, 0)).dt.tz_localize(None)
    assert np.array_equal(split_by_time(naive, H, T0), split_by_time(days(-20, 0), H, T0))


@pytest.mark.parametrize(("offsets", "side"), [((0, 1), "training"), ((-20, -15), "test")])
def test_an_empty_side_is_refused(offsets, side):
    with pytest.raises(ContractError, match=f"no {side} row"):
        split_by_time(days(*offsets), H, T0)


def test_a_missing_cutoff_is_refused():
    with pytest.raises(ContractError, match="without a cutoff"):
        split_by_time([T0, None], H, T0)

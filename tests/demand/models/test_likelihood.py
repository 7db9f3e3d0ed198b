"""The probability of a request: learned, calibrated on what is newest, and honest where nothing can be learned."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from demand.evaluation import auroc, calibration_error, log_loss
from demand.models import Boosting, Calibration, Likelihood
from tests.builders.models import HORIZON, SMALL, START

WEEKS, A_WEEK = 40, 150


def likelihood(**more):
    return Likelihood(HORIZON, boosting=SMALL, calibration=more.pop("calibration", Calibration()), threads=1, **more)


def rows(level=lambda week: -2.0, seed=0):
    """One telling feature; the level of the log-odds may move from week to week."""
    rng = np.random.default_rng(seed)
    week = np.repeat(np.arange(WEEKS), A_WEEK)
    signal = rng.normal(size=len(week))
    truth = 1 / (1 + np.exp(-(np.array([level(w) for w in week]) + 1.2 * signal)))
    cutoffs = pd.DatetimeIndex([START + timedelta(weeks=int(w)) for w in week])
    return np.column_stack([signal, rng.normal(size=len(week))]), rng.random(len(week)) < truth, cutoffs, truth


def test_it_ranks_nearly_as_well_as_the_truth():
    model = likelihood().fit(*rows()[:3])
    fresh, requested, _, truth = rows(seed=9)
    assert auroc(requested, model.predict(fresh)) > auroc(requested, truth) - 0.02
    assert calibration_error(requested, model.predict(fresh)) < 0.02


def test_after_a_lasting_change_of_level_the_newest_time_is_believed():
    """For 30 weeks requests are frequent, for the last ten rare."""
    x, requested, cutoffs, _ = rows(level=lambda week: -1.0 if week < 30 else -2.5)
    now, outcome, _, _ = rows(level=lambda week: -2.5, seed=9)
    deaf = Calibration(level_sd=0.0, slope_sd=0.0, half_life=None)
    believing = likelihood(calibration=Calibration(level_sd=1.0)).fit(x, requested, cutoffs)
    unmoved = likelihood(calibration=deaf).fit(x, requested, cutoffs)
    assert log_loss(outcome, believing.predict(now)) < log_loss(outcome, unmoved.predict(now)) - 0.01


def test_the_calibrator_sees_only_the_newest_window():
    window = Calibration(window=timedelta(weeks=4))
    model = likelihood(calibration=window).fit(*rows()[:3])
    assert model.calibrator_.rows_ == 4 * A_WEEK


@pytest.mark.parametrize(("horizon_days", "window_days"), [(28, 28), (14, 28), (7, 14), (2, 7)])
def test_the_window_is_two_horizons_between_one_and_four_weeks(horizon_days, window_days):
    assert Calibration().window_of(timedelta(days=horizon_days)) == timedelta(days=window_days)


def test_with_few_rows_trees_are_small_and_learn_slowly():
    few, many = Boosting.suited_to(9_999), Boosting.suited_to(10_000)
    assert (few.leaves, few.rows_per_leaf) < (many.leaves, many.rows_per_leaf)
    assert few.learning_rate < many.learning_rate == Boosting().learning_rate


def test_old_rows_count_less():
    x, requested, cutoffs, _ = rows(level=lambda week: -1.0 if week < 20 else -3.0)
    held = {"level_sd": 0.0, "slope_sd": 0.0}
    alike = likelihood(calibration=Calibration(half_life=None, **held)).fit(x, requested, cutoffs)
    fading = likelihood(calibration=Calibration(half_life=timedelta(weeks=8), **held)).fit(x, requested, cutoffs)
    assert fading.predict(x).mean() < alike.predict(x).mean() - 0.02


@pytest.mark.parametrize("requests", [0, 3, 6000])
def test_with_nothing_to_learn_from_the_base_rate_stands_in_and_says_so(requests):
    x, _, cutoffs, _ = rows()
    requested = np.arange(len(x)) < requests
    model = likelihood().fit(x, requested, cutoffs)
    assert model.booster_ is None
    assert f"{requests:,} requests among 6,000 rows" in model.fallback_
    assert model.predict(x) == pytest.approx(np.full(len(x), (requests + 0.5) / 6001))


def test_too_short_a_past_to_choose_rounds_on_takes_the_default():
    x, requested, cutoffs, _ = rows()
    model = likelihood().fit(x, requested, pd.DatetimeIndex([cutoffs[0]] * len(x)))
    assert model.rounds_ == SMALL.default_rounds
    assert model.calibrator_.rows_ == 0


def test_a_row_without_weight_is_as_if_it_were_not_there():
    x, requested, cutoffs, _ = rows()
    lied_to = np.where(np.arange(len(x)) % 3 == 0, True, requested)
    honest = (np.arange(len(x)) % 3 != 0).astype(float)
    model = likelihood().fit(x, lied_to, cutoffs, weight=honest)
    assert model.predict(x).mean() == pytest.approx(requested.mean(), abs=0.02)


def test_the_same_rows_give_the_same_model():
    x, requested, cutoffs, _ = rows()
    first, second = (likelihood().fit(x, requested, cutoffs) for _ in range(2))
    assert np.array_equal(first.predict(x), second.predict(x))

"""Calibration moves as far as the evidence carries it, and harms nobody."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from demand.evaluation import calibration_error, log_loss
from demand.models import LogisticCalibrator


def outcomes(p, seed=0):
    return np.random.default_rng(seed).random(len(p)) < p


def predictions(rows, seed=1):
    return expit(np.random.default_rng(seed).normal(-2.2, 0.8, rows))


def nights(rows, many):
    return np.arange(rows) % many


def test_without_evidence_nothing_changes():
    p = predictions(50)
    assert np.array_equal(LogisticCalibrator().transform(p), p)
    assert np.array_equal(LogisticCalibrator().fit([], [], []).transform(p), p)


def test_a_steady_shift_over_many_rows_is_corrected():
    truth = predictions(40_000)
    too_high = expit(np.log(truth / (1 - truth)) + 0.5)
    calibrator = LogisticCalibrator().fit(too_high, outcomes(truth), nights(40_000, 12))
    assert calibrator.intercept_ + (calibrator.slope_ - 1) * -2.2 == pytest.approx(-0.5, abs=0.15)
    assert calibration_error(outcomes(truth, 5), calibrator.transform(too_high)) < 0.012


def test_a_handful_of_rows_hardly_moves_anything():
    calibrator = LogisticCalibrator().fit([0.1] * 40, [1] * 8 + [0] * 32, nights(40, 4))
    assert abs(calibrator.transform([0.1])[0] - 0.1) < 0.01


def test_a_slice_whose_nights_disagree_moves_less_than_one_whose_nights_agree():
    """The same rows and requests in all; once every night has its share, once half of the nights have all."""
    p, y = np.full(4000, 0.1), np.tile(np.repeat([1, 0], [6, 34]), 100)
    agreeing = np.repeat(np.arange(100), 40) % 10
    disagreeing = np.where(y == 1, np.arange(4000) % 3, np.arange(4000) % 10)
    steady = LogisticCalibrator(slope_sd=0).fit(p, y, agreeing)
    shaky = LogisticCalibrator(slope_sd=0).fit(p, y, disagreeing)
    assert shaky.rows_per_observation_ > 5 * steady.rows_per_observation_
    assert 0 < shaky.intercept_ < steady.intercept_ / 2


def test_an_overconfident_model_is_flattened():
    truth = predictions(40_000)
    overconfident = expit(1.5 * np.log(truth / (1 - truth)) + 1.1)
    calibrator = LogisticCalibrator(slope_sd=1.0).fit(overconfident, outcomes(truth), nights(40_000, 12))
    assert calibrator.slope_ == pytest.approx(1 / 1.5, abs=0.05)


def test_a_model_that_was_right_is_not_made_worse_by_more_than_noise():
    truth = predictions(20_000)
    calibrator = LogisticCalibrator().fit(truth, outcomes(truth), nights(20_000, 12))
    fresh = outcomes(truth, 9)
    assert log_loss(fresh, calibrator.transform(truth)) < log_loss(fresh, truth) + 2e-4


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_the_ranking_never_changes_and_probabilities_stay_probabilities(rows):
    p, y = map(np.array, zip(*rows, strict=True))
    after = LogisticCalibrator(2.0, 2.0).fit(p, y, nights(len(p), 3)).transform(np.sort(p))
    assert (np.diff(after) >= 0).all()
    assert ((after >= 0) & (after <= 1)).all()


def test_a_prior_without_spread_holds_a_parameter_still():
    p = predictions(5000)
    calibrator = LogisticCalibrator(level_sd=0.0, slope_sd=0.0).fit(p, outcomes(p * 0.5), nights(5000, 5))
    assert (calibrator.intercept_, calibrator.slope_) == (0.0, 1.0)


def test_a_row_without_weight_says_nothing():
    p = predictions(2000)
    y = outcomes(p * 0.6)
    with_noise = LogisticCalibrator().fit(
        np.append(p, [0.01] * 500), np.append(y, [True] * 500), nights(2500, 5), [1.0] * 2000 + [0.0] * 500
    )
    without = LogisticCalibrator().fit(p, y, nights(2000, 5))
    assert with_noise.intercept_ == pytest.approx(without.intercept_)
    assert with_noise.slope_ == pytest.approx(without.slope_)


def test_reads_back_what_it_wrote():
    p = predictions(3000)
    calibrator = LogisticCalibrator().fit(p, outcomes(p * 0.7), nights(3000, 6))
    again = LogisticCalibrator.from_dict(json.loads(json.dumps(calibrator.to_dict())))
    assert np.array_equal(again.transform(p), calibrator.transform(p))

"""What each feature added adds up to the probability."""

from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from demand.models import LogisticCalibrator
from demand.models.attribution import in_points, tree_log_odds
from tests.builders.models import META, bookings, small_forecaster


@cache
def fitted():
    data = bookings()
    return small_forecaster().fit(data.x, data.labels, meta=META)


@cache
def explained():
    x = bookings(seed=8).x[:300]
    return x, fitted().explain(x)


def test_shap_agrees_with_what_lightgbm_says_itself():
    booster, matrix = fitted().likelihood_.booster_, fitted().encoder_.transform(explained()[0])
    values, average = tree_log_odds(booster, matrix)
    theirs = booster.predict(matrix, pred_contrib=True)
    assert np.abs(values - theirs[:, :-1]).max() < 1e-6 * np.abs(theirs).max()
    assert average == pytest.approx(theirs[0, -1], rel=1e-6)


def test_contributions_add_up_to_the_calibrated_probability():
    x, contributions = explained()
    assert contributions.base + contributions.points.sum(axis=1) == pytest.approx(contributions.p_request, abs=1e-9)
    assert contributions.p_request == pytest.approx(fitted().predict(x).p_request, abs=1e-12)


def test_the_features_that_matter_get_the_credit():
    _, contributions = explained()
    weight = dict(zip(contributions.names, np.abs(contributions.points).mean(axis=0), strict=True))
    assert weight["noise"] < 0.3 * min(weight["agent_cancelled"], weight["channel"])


def test_a_phone_booking_is_riskier_because_it_is_one():
    x, contributions = explained()
    channel = contributions.points[:, contributions.names.index("channel")]
    assert (channel[(x["channel"] == "phone").to_numpy()] > 0).mean() > 0.95


def test_a_row_whose_contributions_cancel_out_is_scaled_by_the_tangent():
    points, base = in_points(np.array([[0.5, -0.5]]), -1.0, LogisticCalibrator())
    slope = expit(-1.0) * (1 - expit(-1.0))
    assert base == pytest.approx(expit(-1.0))
    assert points == pytest.approx(np.array([[0.5 * slope, -0.5 * slope]]))


def test_the_scale_changes_smoothly_where_contributions_nearly_cancel():
    nearly, _ = in_points(np.array([[0.5, -0.5 + 1e-6]]), -1.0, LogisticCalibrator())
    exactly, _ = in_points(np.array([[0.5, -0.5]]), -1.0, LogisticCalibrator())
    assert nearly == pytest.approx(exactly, abs=1e-5)


def test_the_typical_value_is_the_median_or_the_most_frequent_level():
    reference = fitted().explain(explained()[0]).reference
    assert reference["channel"] == "web"
    assert reference["days_to_due"] == bookings().x["days_to_due"].median()

"""Equal predictions are equal, whatever the order of the rows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as peer

from demand.contract import ContractError
from demand.evaluation import (
    auroc,
    average_precision,
    brier,
    calibration_error,
    lift_at,
    log_loss,
    recall_at,
    reliability_curve,
    row_losses,
)

EVERY_METRIC = (auroc, average_precision, brier, calibration_error, lift_at, log_loss, recall_at)

few_values = st.sampled_from([0.0, 0.1, 0.1, 0.3, 0.5, 0.9, 1.0])
scored_rows = st.lists(st.tuples(st.booleans(), few_values), min_size=3, max_size=60).filter(
    lambda rows: 0 < sum(y for y, _ in rows) < len(rows)
)


def test_log_loss_is_the_mean_of_what_each_row_was_surprised():
    assert log_loss([1, 0], [0.8, 0.4]) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)


def test_a_certain_prediction_that_is_wrong_costs_much_but_not_infinitely_much():
    assert row_losses([1, 0], [0.0, 1.0]) == pytest.approx([-math.log(1e-15)] * 2, rel=1e-3)


def test_brier_is_the_mean_square():
    assert brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


def test_auroc_counts_ties_half():
    assert auroc([1, 0, 0], [0.5, 0.5, 0.1]) == pytest.approx(0.75)


def test_ranking_needs_both_outcomes():
    assert math.isnan(auroc([0, 0], [0.1, 0.2]))
    assert math.isnan(average_precision([0, 0], [0.1, 0.2]))


@given(scored_rows)
def test_ranking_equals_scikit_learn(rows):
    y, p = map(np.array, zip(*rows, strict=True))
    assert auroc(y, p) == pytest.approx(peer.roc_auc_score(y, p))
    assert average_precision(y, p) == pytest.approx(peer.average_precision_score(y, p))


@given(scored_rows, st.randoms(use_true_random=False))
def test_no_metric_depends_on_the_order_of_the_rows(rows, random):
    shuffled = random.sample(rows, len(rows))
    for metric in EVERY_METRIC:
        y, p = map(np.array, zip(*rows, strict=True))
        y2, p2 = map(np.array, zip(*shuffled, strict=True))
        assert metric(y, p) == pytest.approx(metric(y2, p2))


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.01, 0.99))
def test_a_constant_prediction_has_lift_one_and_is_off_by_its_level(with_one, without, p):
    y = np.array([1] * with_one + [0] * without)
    assert lift_at(y, np.full(len(y), p)) == pytest.approx(1.0)
    assert calibration_error(y, np.full(len(y), p)) == pytest.approx(abs(y.mean() - p))


def test_the_top_five_percent_are_shared_out_among_equals():
    """20 rows: the top 5% is one row; it is one of four equal rows, of which two had a request."""
    y = [1, 1, 0, 0] + [0] * 14 + [1, 1]
    p = [0.9] * 4 + [0.1] * 16
    assert recall_at(y, p) == pytest.approx(0.5 / 4)
    assert lift_at(y, p) == pytest.approx(0.5 / (4 / 20))


def test_a_perfect_ranking_finds_all_requests_at_their_share():
    y = np.array([1] * 5 + [0] * 95)
    assert recall_at(y, y * 0.9, 0.05) == 1.0
    assert lift_at(y, y * 0.9, 0.05) == pytest.approx(20.0)


def test_calibration_error_by_hand():
    """Two bins of two rows: promised .2, happened .5; promised .8, happened 1."""
    assert calibration_error([0, 1, 1, 1], [0.1, 0.3, 0.7, 0.9], bins=2) == pytest.approx((0.3 + 0.2) / 2)


def test_bins_have_equal_mass_where_all_predictions_differ():
    curve = reliability_curve(np.arange(100) % 2, np.linspace(0.01, 0.99, 100))
    assert [r.rows for r in curve] == [10] * 10
    assert [r.predicted for r in curve] == sorted(r.predicted for r in curve)


@given(scored_rows)
def test_equal_predictions_stay_in_one_bin_and_no_row_is_lost(rows):
    y, p = map(np.array, zip(*rows, strict=True))
    curve = reliability_curve(y, p)
    assert sum(r.rows for r in curve) == len(y)
    assert len(curve) <= len(np.unique(p))
    assert sum(r.observed * r.rows for r in curve) == pytest.approx(y.sum())


@pytest.mark.parametrize(
    ("y", "p", "says"),
    [
        ([1, 0], [0.5], "one length"),
        ([], [], "at least one row"),
        ([1, np.nan], [0.5, 0.5], "censored"),
        ([1, 0], [0.5, 1.5], "outside"),
        ([1, 0], [0.5, np.nan], "outside"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_the_remedy(y, p, says):
    with pytest.raises(ContractError, match=says):
        log_loss(y, p)

"""Expected metrics are the means of the usual ones over many histories."""

import numpy as np
import pytest

from demand.evaluation import auroc, average_precision, log_loss
from experiments.grading import expected

DRAWS = np.random.default_rng(3)
P = DRAWS.beta(1, 9, 4000)
Q = np.clip(P * np.exp(0.5 * DRAWS.normal(size=4000)), 0.001, 0.9).round(3)
HISTORIES = (DRAWS.random((60, 4000)) < P).astype(float)


@pytest.mark.parametrize(
    ("usual", "exact", "within"),
    [
        (log_loss, expected.log_loss, 0.004),
        (auroc, expected.auroc, 0.005),
        (average_precision, expected.average_precision, 0.008),
    ],
)
def test_a_metric_is_the_mean_over_histories(usual, exact, within):
    assert exact(P, Q) == pytest.approx(np.mean([usual(y, Q) for y in HISTORIES]), abs=within)


def test_the_truth_itself_loses_least():
    assert expected.log_loss(P, P) < min(expected.log_loss(P, Q), expected.log_loss(P, np.full(4000, P.mean())))


def test_a_constant_ranks_nothing():
    assert expected.auroc(P, np.full(4000, 0.1)) == pytest.approx(0.5)
    assert expected.average_precision(P, np.full(4000, 0.1)) == pytest.approx(P.mean())

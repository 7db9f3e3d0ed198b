"""Which request, given that there is one: measured against what the days alone say."""

import numpy as np
import pandas as pd
import pytest

from demand.models import Prediction
from pipelines.training.scenarios import scenario_figures


def labels(*rows):
    """Rows of (scenario or None, days)."""
    return pd.DataFrame(
        {
            "requested": [s is not None for s, _ in rows],
            "scenario": [s for s, _ in rows],
            "days": [float(d) for _, d in rows],
        }
    )


def prediction(*shares):
    """One row each, all in one bucket; shares of (cancelled, no_show)."""
    return Prediction(("cancelled", "no_show"), (0.0, 7.0), np.array(shares)[:, :, None])


def test_only_rows_with_a_request_count():
    said = prediction([0.4, 0.1], [0.1, 0.4], [0.0, 0.9])
    train = labels(("cancelled", 5), ("no_show", 1))
    figures = scenario_figures(said, train, labels(("cancelled", 5), ("no_show", 1), (None, 3)))
    assert figures["requests"] == 2
    assert figures["log_loss"] == pytest.approx(-np.log(0.8))
    assert figures["accuracy"] == 1.0


def test_the_prior_is_the_mix_of_training():
    train = labels(*[("cancelled", 5)] * 3, ("no_show", 5))
    figures = scenario_figures(prediction([0.5, 0.5]), train, labels(("no_show", 5)))
    assert figures["log_loss_prior"] == pytest.approx(-np.log(0.25))


def test_a_day_that_training_never_saw_falls_back_to_the_prior():
    train = labels(*[("cancelled", 5)] * 3, ("no_show", 1))
    figures = scenario_figures(prediction([0.5, 0.5]), train, labels(("no_show", 99)))
    assert figures["log_loss_days_table"] == pytest.approx(figures["log_loss_prior"])


def test_the_days_table_knows_what_time_alone_can_tell():
    train = labels(*[("cancelled", 30)] * 50, *[("no_show", 0)] * 50)
    figures = scenario_figures(prediction([0.5, 0.5]), train, labels(("no_show", 0.5)))
    assert figures["log_loss_days_table"] < 0.1 < figures["log_loss_prior"]


def test_a_scenario_that_training_never_saw_is_counted_apart():
    figures = scenario_figures(prediction([0.5, 0.5]), labels(("cancelled", 1)), labels(("flooded", 1)))
    assert (figures["requests"], figures["unseen"]) == (1, 1)
    assert "log_loss" not in figures


def test_a_perfect_order_of_one_scenario_has_an_auroc_of_one():
    said = prediction([0.4, 0.1], [0.1, 0.4], [0.3, 0.0])
    test = labels(("cancelled", 1), ("no_show", 1), (None, 1))
    assert scenario_figures(said, labels(("cancelled", 1)), test)["auroc"] == {"cancelled": 1.0, "no_show": 1.0}

"""Which request it will be: what time alone tells, and what trees add to it."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from demand.models import ScenarioModel
from tests.builders.models import HORIZON, SMALL, START


def requests(n=1500, seed=0, told_by_days=True):
    """Requests of three scenarios: 0 and 1 by days and by a feature, 2 never."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 30, n).astype(float)
    signal = rng.normal(size=n)
    odds = (days < 7) * 3.0 - 1.5 if told_by_days else 2.5 * signal
    scenario = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    cutoffs = pd.DatetimeIndex([START + timedelta(weeks=int(w)) for w in np.sort(rng.integers(0, 40, n))])
    return np.column_stack([days, signal]), scenario, days, cutoffs


def fitted(**more):
    matrix, scenario, days, cutoffs = requests(**more)
    model = ScenarioModel(HORIZON, boosting=SMALL, threads=1).fit(matrix, scenario, days, cutoffs, 3)
    return model, matrix, scenario, days


def log_loss(p, scenario):
    return -np.log(p[np.arange(len(scenario)), scenario]).mean()


def test_rows_sum_to_one():
    model, matrix, _, days = fitted(told_by_days=False)
    assert model.predict(matrix, days).sum(axis=1) == pytest.approx(np.ones(len(days)))


def test_a_scenario_never_seen_has_probability_zero():
    for told_by_days in (True, False):
        model, matrix, _, days = fitted(told_by_days=told_by_days)
        assert (model.predict(matrix, days)[:, 2] == 0).all()


def test_the_days_table_knows_what_time_tells():
    model, _, _, _ = fitted()
    near, far = model.predict(np.array([[3.0, 0.0], [25.0, 0.0]]), np.array([3.0, 25.0]))[:, 1]
    assert near == pytest.approx(0.82, abs=0.1)
    assert far == pytest.approx(0.18, abs=0.1)


def test_trees_count_where_they_know_more_than_days():
    model, _, _, _ = fitted(told_by_days=False)
    fresh, scenario, days, _ = requests(seed=5, told_by_days=False)
    assert model.blend_ > 0.5
    assert log_loss(model.predict(fresh, days), scenario) < 0.8 * log_loss(model.table_[days.astype(int) + 1], scenario)


def test_trees_that_know_no_more_do_no_harm():
    model, _, _, _ = fitted()
    fresh, scenario, days, _ = requests(seed=5)
    table = log_loss(model.table_[days.astype(int) + 1], scenario)
    assert log_loss(model.predict(fresh, days), scenario) < 1.02 * table


def test_a_few_requests_grow_no_trees():
    model, matrix, _, days = fitted(n=60)
    assert model.booster_ is None
    assert model.predict(matrix, days).sum(axis=1) == pytest.approx(np.ones(60))


def test_a_scenario_too_rare_for_the_trees_keeps_its_share():
    matrix, scenario, days, cutoffs = requests(told_by_days=False)
    scenario = np.where(np.arange(len(scenario)) % 60 == 0, 2, scenario)
    model = ScenarioModel(HORIZON, boosting=SMALL, threads=1).fit(matrix, scenario, days, cutoffs, 3)
    assert model.learned_.tolist() == [0, 1]
    assert model.booster_ is not None
    assert model.predict(matrix, days)[:, 2].mean() == pytest.approx(1 / 60, rel=0.3)


def test_without_any_request_all_scenarios_are_alike():
    nothing = np.empty((0, 2)), np.empty(0, dtype=np.int64), np.empty(0), pd.DatetimeIndex([], tz="UTC")
    model = ScenarioModel(HORIZON, boosting=SMALL).fit(*nothing, 2)
    assert model.predict(np.zeros((1, 2)), np.array([3.0])) == pytest.approx(np.full((1, 2), 0.5))

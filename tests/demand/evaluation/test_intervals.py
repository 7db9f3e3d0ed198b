"""Rows of one cluster are one story: intervals count clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import ContractError
from demand.evaluation import clustered_interval, gain_interval, log_loss
from demand.evaluation.intervals import cluster_sums, resampled_sums


def test_the_estimate_is_the_gain_over_the_better_baseline():
    y, p = np.array([1, 0, 0, 0]), np.array([0.7, 0.1, 0.2, 0.1])
    better, worse = np.full(4, 0.25), np.full(4, 0.9)
    gain, low, high = gain_interval(y, p, {"worse": worse, "better": better}, ["a", "b", "c", "d"])
    assert gain == pytest.approx(1 - log_loss(y, p) / log_loss(y, better))
    assert low <= gain <= high


def test_the_better_baseline_is_chosen_again_in_every_resample():
    """Each baseline is right about one cluster: resamples with one cluster twice have another best baseline."""
    y = np.array([1, 0])
    first, second = np.array([0.9, 0.9]), np.array([0.1, 0.1])
    gain = gain_interval(y, np.array([0.5, 0.5]), {"first": first, "second": second}, ["a", "b"])
    one = np.log(0.5) / np.log(0.9)
    assert gain.low == pytest.approx(1 - one)


def test_copies_of_a_row_in_one_cluster_do_not_narrow_the_interval():
    rng = np.random.default_rng(0)
    values = rng.normal(size=60)
    once = clustered_interval(values, np.arange(60))
    ten_times = clustered_interval(np.repeat(values, 10), np.repeat(np.arange(60), 10))
    assert ten_times == pytest.approx(once)


def test_rows_without_a_cluster_stand_alone():
    assert cluster_sums(np.ones((3, 1)), [None, "a", None]).tolist() == [[1.0], [1.0], [1.0]]


@given(st.lists(st.tuples(st.floats(-10, 10), st.sampled_from("abc")), min_size=1, max_size=20))
def test_cluster_sums_equal_the_obvious_loop(rows):
    expected: dict[str, float] = {}
    for value, cluster in rows:
        expected[cluster] = expected.get(cluster, 0.0) + value
    sums = cluster_sums(np.array([[v] for v, _ in rows]), [c for _, c in rows])
    assert sums[:, 0] == pytest.approx(list(expected.values()))


def test_resampled_totals_equal_drawing_the_clusters_one_by_one():
    sums = np.random.default_rng(1).normal(size=(7, 2))
    rng = np.random.default_rng(7)
    slow = np.array([sum(sums[i] for i in rng.integers(0, 7, 7)) for _ in range(50)])
    assert resampled_sums(sums, n=50, seed=7) == pytest.approx(slow)


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_the_same_seed_gives_the_same_interval(seed):
    values, clusters = np.random.default_rng(seed).normal(size=30), np.arange(30) % 9
    assert clustered_interval(values, clusters, n=100) == clustered_interval(values, clusters, n=100)


def test_the_interval_covers_the_truth_about_as_often_as_promised():
    """200 data sets of 50 clusters whose four rows move together; promised 95%."""
    rng = np.random.default_rng(5)
    hits = 0
    for i in range(200):
        shared = np.repeat(rng.normal(1.0, 1.0, 50), 4)
        found = clustered_interval(shared + rng.normal(0, 0.3, 200), np.repeat(np.arange(50), 4), n=200, seed=i)
        hits += found.low <= 1.0 <= found.high
    assert 0.90 <= hits / 200 <= 0.99


def test_a_gain_needs_a_baseline():
    with pytest.raises(ContractError, match="no baseline"):
        gain_interval([1, 0], [0.5, 0.5], {}, ["a", "b"])


def test_clusters_of_another_length_are_refused():
    with pytest.raises(ContractError, match="one cluster per row"):
        clustered_interval([1.0, 2.0], ["a"])

"""The time of a request, given that it comes, is a curve by scenario and days to due."""

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.models import OnsetCurves, bucket_edges

EDGES = bucket_edges(timedelta(days=14))


def fitted(days, scenario, onset, scenarios=2):
    n = len(days)
    return OnsetCurves(EDGES).fit(
        np.array(days, float), np.array(scenario, dtype=np.int64), np.array(onset, float), np.ones(n), scenarios
    )


@pytest.mark.parametrize(("horizon", "buckets"), [("1h", 12), ("1d", 12), ("2d", 2), ("10d12h", 11), ("14d", 14)])
def test_buckets_are_days_up_to_two_weeks_and_finer_within_a_day(horizon, buckets):
    from demand.contract import parse_duration

    edges = bucket_edges(parse_duration(horizon))
    assert len(edges) == buckets + 1
    assert edges[0] == 0.0
    assert edges[-1] == parse_duration(horizon) / timedelta(days=1)


def test_a_long_horizon_has_fourteen_buckets():
    assert len(bucket_edges(timedelta(days=90))) == 15


def test_a_no_show_happens_on_the_day_itself():
    days = list(range(7)) * 200
    curves = fitted(days, [0] * 1400, [d + 0.5 for d in days])
    assert curves.predict(np.array([2.0, 5.0]))[:, 0].argmax(axis=1).tolist() == [2, 5]


def test_scenarios_have_curves_of_their_own():
    curves = fitted([30] * 800, [0, 1] * 400, [0.5, 13.5] * 400)
    assert curves.predict(np.array([30.0]))[0].argmax(axis=1).tolist() == [0, 13]


def test_a_day_with_little_evidence_follows_its_scenario():
    curves = fitted([3] * 500 + [5], [0] * 501, [0.5] * 500 + [13.5])
    assert curves.predict(np.array([5.0]))[0, 0].argmax() == 0


def test_a_scenario_that_never_came_follows_all_requests():
    curves = fitted([3] * 500, [0] * 500, [4.5] * 500)
    assert curves.predict(np.array([3.0]))[0, 1].argmax() == 4


def test_without_any_request_every_moment_is_alike():
    assert fitted([], [], []).predict(np.array([3.0])) == pytest.approx(np.full((1, 2, 14), 1 / 14))


@given(
    st.lists(st.tuples(st.floats(-5, 400), st.integers(0, 1), st.floats(0, 14)), max_size=30),
    st.one_of(st.floats(-5, 400), st.just(float("nan"))),
)
def test_every_curve_sums_to_one(rows, asked):
    days, scenario, onset = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    curves = fitted(days, scenario, onset).predict(np.array([asked]))
    assert curves.sum(axis=2) == pytest.approx(np.ones((1, 2)))
    assert (curves > 0).all()


def test_reads_back_what_it_wrote():
    curves = fitted([1, 2, 3], [0, 1, 1], [0.5, 3.0, 14.0])
    again = OnsetCurves.from_dict(json.loads(json.dumps(curves.to_dict())))
    asked = np.array([0.0, 3.0, 99.0, np.nan])
    assert np.array_equal(again.predict(asked), curves.predict(asked))
